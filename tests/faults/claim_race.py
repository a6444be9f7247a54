"""The claim race: N seats in eight processes take one waiting call at the same moment.

The judge. Each round must have one winner who was told so, the same one stored, every
loser refused with the winner's name, and every console, bystanders too, shown who has
the call within a second.
"""

import asyncio
import json
import statistics
import sys
import time
from dataclasses import dataclass, field
from typing import Any

import psycopg

from tests.clients import Phone
from tests.crowd import Hand
from tests.served import ROOT, Served

PROCESSES = 8
HEAD_START = 0.03  # seconds between "at that moment" and the moment
TOLD_WITHIN = 1.0  # seconds
# What a peer that is correct here needed on the same machine, (p50, p99) in ms.
PEER = {10: (43, 59), 50: (110, 193)}
STORED = """
SELECT s.uuid::text FROM dispatch_participant p
JOIN dispatch_call c ON c.id = p.call_id JOIN dispatch_seat s ON s.id = p.seat_id
WHERE c.uuid = %s AND p.role = 'host'
"""


@dataclass
class Figures:
    """What the rounds of one N showed, in milliseconds."""

    seats: int
    rounds: int = 0
    decision: list[float] = field(default_factory=list)  # send → ack or refusal
    won: list[float] = field(default_factory=list)  # send → ack, the winner alone
    telling: list[float] = field(default_factory=list)  # first send → shown who has it

    def summary(self) -> dict[str, Any]:
        """Return the percentiles."""
        return {
            "seats": self.seats,
            "rounds": self.rounds,
            "decision_ms": percentiles(self.decision),
            "winner_ms": percentiles(self.won),
            "telling_ms": percentiles(self.telling),
            "peer_ms": PEER.get(self.seats),
        }

    def __str__(self) -> str:
        peer = PEER.get(self.seats)
        beside = f"   (a correct peer: {peer[0]}/{peer[1]})" if peer else ""
        figures = "   ".join(
            f"{name} {p50:.0f}/{p99:.0f} ms"
            for name, (p50, p99) in (
                ("decision", percentiles(self.decision)),
                ("winner", percentiles(self.won)),
                ("telling", percentiles(self.telling)),
            )
        )
        return f"N = {self.seats:<3} {self.rounds} rounds   p50/p99: {figures}{beside}"


def percentiles(values: list[float]) -> tuple[float, float]:
    """Return p50 and p99."""
    if len(values) < 2:
        return (values[0], values[0]) if values else (0.0, 0.0)
    cuts = statistics.quantiles(values, n=100, method="inclusive")
    return cuts[49], cuts[98]


class Racers:
    """The eight processes, from outside."""

    def __init__(self) -> None:
        self.processes: list[asyncio.subprocess.Process] = []

    async def __aenter__(self) -> "Racers":
        for _ in range(PROCESSES):
            self.processes.append(
                await asyncio.create_subprocess_exec(
                    sys.executable,
                    "-m",
                    "tests.faults.race_worker",
                    cwd=ROOT,
                    stdin=asyncio.subprocess.PIPE,
                    stdout=asyncio.subprocess.PIPE,
                    limit=4 * 1024 * 1024,
                )
            )
        return self

    async def __aexit__(self, *exc: object) -> None:
        for process in self.processes:
            if process.returncode is None:
                assert process.stdin is not None
                process.stdin.close()
        for process in self.processes:
            try:
                async with asyncio.timeout(10):
                    await process.wait()
            except TimeoutError:
                process.kill()
                await process.wait()

    async def ask(self, index: int, do: str, **order: Any) -> Any:
        """Give one process an order and return its answer."""
        process = self.processes[index]
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps({"do": do, **order}).encode() + b"\n")
        line = await process.stdout.readline()
        if not line:
            raise RuntimeError(f"process {index} of the race ended at {do}")
        return json.loads(line)

    async def ask_all(self, do: str, **order: Any) -> list[Any]:
        """Give all the same order."""
        every = range(len(self.processes))
        return await asyncio.gather(*(self.ask(i, do, **order) for i in every))


async def race(
    served: Served, dsn: str, hands: list[Hand], seats: int, rounds: int
) -> Figures:
    """Run the rounds with so many seats and a bystander in each process."""
    figures = Figures(seats)
    claimers, bystanders = hands[:seats], hands[-PROCESSES:]
    assert len(hands) >= seats + PROCESSES
    at_process = {hand.seat: n % PROCESSES for n, hand in enumerate(claimers)}
    async with Racers() as racers, Phone(served) as phone:
        with psycopg.connect(dsn, autocommit=True) as database:
            await asyncio.gather(
                *(
                    racers.ask(
                        n,
                        "join",
                        url=served.url,
                        ca=str(served.ca),
                        claimers=claimers[n::PROCESSES],
                        bystanders=[bystanders[n]],
                    )
                    for n in range(PROCESSES)
                )
            )
            for _ in range(rounds):
                winner, call = await _one_round(racers, phone, database, figures)
                await racers.ask(at_process[winner], "release", call=call, seat=winner)
            await racers.ask_all("leave")
    return figures


async def _one_round(
    racers: Racers, phone: Phone, database: psycopg.Connection, figures: Figures
) -> tuple[str, str]:
    """Race for one call; return who won and which call it was."""
    phone.http.cookies.clear()  # another phone each time
    call = (await phone.tap(open_line=False))["call"]
    await racers.ask_all("see", call=call)
    moment = time.perf_counter() + HEAD_START
    reports = await racers.ask_all("race", call=call, at=moment)
    claims = [claim for report in reports for claim in report["claims"]]
    told = [pair for report in reports for pair in report["told"]]

    winners = [claim for claim in claims if claim["answer"] == "ack"]
    assert len(winners) == 1, f"{len(winners)} winners: {claims}"
    winner = winners[0]["seat"]
    stored = [row[0] for row in database.execute(STORED, [call])]
    assert stored == [winner], f"told {winner}, stored {stored}"
    for claim in claims:
        if claim is not winners[0]:
            assert (claim["code"], claim["winner"]) == ("call_taken", winner), claim
    first = min(claim["sent"] for claim in claims)
    for at, seat in told:
        assert seat == winner, f"a console shows {seat}, the winner is {winner}"
        assert at - first <= TOLD_WITHIN, f"told after {at - first:.3f} s"

    figures.rounds += 1
    figures.decision += [(c["answered"] - c["sent"]) * 1000 for c in claims]
    figures.won.append((winners[0]["answered"] - winners[0]["sent"]) * 1000)
    figures.telling += [(at - first) * 1000 for at, _ in told]
    return winner, call
