"""Rooms at the real product: seats, callers who tapped, calls taken by hand."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TypeVar

from tests.bench.load import Load, Room
from tests.clients import Console, Phone
from tests.crowd import Hand
from tests.served import Served
from tests.wire import Frame, Line

T = TypeVar("T")
R = TypeVar("R")
AT_ONCE = 20  # set-up steps under way together


class OurRooms:
    """Consoles and phones, a pair a room."""

    def __init__(self, served: Served, hands: list[Hand]) -> None:
        self._served, self._hands = served, hands
        self._pairs: list[tuple[Console, Phone]] = []

    async def enter(self, load: Load) -> list[Room]:
        """Connect everybody; what arrives at the other end goes to ``load``."""
        self._pairs = await _in_turns(partial(self._meet, load), self._hands)
        return [
            Room([partial(_post, phone.line), partial(_post, console.line)])
            for console, phone in self._pairs
        ]

    async def leave(self) -> None:
        """End every call and go."""
        await _in_turns(_part, self._pairs)

    async def _meet(self, load: Load, hand: Hand) -> tuple[Console, Phone]:
        console = Console(self._served, hand.user, session=hand.session, keep=False)
        await console.__aenter__()
        await console.take_seat(hand.seat)
        await console.rest()
        phone = Phone(self._served, keep=False)
        call = await phone.tap(open_line=False)
        await phone.http.close()
        phone.keep = False
        await phone.open_line()
        followed = console.line.expect("followed")
        await console.command("take_call", call=call["call"])
        await followed
        console.line.watch = partial(_hear, load, "caller")
        phone.line.watch = partial(_hear, load, "seat")
        return console, phone


def _hear(load: Load, other_side: str, at: float, frame: Frame) -> None:
    if frame.get("type") == "message.posted":
        data = frame["data"]
        if data["side"] == other_side:
            load.arrived(data["client_id"], at)


async def _post(line: Line, message: str, text: str) -> None:
    await line.send("post_message", id=message, text=text)


async def _part(pair: tuple[Console, Phone]) -> None:
    console, phone = pair
    await phone.command("hang_up")
    await console.command("finish_wrap_up")
    await console.command("leave_seat")
    await asyncio.gather(console.close(), phone.close())
    for side in pair:
        side.line.check()


async def _in_turns(work: Callable[[T], Awaitable[R]], items: list[T]) -> list[R]:
    """Do the same with each item, some at a time; results in their order."""
    places = asyncio.Semaphore(AT_ONCE)

    async def one(item: T) -> R:
        async with places:
            return await work(item)

    return list(await asyncio.gather(*(one(item) for item in items)))
