"""What this caller raised before: for whoever answers the next time."""

from typing import Any

from django.db.models import Count, OuterRef, Subquery, Window

from accounts.models import User
from accounts.permissions import Rights
from accounts.snapshots import rights_of
from accounts.states import RoleKind
from dispatch.models import Call
from reports.clock import wire_time
from reports.models import Incident

SHOWN = 5  # the newest; the others are counted
READERS = RoleKind.OPERATOR, RoleKind.SUPERVISOR, RoleKind.AUDITOR


def earlier_alarms(incident: Incident, reader: User) -> dict[str, Any]:
    """Return how many alarms of the same caller came before, and the newest of them.

    Only those of agencies whose calls this person may read: elsewhere they are not even
    counted. A caller is a phone until a number is proven, so a phone that changed hands
    may tell of somebody else. One query besides the one for the rights.
    """
    rights = rights_of(reader)
    last = Call.objects.filter(incident=OuterRef("pk")).order_by("-pk")
    rows = Incident.objects.filter(
        caller_id=incident.caller_id, is_synthetic=False, pk__lt=incident.pk
    )
    if not rights.is_everywhere(*READERS):
        rows = rows.filter(agency_id__in=_read_by(rights))
    found = list(
        rows.annotate(
            total=Window(Count("pk")),
            end_reason=Subquery(last.values("end_reason")[:1]),
        )
        .select_related("agency")
        .order_by("-opened_at", "-pk")[:SHOWN]
    )
    return {
        "count": found[0].total if found else 0,
        "incidents": [_earlier_view(row, row.end_reason or "") for row in found],
    }


def _read_by(rights: Rights) -> frozenset[int]:
    return rights.agencies(*READERS)


def _earlier_view(row: Incident, end_reason: str) -> dict[str, Any]:
    titles = {entry.get("code"): entry for entry in row.agency.categories}
    category = titles.get(row.category, {})
    return {
        "incident": str(row.uuid),
        "number": row.number,
        "opened_at": wire_time(row.opened_at),
        "agency": row.agency.name,
        "agency_en": row.agency.name_en or row.agency.name,
        "category": category.get("name") or row.category,
        "category_en": (
            category.get("name_en") or category.get("name") or row.category
        ),
        "disposition": row.disposition,
        "end_reason": end_reason,
    }
