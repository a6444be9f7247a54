"""All rooms of the process: stars of guest, host and parties.

Every leg's frames go to the legs of the others that may have them and, if the policy
says so, to disk.
"""

import asyncio
import logging
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import monotonic
from typing import Literal
from uuid import UUID

from accounts import logs
from dispatch.media.interface import (
    Health,
    MediaError,
    MediaEvent,
    MediaFull,
    RoomPolicy,
    Who,
    is_party,
)
from dispatch.media.relay import counting
from dispatch.media.relay.description import Described, read_offer
from dispatch.media.relay.files import LegFolder
from dispatch.media.relay.leg import Address, Leg
from dispatch.media.relay.passthrough import EncodedFrame
from dispatch.media.relay.recorder import Recorder
from dispatch.media.relay.room import Room
from dispatch.media.relay.segments import Arrival, Segments

log = logging.getLogger(__name__)

CONNECT_SECONDS = 20.0  # a leg that never connects is given up
DEAD_SECONDS = 8.0  # as a caller's lease: whoever comes back has lost its place
LOST_SECONDS = 5.0  # without any packet; browsers report each second
LOOK_SECONDS = 1.0


class Rooms:
    """All rooms of the process."""

    def __init__(
        self,
        home: Path,
        *,
        streams: int,
        address: Address,
        tell: Callable[[MediaEvent], None],
    ) -> None:
        self._home = home
        self._streams = streams
        self._address = address
        self._tell = tell
        self._rooms: dict[UUID, Room] = {}
        self._closing: set[asyncio.Task[None]] = set()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="recorder")

    # --- What the web process asks ---------------------------------------------------

    async def offer(
        self, call: UUID, who: Who, uuid: UUID, sdp: str, policy: RoomPolicy
    ) -> str:
        """Admit a leg in place of the participant's former; return the answer."""
        logs.about(call=call)
        try:
            outcome, answer = await self._offer(call, who, uuid, sdp, policy)
        except MediaError as error:
            counting.offers.labels(error.code).inc()
            log.info("leg %s is refused: %s", uuid, error.code)
            raise
        counting.offers.labels(outcome).inc()
        return answer

    async def _offer(
        self, call: UUID, who: Who, uuid: UUID, sdp: str, policy: RoomPolicy
    ) -> tuple[str, str]:
        described = read_offer(sdp)
        room = self._rooms.setdefault(call, Room())
        room.set_policy(policy)
        former = room.legs.get(who)
        if former is not None and former.uuid == uuid and not former.is_closed:
            for candidate in described.candidates:
                await former.add_candidate(candidate, self._address)
            return "repeated", former.answer  # because a socket was lost
        try:
            room.find_place(who, policy)
            self._find_place(who, described, besides=former)
            # Who gave way may have been the last one in here: the room was dropped.
            self._rooms[call] = room
            leg = self._make(room, call, who, uuid, described)
            room.legs[who] = leg
            try:
                answer = await leg.describe(described, self._address)
            except MediaError:
                if room.legs.get(who) is leg:
                    room.let_go(who)
                self._close(leg, "")
                raise
        finally:
            if former is not None and room.legs.get(who) is not former:
                self._close(former, "replaced")
            self._drop_if_empty(call)
        log.info(
            "live connection %s of call %s: certificate's fingerprint %s, no secret",
            *(uuid, call, described.fingerprint),
        )
        return "admitted", answer

    async def add_candidate(self, call: UUID, uuid: UUID, text: str) -> None:
        """Add a leg's candidate; an unknown leg is none of ours any more."""
        for leg in self._legs_of(call):
            if leg.uuid == uuid:
                await leg.add_candidate(text, self._address)

    def set_policy(self, call: UUID, policy: RoomPolicy) -> None:
        """Change what may flow, at once."""
        room = self._rooms.get(call)
        if room is not None:
            room.set_policy(policy)

    def kick(
        self, call: UUID, who: Who, uuid: UUID | None, code: str = "kicked"
    ) -> None:
        """Close a participant's leg."""
        room = self._rooms.get(call)
        leg = room and room.legs.get(who)
        if room and leg and uuid in (None, leg.uuid):
            room.let_go(who)
            self._close(leg, code)
            self._drop_if_empty(call)

    def close_room(self, call: UUID, code: str = "call_ended") -> None:
        """Close all legs of a call."""
        room = self._rooms.pop(call, None)
        for leg in list(room.legs.values()) if room else ():
            self._close(leg, code)

    def close_all(self, code: str) -> None:
        """Close every leg."""
        for call in list(self._rooms):
            self.close_room(call, code)

    async def settle(self) -> None:
        """Wait until everything that was closed is closed and on disk."""
        while self._closing:
            await asyncio.gather(*self._closing, return_exceptions=True)

    async def health(self) -> Health:
        """Return how it is."""
        streams = sum(map(_weighs, self._all()))
        return Health(
            is_alive=True,
            load=streams / self._streams,
            streams=streams,
            legs=[await leg.state() for leg in self._all()],
        )

    def count(self) -> None:
        """Say how busy it is at this moment, for the figures."""
        counting.streams.set(sum(map(_weighs, self._all())))
        counting.most_streams.set(self._streams)
        counting.legs.set(sum(1 for _ in self._all()))
        counting.calls.set(len(self._rooms))

    # --- What passes -----------------------------------------------------------------

    def _make(
        self, room: Room, call: UUID, who: Who, uuid: UUID, described: Described
    ) -> Leg:
        leg = Leg(
            call,
            who,
            uuid,
            described,
            may_pass=lambda source, kind: room.lets(source, who, kind),
            hear=self._pass_on,
            wish=lambda source: self._wish(room, source),
            changed=lambda leg: self._judge(leg, monotonic()),
            lines_changed=self._tell_lines,
        )
        leg.recorder = Recorder(
            Segments(LegFolder(self._home, call, who, uuid)),
            self._thread,
            leg.want_key,
        )
        return leg

    def _pass_on(self, source: Leg, frame: EncodedFrame) -> None:
        room = self._rooms.get(source.call)
        if room is None or room.legs.get(source.who) is not source:
            return  # replaced or kicked a moment ago
        now = monotonic()
        if source.recorder is not None and room.records(source.who, frame.kind):
            source.recorder.take(Arrival(frame, now))
        for leg in room.legs.values():
            if leg is source:
                continue
            if room.lets(source.who, leg.who, frame.kind):
                leg.send(frame, source, now)
            else:
                leg.skip(source, frame.kind)

    def _wish(self, room: Room, source: Who) -> None:
        leg = room.legs.get(source)
        if leg is not None:
            leg.wish_key()

    # --- What happens by itself ------------------------------------------------------

    async def watch(self) -> None:
        """Look after all legs, for ever."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            for leg in list(self._all()):
                await leg.look(monotonic())
                self._judge(leg, monotonic())

    def _judge(self, leg: Leg, now: float) -> None:
        if leg.is_closed:
            return
        if leg.is_broken_off or (
            not leg.has_been_up and now - leg.made_at > CONNECT_SECONDS
        ):
            self._lose(leg)
        elif leg.is_up and not leg.has_been_up:
            leg.has_been_up = True
            leg.heard_at = now
            self._event(leg, "up")
            self._tell_lines(leg)
        elif leg.has_been_up and leg.is_lost != (now - leg.heard_at > LOST_SECONDS):
            leg.is_lost = not leg.is_lost
            self._event(leg, "lost" if leg.is_lost else "up")

    def _lose(self, leg: Leg) -> None:
        room = self._rooms.get(leg.call)
        if room and room.legs.get(leg.who) is leg:
            room.let_go(leg.who)
            self._drop_if_empty(leg.call)
        if not leg.is_lost:
            self._event(leg, "lost")
        self._close(leg, "")

    def _close(self, leg: Leg, code: str) -> None:
        """Close a leg behind everybody's back; ``code`` is what its browser is told."""
        if code:
            self._event(leg, "closed", code)
        task = asyncio.get_running_loop().create_task(leg.close())
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)

    def _event(
        self, leg: Leg, state: Literal["up", "lost", "closed"], code: str = ""
    ) -> None:
        counting.events.labels(state).inc()
        self._tell(MediaEvent(leg.call, leg.who, leg.uuid, state, code))

    def _tell_lines(self, leg: Leg) -> None:
        """Tell a browser whom it hears where; before it is up that is not final."""
        if leg.has_been_up and not leg.is_closed:
            lines = leg.lines.carried()
            self._tell(MediaEvent(leg.call, leg.who, leg.uuid, "lines", lines=lines))

    # --- Places ----------------------------------------------------------------------

    def _find_place(
        self, who: Who, described: Described, *, besides: Leg | None
    ) -> None:
        """Refuse what the process could not carry without losing frames.

        A caller and whoever answers come first: a party gives way to them, a lost one
        before one that only listens, and that before one that speaks. Where there is no
        party, the place of a caller's or host's leg that nothing came from for longer
        than its lease is free again: the phone died, or its call is lost.
        """
        heavy = [leg for leg in self._all() if leg is not besides and _weighs(leg)]
        is_heavy = is_party(who) or "video" in described.sends
        if not is_heavy or len(heavy) < self._streams:
            return
        lesser = [leg for leg in heavy if is_party(leg.who)]
        dead = monotonic() - DEAD_SECONDS
        if not is_party(who) and not lesser:
            lesser = [leg for leg in heavy if leg.has_been_up and leg.heard_at < dead]
        lost = [leg for leg in lesser if leg.is_lost]
        if not lost and (is_party(who) or not lesser):
            raise MediaFull
        if lost:
            gone = min(lost, key=lambda leg: leg.heard_at)
        else:
            gone = max(lesser, key=lambda leg: (not self._is_heard(leg), leg.made_at))
        self.kick(gone.call, gone.who, gone.uuid, MediaFull.code)

    def _is_heard(self, leg: Leg) -> bool:
        policy = self._rooms[leg.call].policy
        return policy is not None and policy.speaks(leg.who)

    def _all(self) -> Iterator[Leg]:
        for room in self._rooms.values():
            yield from room.legs.values()

    def _legs_of(self, call: UUID) -> list[Leg]:
        room = self._rooms.get(call)
        return list(room.legs.values()) if room else []

    def _drop_if_empty(self, call: UUID) -> None:
        room = self._rooms.get(call)
        if room is not None and not room.legs:
            del self._rooms[call]


def _weighs(leg: Leg) -> bool:
    """Return whether a leg counts as a stream: it sends a picture, or is sent two."""
    return is_party(leg.who) or "video" in leg.sends
