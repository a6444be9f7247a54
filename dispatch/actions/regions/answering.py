"""Who of an agency's callers is there, and whether anybody could answer them."""

from collections.abc import Collection

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import Agency, Area, Tier
from dispatch.models import Call, Seat


def unanswered(agencies: Collection[int] | None = None) -> QuerySet[Agency]:
    """Return agencies in service that calls come to and no seat could take.

    Calls come to who has ground in use, and to the default. Overflow reaches direct
    neighbours only, so two agencies without seats that help each other are a loop that
    leads nowhere, however long it is. Help after hours is not enough.
    """
    seats = Seat.objects.filter(is_active=True)
    helped = Tier.objects.filter(
        Exists(seats.filter(agency=OuterRef("neighbour"))),
        agency=OuterRef("pk"),
        is_active=True,
        neighbour__is_active=True,
    )
    ground = Area.objects.filter(agency=OuterRef("pk"), is_active=True)
    rows = Agency.objects.filter(
        Q(is_default=True) | Exists(ground),
        ~Exists(seats.filter(agency=OuterRef("pk"))),
        ~Exists(helped),
        is_active=True,
        is_synthetic=False,
    )
    return rows if agencies is None else rows.filter(pk__in=agencies)


def has_live_calls(agency: Agency) -> bool:
    """Say whether calls in the agency's line wait, ring or are talked on."""
    return Call.objects.live().filter(agency=agency).exists()
