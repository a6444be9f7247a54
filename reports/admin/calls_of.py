"""What an incident's calls say of it: how it stands, and where the phone was.

This app knows the calls by their relation alone (``calls``), so their codes stand here
as text; ``dispatch.states`` names them. The lists read them along, in one query.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from reports import words
from reports.events import PositionReported
from reports.models import Entry, Incident
from reports.written import place_unnamed

ERASED = 0  # what ``position_told`` is where the newest position's entry was erased


def read_along(rows: QuerySet[Incident]) -> QuerySet[Incident]:
    """Read the calls along, and whether it is still told where the phone was."""
    told = Entry.objects.filter(
        stream__uuid=OuterRef("uuid"), kind=PositionReported.kind
    ).order_by("-seq")
    kept = told.values_list(Coalesce("body__pk", Value(ERASED)))[:1]
    return rows.annotate(position_told=Subquery(kept)).prefetch_related("calls")


def calls_of(incident: Incident) -> list[Any]:
    """Return an incident's calls, the newest first."""
    calls: list[Any] = list(incident.calls.all())
    return sorted(calls, key=lambda call: (call.queued_at, call.pk), reverse=True)


def state_of(incident: Incident) -> str:
    """Return waiting, live or ended; nothing where nobody called."""
    states = {call.state for call in calls_of(incident)}
    if "connected" in states:
        return "live"
    if states & {"waiting", "offered"}:
        return "waiting"
    return "ended" if states else ""


def state_words(incident: Incident) -> str:
    """Name how it stands."""
    names = {"waiting": _("waiting"), "live": _("live"), "ended": _("ended")}
    return names.get(state_of(incident), "")


def is_silent(incident: Incident) -> bool:
    """Return whether the newest call is silent, or was at its end."""
    return any(call.mode == "silent" for call in calls_of(incident)[:1])


def is_lost(incident: Incident) -> bool:
    """Return whether the newest call's phone is gone, or was at its end."""
    return any(
        call.lost_at is not None or call.end_reason == "caller_lost"
        for call in calls_of(incident)[:1]
    )


def answered_at(incident: Incident) -> datetime | None:
    """Return when somebody first answered."""
    moments = [call.connected_at for call in calls_of(incident) if call.connected_at]
    return min(moments, default=None)


def ended_at(incident: Incident) -> datetime | None:
    """Return when the last call was over; nothing while one goes on."""
    moments = [call.ended_at for call in calls_of(incident)]
    return max(moments) if moments and all(moments) else None


def end_words(incident: Incident) -> str:
    """Say why the newest call ended."""
    return "".join(c.get_end_reason_display() for c in calls_of(incident)[:1])


def callback_words(incident: Incident) -> str:
    """Say that somebody is to be called back, or what came of it."""
    calls = calls_of(incident)
    if any(call.needs_callback for call in calls):
        return _("to be called back")
    said = [c.get_callback_outcome_display() for c in calls if c.callback_outcome]
    return str(said[0]) if said else ""


def place_of(incident: Incident) -> str:
    """Return what was written down, else where the phone said it was: as the record.

    Nothing of a position whose entry was erased, which the call's row still has.
    """
    told = getattr(incident, "position_told", None)
    if incident.place or told == ERASED:
        return incident.place
    for call in calls_of(incident):
        if area := _in_language(call.area_name, call.area_name_en):
            return words.place_of_phone(area)
        if told and call.lat_e7 is not None and call.lon_e7 is not None:
            is_outside = "position_outside" in incident.flags
            place = (call.lat_e7, call.lon_e7, call.accuracy_mm)
            return place_unnamed(*place, is_outside=is_outside)
    return ""


def _in_language(chinese: str, english: str) -> str:
    if (get_language() or "").startswith("zh"):
        return chinese or english
    return english or chinese
