"""The claim race with all its rounds; see ``tests/faults/claim_race.py``."""

import contextlib
import tempfile
from pathlib import Path
from typing import Any

from tests.bench.machine import Meter
from tests.crowd import hire, region
from tests.faults.claim_race import PROCESSES, race
from tests.served import serve
from tests.services import postgres

SEATS = (2, 10, 50)
ROUNDS, QUICK_ROUNDS = 200, 20


async def run(*, rounds: int, seconds: float) -> dict[str, Any]:
    """Race at each number of seats; one round of the others is 200 of these."""
    count = ROUNDS if rounds > 1 else QUICK_ROUNDS
    seats = max(SEATS) + PROCESSES
    results = []
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        database = stack.enter_context(postgres())
        served = stack.enter_context(
            serve(
                database_url=database.new_database("race"),
                extra_env=region(folder, seats=seats),
            )
        )
        hands = hire(served, seats)
        for n in SEATS:
            meter = Meter({})
            figures = await race(served, database.dsn("race"), hands, n, count)
            meter.stop()
            print(f"  {figures}   idle {meter.idle_percent:.0f} %")
            one = {**figures.summary(), "idle_percent": meter.idle_percent}
            results.append({**one, "text": str(figures)})
    return {"races": results, "passed": True}  # a broken law has raised


def table(result: dict[str, Any]) -> list[str]:
    """Return the figures as lines."""
    return ["race: one waiting call, N seats in 8 processes take it; PostgreSQL"] + [
        f"  {one['text']}   idle {one['idle_percent']:.0f} %" for one in result["races"]
    ]
