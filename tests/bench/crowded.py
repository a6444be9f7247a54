"""A region at its busiest, as rows: counties, seats with people at them, live calls.

    served.manage("shell", "-c", "from tests.bench.crowded import fill; fill()")

Made by the real actions, so that every law holds; then all leases are set to tomorrow,
for nobody stands behind these consoles and phones. ``boss`` supervises the counties.
"""

import json
import random
from datetime import timedelta
from uuid import uuid4

import msgspec
from django.db import transaction

from accounts.actions.roles import enrol
from accounts.models import Agency, Area, User
from accounts.states import RoleKind
from dispatch import commands
from dispatch.actions import caller_desk, calls, seats
from dispatch.actions.holding import Holder
from dispatch.actions.tap import TapBatch, Tapped
from dispatch.models import Call, Participant, Seat, Shift
from dispatch.states import Availability
from reports import journal
from reports.clock import now
from reports.journal import open_streams
from reports.models import StreamKind
from reports.writer import commit
from tests.ground import person, square

NAMES = [
    ("芝罘", "Zhifu"), ("福山", "Fushan"), ("牟平", "Muping"), ("莱山", "Laishan"),
    ("蓬莱", "Penglai"), ("龙口", "Longkou"), ("莱阳", "Laiyang"), ("招远", "Zhaoyuan"),
]  # fmt: skip
PEOPLE = ["Chen", "Wu", "Zhao", "Liu", "Sun", "Gao", "Ma", "Xu", "Lin", "He"]


def fill(
    counties: int = 5, seat_count: int = 300, call_count: int = 200, talking: int = 150
) -> None:
    """Make the region and print, as JSON, what a bench must know of it.

    Of the calls, ``talking`` are connected; the others wait in the first county, whose
    seats are all busy or on a break. Elsewhere every third seat that talks to nobody is
    ready.
    """
    dice = random.Random(110)
    agencies = [_county(number) for number in range(counties)]
    open_streams([agency.uuid for agency in agencies], StreamKind.AGENCY)
    boss = User(username="boss", display_name="Boss")
    boss.set_unusable_password()
    enrol(boss, RoleKind.SUPERVISOR, agencies)
    rows = _seats(agencies, seat_count)
    hosts = dice.sample(rows, talking)
    hosting = {seat.pk for seat in hosts}
    holders: dict[int, Holder] = {}
    for number, seat in enumerate(rows):
        if seat.pk in hosting or number % 12:
            holders[seat.pk] = _sit(seat, number)
    tapped = _taps(call_count, dice)
    chosen = dice.sample(tapped, talking)
    for seat, tap in zip(hosts, chosen, strict=True):
        _take(holders[seat.pk], agencies, tap)
    Call.objects.filter(state="waiting", pk__in=_some(tapped, dice, 6)).update(
        priority=1
    )
    for number, seat in enumerate(rows):
        holder = holders.get(seat.pk)
        if holder is None or seat.pk in hosting:
            continue
        is_ready = seat.agency_id != agencies[0].pk and number % 3
        _choose(holder, "ready" if is_ready else "break")
    _stay()
    print(json.dumps({"codes": [agency.code for agency in agencies]}))


def _county(number: int) -> Agency:
    name, name_en = NAMES[number % len(NAMES)]
    agency = Agency.objects.create(code=f"3791{number:02}", name=name, name_en=name_en)
    Area.objects.create(
        agency=agency, code=agency.code, name=name, name_en=name_en,
        polygon=square(130.0 + number, 30.0),
    )  # fmt: skip
    return agency


def _seats(agencies: list[Agency], count: int) -> list[Seat]:
    """Spread the seats: the first county has twice as many as another."""
    shares = [agencies[0], *agencies]
    return Seat.objects.bulk_create(
        Seat(agency=shares[number % len(shares)], number=number // len(shares) + 1 +
             (500 if number % len(shares) == 0 else 0))
        for number in range(count)
    )  # fmt: skip


def _sit(seat: Seat, number: int) -> Holder:
    name = f"{PEOPLE[number % len(PEOPLE)]} {number // len(PEOPLE) + 1}"
    user = person(f"crowd{number}", name, RoleKind.OPERATOR, seat.agency)
    holder, _ = seats.take_seat(
        operator=user, seat=seat.uuid, agencies=frozenset({seat.agency_id}),
        take_over=False, client_id=uuid4(),
    )  # fmt: skip
    return holder


def _choose(holder: Holder, availability: str) -> None:
    seats.set_availability(
        holder=holder, client_id=uuid4(), availability=Availability(availability),
        reason="meal" if availability == "break" else "",
    )  # fmt: skip


def _taps(count: int, dice: random.Random) -> list[Tapped]:
    """Raise alarms on the first county's ground; every fifth is silent."""
    place = {"lat_e7": 301000000, "lon_e7": 1301000000, "accuracy_mm": 12000}
    pairs = []
    for number in range(count):
        body = msgspec.convert(
            {
                "id": uuid4(),
                "mode": "silent" if number % 5 == 0 else "normal",
                "position": place,
            },
            commands.Tap,
        )
        pairs.append(
            (TapBatch, caller_desk._tap_item(body, f"crowd {number}", None, ()))
        )
    attempts = commit(pairs, journal.record_many)
    for attempt in attempts:
        if attempt.error is not None:
            raise attempt.error
    tapped = [attempt.outcome for attempt in attempts]
    with transaction.atomic():  # they did not all tap at once
        for tap in tapped:
            ago = timedelta(seconds=dice.randrange(2, 90))
            Call.objects.filter(uuid=tap.call).update(queued_at=now() - ago)
    return tapped


def _take(holder: Holder, agencies: list[Agency], tap: Tapped) -> None:
    calls.take_call(
        holder=holder, client_id=uuid4(), call=tap.call,
        agencies=frozenset(agency.pk for agency in agencies),
    )  # fmt: skip


def _some(tapped: list[Tapped], dice: random.Random, count: int) -> list[int]:
    chosen = [tap.call for tap in dice.sample(tapped, min(len(tapped), count * 4))]
    return list(Call.objects.filter(uuid__in=chosen).values_list("pk", flat=True))


def _stay() -> None:
    """Let nothing become due: nobody answers for these places."""
    tomorrow = now() + timedelta(days=1)
    Shift.objects.filter(ended_at=None).update(lease_until=tomorrow)
    Participant.objects.filter(left_at=None).update(lease_until=tomorrow)
    Call.objects.filter(state="waiting").update(escalate_at=tomorrow)
