"""The record of an incident as a page, and the marks of a call for its seat.

Who may not read it, and what does not exist, get the same answer. What is shown is
written down in the ledger first, as with each look at a clip.
"""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, override
from django.views.decorators.cache import never_cache
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_GET

from accounts.models import User
from accounts.snapshots import rights_of
from dispatch.actions.running import run
from dispatch.api.answers import answer, door
from dispatch.snapshots.looks import is_in_room, looker_at
from dispatch.snapshots.record import (
    Record,
    find_incident,
    marks_of,
    record_of,
    words,
)
from dispatch.snapshots.record.clock import Lane
from dispatch.snapshots.record.lanes import ShownClip, to_ms
from dispatch.snapshots.record.timeline import Line
from dispatch.states import EndReason
from reports.actions.custody import note_reading
from reports.clock import now
from reports.errors import NoSuchClip
from reports.models import Incident
from reports.states import ClipKind, ClipState, ViewState

SECOND = 1_000


@require_GET
@login_required
def records_page(request: HttpRequest) -> HttpResponse:
    """Lead to the list of incidents, where one can search, whoever has a desk."""
    if not rights_of(_user(request)).has_desk:
        raise Http404
    return redirect("admin:reports_incident_changelist")


# The CSRF token is masked anew in each answer, so its length tells nothing (BREACH).
@gzip_page
@never_cache
@require_GET
@login_required
def record_page(request: HttpRequest, number: str) -> HttpResponse:
    """Show an incident as one timeline on one clock; 404 to whoever may not read it."""
    user = _user(request)
    incident = find_incident(number)
    looker = looker_at(user, incident) if incident is not None else None
    if incident is None or looker is None:
        raise Http404
    note_reading(incident, author=looker.author, viewer=looker.name)
    record = record_of(incident, user)
    rights = rights_of(user)
    return render(
        request,
        "record/page.html",
        {
            "record": record,
            "incident": incident,
            "who": f"{record.caller.name_masked} {record.caller.phone_masked}".strip(),
            "assurance": incident.caller.get_assurance_display(),
            "priority": words.priority(incident.priority),
            "disposition": words.disposition(incident.disposition),
            "flags": [words.flag(flag) for flag in incident.flags],
            "calls": [_call(call) for call in record.calls],
            "lines": _lines(record),
            "clips": [_clip(one, record) for one in record.clips],
            "clock": _clock(record),
            "moment": now(),
            "zone": timezone.get_current_timezone_name(),
            "desk": reverse("admin:reports_incident_change", args=[incident.pk])
            if rights.has_desk
            else "",
        },
    )


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


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


# --- What the template shows ---------------------------------------------------------


def _call(call: Any) -> dict[str, Any]:
    answered, ended = call.connected_at, call.ended_at
    return {
        "call": call,
        "waited": duration(answered - call.queued_at) if answered else "",
        "lasted": duration(ended - (answered or call.queued_at)) if ended else "",
        "how": words.label(EndReason, call.end_reason) if ended else "",
        "seat": call.seat.full_label() if call.seat else "",
        "mode": call.get_mode_display(),
    }


def _lines(record: Record) -> list[dict[str, Any]]:
    shown, day = [], timezone.localdate(record.incident.opened_at)
    for line in record.lines:
        local = timezone.localtime(line.at)
        new_day = local.date() != day
        day = local.date()
        shown.append(_line(line, record) | {"day": local if new_day else None})
    return shown


def _line(line: Line, record: Record) -> dict[str, Any]:
    return {
        "line": line,
        "said": line.said,
        "ms": line.ms,
        "since": duration(timedelta(milliseconds=max(0, line.ms - record.begins))),
    }


def _clip(one: ShownClip, record: Record) -> dict[str, Any]:
    """Return a clip's words and addresses; ``way`` is what can be done to see it."""
    clip, view, lane = one.clip, one.view, one.lane
    state, tone = words.wholeness(
        is_open=clip.state == ClipState.OPEN,
        missing=sum(gap["last"] - gap["first"] + 1 for gap in clip.gaps),
        is_complete=clip.is_complete,
    )
    address = ""
    if one.is_playable and view is not None:
        address = reverse("view", args=[clip.uuid, view.uuid])
    begins = timezone.localtime(_moment(one.at))
    return {
        "clip": clip,
        "uuid": str(clip.uuid),
        "kind": words.clip_kind(clip.kind, clip.source),
        "source": words.clip_source(clip.source, clip.side),
        "icon": words.clip_icon(clip.kind),
        "state": state,
        "tone": tone,
        "begins": begins,
        "length": duration(timedelta(milliseconds=one.end - one.at)) if lane else "",
        "anchor": words.anchor(lane.anchor) if lane else "",
        "closed": words.closed_because(clip.reason),
        "gaps": _gaps(lane, record) if lane else [],
        "address": address,
        "way": _way(one),
        "refused": words.refused_because(view.reason)
        if view is not None and view.state == ViewState.REFUSED
        else "",
        "original": reverse("original", args=[clip.uuid]) if clip.chunk_count else "",
        "ask": reverse("ask-view", args=[clip.uuid]),
    }


def _way(one: ShownClip) -> str:
    """Return play, wait, ask, refused, empty or file."""
    clip, view = one.clip, one.view
    if not clip.chunk_count:
        return "empty" if clip.state == ClipState.CLOSED else "wait"
    if one.is_playable:
        return "play"
    if clip.kind == ClipKind.FILE:
        return "file"
    if view is None:
        return "ask"
    return "wait" if view.state == ViewState.MAKING else "refused"


def _gaps(lane: Lane, record: Record) -> list[dict[str, Any]]:
    return [
        {
            "at": timezone.localtime(_moment(gap.at)),
            "since": duration(timedelta(milliseconds=gap.at - record.begins)),
            "seconds": max(1, round(gap.length / SECOND)),
            "words": words.gap(gap.why, gap.count),
        }
        for gap in lane.gaps
    ]


def _clock(record: Record) -> dict[str, Any]:
    """Return what the player reckons with: moments in milliseconds since 1970."""
    return {
        "begins": record.begins,
        "ends": record.ends,
        "live": record.is_live,
        "zone": timezone.get_current_timezone_name(),
        "clips": [
            {
                "clip": str(one.clip.uuid),
                "kind": one.clip.kind,
                "side": one.clip.side,
                "source": one.clip.source,
                "at": one.at,
                "way": _way(one),
                "pieces": [
                    [piece.at, piece.length, piece.copy]
                    for piece in (one.lane.pieces if one.lane else [])
                ],
                "gaps": [
                    [gap.at, gap.length, words.gap(gap.why, gap.count)]
                    for gap in (one.lane.gaps if one.lane else [])
                ],
            }
            for one in record.clips
        ],
        "calls": [
            [to_ms(call.queued_at), to_ms(call.ended_at) if call.ended_at else None]
            for call in record.calls
        ],
    }


def _moment(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / SECOND, tz=UTC)


def duration(span: timedelta) -> str:
    """Return 0:14, 12:03, 1:02:03."""
    whole = max(0, round(span.total_seconds()))
    hours, minutes, seconds = whole // 3600, whole // 60 % 60, whole % 60
    if hours:
        return f"{hours}:{minutes:02}:{seconds:02}"
    return f"{minutes}:{seconds:02}"
