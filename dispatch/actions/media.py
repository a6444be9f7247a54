"""Live media: who is admitted to a call's room, and what may flow in it.

The media server believes us alone. A leg is admitted for whoever holds the place in
the room at this moment; the room's policy (silence, mutings, by whom each party is
heard) follows the incident's entries, so it changes with the fact itself, whichever
process wrote it. Who listens unseen is in no entry: see ``look_again``.
"""

import asyncio
import logging
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import replace
from typing import Any
from uuid import UUID
from weakref import WeakValueDictionary

import msgspec

from accounts import logs
from accounts.metrics import dropped, failed
from dispatch import metrics
from dispatch.actions.media_legs import FROM_BEFORE, Leg, Legs, holder, show_lines
from dispatch.actions.running import run
from dispatch.broadcast import Port
from dispatch.commands import Candidate, Signal
from dispatch.events.frames import MediaShown, SignalShown
from dispatch.media.interface import (
    GUEST,
    HOST,
    MediaAway,
    MediaBackend,
    MediaError,
    MediaEvent,
    RoomPolicy,
    Who,
)
from dispatch.snapshots.media import Standing, standing_of
from dispatch.states import CallMode, CallState
from reports import broadcast
from reports.broadcast import Published
from reports.errors import Busy, ReportError

log = logging.getLogger(__name__)

MAX_CANDIDATES = 64  # of one leg; browsers send about ten
BUSY_SECONDS = 0.5  # between two looks at a database that was busy
MOST_LOOKS = 4
CHANGES_POLICY = {
    "call.mode_changed",
    "call.returned",
    "call.transferred",
    "media.muted",
    "room.changed",
}


class MediaDesk:
    """Admits legs and keeps each room's policy true; one a web process."""

    def __init__(self, backend: MediaBackend) -> None:
        self.backend = backend
        self._legs = Legs()
        self._calls: dict[UUID, UUID] = {}  # followed: incident → call
        # One decision at a time in a room: of two, the one that looked first would
        # undo what the other found; a phone gone silent would ring out again.
        self._turns: WeakValueDictionary[UUID, asyncio.Lock] = WeakValueDictionary()
        self._told: dict[UUID, RoomPolicy] = {}  # each followed room's, as last told
        self._hushed: dict[UUID, int] = {}  # call → the entry that made it silent
        self._tasks: set[asyncio.Task[None]] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        backend.listen(self._hear)

    def work_in(self, loop: asyncio.AbstractEventLoop) -> None:
        """Do what other threads ask for in this loop."""
        self._loop = loop

    # --- What a window asks ----------------------------------------------------------

    def signal(self, call: UUID, who: Who, frame: Signal, port: Port) -> None:
        """Take a signal of the window that holds this side of the room; never waits."""
        leg = self._legs.get(frame.leg)
        if holder(call, who) is not port or (leg and leg.side != (call, who)):
            dropped("signal", "not the holder's")
            return
        if frame.description is not None:
            leg = self._legs.setdefault(frame.leg, Leg(call, who))
            leg.is_begun_by(port)
            self._spawn(self._offer(frame.leg, leg, frame.description.sdp, port))
        elif leg is None:
            dropped("signal", "unknown leg")
        elif frame.candidate is not None:
            leg.candidates += 1
            if leg.candidates <= MAX_CANDIDATES:
                self._spawn(self._candidate(frame.leg, leg, frame.candidate))
            else:
                dropped("signal", "too many candidates")
        else:
            self._spawn(self._bye(frame.leg, leg))

    async def _offer(self, uuid: UUID, leg: Leg, sdp: str, port: Port) -> None:
        logs.about(call=leg.call)
        async with leg.turn, self._turn(leg.call):
            if any(
                other.number > leg.number
                for other in self._legs.of_side(*leg.side).values()
            ):
                # This window, or the next one, has begun anew meanwhile.
                self._refuse(uuid, port, "replaced")
                return
            try:
                standing = await run(standing_of, leg.call)
                if standing is None or not standing.may_begin(leg.who):
                    self._refuse(uuid, port, "not_now")
                    return
                if not standing.holds(leg.who, leg.epoch, leg.seat):
                    # Another window holds the place, at another web process.
                    self._refuse(uuid, port, "replaced")
                    return
                # A look from before its place was taken may have dropped it meanwhile:
                # a leg that flows and is not known here would never be put out.
                self._legs[uuid] = leg
                self._follow(leg.call, standing)
                policy = self._policy(leg.call, standing)
                answer = await self.backend.offer(leg.call, leg.who, uuid, sdp, policy)
            except MediaError as error:
                self._refuse(uuid, port, error.code)
            except ReportError:
                self._refuse(uuid, port, MediaAway.code)
            else:
                for older, former in self._legs.of_side(*leg.side).items():
                    if former.number < leg.number:
                        del self._legs[older]
                port.show(SignalShown(leg=uuid, sdp=answer))
                # What was decided between the look and the offer, told once more: in
                # a turn of its own, after the other side's offer if that one waits.
                self._spawn(self._renew(leg.call))

    def _refuse(self, uuid: UUID, port: Port, code: str) -> None:
        self._legs.pop(uuid, None)
        metrics.media_refusals.labels(code).inc()
        port.show(MediaShown(leg=uuid, state="refused", code=code))

    async def _candidate(self, uuid: UUID, leg: Leg, candidate: Candidate) -> None:
        async with leg.turn:
            if uuid in self._legs:
                await self.backend.candidate(
                    leg.call,
                    uuid,
                    candidate.candidate,
                    candidate.sdp_mid,
                    candidate.sdp_m_line_index,
                )

    async def _bye(self, uuid: UUID, leg: Leg) -> None:
        async with leg.turn:
            self._legs.pop(uuid, None)
            await self.backend.kick(leg.call, leg.who, uuid)

    def place_taken(self, call: UUID, who: Who, epoch: int) -> None:
        """A window holds this side under ``epoch`` now: former ones' legs end at once.

        A socket may be dead and its picture not: who lost the place neither watches nor
        is watched until the next window begins. A host's leg of which no epoch is known
        is from before this process: its console comes back to the seat it has.
        """
        self._spawn(self._end_older(call, who, epoch))

    async def _end_older(self, call: UUID, who: Who, epoch: int) -> None:
        async with self._turn(call):
            for uuid, leg in self._legs.of_side(call, who).items():
                if leg.epoch < epoch and (leg.epoch or who == GUEST):
                    self._legs.pop(uuid, None)
                    await self.backend.kick(call, who, uuid)
                else:
                    show_lines(uuid, leg)

    # --- What happens ----------------------------------------------------------------

    def _hear(self, event: MediaEvent) -> None:
        """Tell the window whose leg it is, whichever socket it now has."""
        if event.state == "lines":
            self._legs.learn_lines(event.leg, event.lines)
            return
        if event.state == "closed" or event.code == MediaAway.code:
            self._legs.pop(event.leg, None)
        port = holder(event.call, event.who)
        if port is not None:
            port.show(MediaShown(leg=event.leg, state=event.state, code=event.code))

    def deliver(self, entry: Published) -> None:
        """Follow what the incidents with a room say."""
        call = self._calls.get(entry.stream)
        if call is None:
            return
        if entry.kind == "call.mode_changed" and _is_about(entry, call):
            self._hush(call, entry)
        is_end = entry.kind == "call.ended" and _is_about(entry, call)
        if is_end:
            # Nobody is recorded after their call, however busy the database is; the
            # look that follows ends what an offer let in meanwhile.
            self._spawn(self.backend.close_room(call))
        if is_end or entry.kind in CHANGES_POLICY:
            self._spawn(self._renew(call))

    def _hush(self, call: UUID, entry: Published) -> None:
        """Silence waits for no turn of the room and no look at the database."""
        if _call_in(entry)["mode"] != CallMode.SILENT:
            self._hushed.pop(call, None)
            return
        self._hushed[call] = entry.seq
        former = self._told.get(call, RoomPolicy(is_silent=True))
        policy = self._told[call] = replace(former, is_silent=True)
        self._spawn(self.backend.set_policy(call, policy))

    def _policy(self, call: UUID, standing: Standing) -> RoomPolicy:
        """Return what may flow; a look from before the silence does not break it."""
        policy = standing.policy
        if self._hushed.get(call, 0) > standing.head:
            policy = replace(policy, is_silent=True)
        self._told[call] = policy
        return policy

    async def _renew(self, call: UUID) -> None:
        logs.about(call=call)
        for look in range(1, MOST_LOOKS + 1):
            try:
                async with self._turn(call):
                    await self._look_again(call)
                return
            except Busy:
                if look == MOST_LOOKS:
                    raise
                await asyncio.sleep(BUSY_SECONDS)

    async def _look_again(self, call: UUID) -> None:
        """Tell the media server how the call stands now; in the room's turn."""
        standing = await run(standing_of, call)
        if standing is None or standing.is_over:
            await self._close(call)
            return
        await self.backend.set_policy(call, self._policy(call, standing))
        if standing.state != CallState.CONNECTED:
            # By name: another process may have let the next host's in meanwhile.
            for uuid in self._legs.of_side(call, HOST):
                await self.backend.kick(call, HOST, uuid)
        await self._put_out(call, standing)

    async def _put_out(self, call: UUID, standing: Standing) -> None:
        """End the legs of who left, was removed, or handed the call to another seat."""
        for uuid, leg in self._legs.of_call(call).items():
            may_stay = standing.may_begin(leg.who) and standing.holds(
                leg.who, leg.epoch, leg.seat
            )
            if leg.who != GUEST and not may_stay:
                self._legs.pop(uuid, None)
                await self.backend.kick(call, leg.who, uuid)

    async def _close(self, call: UUID) -> None:
        self._told.pop(call, None)
        self._hushed.pop(call, None)
        for incident in [i for i, followed in self._calls.items() if followed == call]:
            del self._calls[incident]
            broadcast.registry().unfollow(incident, self)
        for uuid in self._legs.of_call(call):
            del self._legs[uuid]
        await self.backend.close_room(call)

    async def reconcile(self) -> bool:
        """Compare the media server's legs with the calls: after a restart of either.

        Return whether it answers; without an answer nothing is compared.

        Legs outlive a web process, so that a picture never stops for one; what was
        decided meanwhile is told now.
        """
        health = await self.backend.health()
        if not health.is_alive:
            return False
        for state in health.legs:
            # Older than any that was asked for here, the ones that wait included.
            known = Leg(state.call, state.who, number=FROM_BEFORE)
            self._legs.setdefault(state.leg, known)
            self._legs.learn_lines(state.leg, state.lines)
        calls = {state.call for state in health.legs} | set(self._calls.values())
        for call in calls:
            await _guarded(self._recall(call))
        return True

    async def _recall(self, call: UUID) -> None:
        logs.about(call=call)
        async with self._turn(call):
            standing = await run(standing_of, call)
            if standing is not None and not standing.is_over:
                self._follow(call, standing)
            await self._look_again(call)

    def look_again(self, call: UUID) -> None:
        """Follow what no entry tells; from any thread, and nothing is waited for."""
        if self._loop is not None:
            with suppress(RuntimeError):  # the process is going down
                self._loop.call_soon_threadsafe(self._spawn_look, call)

    def _follow(self, call: UUID, standing: Standing) -> None:
        if standing.incident in self._calls:
            return
        self._calls[standing.incident] = call
        broadcast.registry().follow(standing.incident, self)
        broadcast.registry().saw(standing.incident, standing.head)

    def _turn(self, call: UUID) -> asyncio.Lock:
        return self._turns.setdefault(call, asyncio.Lock())

    def _spawn_look(self, call: UUID) -> None:
        self._spawn(self._renew(call))

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
    except Exception:  # the call goes on without live media, and the page tries again
        failed("media signal")
        log.exception("a media signal failed")


def _is_about(entry: Published, call: UUID) -> bool:
    """Return whether a ``call.*`` entry is this call's, not an earlier one's."""
    return str(_call_in(entry)["call"]) == str(call)


def _call_in(entry: Published) -> dict[str, Any]:
    view: dict[str, Any] = msgspec.json.decode(entry.text)["call"]
    return view


_desk: MediaDesk | None = None


def attach(desk: MediaDesk | None) -> None:
    """Make ``desk`` this process's; its work is done in the loop that calls this."""
    global _desk
    _desk = desk
    if desk is not None:
        desk.work_in(asyncio.get_running_loop())


def signal(call: UUID, who: Who, frame: Signal, port: Port) -> None:
    """Hand a signal to this process's desk; without one there is no live media."""
    if _desk is None:
        metrics.media_refusals.labels(MediaAway.code).inc()
        port.show(MediaShown(leg=frame.leg, state="refused", code=MediaAway.code))
    else:
        _desk.signal(call, who, frame, port)


def place_taken(call: UUID, who: Who, epoch: int) -> None:
    """Another window holds this side of the room now; see ``MediaDesk.place_taken``."""
    if _desk is not None:
        _desk.place_taken(call, who, epoch)


def look_again(call: UUID) -> None:
    """Follow a change that no entry of the incident tells: who listens unseen.

    To be called after the commit, from any thread; it neither blocks nor raises.
    """
    if _desk is not None:
        _desk.look_again(call)
