"""The record of an incident as a page, what of it can be seen, and marks for its seat.

Who may not read it, and what does not exist, get the same answer. What is shown is
written down in the ledger first, as with each look at a clip.
"""

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, override
from django.views.decorators.cache import never_cache
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_GET

from accounts.admin.base import desk_rights
from accounts.models import User
from accounts.snapshots import rights_of
from dispatch.actions.running import run
from dispatch.api.answers import answer, door
from dispatch.snapshots.looks import Looker, is_in_room, looker_at
from dispatch.snapshots.record import find_incident, marks_of, record_of
from dispatch.snapshots.record.page import page_of, ways_of
from reports.actions.custody import note_reading
from reports.admin.incidents import may_export
from reports.clock import now
from reports.errors import NoSuchClip
from reports.models import Incident


@require_GET
@login_required
def records_page(request: HttpRequest) -> HttpResponse:
    """Lead to the list of incidents, where one can search, whoever has a desk."""
    if not rights_of(_user(request)).has_desk:
        raise PermissionDenied
    return redirect("admin:reports_incident_changelist")


# The CSRF token is masked anew in each answer, so its length tells nothing (BREACH).
@gzip_page
@never_cache
@require_GET
@login_required
def record_page(request: HttpRequest, number: str) -> HttpResponse:
    """Show an incident as one timeline on one clock; 404 to whoever may not read it."""
    incident, looker = find_readable(request, number)
    note_reading(incident, author=looker.author, viewer=looker.name)
    has_desk = desk_rights(request).has_desk
    return render(
        request,
        "record/page.html",
        page_of(record_of(incident, _user(request)))
        | {
            "moment": now(),
            "desk": reverse("admin:reports_incident_change", args=[incident.pk])
            if has_desk
            else "",
            "may_export": may_export(request, incident),
        },
    )


def find_readable(request: HttpRequest, number: str) -> tuple[Incident, Looker]:
    """Return a record, and as what this person may read it; else there is none."""
    incident = find_incident(number)
    looker = looker_at(_user(request), incident) if incident is not None else None
    if incident is None or looker is None:
        raise Http404
    return incident, looker


@door("GET")
async def marks(request: HttpRequest, incident: UUID) -> HttpResponse:
    """Tell a seat in the call what has happened in it, as marks on its time."""
    user = await request.auser()
    if not isinstance(user, User):
        raise NoSuchClip
    return answer(await run(_marks, user, incident, get_language()))


def _marks(user: User, uuid: UUID, language: str | None) -> dict[str, Any]:
    incident = Incident.objects.select_related("agency").filter(uuid=uuid).first()
    if incident is None:
        raise NoSuchClip
    if not is_in_room(user, incident) and looker_at(user, incident) is None:
        raise NoSuchClip
    with override(language):  # the reader's; another thread knows nothing of it
        return {"marks": marks_of(incident)}


@door("GET")
async def ways(request: HttpRequest, incident: UUID) -> HttpResponse:
    """Tell whoever may read the record what can be done with each clip, and no more."""
    user = await request.auser()
    if not isinstance(user, User):
        raise NoSuchClip
    return answer(await run(_ways, user, incident))


def _ways(user: User, uuid: UUID) -> dict[str, Any]:
    incident = Incident.objects.select_related("agency").filter(uuid=uuid).first()
    if incident is None or looker_at(user, incident) is None:
        raise NoSuchClip
    return {"clips": ways_of(incident)}


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user
