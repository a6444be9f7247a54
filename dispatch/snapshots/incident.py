"""An incident and its call, as the incident's stream keeps them."""

from typing import Any
from uuid import UUID

import msgspec

from dispatch.models import Call, Shift
from dispatch.snapshots.rows import call_view, operator_of
from reports import events
from reports.clock import wire_time
from reports.journal import replay_kinds
from reports.models import Stream
from reports.snapshots import caller_view, clip_views, incident_view

MESSAGES = 200  # newest kept in a snapshot
TRAIL = 50  # newest positions
MUTINGS = 200  # newest; four tracks, so the last of each is among them


def incident_snapshot(uuid: UUID, *, for_caller: bool) -> tuple[int, dict[str, Any]]:
    """Return (head number, snapshot) of an incident's stream.

    Messages and positions exist only as entries; the snapshot reads the newest.
    """
    head = Stream.objects.values_list("head_seq", flat=True).get(uuid=uuid)
    call = (
        Call.objects.filter(incident__uuid=uuid)
        .select_related(
            "incident__agency", "incident__caller", "agency", "seat__agency"
        )
        .order_by("-pk")[:1]
        .get()
    )
    shifts = {
        shift.seat_id: shift
        for shift in Shift.objects.filter(
            seat_id__in=[call.seat_id] if call.seat_id else [], ended_at__isnull=True
        ).select_related("operator")
    }
    bodies: dict[str, Any] = {
        "incident": msgspec.to_builtins(incident_view(call.incident)),
        "caller": msgspec.to_builtins(caller_view(call.incident.caller)),
        "call": msgspec.to_builtins(call_view(call, operator_of(call, shifts))),
    }
    if for_caller:
        opened = events.project_for_caller("incident.opened", bodies) or {}
        moved = events.project_for_caller("call.queued", bodies) or {}
        known = events.project_for_caller("caller.verified", bodies) or {}
        bodies = {**opened, **moved, **known}
    messages = [
        {"seq": entry.seq, "at": wire_time(entry.at), **msgspec.json.decode(entry.text)}
        for entry in replay_kinds(uuid, "message.posted", MESSAGES)
    ]
    trail = [
        msgspec.json.decode(entry.text)["position"]
        for entry in replay_kinds(uuid, "position.reported", 1 if for_caller else TRAIL)
        if entry.text != "{}"
    ]
    snapshot = {
        **bodies,
        "messages": messages,
        "position": trail[-1] if trail else None,
    }
    snapshot["warning"] = _warning(uuid, str(call.uuid))
    snapshot["muted"] = muted_tracks(uuid, str(call.uuid))
    if not for_caller:
        snapshot["trail"] = trail
        clips, older = clip_views(uuid)
        snapshot["clips"] = msgspec.to_builtins(clips)
        snapshot["clips_older"] = older
    return head, snapshot


def _warning(incident: UUID, call: str) -> str:
    """Return where the warning of the offender stands in this call, or nothing."""
    for entry in replay_kinds(incident, "call.warning", 1):
        body = msgspec.json.decode(entry.text)
        if body.get("call") == call:
            return str(body["state"])
    return ""


def muted_tracks(incident: UUID, call: str) -> dict[str, dict[str, bool]]:
    """Return which tracks of a call's two sides the host has stopped."""
    muted = {who: {"audio": False, "video": False} for who in ("guest", "host")}
    for entry in replay_kinds(incident, "media.muted", MUTINGS):
        body = msgspec.json.decode(entry.text)
        if body.get("call") == call:
            muted[body["who"]][body["track"]] = body["is_muted"]
    return muted
