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

# No control character at all; \Z, as $ lets a last line end through, and with it a line
# of SDP that its sender never had.
_LINE = r"^[^\x00-\x1f\x7f]*\Z"
# Lines of printable ASCII: what RFC 8866 allows, less what nobody sends.
_SDP = r"^v=0\r?\n[\x20-\x7e\r\n]*$"

Sdp = Annotated[str, Meta(max_length=16 * 1024, pattern=_SDP)]
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
    """Write to the other side.

    ``clip`` names a photo or a file of this incident that was stored before; ``text``
    may then be empty.
    """

    text: Annotated[str, Meta(max_length=2000, pattern=_PLAIN)]
    clip: UUID | None = None

    def __post_init__(self) -> None:
        """Refuse a message that says nothing."""
        if not self.text and self.clip is None:
            raise ValueError("a message has a text or a clip")


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


class Description(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An SDP offer for the server's media peer; a browser's ``localDescription``."""

    type: Literal["offer"]
    sdp: Sdp


class Candidate(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One ICE candidate of the sender's own; empty text: there are no more."""

    candidate: Annotated[str, Meta(max_length=1024, pattern=_LINE)]
    sdp_mid: Annotated[str, Meta(max_length=16, pattern=_LINE)] | None = None
    sdp_m_line_index: Annotated[int, Meta(ge=0, le=63)] | None = None


class Signal(Frame, frozen=True, tag="signal", kw_only=True):
    """Set up live media with the server. Never numbered, journalled or stored.

    ``leg`` is made by the client, one an ``RTCPeerConnection``; a new one replaces the
    sender's former leg. Exactly one of the other fields is given: an offer, answered by
    ``signal`` with the answer or by ``media`` with why not; a candidate; or ``bye``.
    """

    leg: UUID
    description: Description | None = None
    candidate: Candidate | None = None
    bye: bool = False

    def __post_init__(self) -> None:
        """Refuse a signal that says nothing, or two things."""
        given = (self.description is not None, self.candidate is not None, self.bye)
        if sum(given) != 1:
            raise ValueError("a signal has a description, a candidate or a bye")


# How much of the other side can be had now, from the best to the least.
Rung = Literal["video", "stills", "voice", "text"]
# Why it is not more.
RungReason = Literal[
    "",
    "connecting",
    "switched_off",
    "camera_refused",
    "camera_none",
    "microphone_refused",
    "microphone_none",
    "no_answer",
    "insecure",
    "no_webrtc",
    "no_path",
    "media_full",
    "media_away",
    "interrupted",
]


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
    sign_language: bool = False


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


# What the phone's own recorder does: ``kept`` only after the first acknowledged chunk,
# ``held`` while what it records waits on the phone.
Recording = Literal["off", "starting", "kept", "held", "full", "failed"]


class SetNeeds(Command, frozen=True, tag="set_needs", kw_only=True):
    """Say what whoever answers should be able to do."""

    sign_language: bool


class ReportDevice(Frame, frozen=True, tag="report_device", kw_only=True):
    """What the phone can give now: which rung of the ladder, and why; for the seat."""

    camera: Device
    microphone: Device
    position: Device
    is_hidden: bool = False
    is_interrupted: bool = False
    rung: Rung = "text"
    why: RungReason = ""
    recording: Recording = "off"


class AnswerWarning(Command, frozen=True, tag="answer_warning", kw_only=True):
    """The caller's nod, or refusal: show the officer large to the offender."""

    accept: bool


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
    | SetNeeds
    | ReportDevice
    | Signal
    | AnswerWarning
)

# --- The seat ------------------------------------------------------------------------


class TakeSeat(Command, frozen=True, tag="take_seat", kw_only=True):
    """Begin a shift at this seat; ``take_over`` moves one's own shift here."""

    seat: UUID
    take_over: bool = False
    # Relieve the colleague who works there and allowed it, in mid call too.
    relieve: bool = False


class LeaveSeat(Command, frozen=True, tag="leave_seat", kw_only=True):
    """End the shift; refused during a call."""


class SetAvailability(Command, frozen=True, tag="set_availability", kw_only=True):
    """Choose off, ready or a break with its reason.

    Where a supervisor allows breaks, a break is only asked for: the seat stays ready.
    """

    availability: Literal["off", "ready", "break"]
    reason: Word = ""


class AcceptOffer(Command, frozen=True, tag="accept_offer", kw_only=True):
    """Do what is offered: host the call, come into it, or take it over."""

    offer: UUID


class DeclineOffer(Command, frozen=True, tag="decline_offer", kw_only=True):
    """Refuse: a call goes back to the line at its old place, else the host is told."""

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


class ReportSeat(Frame, frozen=True, tag="report_seat", kw_only=True):
    """What the seat gives now: which rung, and why; for the phone."""

    camera: Device
    microphone: Device
    rung: Rung = "text"
    why: RungReason = ""


class SetMuted(Command, frozen=True, tag="set_muted", kw_only=True):
    """Stop or let through one side's sound or picture; held by the media server."""

    who: Literal["guest", "host"]
    track: Literal["audio", "video"]
    is_muted: bool


class WarnOffender(Command, frozen=True, tag="warn_offender", kw_only=True):
    """Ask the caller to show the officer large to the offender, or take that back."""

    on: bool


Reason = Annotated[str, Meta(max_length=200, pattern=_PLAIN, description="plain text")]
GivenReason = Annotated[
    str, Meta(min_length=1, max_length=200, pattern=_PLAIN, description="plain text")
]


class InviteSeat(Command, frozen=True, tag="invite_seat", kw_only=True):
    """Ask a colleague's seat into the room: it rings there for 30 s.

    ``seat`` names one; with ``agency`` alone the longest-idle free seat there that has
    the ``skill`` (if one is named) is asked.
    """

    call: UUID
    role: Literal["second", "interpreter", "supervisor"] = "second"
    seat: UUID | None = None
    agency: UUID | None = None
    skill: Word = ""
    reason: Reason = ""

    def __post_init__(self) -> None:
        """Refuse an invitation of nobody, or of two."""
        if (self.seat is None) == (self.agency is None):
            raise ValueError("an invitation names a seat or an agency")


class WithdrawInvitation(Command, frozen=True, tag="withdraw_invitation", kw_only=True):
    """Take an invitation or a transfer back before it is answered."""

    offer: UUID


class TransferCall(Command, frozen=True, tag="transfer_call", kw_only=True):
    """Give the call away without being there together (blind).

    To a ``seat``: it rings there, and the call stays here until it is accepted. To an
    ``agency``: the call goes to its line, at the place its own waiting time gives it.
    """

    call: UUID
    seat: UUID | None = None
    agency: UUID | None = None
    reason: Reason = ""

    def __post_init__(self) -> None:
        """Refuse a transfer to nobody, or to two."""
        if (self.seat is None) == (self.agency is None):
            raise ValueError("a transfer names a seat or an agency")


class HandOver(Command, frozen=True, tag="hand_over", kw_only=True):
    """Make a seat that is in the room the host (warm transfer); one leaves."""

    call: UUID
    participant: UUID


class LeaveRoom(Command, frozen=True, tag="leave_room", kw_only=True):
    """Leave a room one was asked into."""

    call: UUID


class RemoveParticipant(Command, frozen=True, tag="remove_participant", kw_only=True):
    """Put somebody else than the caller out of the room; held by the media server."""

    call: UUID
    participant: UUID


class MuteParticipant(Command, frozen=True, tag="mute_participant", kw_only=True):
    """Let somebody be heard in the room or not; held by the media server."""

    call: UUID
    participant: UUID
    is_muted: bool


class TakeOverCall(Command, frozen=True, tag="take_over_call", kw_only=True):
    """Take a call from a colleague whose console gives no sign of life; say why."""

    call: UUID
    reason: GivenReason


class OpenRelief(Command, frozen=True, tag="open_relief", kw_only=True):
    """Let a colleague sit down here under their own name, in mid call too."""

    on: bool


class NoteCallBack(Command, frozen=True, tag="note_call_back", kw_only=True):
    """Say what came of calling a lost caller back; the call leaves the list."""

    call: UUID
    outcome: Literal["reached", "not_reached", "not_needed"]
    note: Reason = ""


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
    | Signal
    | ReportSeat
    | SetMuted
    | WarnOffender
    | InviteSeat
    | WithdrawInvitation
    | TransferCall
    | HandOver
    | LeaveRoom
    | RemoveParticipant
    | MuteParticipant
    | TakeOverCall
    | OpenRelief
    | NoteCallBack
)

# --- The board -----------------------------------------------------------------------


class PauseSeat(Command, frozen=True, tag="pause_seat", kw_only=True):
    """Send a seat on a break; its operator is told by whom, and may come back."""

    seat: UUID
    reason: GivenReason


class FreeSeat(Command, frozen=True, tag="free_seat", kw_only=True):
    """End a seat's shift; a call it hosts goes back to the line at its old place."""

    seat: UUID
    reason: GivenReason


class AnswerBreak(Command, frozen=True, tag="answer_break", kw_only=True):
    """Allow or refuse the break that a seat asks for."""

    seat: UUID
    allow: bool


class MoveCall(Command, frozen=True, tag="move_call", kw_only=True):
    """Give a call to a seat, or to another agency's line.

    A waiting call is offered to the seat at once; a connected one stays with its host
    until the seat accepts.
    """

    call: UUID
    seat: UUID | None = None
    agency: UUID | None = None
    reason: Reason = ""

    def __post_init__(self) -> None:
        """Refuse a move to nobody, or to two."""
        if (self.seat is None) == (self.agency is None):
            raise ValueError("a move names a seat or an agency")


class SetCallPriority(Command, frozen=True, tag="set_call_priority", kw_only=True):
    """Set a live call's urgency, 1 first; among equals the queue time decides."""

    call: UUID
    priority: Annotated[int, Meta(ge=1, le=4)]
    reason: Reason = ""


class ForceEnd(Command, frozen=True, tag="force_end", kw_only=True):
    """End a call from the board; say why."""

    call: UUID
    reason: GivenReason


class EnterRoom(Command, frozen=True, tag="enter_room", kw_only=True):
    """Come into a call's room from the board.

    ``monitor`` listens unseen and is written to the ledger with the ``reason``;
    ``whisper`` is heard by the host alone; ``open`` takes part (barge).
    """

    call: UUID
    stance: Literal["monitor", "whisper", "open"]
    reason: GivenReason


class SetStance(Command, frozen=True, tag="set_stance", kw_only=True):
    """Change how one takes part in the room one is in."""

    call: UUID
    stance: Literal["monitor", "whisper", "open"]


class PostNotice(Command, frozen=True, tag="post_notice", kw_only=True):
    """Show a sentence at every seat of an agency for some minutes."""

    agency: UUID
    text: Annotated[str, Meta(min_length=1, max_length=300, pattern=_PLAIN)]
    minutes: Annotated[int, Meta(ge=1, le=720)] = 60


class WithdrawNotice(Command, frozen=True, tag="withdraw_notice", kw_only=True):
    """Take a notice back."""

    notice: UUID


BoardFrame = (
    Hello
    | Pong
    | Signal
    | PauseSeat
    | FreeSeat
    | AnswerBreak
    | MoveCall
    | SetCallPriority
    | ForceEnd
    | EnterRoom
    | SetStance
    | LeaveRoom
    | RemoveParticipant
    | PostNotice
    | WithdrawNotice
)
