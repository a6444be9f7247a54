"""Rooms whose sides are at different web processes, joined over the channel layer.

Each room has a group of its own, so a picture goes to the processes that have a side of
that call, not to all. What is said there is what ``dispatch/abroad.py`` hands over:
a side entered, is here, left, is shown a frame, has seen a picture. Nothing of it is a
fact, so losing it costs a picture or a moment: the line may be cut, Redis restarted, a
process killed. Who is here is said again every ``AGAIN_SECONDS``; a stand-in that was
not announced for ``SILENT_SECONDS`` is let go.
"""

import asyncio
import logging
import time
from collections import deque
from typing import Any
from uuid import UUID, uuid4

import msgspec

from accounts.metrics import dropped, failed
from dispatch import broadcast as rooms
from dispatch.abroad import Away, Rank, is_here
from dispatch.actions import passing
from dispatch.broadcast import Room
from dispatch.commands import StillSeen
from dispatch.events.frames import (
    DeviceShown,
    SeatDeviceShown,
    ServerFrame,
    StillShown,
    StillWasSeen,
    TypingShown,
)
from dispatch.sides import GUEST, HOST, RINGING, Side, epoch_of, participant_of
from reports.clock import monotonic

log = logging.getLogger(__name__)

Passed = DeviceShown | SeatDeviceShown | StillShown | StillWasSeen | TypingShown
AGAIN_SECONDS = 3.0
SILENT_SECONDS = 10.0
SEND_SECONDS = 2.0  # a message that takes longer is given up
GOODBYE_SECONDS = 1.0
ROOM = 256  # frames that wait for the layer, 53 KB each at most
KIND = "room.said"


class Between:
    """This process's way to the rooms of the others."""

    def __init__(self, layer: Any) -> None:
        self.process = uuid4().hex
        self._layer = layer
        self._channel: str | None = None
        self._joined: set[UUID] = set()
        # The last word on each side, and its rank; never lost to a burst of pictures.
        self._announced: dict[tuple[UUID, Side], str] = {}
        self._ranks: dict[tuple[UUID, Side], tuple[int, Rank]] = {}  # of which window
        self._waiting: deque[tuple[UUID, dict[str, Any]]] = deque()
        self._sending: asyncio.Task[None] | None = None
        self._again_at = 0.0

    # --- What this process says ------------------------------------------------------

    def entered(self, call: UUID, side: Side, port: object) -> None:
        """Announce a window of ours."""
        epoch = epoch_of(port, side)
        window, rank = self._ranks.get((call, side), (0, (0, 0.0)))
        if window != id(port) or rank[0] != epoch:
            self._ranks[call, side] = id(port), (epoch, time.time())
        self._announce(call, side, "entered")

    def left(self, call: UUID, side: Side) -> None:
        """Say that it is gone."""
        self._ranks.pop((call, side), None)
        self._announce(call, side, "left")

    def show(self, call: UUID, side: Side, frame: ServerFrame) -> None:
        """Bring a frame to a side; only what one side says to another goes so far."""
        if isinstance(frame, Passed):
            text = msgspec.json.encode(frame).decode()
            self._say(call, "show", side, text=text)
        else:
            dropped("unnumbered frame", "of this process only")

    def seen(self, call: UUID, side: Side, n: int) -> None:
        """Tell whoever sent picture ``n`` that a side of ours has shown it."""
        self._say(call, "seen", side, n=n)

    def _announce(self, call: UUID, side: Side, what: str) -> None:
        if what != "here" or (call, side) not in self._announced:
            self._announced[call, side] = what
        self._send_soon()

    def _say(self, call: UUID, what: str, side: Side, **more: Any) -> None:
        if len(self._waiting) >= ROOM:
            dropped("unnumbered frame", "the channel layer is slow")
            return
        self._waiting.append((call, {"what": what, "side": side, **more}))
        self._send_soon()

    def _send_soon(self) -> None:
        is_idle = self._sending is None or self._sending.done()
        if self._channel is not None and is_idle:
            self._sending = asyncio.get_running_loop().create_task(self._send_all())

    def _next(self) -> tuple[UUID, dict[str, Any]] | None:
        """Return what goes next: who is where before what they are shown."""
        if not self._announced:
            return self._waiting.popleft() if self._waiting else None
        call, side = next(iter(self._announced))
        what = self._announced.pop((call, side))
        _, rank = self._ranks.get((call, side), (0, (0, 0.0)))
        return call, {"what": what, "side": side, "rank": list(rank)}

    async def _send_all(self) -> None:
        while self._channel is not None and (said := self._next()) is not None:
            call, message = said
            try:
                async with asyncio.timeout(SEND_SECONDS):
                    await self._attend(call, self._channel)
                    await self._send(call, message)
            except Exception as error:  # nothing of it is a fact
                dropped("unnumbered frame", "not sent to another process")
                log.warning("a room's line failed: %s", type(error).__name__)

    async def _send(self, call: UUID, message: dict[str, Any]) -> None:
        who = {"type": KIND, "from": self.process, "call": str(call)}
        await self._layer.group_send(_group(call), {**who, **message})

    async def _attend(self, call: UUID, channel: str) -> None:
        """Listen to the room's group as long as a side of it is here."""
        is_wanted = call in rooms.rooms()
        if is_wanted and call not in self._joined:
            await self._layer.group_add(_group(call), channel)
            if channel == self._channel:  # else the line was begun anew meanwhile
                self._joined.add(call)
        elif not is_wanted and call in self._joined:
            self._joined.discard(call)
            await self._layer.group_discard(_group(call), channel)

    # --- What it hears ---------------------------------------------------------------

    def listens(self, channel: str) -> None:
        """Hear on this channel from now on, and announce who is here."""
        self._channel = channel
        self._joined.clear()
        self._waiting.clear()
        self._announced.clear()
        self._say_all("entered")

    def is_deaf(self) -> None:
        """The channel is gone; what is said meanwhile waits for the next."""
        self._channel = None

    async def turn(self) -> None:
        """Say who is here, and let go what is over."""
        moment = monotonic()
        for room in rooms.rooms().values():
            for side, port in room.sides().items():
                if isinstance(port, Away) and moment - port.heard_at > SILENT_SECONDS:
                    room.vacate(side)
        if moment - self._again_at >= AGAIN_SECONDS:
            self._again_at = moment
            self._say_all("here")
        for call in self._joined - set(rooms.rooms()):
            await self._turn_away(call)

    async def _turn_away(self, call: UUID) -> None:
        """Listen no more to a room that emptied without a word, its watchers last."""
        if call in rooms.rooms() or self._channel is None:
            return
        self._joined.discard(call)
        try:
            async with asyncio.timeout(SEND_SECONDS):
                await self._layer.group_discard(_group(call), self._channel)
        except Exception as error:  # what comes of it is passed over
            dropped("unnumbered frame", "a room is still listened to")
            log.warning("a room's line failed: %s", type(error).__name__)

    def _say_all(self, what: str) -> None:
        for call, room in rooms.rooms().items():
            for side in _ours(room):
                self._announce(call, side, what)

    def hear(self, message: dict[str, Any]) -> None:
        """Take what another process says about a room; never fails for one message."""
        try:
            self._hear(message)
        except Exception:  # the rings of all other streams come on the same channel
            failed("a room's other process")
            log.exception("what another process said about a room was not understood")

    def _hear(self, message: dict[str, Any]) -> None:
        process, call = message["from"], UUID(message["call"])
        room = rooms.rooms().get(call)
        if process == self.process or room is None:
            return
        side, what = message["side"], message["what"]
        here = room.sides().get(side)
        if what == "show":
            if here is not None and is_here(here):
                here.show(msgspec.json.decode(message["text"], type=Passed))
        elif what == "seen":
            _was_seen(room, side, message["n"])
        elif what == "left":
            if isinstance(here, Away) and here.process == process:
                room.vacate(side)
            elif is_here(here):
                self._announce(call, side, "here")
        else:
            if what == "entered":
                # First: what it is shown next it must be able to answer.
                for ours in _ours(room):
                    self._announce(call, ours, "here")
            epoch, came_at = message["rank"]
            self._let_in(room, Away(call, side, process, (epoch, came_at), monotonic()))

    def _let_in(self, room: Room, port: Away) -> None:
        """Let a stand-in have its side, unless who is there is of a higher rank."""
        here = room.sides().get(port.side)
        if isinstance(here, Away):
            rank = here.rank
            if here.process == port.process and rank == port.rank:
                here.heard_at = port.heard_at
                return
        else:
            _, rank = self._ranks.get((room.call, port.side), (0, (0, 0.0)))
        if here is None or rank < port.rank:
            self._ranks.pop((room.call, port.side), None)
            _enter(room, port)

    async def stop(self) -> None:
        """Say good-bye for all windows of ours, and nothing more."""
        channel, self._channel = self._channel, None
        if self._sending is not None:
            self._sending.cancel()
            await asyncio.gather(self._sending, return_exceptions=True)
        if channel is None:
            return
        try:
            async with asyncio.timeout(GOODBYE_SECONDS):
                for call, room in rooms.rooms().items():
                    for side in _ours(room):
                        await self._send(call, {"what": "left", "side": side})
        except Exception as error:  # a process that is killed says nothing either
            dropped("unnumbered frame", "no good-bye to another process")
            log.info("no good-bye to the other processes: %s", type(error).__name__)


def _group(call: UUID) -> str:
    return f"alarm110.room.{call.hex}"


def _ours(room: Room) -> list[Side]:
    return [side for side, port in room.sides().items() if is_here(port)]


def _enter(room: Room, port: Away) -> None:
    side = port.side
    if side == GUEST:
        # From here on what the phone gives is known there, and told from there.
        room.device, room.from_guest.held = None, None
        former = room.enter_as_guest(port)
        demote = getattr(former, "demote", None)
        if demote is not None:
            demote()
    elif side == HOST:
        room.enter_as_host(port)
    elif side == RINGING:
        if (device := room.ring_at(port)) is not None:
            port.show(device)
    else:
        room.enter_as_party(participant_of(side), port)


def _was_seen(room: Room, side: Side, n: int) -> None:
    port = room.sides().get(side)
    if not isinstance(port, Away):
        return
    if side == GUEST:
        passing.from_guest(room.call, StillSeen(n=n), port)
    elif side == HOST:
        passing.from_host(room.call, StillSeen(n=n), port)
    else:
        participant = participant_of(side)
        passing.from_party(room.call, participant, StillSeen(n=n), port)
