"""What any socket may send: the first frame, words, pictures and signals."""

from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta, Struct

from dispatch.commands.words import LINE, PLAIN, Base64Jpeg, Count, Cursor, Sdp


class Frame(
    Struct, frozen=True, tag_field="type", forbid_unknown_fields=True, kw_only=True
):
    """Anything a client sends."""


class Command(Frame, frozen=True, kw_only=True):
    """A frame that is acknowledged; ``id`` is made by the client."""

    id: UUID


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

    text: Annotated[str, Meta(max_length=2000, pattern=PLAIN)]
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

    candidate: Annotated[str, Meta(max_length=1024, pattern=LINE)]
    sdp_mid: Annotated[str, Meta(max_length=16, pattern=LINE)] | None = None
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
