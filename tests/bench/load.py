"""The load on both servers of the room bench, so that it is the same: open loop."""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from uuid import uuid4

from tests.faults.claim_race import percentiles

TEXT = "He went round the corner, towards the market; a red coat and a white bag"
PATIENCE = 60.0  # seconds for the last to arrive: a peer that is behind may finish

Send = Callable[[str, str], Awaitable[None]]  # (message id, text)


@dataclass
class Room:
    """Two ends; each sends by its own connection."""

    ends: list[Send]


@dataclass
class Load:
    """Each room sends once a second, its ends in turn, evenly spread over the second.

    Whoever hears a message at the *other* end calls ``arrived``. A message is timed
    from the moment it was due, so a sender that is held up hides nothing.
    """

    due: dict[str, float] = field(default_factory=dict)
    latencies: list[float] = field(default_factory=list)
    _is_over: bool = False
    _all_arrived: asyncio.Event = field(default_factory=asyncio.Event)

    def arrived(self, message: str, at: float) -> None:
        """Note that the other end has it."""
        due = self.due.pop(message, None)
        if due is not None:
            self.latencies.append((at - due) * 1000)
        if self._is_over and not self.due:
            self._all_arrived.set()

    async def run(self, rooms: list[Room], seconds: float) -> None:
        """Send for so long, then wait for what is still on its way."""
        began = time.perf_counter() + 0.1
        await asyncio.gather(
            *(
                self._talk(room, began + n / len(rooms), int(seconds))
                for n, room in enumerate(rooms)
            )
        )
        self._is_over = True
        if not self.due:
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                await self._all_arrived.wait()

    async def _talk(self, room: Room, first: float, count: int) -> None:
        for n in range(count):
            due = first + n
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            message = str(uuid4())
            self.due[message] = due
            await room.ends[n % len(room.ends)](message, TEXT)

    @property
    def p50_p99(self) -> tuple[float, float]:
        """Return the percentiles of what arrived, in milliseconds."""
        return percentiles(self.latencies)
