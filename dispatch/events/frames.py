"""Frames from the server that are not entries: answers, snapshots and passing things.

Nothing here is numbered. What is lost costs time, never a fact: facts are entries.
"""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from msgspec import Struct

from dispatch.events.views import HealthView


class ServerFrame(
    Struct, frozen=True, tag_field="type", kw_only=True, omit_defaults=True
):
    """Anything the server sends besides entries."""


class Ack(ServerFrame, frozen=True, tag="ack", kw_only=True):
    """The command ``id`` is committed: entry ``seq`` of ``stream``, if it made one."""

    id: UUID
    stream: UUID | None = None
    seq: int | None = None


class Error(ServerFrame, frozen=True, tag="error", kw_only=True):
    """The command ``id`` (or a frame without one) was refused.

    ``code`` is for programs, ``detail`` for people, ``facts`` name what happened
    meanwhile and who did it.
    """

    code: str
    detail: str
    id: UUID | None = None
    facts: dict[str, Any] = {}


class Welcome(
    ServerFrame, frozen=True, tag="welcome", kw_only=True, omit_defaults=False
):
    """Where the client stands. A null ``epoch`` means: watching only, no place held.

    ``cursors`` are the numbers the snapshots stand at; entries follow from there. For
    streams whose cursor in ``hello`` was within 1,000 of the head, ``snapshots`` omits
    them and the missed entries follow instead.
    """

    epoch: int | None
    cursors: dict[UUID, int]
    snapshots: dict[UUID, Any]
    you: dict[str, Any]
    at: str


class Followed(ServerFrame, frozen=True, tag="followed", kw_only=True):
    """The server now also sends ``stream``, from ``cursor`` on."""

    stream: UUID
    cursor: int
    snapshot: Any


class Unfollowed(ServerFrame, frozen=True, tag="unfollowed", kw_only=True):
    """The server no longer sends ``stream``: clear it from the screen."""

    stream: UUID


class Heartbeat(ServerFrame, frozen=True, tag="heartbeat", kw_only=True):
    """Every 2 s: the head number of each followed stream. Answer with ``pong``."""

    heads: dict[UUID, int]
    at: str


class Place(ServerFrame, frozen=True, tag="place", kw_only=True, omit_defaults=False):
    """A waiting caller's place in line, from 1; at least every 5 s.

    ``wait_seconds`` is an estimate or null; ``seats_open`` is how many seats are ready,
    now or after their call; 0 means nobody is, and the page gives the number.
    """

    place: int
    wait_seconds: int | None
    seats_open: int


class StillShown(ServerFrame, frozen=True, tag="still", kw_only=True):
    """The other side's picture; answer with ``still_seen`` once it is on the screen."""

    call: UUID
    n: int
    age_ms: int
    jpeg: str


class TypingShown(ServerFrame, frozen=True, tag="typing", kw_only=True):
    """The other side is writing."""

    call: UUID


class DeviceShown(
    ServerFrame, frozen=True, tag="device", kw_only=True, omit_defaults=False
):
    """What the caller's phone can give now."""

    call: UUID
    camera: str
    microphone: str
    position: str
    is_hidden: bool
    is_interrupted: bool = False
    rung: str = "text"
    why: str = ""
    recording: str = "off"


class SeatDeviceShown(
    ServerFrame, frozen=True, tag="seat_device", kw_only=True, omit_defaults=False
):
    """What the seat gives now."""

    call: UUID
    camera: str
    microphone: str
    rung: str
    why: str


class CallerWords(Struct, frozen=True, kw_only=True):
    """A line the caller wrote; ``is_file``: it came with a photo or a file."""

    text: str
    is_file: bool = False


class OfferWords(
    ServerFrame, frozen=True, tag="offer_words", kw_only=True, omit_defaults=False
):
    """What the caller of a ringing offer wrote so far, to the seat it rings at alone.

    Whole each time: soon after the ``seat.updated`` with the offer, and as more is
    written or the phone changes. ``words``: the newest three lines, oldest first, each
    cut at 200 characters. ``rung`` and ``why`` as in ``device``; empty while the phone
    has not said what it can give.
    """

    offer: UUID
    call: UUID
    words: list[CallerWords]
    rung: str = ""
    why: str = ""


class SilentSeats(
    ServerFrame, frozen=True, tag="silent_seats", kw_only=True, omit_defaults=False
):
    """Seats of one's agency whose console, in mid call, was not heard for 4 s.

    Whole each time, when it changed; none at first. ``take_over_call`` of theirs is
    allowed.
    """

    seats: list[UUID]


class NeighboursWait(
    ServerFrame, frozen=True, tag="neighbours_wait", kw_only=True, omit_defaults=False
):
    """Calls at neighbours whose turn at this agency has begun, with no seat free.

    Whole each time, when it changed; none at first. Whoever becomes ready gets them.
    ``oldest_at`` is since when the oldest of ``count`` waits, null where there is none.
    """

    count: int
    oldest_at: str | None


def neighbours_wait(told: Iterable[tuple[int, str]]) -> NeighboursWait:
    """Return one frame of what each agency is told: how many, and since when."""
    every = list(told)
    oldest = min((at for _, at in every), default=None)
    return NeighboursWait(count=sum(count for count, _ in every), oldest_at=oldest)


class SignalShown(ServerFrame, frozen=True, tag="signal", kw_only=True):
    """The media server's SDP answer to this window's leg."""

    leg: UUID
    sdp: str


class MediaShown(
    ServerFrame, frozen=True, tag="media", kw_only=True, omit_defaults=False
):
    """What became of this window's leg.

    ``state``: ``up`` (media flows), ``lost`` (nothing arrives any more), ``refused``,
    ``closed``. ``code`` says why: ``media_full``, ``media_away``, ``bad_description``,
    ``not_now`` (no conversation yet), ``replaced``, ``call_ended``, ``kicked`` (put out
    of the room), ``room_full`` (of voices). After ``lost`` or
    ``media_away`` begin a new leg; after ``media_full`` send stills.
    """

    leg: UUID
    state: str
    code: str = ""


class MediaLinesShown(
    ServerFrame, frozen=True, tag="media_lines", kw_only=True, omit_defaults=False
):
    """Whom the lines of this window's leg carry, by SDP mid: guest, host or a party.

    Whole each time; sent when the leg is up and whenever somebody comes or leaves. A
    party is named ``party:<participant>``, as in ``room.changed``.
    """

    leg: UUID
    lines: dict[str, str]


class Reconnect(ServerFrame, frozen=True, tag="reconnect", kw_only=True):
    """The server is about to stop: come back after ``after_ms``."""

    after_ms: int


class StillWasSeen(ServerFrame, frozen=True, tag="still_seen", kw_only=True):
    """The picture ``n`` was shown on the other side, or is held; the next may come."""

    n: int


# --- The board -----------------------------------------------------------------------


class FiguresShown(ServerFrame, frozen=True, tag="figures", kw_only=True):
    """An agency's figures since local midnight, when they changed; at most each 5 s.

    ``figures`` are sums (calls, milliseconds), so that several agencies add up.
    ``quarters``: by 15 minutes from ``starts_at`` on, each as [offered, answered,
    answered within 15 s of the tap, of how many that is, abandoned before an answer].
    """

    agency: UUID
    figures: dict[str, int]
    starts_at: str
    quarters: list[list[int]]


class HealthShown(
    ServerFrame, frozen=True, tag="health", kw_only=True, omit_defaults=False
):
    """How the service is, every 2 s.

    ``loops``: milliseconds since each loop's last turn. ``relay_percent``: its load,
    null while it does not answer. ``canary_at``: the last made-up alarm, null if there
    was none; ``canary_ok``: it was answered. ``batches``: the writer's commits so far.
    """

    at: str
    loops: dict[str, int]
    relay_percent: int | None
    canary_at: str | None
    canary_ok: bool
    batches: int
    agencies: dict[UUID, HealthView]


class RoomShown(
    ServerFrame, frozen=True, tag="room", kw_only=True, omit_defaults=False
):
    """The room this board's supervisor is in, or nulls: in none."""

    call: UUID | None = None
    incident: UUID | None = None
    participant: UUID | None = None
    stance: str = ""
