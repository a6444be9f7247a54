"""Hostile frames at scale, over real sockets; an honest call goes on beside them.

    python -m tests.proof.hostile --cases 100000

Prints what was sent, what was answered, and what became of the server's memory.
"""

import argparse
import asyncio
import itertools
import os
import ssl
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import django
import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tests.clients import Phone
from tests.proof import attacked
from tests.proof.attacked import ATTACKED, KIB, honest_call, resident
from tests.proof.malice import Malice
from tests.served import Served
from tests.wire import SUBPROTOCOL

SOCKETS = 4  # of each side
BURST = 40  # frames, then one answer is waited for
_reply = msgspec.json.Decoder()


@dataclass
class Outcome:
    """What came of an attack."""

    cases: int = 0
    seconds: float = 0.0
    sent: Counter[str] = field(default_factory=Counter)  # by side
    answers: Counter[str] = field(default_factory=Counter)  # by code or type
    closes: Counter[int | None] = field(default_factory=Counter)  # of sockets, by code
    sizes: list[int] = field(default_factory=list)  # bytes in use, along the way
    before: int = 0  # bytes in use once every path was walked
    after: int = 0
    slowest: float = 0.0  # seconds until an honest word was acknowledged
    last: float = 0.0  # the same, after the last hostile frame
    is_same_process: bool = False
    log: str = ""

    @property
    def grown(self) -> int:
        """Return by how many bytes the process has grown."""
        return self.after - self.before

    def _some_sizes(self) -> list[int]:
        return self.sizes[:: max(1, len(self.sizes) // 8)]

    def __str__(self) -> str:
        answers = ", ".join(f"{code} {n}" for code, n in self.answers.most_common())
        return (
            f"{self.cases} frames in {self.seconds:.0f} s"
            f" ({self.cases / self.seconds:.0f} a second), by side {dict(self.sent)}\n"
            f"answered: {answers}\nsockets closed: {dict(self.closes)}\n"
            f"resident: {self.before / KIB**2:.1f} MiB, then"
            f" {self.after / KIB**2:.1f} MiB ({self.grown / KIB**2:+.1f}); on the way"
            f" {', '.join(f'{size / KIB**2:.0f}' for size in self._some_sizes())}\n"
            f"honest words acknowledged within {self.slowest * 1000:.0f} ms,"
            f" the last within {self.last * 1000:.0f} ms"
        )


class Attacker:
    """One hostile socket: sends, reads, and comes back when it is thrown out."""

    def __init__(
        self, served: Served, side: str, number: int, cookies: str, ids: list[str],
        outcome: Outcome, hello: dict[str, object],
    ) -> None:  # fmt: skip
        self.served, self.side, self.cookies = served, side, cookies
        self.hello, self.outcome = hello, outcome
        self.malice = Malice(side, number, ids)
        self.heard = asyncio.Event()

    async def attack(self, cases: int) -> None:
        """Send so many frames."""
        left = cases
        while left > 0:
            async with await self._open() as socket:
                reader = asyncio.create_task(self._read(socket))
                try:
                    left -= await self._send(socket, left)
                except ConnectionClosed:
                    pass
                finally:
                    await socket.close()
                    left -= await reader

    async def _open(self) -> ClientConnection:
        context: ssl.SSLContext | None = self.served.ssl_context()
        socket = await connect(
            f"{self.served.ws}/ws/{self.side}", origin=self.served.url,
            subprotocols=[SUBPROTOCOL], ssl=context, proxy=None, compression=None,
            additional_headers={"Cookie": self.cookies}, ping_interval=None,
        )  # fmt: skip
        hello = {"type": "hello", "cursors": {}, **self.hello}
        await socket.send(msgspec.json.encode(hello).decode())
        return socket

    async def _send(self, socket: ClientConnection, cases: int) -> int:
        """Send until told otherwise; return how many went out."""
        sent = 0
        for frame in itertools.islice(self.malice, cases):
            await socket.send(frame)
            sent += 1
            self.outcome.sent[self.side] += 1
            self._in_flight = sent
            if sent % BURST == 0:  # the server's answers are read, not piled up
                self.heard.clear()
                await socket.send('{"type":"are_you_there"}')
                async with asyncio.timeout(20):
                    await self.heard.wait()
        self._in_flight = 0
        return sent

    async def _read(self, socket: ClientConnection) -> int:
        """Read until the socket is closed; return what was sent and not counted."""
        try:
            async for text in socket:
                frame = _reply.decode(text)
                kind = frame.get("code") or frame.get("type", "skip")
                self.outcome.answers[kind] += 1
                self.heard.set()
                if kind == "heartbeat":
                    await socket.send(f'{{"type":"pong","at":"{frame["at"]}"}}')
        except ConnectionClosed:
            pass
        self.heard.set()
        self.outcome.closes[socket.close_code] += 1
        uncounted, self._in_flight = getattr(self, "_in_flight", 0), 0
        return uncounted


async def attack(served: Served, cases: int, *, seed: int = 0) -> Outcome:
    """Attack a server, and tell what came of it."""
    outcome = Outcome(cases=cases)
    mark = len(served.log())
    async with honest_call(served) as call:
        attackers = await _attackers(served, outcome, seed)
        share = max(1, cases // 10 // len(attackers))
        await asyncio.gather(*(one.attack(share) for one in attackers))
        outcome.before, pid = resident(served), served.serve_pid()
        words = asyncio.create_task(_honest_words(call, outcome))
        began = time.monotonic()
        rest = -(-(cases - share * len(attackers)) // len(attackers))
        await asyncio.gather(*(one.attack(rest) for one in attackers))
        outcome.seconds = time.monotonic() - began
        words.cancel()
        outcome.after = resident(served)
        at = time.monotonic()
        await call.phone.command("post_message", text="after the last frame")
        outcome.last = time.monotonic() - at
        call.phone.line.check()
        call.console.line.check()
    outcome.is_same_process = served.serve_pid() == pid
    outcome.log = served.log()[mark:]
    return outcome


async def _attackers(served: Served, outcome: Outcome, seed: int) -> list[Attacker]:
    """Return everybody who attacks: phones with calls, operators, a supervisor."""
    calls, found = [], []
    for _ in range(SOCKETS):
        phone = Phone(served)
        await attacked.tap(phone, ATTACKED, open_line=False)
        calls.append(phone.call)
        await phone.http.close()
    ids = [call[key] for call in calls for key in ("call", "incident")]
    line = await attacked.board(served)
    await line.open()
    for snapshot in line.snapshots.values():
        ids += [seat["seat"] for seat in snapshot["seats"].values()]
    await line.close()
    for n, call in enumerate(calls):
        mine = {key: call[key] for key in ("call", "capability")}
        found.append(Attacker(served, "caller", seed + n, "a=b", ids, outcome, mine))
        user = ATTACKED.operators[n % len(ATTACKED.operators)]
        cookies = await attacked.signed_in(served, user)
        found.append(Attacker(served, "seat", seed + n, cookies, ids, outcome, {}))
        cookies = await attacked.signed_in(served, ATTACKED.supervisor)
        found.append(Attacker(served, "board", seed + n, cookies, ids, outcome, {}))
    return found


async def _honest_words(call: object, outcome: Outcome) -> None:
    for n in itertools.count():
        at = time.monotonic()
        await call.phone.command("post_message", text=f"word {n}")  # type: ignore[attr-defined]
        outcome.slowest = max(outcome.slowest, time.monotonic() - at)
        outcome.sizes.append(resident(call.console.server))  # type: ignore[attr-defined]
        await asyncio.sleep(0.5)


def main() -> None:
    """Attack a server of our own as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "alarm110.settings")
    django.setup()  # the server's database is copied from one that is made here
    with (
        tempfile.TemporaryDirectory() as folder,
        attacked.server(Path(folder)) as served,
    ):
        outcome = asyncio.run(attack(served, given.cases, seed=given.seed))
    print(outcome)
    faults = [line for line in outcome.log.splitlines() if "Traceback" in line]
    print("tracebacks in the log:", len(faults))


if __name__ == "__main__":
    main()
