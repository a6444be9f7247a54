"""Whom of the other agencies an operator can ask or give a call to, right now."""

from collections import Counter
from typing import TypedDict

from accounts.models import Agency, Tier
from dispatch.models import Seat
from dispatch.snapshots.lines import served_lines
from dispatch.snapshots.neighbours import MOST


class Standing(TypedDict):
    """How an agency stands: its free, ready seats; whether its line is served."""

    free: int
    is_served: bool


def others_of(agencies: frozenset[int]) -> dict[str, Standing]:
    """Return how each agency stands that a console of these agencies can choose.

    By what inviting (``Seat.objects.free``) and transferring (``served_lines``) are
    refused with. Whoever works for several agencies sits at one, and may choose the
    rest. Should there be more than a list shows, its own helpers are told first.
    6 queries, however many agencies and seats there are.
    """
    rows = Agency.objects.filter(is_active=True, is_synthetic=False)
    if len(agencies) == 1:
        rows = rows.exclude(pk__in=agencies)
    tiers = Tier.objects.filter(agency_id__in=agencies, is_active=True)
    helpers = set(tiers.values_list("neighbour_id", flat=True))
    near = sorted(
        rows.values_list("pk", "uuid", "code"),
        key=lambda row: (row[0] not in helpers, row[2]),
    )
    free = Counter(Seat.objects.free().values_list("agency_id", flat=True))
    served = served_lines()
    return {
        str(uuid): {"free": free[pk], "is_served": pk in served}
        for pk, uuid, _code in near[:MOST]
    }
