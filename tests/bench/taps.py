"""200 taps within one second over connections that are open: all answered, how soon."""

import asyncio
import contextlib
import tempfile
import time
from pathlib import Path
from typing import Any
from uuid import uuid4

from tests.bench.machine import Meter, backends, median, process
from tests.bench.rooms import postmaster_pid
from tests.clients import tls_context
from tests.crowd import region
from tests.faults.claim_race import percentiles
from tests.served import Served, serve
from tests.services import postgres
from tests.wire import Http

TAPS = 200
GOAL_MS = 1000.0  # p99


async def run(*, rounds: int, seconds: float) -> dict[str, Any]:
    """Tap in each round and return the figures; ``seconds`` is not used here."""
    every = []
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        database = stack.enter_context(postgres())
        served = stack.enter_context(
            serve(
                database_url=database.new_database("taps"),
                extra_env=region(folder, seats=2),
            )
        )
        sources = {
            "server": process(served.serve_pid()),
            "database": backends(postmaster_pid(database), "taps"),
        }
        for n in range(rounds):
            one = await _one_round(served, sources)
            every.append(one)
            print(
                f"  round {n + 1}: {one['answered']} answered, p50/p99 "
                f"{one['p50_ms']:.0f}/{one['p99_ms']:.0f} ms, "
                f"idle {one['idle_percent']:.0f} %"
            )
    p99 = median(one["p99_ms"] for one in every)
    return {
        "taps": TAPS,
        "rounds": every,
        "p50_ms": median(one["p50_ms"] for one in every),
        "p99_ms": p99,
        "goal_ms": GOAL_MS,
        "passed": p99 <= GOAL_MS and all(one["answered"] == TAPS for one in every),
    }


async def _one_round(served: Served, sources: dict[str, Any]) -> dict[str, Any]:
    context = tls_context(served)
    phones = [Http(served.url, context) for _ in range(TAPS)]
    for phone in phones:
        await phone.open()
    meter = Meter(sources)
    first = time.perf_counter() + 0.05
    answers = await asyncio.gather(
        *(_tap(phone, first + n / TAPS) for n, phone in enumerate(phones))
    )
    meter.stop()
    accepted = [(late, call) for late, call in answers if call is not None]
    await asyncio.gather(
        *(_hang_up(http, call) for http, (_, call) in zip(phones, answers, strict=True))
    )
    p50, p99 = percentiles([late for late, _ in accepted])
    return {
        "answered": len(accepted),
        "p50_ms": p50,
        "p99_ms": p99,
        "cpu_us": 1e6 * sum(meter.spent.values()) / TAPS,
        "idle_percent": meter.idle_percent,
    }


async def _tap(http: Http, due: float) -> tuple[float, dict[str, Any] | None]:
    """Tap when it is due; return the delay of the answer in ms, and the call."""
    await asyncio.sleep(max(0.0, due - time.perf_counter()))
    answer = await http.post_json("/api/v1/calls", {"id": str(uuid4())})
    late = (time.perf_counter() - due) * 1000
    return late, answer.json() if answer.status == 201 else None


async def _hang_up(http: Http, call: dict[str, Any] | None) -> None:
    if call is not None:
        await http.post_json(
            f"/api/v1/calls/{call['call']}/commands",
            {"type": "hang_up", "id": str(uuid4())},
            {
                "Alarm110-Capability": call["capability"],
                "Alarm110-Epoch": str(call["epoch"]),
            },
        )
    await http.close()


def table(result: dict[str, Any]) -> list[str]:
    """Return the figures as lines."""
    rounds = result["rounds"]
    answered = min(one["answered"] for one in rounds)
    idle = median(one["idle_percent"] for one in rounds)
    cpu = median(one["cpu_us"] for one in rounds)
    verdict = "reached" if result["passed"] else "NOT reached"
    return [
        f"taps: {result['taps']} within one second over open TLS connections, median "
        f"of {len(rounds)} rounds; PostgreSQL",
        f"  {answered} answered   p50 {result['p50_ms']:.0f} ms   "
        f"p99 {result['p99_ms']:.0f} ms   {cpu:.0f} us/tap   idle {idle:.0f} %",
        f"  goal: all, p99 <= {result['goal_ms']:.0f} ms: {verdict}",
    ]
