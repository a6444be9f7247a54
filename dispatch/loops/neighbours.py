"""Who waits at a neighbour that one's agency helps, with nobody ready there or here.

A seat sees its own agency's line only. Without this, somebody on a break would read
that nobody is waiting, while callers next door wait for them alone.
"""

from datetime import timedelta
from uuid import UUID

from accounts.models import Agency
from dispatch.loops.matcher import helpers_of, people_at_seats
from dispatch.models import Call
from reports.clock import now, wire_time

SETTLED_SECONDS = 3  # a ready seat would have been offered it by now

# How many calls, and since when the oldest of them waits.
Waiting = tuple[int, str]


def waiting_at_neighbours() -> dict[UUID, Waiting]:
    """Return by helping agency which calls of its neighbours no ready seat may answer.

    One query while nobody waits; 5 else, however many do.
    """
    since = now() - timedelta(seconds=SETTLED_SECONDS)
    line = list(
        Call.objects.in_line()
        .filter(queued_at__lt=since, incident__is_synthetic=False)
        .values_list("agency_id", "queued_at")
    )
    if not line:
        return {}
    ready, helpers = people_at_seats().ready, helpers_of(now())
    found: dict[int, tuple[int, str]] = {}
    for agency, queued_at in line:
        pool = helpers.get(agency, {agency})
        if any(ready[helper] for helper in pool):
            continue
        for helper in pool - {agency}:
            count, oldest = found.get(helper, (0, ""))
            at = wire_time(queued_at)
            found[helper] = (count + 1, min(oldest or at, at))
    uuids = dict(Agency.objects.filter(pk__in=found).values_list("pk", "uuid"))
    return {uuids[agency]: waiting for agency, waiting in found.items()}
