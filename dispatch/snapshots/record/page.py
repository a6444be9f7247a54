"""The page of a record in words: what its template writes and its player reckons with.

The doors ask for it; the record itself knows neither addresses nor lengths in words.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone

from accounts.models import Assurance
from dispatch.snapshots.record import Record, words
from dispatch.snapshots.record.clock import Lane
from dispatch.snapshots.record.lanes import ShownClip, clips_and_views, to_ms
from dispatch.snapshots.record.timeline import Line
from dispatch.states import EndReason
from reports.events import PositionReported
from reports.models import EvidenceClip, Incident, ViewCopy
from reports.states import ClipKind, ClipSource, ClipState, ViewState
from reports.words import place_of_phone
from reports.written import place_unnamed, size, zone

SECOND = 1_000
# So long a phone that has left its call may take to send what it still has.
SENDING = timedelta(seconds=20)
FAR_OFF = frozenset({"position_outside"})


def page_of(record: Record) -> dict[str, Any]:
    """Return all that the page of a record shows, in the reader's language."""
    incident = record.incident
    return {
        "record": record,
        "incident": incident,
        "who": f"{record.caller.name_masked} {record.caller.phone_masked}".strip(),
        "assurance": incident.caller.get_assurance_display(),
        "priority": words.priority(incident.priority),
        "disposition": words.disposition(incident.disposition),
        "flags": _flags(incident),
        "calls": [_call(call) for call in record.calls],
        "lines": _lines(record),
        "clips": [_clip(one, record) for one in record.clips],
        "clock": _clock(record),
        "zone": zone(incident.opened_at),
        "zone_looked": zone(record.proof.checked_at),
        "place": incident.place or _where_the_phone_was(record),
    }


def _flags(incident: Incident) -> list[dict[str, str]]:
    """Return what one must know, with its tone; not again what *Caller* says."""
    is_said = incident.caller.assurance == Assurance.NONE
    return [
        {"words": words.flag(flag), "tone": "warn" if flag in FAR_OFF else ""}
        for flag in incident.flags
        if not (is_said and flag == "unverified")
    ]


def _where_the_phone_was(record: Record) -> str:
    """Return the area of the newest position, said to be the phone's.

    Of no named area, its coordinates. Nothing where none is known, or where the entry
    that told of it was erased: the call's row still has what nobody may read any more.
    """
    told = [one for one in record.lines if one.kind == PositionReported.kind]
    if told and told[-1].is_erased:
        return ""
    for call in reversed(record.calls):
        if area := words.in_language(call.area_name, call.area_name_en):
            return place_of_phone(area)
        if told and call.lat_e7 is not None and call.lon_e7 is not None:
            is_outside = "position_outside" in record.incident.flags
            return place_unnamed(
                call.lat_e7, call.lon_e7, call.accuracy_mm, is_outside=is_outside
            )
    return ""


def _call(call: Any) -> dict[str, Any]:
    answered, ended = call.connected_at, call.ended_at
    return {
        "call": call,
        "waited": _between(call.queued_at, answered) if answered else "",
        "lasted": _between(answered or call.queued_at, ended) if ended else "",
        "how": words.label(EndReason, call.end_reason) if ended else "",
        "seat": words.seat(call.seat.full_label(), "") if call.seat else "",
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
        "since": _since(line.ms, record),
    }


def _clip(one: ShownClip, record: Record) -> dict[str, Any]:
    """Return a clip's words and addresses; ``way`` is what can be done to see it."""
    clip, view, lane = one.clip, one.view, one.lane
    state, tone = words.wholeness(
        is_open=clip.state == ClipState.OPEN,
        missing=sum(gap["last"] - gap["first"] + 1 for gap in clip.gaps),
        is_complete=clip.is_complete,
        has_stopped=_has_stopped(clip, record),
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
        "name": words.clip(clip.kind, clip.source, clip.side),
        "icon": words.clip_icon(clip.kind),
        "state": state,
        "tone": tone,
        "begins": begins,
        "size": size(clip.bytes),
        "length": _duration(timedelta(milliseconds=one.end - one.at)) if lane else "",
        "anchor": words.anchor(lane.anchor) if lane else "",
        "closed": words.closed_because(clip.reason),
        "gaps": _gaps(lane, record) if lane else [],
        "address": address,
        "way": _way(clip, view),
        "refused": words.refused_because(view.reason)
        if view is not None and view.state == ViewState.REFUSED
        else "",
        "original": reverse("original", args=[clip.uuid]) if clip.chunk_count else "",
        "ask": reverse("ask-view", args=[clip.uuid]),
    }


def _has_stopped(clip: EvidenceClip, record: Record) -> bool:
    """Return whether the phone is gone, and nothing of its clip arrives any more."""
    if (
        clip.source != ClipSource.PHONE
        or record.proof.checked_at - clip.heard_at < SENDING
    ):
        return False
    calls = [call for call in record.calls if clip.call in (None, call.uuid)]
    return bool(calls) and all(call.ended_at or call.lost_at for call in calls)


def ways_of(incident: Incident) -> dict[str, str]:
    """Return what can be done to see each clip of a record, without the rest of it."""
    return {
        str(clip.uuid): _way(clip, view) for clip, view in clips_and_views(incident)
    }


def _way(clip: EvidenceClip, view: ViewCopy | None) -> str:
    """Return play, wait, ask, refused, empty or file."""
    if not clip.chunk_count:
        return "empty" if clip.state == ClipState.CLOSED else "wait"
    if view is not None and view.state == ViewState.READY:
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
            "since": _since(gap.at, record),
            "seconds": max(1, round(gap.length / SECOND)),
            "words": words.gap(gap.why, gap.count),
        }
        for gap in lane.gaps
    ]


def _clock(record: Record) -> dict[str, Any]:
    """Return what the player reckons with: moments in milliseconds since 1970."""
    return {
        "alarm": _alarm(record),
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
                "way": _way(one.clip, one.view),
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


def _alarm(record: Record) -> int:
    """Return the second of the alarm, from which the clock counts.

    Cut to the second as times are written, or two written times and what lies between
    them would not agree.
    """
    return to_ms(record.incident.opened_at) // SECOND * SECOND


def _since(ms: int, record: Record) -> str:
    """Return how long after the alarm: +0:14; of what a phone kept before it: −0:01."""
    seconds = ms // SECOND - _alarm(record) // SECOND
    return f"{'−' if seconds < 0 else '+'}{_duration(timedelta(seconds=abs(seconds)))}"


def _between(start: datetime, end: datetime) -> str:
    """Return how long from one written second to another, as the timeline subtracts."""
    return _duration(end.replace(microsecond=0) - start.replace(microsecond=0))


def _duration(span: timedelta) -> str:
    """Return 0:14, 12:03, 1:02:03: whole seconds, as the console counts them."""
    whole = max(0, int(span.total_seconds()))
    hours, minutes, seconds = whole // 3600, whole // 60 % 60, whole % 60
    if hours:
        return f"{hours}:{minutes:02}:{seconds:02}"
    return f"{minutes}:{seconds:02}"
