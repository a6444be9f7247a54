"""What the switchboard needs of a media server, whichever it is.

A star: each browser talks to the server's media peer only, so nobody learns another's
address, and kick and mute are enforced where the packets pass. A *leg* is one
``RTCPeerConnection`` of one participant; its id is made by the client. A room belongs
to a call, not to a seat. Besides guest and host there may be *parties*: they see both,
send no picture, and the policy says by whom each is heard.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, Protocol
from uuid import UUID

from dispatch.sides import GUEST as GUEST
from dispatch.sides import HOST as HOST
from dispatch.sides import PARTY as PARTY
from dispatch.sides import Side
from dispatch.sides import is_party as is_party
from dispatch.sides import party as party

Who = Side  # guest, host or a party
Track = Literal["audio", "video"]
Audience = Literal["all", "host", "nobody"]

MOST_VOICES = 6  # that may be heard in a room, guest and host among them
MOST_PARTIES = 8  # besides those two, who only listen included


class MediaError(Exception):
    """Why a leg is not admitted; ``code`` is what the browser is told."""

    code = "refused"


class MediaFull(MediaError):
    """The server carries as much as it can: stills instead, the alarm goes on."""

    code = "media_full"


class RoomFull(MediaError):
    """As many voices as a room may have, or as many who listen, are there."""

    code = "room_full"


class MediaAway(MediaError):
    """The media server does not answer; it may be starting again."""

    code = "media_away"


class BadDescription(MediaError):
    """The SDP is not one that this server can answer."""

    code = "bad_description"


@dataclass(frozen=True, slots=True)
class RoomPolicy:
    """What may flow in a room. Without one, a leg's guest is sent no sound at all.

    ``is_silent``: no audio packet is forwarded to the guest, whoever sends it.
    ``muted``: tracks that the host has stopped, as (whose, which).
    ``records``: each participant's picture and sound are written to disk; of parties
    only what everybody hears.
    ``audiences``: by whom each party is heard; one not named here hears nobody either.
    """

    is_silent: bool
    muted: frozenset[tuple[Who, Track]] = frozenset()
    records: bool = True
    audiences: dict[Who, Audience] = field(default_factory=dict)

    def hears(self, receiver: Who, source: Who) -> bool:
        """Return whether ``source`` is in the room for ``receiver``, muted or not."""
        if is_party(receiver) and receiver not in self.audiences:
            return False
        if not is_party(source):
            return True
        audience = self.audiences.get(source, "nobody")
        return audience == "all" or (audience == "host" and receiver == HOST)

    def speaks(self, who: Who) -> bool:
        """Return whether a party is heard by anybody, if it is not muted."""
        return self.audiences.get(who, "nobody") != "nobody"


@dataclass(frozen=True, slots=True)
class LegState:
    """One leg as the media server sees it; ages are in seconds.

    What came in is counted in frames, what left in packets: of sound it is the same.
    """

    call: UUID
    who: Who
    leg: UUID
    is_up: bool
    video_in: int = 0
    audio_in: int = 0
    video_out: int = 0
    audio_out: int = 0
    silent_seconds: float = 0.0  # since the last packet came
    lines: dict[str, Who] = field(default_factory=dict)  # SDP mid → whom it carries


@dataclass(frozen=True, slots=True)
class Health:
    """How busy the media server is: ``load`` 0 to 1 of the streams it may carry."""

    is_alive: bool
    load: float = 0.0
    streams: int = 0
    legs: list[LegState] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class MediaEvent:
    """Something that happened by itself. ``state``: up, lost, closed, lines.

    ``lost`` with ``code`` ``media_away`` is told for every leg when the server dies.
    ``lines`` says which of the leg's lines (SDP mid) carry whom from now on.
    """

    call: UUID
    who: Who
    leg: UUID
    state: Literal["up", "lost", "closed", "lines"]
    code: str = ""
    lines: dict[str, Who] = field(default_factory=dict)


class MediaBackend(Protocol):
    """A media server. Calls are short, raise ``MediaError`` and never block."""

    async def offer(
        self, call: UUID, who: Who, leg: UUID, sdp: str, policy: RoomPolicy
    ) -> str:
        """Admit a leg and return the SDP answer; it replaces the participant's former.

        Raises:
            MediaFull, RoomFull, MediaAway, BadDescription.
        """

    async def candidate(
        self,
        call: UUID,
        leg: UUID,
        candidate: str,
        sdp_mid: str | None,
        sdp_m_line_index: int | None,
    ) -> None:
        """Add a leg's remote ICE candidate; unknown legs and nonsense are ignored."""

    async def set_policy(self, call: UUID, policy: RoomPolicy) -> None:
        """Change what may flow in a room, at once; an unknown room is no error."""

    async def kick(self, call: UUID, who: Who, leg: UUID | None = None) -> None:
        """Close a participant's leg (only that one, if named)."""

    async def close_room(self, call: UUID) -> None:
        """Close all legs of a call and finish its recordings."""

    async def health(self) -> Health:
        """Return how it is, with every leg; not alive if it does not answer."""

    async def metrics(self) -> str:
        """Return what it counted, as Prometheus reads it; empty if it is away."""

    def listen(self, hear: Callable[[MediaEvent], None]) -> None:
        """Call ``hear`` for what happens by itself; it must neither block nor raise."""

    async def start(self) -> None:
        """Connect, and keep connecting."""

    async def stop(self) -> None:
        """Let go; legs stay up."""
