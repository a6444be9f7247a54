"""Rooms whose sides are at different web processes, joined over the channel layer.

Each room has a group of its own, so a picture goes to the processes that have a side of
that call, not to all. What is said there is what ``dispatch/abroad.py`` hands over:
a side entered, is here, left, is shown a frame, has seen a picture. Nothing of it is a
fact, so losing it costs a picture or a moment: the line may be cut, Redis restarted, a
process killed. Who is here is said again every ``AGAIN_SECONDS``; a stand-in of which
nothing was heard for ``SILENT_SECONDS`` is let go.
"""

import asyncio
import logging
from collections import deque
from typing import Any
from uuid import UUID, uuid4

import msgspec

from accounts.metrics import dropped, failed
from dispatch import abroad
from dispatch import broadcast as rooms
from dispatch.abroad import Away, is_here
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
from reports.clock import monotonic

log = logging.getLogger(__name__)

Passed = DeviceShown | SeatDeviceShown | StillShown | StillWasSeen | TypingShown
AGAIN_SECONDS = 3.0
SILENT_SECONDS = 10.0
SEND_SECONDS = 2.0  # a message that takes longer is given up
ROOM = 256  # messages that wait for the layer, 53 KB each at most
KIND = "room.said"


class Between:
    """This process's way to the rooms of the others."""

    def __init__(self, layer: Any) -> None:
        self.process = uuid4().hex
        self._layer = layer
        self._channel: str | None = None
        self._joined: set[UUID] = set()
        self._waiting: deque[tuple[UUID, dict[str, Any]]] = deque()
        self._sending: asyncio.Task[None] | None = None
        self._again_at = 0.0

    # --- What this process says ------------------------------------------------------

    def entered(self, call: UUID, side: str) -> None:
        """Announce a window of ours."""
        self._say(call, "entered", side)

    def left(self, call: UUID, side: str) -> None:
        """Say that it is gone."""
        self._say(call, "left", side)

    def show(self, call: UUID, side: str, frame: ServerFrame) -> None:
        """Bring a frame to a side; only what one side says to another goes so far."""
        if isinstance(frame, Passed):
            text = msgspec.json.encode(frame).decode()
            self._say(call, "show", side, text=text)
        else:
            dropped("unnumbered frame", "of this process only")

    def seen(self, call: UUID, side: str, n: int) -> None:
        """Tell whoever sent picture ``n`` that a side of ours has shown it."""
        self._say(call, "seen", side, n=n)

    def _say(self, call: UUID, what: str, side: str, **more: Any) -> None:
        if len(self._waiting) >= ROOM:
            dropped("unnumbered frame", "the channel layer is slow")
            return
        message = {"type": KIND, "from": self.process, "call": str(call)}
        self._waiting.append((call, {**message, "what": what, "side": side, **more}))
        if self._channel is not None and (
            self._sending is None or self._sending.done()
        ):
            self._sending = asyncio.get_running_loop().create_task(self._send_all())

    async def _send_all(self) -> None:
        while self._waiting and self._channel is not None:
            call, message = self._waiting.popleft()
            try:
                async with asyncio.timeout(SEND_SECONDS):
                    await self._attend(call, self._channel)
                    await self._layer.group_send(_group(call), message)
            except Exception as error:  # nothing of it is a fact
                dropped("unnumbered frame", "not sent to another process")
                log.warning("a room's line failed: %s", type(error).__name__)

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
            self._joined.discard(call)
            if self._channel is not None:
                await self._layer.group_discard(_group(call), self._channel)

    def _say_all(self, what: str) -> None:
        for call, room in rooms.rooms().items():
            for side in _ours(room):
                self._say(call, what, side)

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
            elif here is not None and is_here(here):
                self._say(call, "here", side)
        else:
            if what == "entered":
                # First: what it is shown next it must be able to answer.
                for ours in _ours(room):
                    self._say(call, "here", ours)
            if isinstance(here, Away) and here.process == process:
                here.heard_at = monotonic()
                if what == "here":
                    return
            if not is_here(here):
                _enter(room, side, Away(call, side, process, monotonic()))

    async def stop(self) -> None:
        """Say nothing more."""
        self._channel = None
        if self._sending is not None:
            self._sending.cancel()
            await asyncio.gather(self._sending, return_exceptions=True)


def _group(call: UUID) -> str:
    return f"alarm110.room.{call.hex}"


def _ours(room: Room) -> list[str]:
    return [side for side, port in room.sides().items() if is_here(port)]


def _enter(room: Room, side: str, port: Away) -> None:
    if side == abroad.GUEST:
        room.enter_as_guest(port)
    elif side == abroad.HOST:
        room.enter_as_host(port)
    elif side == abroad.RINGING:
        if (device := room.ring_at(port)) is not None:
            port.show(device)
    else:
        room.enter_as_party(UUID(side.removeprefix("party:")), port)


def _was_seen(room: Room, side: str, n: int) -> None:
    port = room.sides().get(side)
    if not isinstance(port, Away):
        return
    if side == abroad.GUEST:
        passing.from_guest(room.call, StillSeen(n=n), port)
    elif side == abroad.HOST:
        passing.from_host(room.call, StillSeen(n=n), port)
    else:
        participant = UUID(side.removeprefix("party:"))
        passing.from_party(room.call, participant, StillSeen(n=n), port)
