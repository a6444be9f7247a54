"""Who waits at a neighbour and would come to one's agency by now, with nobody free.

A seat sees its own agency's line only. Without this, somebody on a break would read
that nobody is waiting, while callers next door wait for them alone.
"""

from datetime import timedelta
from uuid import UUID

from accounts.models import Agency
from dispatch.loops.matcher import lines_served, people_at_seats
from dispatch.matching import lines_at
from dispatch.models import Call
from reports.clock import now, wire_time

SETTLED_SECONDS = 3  # a free seat would have been offered it by now

# How many calls, and since when the oldest of them waits.
Waiting = tuple[int, str]


def waiting_at_neighbours() -> dict[UUID, Waiting]:
    """Return by agency which calls of its neighbours would come to it, were it ready.

    Those whose turn at that agency has begun, and whom no free seat may answer. One
    query while nobody waits; 5 else, however many do.
    """
    moment = now()
    line = list(
        Call.objects.in_line()
        .filter(
            queued_at__lt=moment - timedelta(seconds=SETTLED_SECONDS),
            incident__is_synthetic=False,
        )
        .values_list("agency_id", "queued_at")
    )
    if not line:
        return {}
    people = people_at_seats()
    lines = lines_served(moment, people.on_duty)
    found: dict[int, Waiting] = {}
    for agency, queued_at in line:
        waited = (moment - queued_at).total_seconds()
        opened = [helper for helper, _ in lines_at(agency, lines, waited)[0]]
        if any(people.free[helper] for helper in opened):
            continue
        for helper in opened:
            if helper != agency:
                count, oldest = found.get(helper, (0, wire_time(queued_at)))
                found[helper] = (count + 1, min(oldest, wire_time(queued_at)))
    uuids = dict(Agency.objects.filter(pk__in=found).values_list("pk", "uuid"))
    return {uuids[agency]: waiting for agency, waiting in found.items()}
