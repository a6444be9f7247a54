"""Live media: who is admitted to a call's room, and what may flow in it.

The media server believes us alone. A leg is admitted for whoever holds the place in
the room at this moment; the room's policy (silence, mutings) follows the incident's
entries, so it changes with the fact itself, whichever process wrote it.
"""

import asyncio
import logging
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import msgspec

from dispatch import broadcast as rooms
from dispatch.actions.running import run
from dispatch.broadcast import Port
from dispatch.commands import Candidate, Signal
from dispatch.events.frames import MediaShown, SignalShown
from dispatch.media.interface import (
    MediaAway,
    MediaBackend,
    MediaError,
    MediaEvent,
    RoomPolicy,
    Track,
    Who,
)
from dispatch.models import Call
from dispatch.snapshots.incident import muted_tracks
from dispatch.states import CallMode, CallState
from reports import broadcast, journal
from reports.broadcast import Published
from reports.errors import ReportError

log = logging.getLogger(__name__)

MAX_CANDIDATES = 64  # of one leg; browsers send about ten
CHANGES_POLICY = {"call.mode_changed", "media.muted"}


@dataclass(slots=True)
class _Leg:
    """A leg that was asked for here; ``turn`` keeps its signals in their order."""

    call: UUID
    who: Who
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    candidates: int = 0


@dataclass(frozen=True, slots=True)
class _Standing:
    """A call as its media must know it."""

    incident: UUID
    head: int
    state: str
    policy: RoomPolicy


class MediaDesk:
    """Admits legs and keeps each room's policy true; one a web process."""

    def __init__(self, backend: MediaBackend) -> None:
        self.backend = backend
        self._legs: dict[UUID, _Leg] = {}
        self._calls: dict[UUID, UUID] = {}  # followed: incident → call
        self._tasks: set[asyncio.Task[None]] = set()
        self.refused = 0
        backend.listen(self._hear)

    # --- What a window asks ----------------------------------------------------------

    def signal(self, call: UUID, who: Who, frame: Signal, port: Port) -> None:
        """Take a signal of the window that holds this side of the room; never waits."""
        room = rooms.rooms().get(call)
        holder = room and (room.guest if who == "guest" else room.host)
        leg = self._legs.get(frame.leg)
        if holder is not port or (leg and (leg.call, leg.who) != (call, who)):
            self.refused += 1
            return
        if frame.description is not None:
            leg = self._legs.setdefault(frame.leg, _Leg(call, who))
            self._spawn(self._offer(frame.leg, leg, frame.description.sdp, port))
        elif leg is None:
            self.refused += 1
        elif frame.candidate is not None:
            leg.candidates += 1
            if leg.candidates <= MAX_CANDIDATES:
                self._spawn(self._candidate(frame.leg, leg, frame.candidate))
            else:
                self.refused += 1
        else:
            self._spawn(self._bye(frame.leg, leg))

    async def _offer(self, uuid: UUID, leg: _Leg, sdp: str, port: Port) -> None:
        async with leg.turn:
            try:
                standing = await run(_standing, leg.call)
                if not _may_have_a_leg(standing, leg.who):
                    self._refuse(uuid, port, "not_now")
                    return
                self._follow(leg.call, standing)
                answer = await self.backend.offer(
                    leg.call, leg.who, uuid, sdp, standing.policy
                )
            except MediaError as error:
                self._refuse(uuid, port, error.code)
            except ReportError:
                self._refuse(uuid, port, MediaAway.code)
            else:
                port.show(SignalShown(leg=uuid, sdp=answer))
                # What was decided between the look and the offer, told once more.
                await self._renew_policy(leg.call)

    def _refuse(self, uuid: UUID, port: Port, code: str) -> None:
        self._legs.pop(uuid, None)
        port.show(MediaShown(leg=uuid, state="refused", code=code))

    async def _candidate(self, uuid: UUID, leg: _Leg, candidate: Candidate) -> None:
        async with leg.turn:
            if uuid in self._legs:
                await self.backend.candidate(
                    leg.call,
                    uuid,
                    candidate.candidate,
                    candidate.sdp_mid,
                    candidate.sdp_m_line_index,
                )

    async def _bye(self, uuid: UUID, leg: _Leg) -> None:
        async with leg.turn:
            self._legs.pop(uuid, None)
            await self.backend.kick(leg.call, leg.who, uuid)

    # --- What happens ----------------------------------------------------------------

    def _hear(self, event: MediaEvent) -> None:
        """Tell the window whose leg it is, whichever socket it now has."""
        if event.state == "closed" or event.code == MediaAway.code:
            self._legs.pop(event.leg, None)
        room = rooms.rooms().get(event.call)
        port = room and (room.guest if event.who == "guest" else room.host)
        if port:
            port.show(MediaShown(leg=event.leg, state=event.state, code=event.code))

    def deliver(self, entry: Published) -> None:
        """Follow what the incidents with a room say."""
        call = self._calls.get(entry.stream)
        if call is None:
            return
        if entry.kind in CHANGES_POLICY:
            self._spawn(self._renew_policy(call))
        elif entry.kind == "call.returned":
            self._spawn(self.backend.kick(call, "host"))
        elif entry.kind == "call.ended" and _is_about(entry, call):
            self._spawn(self._close(entry.stream, call))

    async def _renew_policy(self, call: UUID) -> None:
        standing = await run(_standing, call)
        if standing is not None:
            await self.backend.set_policy(call, standing.policy)

    async def _close(self, incident: UUID, call: UUID) -> None:
        self._calls.pop(incident, None)
        broadcast.registry().unfollow(incident, self)
        for uuid in [uuid for uuid, leg in self._legs.items() if leg.call == call]:
            del self._legs[uuid]
        await self.backend.close_room(call)

    async def reconcile(self) -> None:
        """Compare the media server's legs with the calls: after a restart of either.

        Legs outlive a web process, so that a picture never stops for one; what was
        decided meanwhile is told now.
        """
        health = await self.backend.health()
        for call in {state.call for state in health.legs}:
            standing = await run(_standing, call)
            if standing is None or standing.state == CallState.ENDED:
                await self.backend.close_room(call)
            elif standing.incident not in self._calls:
                self._follow(call, standing)
                await self.backend.set_policy(call, standing.policy)
        for state in health.legs:
            self._legs.setdefault(state.leg, _Leg(state.call, state.who))
        for incident, call in list(self._calls.items()):
            standing = await run(_standing, call)
            if standing is None or standing.state == CallState.ENDED:
                await self._close(incident, call)

    def _follow(self, call: UUID, standing: "_Standing") -> None:
        if standing.incident in self._calls:
            return
        self._calls[standing.incident] = call
        broadcast.registry().follow(standing.incident, self)
        broadcast.registry().saw(standing.incident, standing.head)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(_guarded(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def _guarded(work: Coroutine[Any, Any, None]) -> None:
    """A media server that is away is told by its own event, not by a traceback."""
    try:
        await work
    except (MediaError, ReportError) as error:
        log.info("media: %s", error.code)
    except Exception:
        log.exception("a media signal failed")


def _is_about(entry: Published, call: UUID) -> bool:
    """Return whether a ``call.*`` entry is this call's, not an earlier one's."""
    return str(msgspec.json.decode(entry.text)["call"]["call"]) == str(call)


def _may_have_a_leg(standing: "_Standing | None", who: Who) -> bool:
    """A phone prepares its picture while a seat is asked; a seat must have accepted."""
    if standing is None:
        return False
    if who == "guest":
        return standing.state in (CallState.OFFERED, CallState.CONNECTED)
    return standing.state == CallState.CONNECTED


def _standing(uuid: UUID) -> "_Standing | None":
    """Read how a call stands; the head first, so that no change is missed."""
    incident = (
        Call.objects.filter(uuid=uuid).values_list("incident__uuid", flat=True).first()
    )
    if incident is None:
        return None
    head = journal.heads([incident])[incident]
    state, mode = Call.objects.values_list("state", "mode").get(uuid=uuid)
    tracks = muted_tracks(incident, str(uuid))
    muted: frozenset[tuple[Who, Track]] = frozenset(
        (who, track)  # type: ignore[misc]  # the journal holds no other words
        for who, stopped in tracks.items()
        for track, is_muted in stopped.items()
        if is_muted
    )
    policy = RoomPolicy(is_silent=mode == CallMode.SILENT, muted=muted)
    return _Standing(incident, head, state, policy)


_desk: MediaDesk | None = None


def attach(desk: MediaDesk | None) -> None:
    """Make ``desk`` this process's."""
    global _desk
    _desk = desk


def signal(call: UUID, who: Who, frame: Signal, port: Port) -> None:
    """Hand a signal to this process's desk; without one there is no live media."""
    if _desk is None:
        port.show(MediaShown(leg=frame.leg, state="refused", code=MediaAway.code))
    else:
        _desk.signal(call, who, frame, port)
