"""Whether anybody serves an agency's line: there, at a neighbour, or standing in."""

from django.utils import timezone

from accounts.models import Agency, Tier
from dispatch.matching import is_open
from dispatch.models import Shift
from dispatch.states import Availability
from reports.clock import now


def is_served(line: Agency) -> bool:
    """Say whether somebody is ready, now or after a call, to whom its calls may come.

    Not whoever is on a break: the phone would read that nobody can answer.

    As the matcher has it (``loops/matcher.py``): neighbours help by their tiers, and
    outside an agency's hours who stands in, and the next one where that is closed too.
    """
    helpers = {line.pk}
    if not line.is_synthetic:  # the canary's line stands alone
        tiers = Tier.objects.filter(agency=line, is_active=True)
        real = tiers.filter(neighbour__is_synthetic=False)
        helpers |= {*real.values_list("neighbour_id", flat=True), *_stand_ins(line)}
    shifts = Shift.objects.filter(ended_at__isnull=True, seat__agency_id__in=helpers)
    return shifts.filter(seat__availability=Availability.READY).exists()


def _stand_ins(line: Agency) -> list[int]:
    at = timezone.localtime(now()).time()
    found: list[int] = []
    closed = line
    while not is_open(closed.opens_at, closed.closes_at, at):
        following = closed.after_hours
        if following is None or following.is_synthetic or following.pk in found:
            break
        found.append(following.pk)
        closed = following
    return found
