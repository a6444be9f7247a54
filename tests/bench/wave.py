"""A wave: 200 calls wait, 50 seats are free; one pass of the matcher gives them out.

On SQLite and on PostgreSQL, each with a disk that is flushed. The floor is measured
beside it: the same number of journal entries written in one transaction, nothing else.
What the wave takes more is the matching, the locks, the rows, and who was passed over.
"""

import asyncio
import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from typing import Any
from uuid import uuid4

from tests.bench.machine import Meter, median
from tests.served import FOREIGN, ROOT
from tests.services import postgres

CALLS, SEATS = 200, (20, 15, 15)  # the seats by agency; each helps the next at once
GOALS_MS = {"sqlite": 1000.0, "postgresql": 300.0}
WAVES, QUICK_WAVES = 9, 3


async def run(*, rounds: int, seconds: float) -> dict[str, Any]:
    """Give out waves on both databases and return the figures."""
    waves = WAVES if rounds > 1 else QUICK_WAVES
    found = {}
    for name in GOALS_MS:
        with contextlib.ExitStack() as stack:
            home = stack.enter_context(tempfile.TemporaryDirectory())
            env = {k: v for k, v in os.environ.items() if k not in FOREIGN}
            env |= {
                "ALARM110_HOME": home,
                "DJANGO_SETTINGS_MODULE": "alarm110.settings",
            }
            if name == "postgresql":
                server = stack.enter_context(postgres())
                env["DATABASE_URL"] = server.new_database("wave")
            found[name] = await asyncio.to_thread(_measure, env, waves)
            print(f"  {_line(name, found[name])}", flush=True)
    return {
        "databases": found,
        "passed": all(found[name]["wave_ms"] <= GOALS_MS[name] for name in found),
    }


def _measure(env: dict[str, str], waves: int) -> dict[str, Any]:
    for words in (
        ["manage.py", "migrate", "-v0"],
        ["-m", "tests.bench.wave", str(waves)],
    ):
        done = subprocess.run(
            [sys.executable, *words],
            cwd=ROOT,
            env=env,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"{words} failed:\n{done.stderr}")
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def table(result: dict[str, Any]) -> list[str]:
    """Return the figures as lines."""
    lines = [f"wave: {CALLS} calls wait, {sum(SEATS)} seats are free, one pass"]
    for name, one in result["databases"].items():
        verdict = "reached" if one["wave_ms"] <= GOALS_MS[name] else "NOT reached"
        goal = f"goal <= {GOALS_MS[name]:.0f} ms: {verdict}"
        lines.append(f"  {_line(name, one)}   {goal}")
    return lines


def _line(name: str, one: dict[str, Any]) -> str:
    return (
        f"{name:<10} p50/worst {one['wave_ms']:.0f}/{one['worst_ms']:.0f} ms "
        f"({one['cpu_ms']:.0f} ms of ours)   "
        f"{one['ratio']:.1f} x the {one['floor_ms']:.0f} ms of its {one['entries']} "
        f"entries alone   {one['queries']} queries   "
        f"idle {one['idle_percent']:.0f} %"
    )


# --- Inside the product's settings ---------------------------------------------------


def _main(waves: int) -> dict[str, Any]:
    import django

    django.setup()

    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from dispatch.loops.matcher import match
    from dispatch.models import Offer
    from reports.models import Entry

    _staff()
    _tap(CALLS)
    taken, floors, cpu, entries = [], [], [], 0
    meter = Meter({})
    for _ in range(waves):
        before = Entry.objects.count()
        began, spent = time.perf_counter(), time.process_time()
        made = match()
        cpu.append((time.process_time() - spent) * 1000)
        taken.append((time.perf_counter() - began) * 1000)
        assert made == sum(SEATS), made
        assert all(Offer.objects.values_list("trace", flat=True))
        entries = Entry.objects.count() - before
        floors.append(_record_alone(entries))
        _free_all()
        _tap(made)
    meter.stop()
    with CaptureQueriesContext(connection) as queries:
        match()
    wave, floor = median(taken[1:]), median(floors[1:])  # the first one warms up
    return {
        "wave_ms": wave,
        "cpu_ms": median(cpu[1:]),
        "idle_percent": meter.idle_percent,
        "worst_ms": max(taken),
        "floor_ms": floor,
        "ratio": wave / floor,
        "entries": entries,
        "queries": len(queries),
    }


def _staff() -> None:
    """Make agencies that help each other, and an operator who is ready at each seat."""
    from accounts.actions.roles import enrol
    from accounts.models import Agency, Tier, User
    from accounts.states import RoleKind
    from dispatch.actions import seats
    from dispatch.models import Seat
    from dispatch.states import Availability
    from reports.journal import open_streams
    from reports.models import StreamKind

    agencies = [
        Agency.objects.create(code=f"99000{n}", name=f"Wave {n}", is_default=n == 0)
        for n in range(len(SEATS))
    ]
    open_streams([agency.uuid for agency in agencies], StreamKind.AGENCY)
    for agency, count in zip(agencies, SEATS, strict=True):
        others = [other for other in agencies if other != agency]
        for rank, other in enumerate(others):
            Tier.objects.create(
                agency=agency, neighbour=other, rank=rank, after_seconds=0
            )
        for number in range(count):
            user = User(username=f"hand-{agency.pk}-{number}", skills=["en"])
            user.set_unusable_password()
            enrol(user, RoleKind.OPERATOR, [agency])
            holder, _ = seats.take_seat(
                operator=user,
                seat=Seat.objects.create(agency=agency, number=number).uuid,
                agencies=frozenset({agency.pk}),
                take_over=False,
                client_id=uuid4(),
            )
            seats.set_availability(
                holder=holder,
                availability=Availability.READY,
                reason="",
                client_id=uuid4(),
            )


def _tap(count: int) -> None:
    """Raise so many alarms in one batch, all in the default agency's line."""
    from dispatch import commands
    from dispatch.actions import caller_desk
    from dispatch.actions.tap import TapBatch
    from reports import journal
    from reports.writer import commit

    taps = [commands.Tap(id=uuid4(), language="en") for _ in range(count)]
    items = [(TapBatch, caller_desk._tap_item(tap, None, None)) for tap in taps]
    for attempt in commit(items, journal.record_many):
        if attempt.error is not None:
            raise attempt.error


def _record_alone(count: int) -> float:
    """Write as many entries as a wave does, of the same sorts; return milliseconds."""
    from django.db import transaction

    from accounts.models import Agency
    from dispatch.events import CallQueued, LineUpdated
    from dispatch.models import Call
    from dispatch.snapshots import call_view, line_call
    from reports import journal
    from reports.journal import SYSTEM, Draft

    related = ("incident", "caller", "agency", "seat__agency")
    calls = list(Call.objects.live().select_related(*related)[: count // 3])
    stream = Agency.objects.get(is_default=True).uuid
    drafts = [
        draft
        for call in calls
        for subject in [("call", str(call.uuid))]
        for draft in (
            Draft(
                call.incident.uuid, SYSTEM, CallQueued(call=call_view(call)), subject
            ),
            *[Draft(stream, SYSTEM, LineUpdated(call=line_call(call)), subject)] * 2,
        )
    ]
    began = time.perf_counter()
    with transaction.atomic():
        journal.record_many(drafts)
    return (time.perf_counter() - began) * 1000


def _free_all() -> None:
    """Let everybody who was offered hang up: their seats are idle again."""
    from dispatch.actions import calls
    from dispatch.models import Call
    from reports.journal import Author

    for call in Call.objects.filter(state="offered"):
        calls.hang_up(
            call_id=call.pk,
            epoch=1,
            author=Author("caller", str(call.signer)),
            client_id=uuid4(),
        )


if __name__ == "__main__":
    print(json.dumps(_main(int(sys.argv[1]))))
