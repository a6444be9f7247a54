"""Every frame a client may send, each way declared once. PROTOCOL.md is made from here.

Untrusted JSON becomes one of these structs or an error with a code: unknown types and
unknown fields fail, text refuses NUL, numbers are integers (degrees as 1e-7, metres as
millimetres), and sizes are bounded. Frames with an ``id`` are commands: answered by
``ack`` after the commit, or ``error``; the same id may be sent again for ever.
"""

from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import Meta, Struct

MAX_FRAME_BYTES = 64 * 1024
MAX_STILL_BYTES = 40 * 1024  # of JPEG, before base64

# No NUL, and no other control character but tab and line ends: each is six characters
# once escaped, and two hundred such messages made a snapshot no line could carry.
_PLAIN = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f]*$"

Text = Annotated[
    str,
    Meta(min_length=1, max_length=2000, pattern=_PLAIN, description="plain text"),
]
Note = Annotated[str, Meta(max_length=4000, pattern=_PLAIN, description="plain text")]
Word = Annotated[str, Meta(max_length=80, pattern=_PLAIN, description="plain text")]
Language = Annotated[str, Meta(max_length=10, pattern=r"^[A-Za-z0-9-]*$")]
Cursor = Annotated[int, Meta(ge=0, lt=2**53)]
Count = Annotated[int, Meta(ge=0, lt=2**31)]
Latitude = Annotated[
    int, Meta(ge=-(90 * 10**7), le=90 * 10**7, description="1e-7 degrees")
]
Longitude = Annotated[
    int, Meta(ge=-(180 * 10**7), le=180 * 10**7, description="1e-7 degrees")
]
Accuracy = Annotated[
    int, Meta(ge=0, le=10**9, description="mm, radius of 95 % confidence")
]
Base64Jpeg = Annotated[
    str,
    Meta(max_length=4 * -(-MAX_STILL_BYTES // 3), pattern=r"^[A-Za-z0-9+/]+={0,2}$"),
]


class Frame(
    Struct, frozen=True, tag_field="type", forbid_unknown_fields=True, kw_only=True
):
    """Anything a client sends."""


class Command(Frame, frozen=True, kw_only=True):
    """A frame that is acknowledged; ``id`` is made by the client."""

    id: UUID


# --- Every socket --------------------------------------------------------------------


class Hello(Frame, frozen=True, tag="hello", kw_only=True):
    """The first frame, within 5 s: where the client left off, and by what right."""

    cursors: dict[UUID, Cursor] = {}
    epoch: Cursor | None = None
    capability: Annotated[str, Meta(max_length=64)] | None = None
    call: UUID | None = None
    seat: UUID | None = None


class Pong(Frame, frozen=True, tag="pong", kw_only=True):
    """The answer to a heartbeat; it renews the lease. ``at`` is the heartbeat's own.

    It proves that everything sent before that heartbeat was read: who reads nothing for
    1 MiB is cut off, whatever it sends.
    """

    at: Annotated[str, Meta(max_length=32)] = ""


class PostMessage(Command, frozen=True, tag="post_message", kw_only=True):
    """Write to the other side."""

    text: Text


class Typing(Frame, frozen=True, tag="typing", kw_only=True):
    """The other side is shown that this one writes; never kept."""


class Still(Frame, frozen=True, tag="still", kw_only=True):
    """One picture: base64 JPEG, at most 40 KiB before base64; newest wins, never kept.

    ``age_ms`` is how old the picture was when it was sent. The next one is passed on
    only after the receiver's ``still_seen``.
    """

    n: Count
    age_ms: Count
    jpeg: Base64Jpeg


class StillSeen(Frame, frozen=True, tag="still_seen", kw_only=True):
    """The still number ``n`` was shown; the next may come."""

    n: Count


# --- The caller ----------------------------------------------------------------------


class Position(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A place the phone claims to be at (WGS-84), and how long ago it was measured."""

    lat_e7: Latitude
    lon_e7: Longitude
    accuracy_mm: Accuracy
    age_ms: Count = 0


class Tap(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The body of ``POST /api/v1/calls``: an empty form is a valid alarm."""

    id: UUID
    mode: Literal["normal", "silent"] = "normal"
    text: Text | None = None
    position: Position | None = None
    language: Language | None = None


class ReportPosition(Command, frozen=True, tag="report_position", kw_only=True):
    """Tell where the phone is."""

    position: Position


class SetMode(Command, frozen=True, tag="set_mode", kw_only=True):
    """Go silent, or deliberately leave silence; only the phone may."""

    mode: Literal["normal", "silent"]


class HangUp(Command, frozen=True, tag="hang_up", kw_only=True):
    """The caller ends the call."""


class TakeOver(Command, frozen=True, tag="take_over", kw_only=True):
    """Continue the call in this window; the other one becomes read-only."""


Device = Literal["on", "off", "refused", "none", "asking"]


class ReportDevice(Frame, frozen=True, tag="report_device", kw_only=True):
    """What the phone can give now: which rung of the ladder, told to the seat."""

    camera: Device
    microphone: Device
    position: Device
    is_hidden: bool = False


CallerFrame = (
    Hello
    | Pong
    | PostMessage
    | Typing
    | Still
    | StillSeen
    | ReportPosition
    | SetMode
    | HangUp
    | TakeOver
    | ReportDevice
)

# --- The seat ------------------------------------------------------------------------


class TakeSeat(Command, frozen=True, tag="take_seat", kw_only=True):
    """Begin a shift at this seat; ``take_over`` moves one's own shift here."""

    seat: UUID
    take_over: bool = False


class LeaveSeat(Command, frozen=True, tag="leave_seat", kw_only=True):
    """End the shift; refused during a call."""


class SetAvailability(Command, frozen=True, tag="set_availability", kw_only=True):
    """Choose off, ready or a break with its reason."""

    availability: Literal["off", "ready", "break"]
    reason: Word = ""


class AcceptOffer(Command, frozen=True, tag="accept_offer", kw_only=True):
    """Become the host of the offered call."""

    offer: UUID


class DeclineOffer(Command, frozen=True, tag="decline_offer", kw_only=True):
    """Give the offered call back to the line, at its old place."""

    offer: UUID


class TakeCall(Command, frozen=True, tag="take_call", kw_only=True):
    """Take a waiting call by hand."""

    call: UUID


class EndCall(Command, frozen=True, tag="end_call", kw_only=True):
    """End the call at this seat; wrap-up begins."""

    call: UUID


class ExtendWrapUp(Command, frozen=True, tag="extend_wrap_up", kw_only=True):
    """Ask for 60 s more to finish the record."""


class FinishWrapUp(Command, frozen=True, tag="finish_wrap_up", kw_only=True):
    """The record is done; the seat is idle again."""


class UpdateIncident(Command, frozen=True, tag="update_incident", kw_only=True):
    """Save fields of the incident form; absent ones stay as they are."""

    incident: UUID
    category: Word | msgspec.UnsetType = msgspec.UNSET
    priority: Annotated[int, Meta(ge=1, le=4)] | msgspec.UnsetType = msgspec.UNSET
    place: Annotated[str, Meta(max_length=200, pattern=_PLAIN)] | (
        msgspec.UnsetType
    ) = msgspec.UNSET
    notes: Note | msgspec.UnsetType = msgspec.UNSET
    persons: Note | msgspec.UnsetType = msgspec.UNSET
    disposition: Word | msgspec.UnsetType = msgspec.UNSET


SeatFrame = (
    Hello
    | Pong
    | PostMessage
    | Typing
    | Still
    | StillSeen
    | TakeSeat
    | LeaveSeat
    | SetAvailability
    | AcceptOffer
    | DeclineOffer
    | TakeCall
    | EndCall
    | ExtendWrapUp
    | FinishWrapUp
    | UpdateIncident
)
