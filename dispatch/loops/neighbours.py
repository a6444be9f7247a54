"""Who waits at a neighbour and would come to one's agency by now, with nobody free.

A seat sees its own agency's line only. Without this, somebody on a break would read
that nobody is waiting, while callers next door wait for them alone.
"""

from datetime import timedelta
from uuid import UUID

from accounts.models import Agency
from dispatch.loops.matcher import about_to_ring
from dispatch.matching import WaitingCall, lines_at
from dispatch.models import Call
from dispatch.snapshots.lines import lines_served, people_at_seats
from reports.clock import now, wire_time

SETTLED_SECONDS = 3  # a free seat would have been offered it by now

# How many calls, and since when the oldest of them waits.
Waiting = tuple[int, str]


def waiting_at_neighbours() -> dict[UUID, Waiting]:
    """Return by agency which calls of its neighbours would come to it, were it ready.

    Those whose turn at that agency has begun, and whom no free seat is about to get.
    One query while nobody waits; 8 at most else, however many do.
    """
    moment = now()
    line = [
        WaitingCall(pk, agency, priority, queued_at, frozenset(needs))
        for pk, agency, priority, queued_at, needs in Call.objects.in_line()
        .filter(
            queued_at__lt=moment - timedelta(seconds=SETTLED_SECONDS),
            incident__is_synthetic=False,
        )
        .values_list("pk", "agency_id", "priority", "queued_at", "needs")
    ]
    if not line:
        return {}
    lines = lines_served(moment, people_at_seats().on_duty)
    rings = about_to_ring(line, lines, moment)
    found: dict[int, Waiting] = {}
    for call in line:
        if call.pk in rings:
            continue
        waited = (moment - call.queued_at).total_seconds()
        since = wire_time(call.queued_at)
        for helper, _why in lines_at(call.agency, lines, waited)[0]:
            if helper != call.agency:
                count, oldest = found.get(helper, (0, since))
                found[helper] = (count + 1, min(oldest, since))
    uuids = dict(Agency.objects.filter(pk__in=found).values_list("pk", "uuid"))
    return {uuids[agency]: waiting for agency, waiting in found.items()}
