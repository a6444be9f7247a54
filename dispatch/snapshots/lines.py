"""How each agency's line is served now, and by whom: the same for whoever asks.

The matcher offers calls by it, a transfer is refused by it, a console shows it before
somebody asks.
"""

from collections import Counter
from datetime import datetime
from typing import NamedTuple

from django.utils import timezone

from accounts.models import Agency, Tier
from dispatch import matching
from dispatch.matching import Line, Overflow
from dispatch.models import Shift
from dispatch.states import Availability
from reports.clock import now


class People(NamedTuple):
    """How many people are at their seats, by agency.

    ``on_duty``: on a break too; a neighbour waits for them. ``ready``: they take the
    next call, or the one after their own. Nobody waits for those who are away, having
    answered nothing.
    """

    on_duty: Counter[int | None]
    ready: Counter[int | None]


def people_at_seats() -> People:
    """Return who is at the seats; one query."""
    people = People(Counter(), Counter())
    for agency, availability in (
        Shift.objects.filter(ended_at__isnull=True)
        .exclude(seat__availability__in=[Availability.OFF, Availability.AWAY])
        .values_list("seat__agency_id", "seat__availability")
    ):
        people.on_duty[agency] += 1
        people.ready[agency] += availability == Availability.READY
    return people


def served_lines() -> set[int]:
    """Return the agencies whose calls somebody is ready for, now or after a call.

    There, at a neighbour that helps, or standing in outside its hours. Not whoever is
    on a break: the phone would read that nobody can answer. 3 queries.
    """
    ready = people_at_seats().ready
    return {
        agency
        for agency, helpers in helpers_of(now()).items()
        if any(ready[helper] for helper in helpers)
    }


def helpers_of(moment: datetime) -> dict[int, set[int]]:
    """Return which agencies' seats may come to answer each agency's line; 2 queries."""
    lines = lines_served(moment, Counter())
    return {
        agency: {
            agency,
            *(tier.neighbour for tier in served.tiers),
            *matching.stand_ins(agency, lines),
        }
        for agency, served in lines.items()
    }


def lines_served(moment: datetime, open_seats: Counter[int | None]) -> dict[int, Line]:
    """Return how each agency's line is served at this moment.

    The canary's agency stands alone: its calls never ring at a real seat.
    """
    tiers: dict[int, list[Overflow]] = {}
    for helped, neighbour, rank, seconds in Tier.objects.filter(
        is_active=True, neighbour__is_synthetic=False
    ).values_list("agency_id", "neighbour_id", "rank", "after_seconds"):
        tiers.setdefault(helped, []).append(Overflow(neighbour, rank, seconds))
    at = timezone.localtime(moment).time()
    agencies = Agency.objects.only(
        "code", "opens_at", "closes_at", "after_hours", "is_synthetic"
    )
    real = {agency.pk for agency in agencies if not agency.is_synthetic}
    lines = {}
    for agency in agencies:
        is_closed = not matching.is_open(agency.opens_at, agency.closes_at, at)
        has_stand_in = is_closed and {agency.pk, agency.after_hours_id} <= real
        lines[agency.pk] = Line(
            name=agency.code,
            is_staffed=open_seats[agency.pk] > 0,
            stand_in=agency.after_hours_id if has_stand_in else None,
            tiers=tiers.get(agency.pk, ()) if agency.pk in real else (),
        )
    return lines
