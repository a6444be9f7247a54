"""Half an hour of twenty calls that come and go: nothing may grow.

    python -m tests.bench.soak [--minutes 30] [--calls 20]

A real server over TLS. Each phone taps, talks for 10 to 20 seconds (words both ways,
stills, its place, a chunk of recording each second), hangs up, and another one comes;
one of the twenty has live picture and sound both ways through the relay. Every half
minute the processes are looked at, and how long a word took to the other side. The
first fifth is left out: pools fill, and the interpreter warms up.
"""

import argparse
import asyncio
import contextlib
import os
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from alarm110.canary.doors import Trouble
from alarm110.canary.media import peers
from tests.bench.machine import children, median
from tests.clients import Console, Phone
from tests.crowd import Hand, hire, region
from tests.evidence.phones import Recorder
from tests.served import Served, serve
from tests.wire import Frame, Line, Refused

LOOK_SECONDS = 30.0
TALK_SECONDS = (10.0, 20.0)
CHUNK_BYTES = 40_000
WARM = 5  # one part of so many is left out
# What may be gained from the first third of the looks to the last one.
MOST_MEMORY = 6.0  # MiB: fragments; a leak of a kilobyte a call would be told
MOST_HANDLES, MOST_THREADS = 4, 2
MOST_LAG = 1.5  # times


@dataclass
class Look:
    """One process at one moment."""

    memory: float  # MiB
    handles: int
    threads: int


@dataclass
class Books:
    """What was seen."""

    looks: dict[str, list[Look]] = field(default_factory=dict)
    lags: list[float] = field(default_factory=list)  # ms: median of each window
    calls: int = 0
    words: int = 0
    troubles: list[str] = field(default_factory=list)
    window: list[float] = field(default_factory=list)

    def trouble(self, error: Exception) -> None:
        """Note what went wrong; the call is given up and the next one comes."""
        self.troubles.append(f"{type(error).__name__}: {error}"[:200])


async def soak(served: Served, hands: list[Hand], minutes: float) -> Books:
    """Keep as many calls going as there are hands, and look on."""
    books = Books()
    until = time.monotonic() + minutes * 60
    desks = [Desk(served, hand, books) for hand in hands]
    async with asyncio.TaskGroup() as group:
        work = [group.create_task(desk.work()) for desk in desks]
        phones = [
            group.create_task(_phones(served, desks, books, until, n))
            for n in range(len(hands))
        ]
        await _look_on(served, books, until)
        await asyncio.gather(*phones)
        for task in work:
            task.cancel()
    return books


class Desk:
    """A seat that takes what is offered, shows its picture, and finishes the record."""

    def __init__(self, served: Served, hand: Hand, books: Books) -> None:
        self.console = Console(served, hand.user, session=hand.session)
        self.stream = ""  # of the incident at the seat
        self._hand, self._books = hand, books
        self._seat: Frame = {}
        self._news = asyncio.Event()
        self._answered = ""  # the offer
        self._finished = ""  # the call

    async def work(self) -> None:
        """Work until cancelled."""
        console = self.console
        async with console:
            console.line.watch = self._look
            await _insist(lambda: console.take_seat(self._hand.seat))
            await _insist(console.ready)
            second = 0
            while True:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._news.wait(), 1)
                self._news.clear()
                second += 1
                try:
                    await self._turn(second)
                except (Refused, TimeoutError) as error:
                    self._books.trouble(error)
                if not self.stream:
                    console.line.heard.clear()

    def _look(self, at: float, frame: Frame) -> None:
        kind = frame.get("type")
        if kind == "seat.updated" and frame["data"]["seat"]["seat"] == self._hand.seat:
            self._seat = frame["data"]["seat"]
            self._news.set()
        elif kind == "followed":
            self.stream = frame["stream"]
        elif kind == "unfollowed" and frame["stream"] == self.stream:
            self.stream = ""

    async def _turn(self, second: int) -> None:
        console, seat = self.console, self._seat
        offer = seat.get("offer")
        if seat.get("availability") in ("away", "break"):
            await _insist(console.ready)
        elif offer and offer["offer"] != self._answered:
            self._answered = offer["offer"]
            await _insist(lambda: console.command("accept_offer", offer=offer["offer"]))
        elif seat.get("activity") == "wrap_up":
            await _insist(lambda: console.command("finish_wrap_up"))
        elif seat.get("activity") == "on_call":
            await console.still(second)


async def _phones(
    served: Served, desks: list[Desk], books: Books, until: float, number: int
) -> None:
    dice = random.Random(number)
    await asyncio.sleep(dice.random() * TALK_SECONDS[1])  # not all at once
    while time.monotonic() < until:
        try:
            await _one_call(served, desks, books, dice, has_media=number == 0)
            books.calls += 1
        except (Refused, TimeoutError, ConnectionError, Trouble) as error:
            books.trouble(error)
            await asyncio.sleep(1)


async def _one_call(
    served: Served,
    desks: list[Desk],
    books: Books,
    dice: random.Random,
    *,
    has_media: bool,
) -> None:
    async with Phone(served) as phone:
        await _insist(lambda: phone.tap(text="soak"))
        try:
            desk = await _desk_of(phone, desks)
            async with contextlib.AsyncExitStack() as stack:
                if has_media:
                    pair = peers(_Doors(phone.line), _Doors(desk.console.line))
                    for peer in await stack.enter_async_context(pair):
                        await peer.connect()
                await _talk(phone, books, dice)
        finally:
            await _insist(lambda: phone.command("hang_up"))


async def _desk_of(phone: Phone, desks: list[Desk]) -> Desk:
    """Wait until a seat has this call; return which."""
    async with asyncio.timeout(60):
        while True:
            for desk in desks:
                if desk.stream == phone.call["stream"]:
                    return desk
            await asyncio.sleep(0.05)


async def _insist(do: Callable[[], Awaitable[Any]]) -> None:
    """Do it, and again when the server was too busy, as the pages do."""
    while True:
        try:
            await do()
        except Refused as refused:
            if refused.frame["code"] != "try_again":
                raise
            await asyncio.sleep(0.5)
        else:
            return


async def _talk(phone: Phone, books: Books, dice: random.Random) -> None:
    recorder = Recorder.of(phone.http, phone.call)
    await recorder.open()
    ends = time.monotonic() + dice.uniform(*TALK_SECONDS)
    second = 0
    while time.monotonic() < ends:
        await phone.still(second + 1)
        if second % 3 == 0:
            began = time.perf_counter()
            text = f"word {second} of {phone.call['number']}"
            heard = phone.line.expect(_is_word(text), 20)
            await phone.command("post_message", text=text)
            await heard
            books.window.append((time.perf_counter() - began) * 1000)
            books.words += 1
        if second % 5 == 0:
            await phone.command("report_position", position=_place(dice))
        answer = await recorder.put(second, os.urandom(CHUNK_BYTES))
        if answer.status != 200:
            books.troubles.append(f"chunk {answer.status}")
        second += 1
        await asyncio.sleep(1)
    await recorder.close({0: second})


async def _look_on(served: Served, books: Books, until: float) -> None:
    while time.monotonic() < until:
        books.window.clear()
        await asyncio.sleep(LOOK_SECONDS)
        if not books.window:
            continue
        books.lags.append(median(books.window))
        for name, pid in _processes(served).items():
            books.looks.setdefault(name, []).append(_look(pid))
        now = {name: looks[-1] for name, looks in books.looks.items()}
        shown = ", ".join(
            f"{name} {one.memory:.0f} MiB {one.handles} fd {one.threads} th"
            for name, one in now.items()
        )
        print(
            f"  {books.calls} calls; {shown}; lag {books.lags[-1]:.0f} ms", flush=True
        )


def _processes(served: Served) -> dict[str, int]:
    up = int((served.home / "up.pid").read_text(encoding="ascii"))
    names = {"serve": "web", "work": "worker", "dispatch.media.relay": "relay"}
    return {
        label: pid
        for pid, line in children(up).items()
        for word, label in names.items()
        if word in line.split()
    }


def _look(pid: int) -> Look:
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace")
    facts = dict(row.split(":", 1) for row in status.splitlines() if ":" in row)
    return Look(
        memory=int(facts["VmRSS"].split()[0]) / 1024,
        handles=len(list(Path(f"/proc/{pid}/fd").iterdir())),
        threads=int(facts["Threads"]),
    )


@dataclass(frozen=True)
class _Doors:
    """A line of the tests' as the canary's peers speak to theirs."""

    line: Line

    def mark(self) -> int:
        return self.line.mark()

    async def send(self, kind: str, **fields: Any) -> None:
        await self.line.send(kind, **fields)

    async def wait_for(self, fits: Any, since: int) -> Frame:
        return await self.line.wait_for(fits, 20, since=since)


def _is_word(text: str) -> Any:
    return lambda frame: (
        frame.get("type") == "message.posted" and frame["data"]["text"] == text
    )


def _place(dice: random.Random) -> Frame:
    return {
        "lat_e7": 375_400_000 + dice.randrange(1000),
        "lon_e7": 1_214_000_000 + dice.randrange(1000),
        "accuracy_mm": 12_000,
    }


# --- The verdict ---------------------------------------------------------------------


def verdict(books: Books) -> tuple[bool, list[str]]:
    """Compare the first third with the last one; return whether all stayed flat."""
    lines, is_flat = [], bool(books.calls) and len(books.lags) >= 3
    rows = [
        (name, what, [float(getattr(one, what)) for one in looks], most)
        for name, looks in sorted(books.looks.items())
        for what, most in (
            ("memory", MOST_MEMORY),
            ("handles", MOST_HANDLES),
            ("threads", MOST_THREADS),
        )
    ]
    for name, what, values, most in rows:
        first, last = _thirds(values)
        fits = last - first <= most
        is_flat = is_flat and fits
        told = "" if fits else f"  GREW by more than {most:g}"
        lines.append(f"  {name:<7} {what:<8} {first:7.1f} -> {last:7.1f}{told}")
    first, last = _thirds(books.lags)
    is_flat = is_flat and last <= first * MOST_LAG
    lines.append(
        f"  a word to its acknowledgement's echo: {first:.0f} -> {last:.0f} ms"
    )
    lines.append(
        f"  {books.calls} calls, {books.words} words, {len(books.troubles)} troubles: "
        f"{sorted(set(books.troubles))[:5]}"
    )
    return is_flat, lines


def _thirds(values: list[float]) -> tuple[float, float]:
    kept = values[len(values) // WARM :]
    third = max(1, len(kept) // 3)
    return median(kept[:third]), median(kept[-third:])


def _endings(log: str) -> Iterator[str]:
    """Return what each traceback in the log came to: where, and the error."""
    for part in log.split("Traceback")[1:]:
        rows = part.splitlines()
        where = [row.strip() for row in rows if row.lstrip().startswith("File ")]
        what = [row for row in rows[1:] if row and not row[0].isspace()]
        yield f"{(what or ['?'])[0][:200]} ({(where or ['?'])[-1]})"


async def _main(minutes: float, calls: int) -> bool:
    with tempfile.TemporaryDirectory() as folder:
        env = region(Path(folder), seats=calls)
        with serve(extra_env=env) as served:
            hands = hire(served, calls)
            books = await soak(served, hands, minutes)
            log = served.log()
    is_flat, lines = verdict(books)
    tracebacks = log.count("Traceback")
    for kind, count in Counter(_endings(log)).most_common(10):
        print(f"  {count} times in the log: {kind}")
    print(f"soak: {calls} calls for {minutes:g} min; first third -> last third")
    print("\n".join(lines))
    print(f"  {tracebacks} tracebacks in the log; {'flat' if is_flat else 'NOT flat'}")
    return is_flat and not tracebacks


if __name__ == "__main__":
    options = argparse.ArgumentParser(prog="python -m tests.bench.soak")
    options.add_argument("--minutes", type=float, default=30)
    options.add_argument("--calls", type=int, default=20)
    asked = options.parse_args()
    sys.exit(0 if asyncio.run(_main(asked.minutes, asked.calls)) else 1)
