"""One of the processes of the claim race: a few consoles that grab the same call.

Told what to do by lines of JSON on its standard input, it answers each with one line.
``time.perf_counter`` is the machine's one monotonic clock, so its figures can be
compared between processes.
"""

import asyncio
import json
import sys
import time
from pathlib import Path
from typing import Any

from tests.clients import Console
from tests.wire import Frame

PATIENCE = 10.0  # seconds


class Place:
    """Where the server is, as ``tests.clients.Server`` wants it."""

    def __init__(self, url: str, ca: str) -> None:
        self.url, self.ca = url, Path(ca)

    def password(self, user: str) -> str:
        """Nobody here signs in with one."""
        raise LookupError(user)


class Seated:
    """A console at its seat, on a break, that notes who got which call."""

    def __init__(self, place: Place, hand: list[str]) -> None:
        user, session, self.seat = hand
        self.console = Console(place, user, session=session, keep=False)
        self.waiting: set[str] = set()
        self.told: dict[str, tuple[float, str]] = {}
        self.news = asyncio.Event()

    async def sit_down(self) -> None:
        """Take the seat; the matcher must offer nothing."""
        await self.console.__aenter__()
        self.console.line.watch = self.note
        await self.console.take_seat(self.seat)
        await self.console.rest()

    def note(self, at: float, frame: Frame) -> None:
        """Note news of the line."""
        if frame.get("type") == "line.updated":
            call = frame["data"]["call"]
            if call["state"] == "waiting":
                self.waiting.add(call["call"])
            elif call["state"] == "connected":
                self.told[call["call"]] = (at, call["seat"])
            self.news.set()

    async def sees(self, call: str) -> None:
        """Return when the console shows the call in its line."""
        await self._until(lambda: call in self.waiting)

    async def hears(self, call: str) -> tuple[float, str]:
        """Return when the console shows who took the call, and who that is."""
        await self._until(lambda: call in self.told)
        return self.told[call]

    async def claim(self, call: str) -> dict[str, Any]:
        """Take the call by hand; return what came of it, with its times."""
        sent = time.perf_counter()
        answer = await self.console.line.ask("take_call", PATIENCE, call=call)
        return {
            "seat": self.seat,
            "sent": sent,
            "answered": time.perf_counter(),
            "answer": answer["type"],
            "code": answer.get("code"),
            "winner": answer.get("facts", {}).get("seat"),
        }

    async def release(self, call: str) -> None:
        """End the call and be free again."""
        await self.console.command("end_call", call=call)
        await self.console.command("finish_wrap_up")

    async def _until(self, is_so: Any) -> None:
        async with asyncio.timeout(PATIENCE):
            while not is_so():
                self.news.clear()
                await self.news.wait()


class Worker:
    """What the coordinator can ask for."""

    def __init__(self) -> None:
        self.claimers: list[Seated] = []
        self.bystanders: list[Seated] = []

    @property
    def everyone(self) -> list[Seated]:
        """Return all consoles of this process."""
        return [*self.claimers, *self.bystanders]

    async def join(self, url: str, ca: str, claimers: list, bystanders: list) -> None:
        """Seat everybody."""
        place = Place(url, ca)
        self.claimers = [Seated(place, hand) for hand in claimers]
        self.bystanders = [Seated(place, hand) for hand in bystanders]
        for seated in self.everyone:
            await seated.sit_down()

    async def see(self, call: str) -> None:
        """Wait until every console shows the call."""
        await asyncio.gather(*(seated.sees(call) for seated in self.everyone))

    async def race(self, call: str, at: float) -> dict[str, Any]:
        """Grab the call at the given moment; tell what everybody learned, and when."""
        await asyncio.sleep(max(0.0, at - time.perf_counter()))
        claims = await asyncio.gather(*(one.claim(call) for one in self.claimers))
        told = await asyncio.gather(*(one.hears(call) for one in self.everyone))
        return {"claims": claims, "told": told}

    async def release(self, call: str, seat: str) -> None:
        """Let the winner end the call."""
        await next(one for one in self.claimers if one.seat == seat).release(call)

    async def leave(self) -> None:
        """Leave every seat."""
        for seated in self.everyone:
            await seated.console.command("leave_seat")
            await seated.console.close()


async def main() -> None:
    """Serve the coordinator until it hangs up."""
    reader = asyncio.StreamReader(limit=1024 * 1024)
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
    )
    worker = Worker()
    while line := await reader.readline():
        order = json.loads(line)
        act = getattr(worker, order.pop("do"))
        print(json.dumps(await act(**order)), flush=True)


if __name__ == "__main__":
    asyncio.run(main())
