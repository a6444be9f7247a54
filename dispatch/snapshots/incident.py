"""An incident and its call, as the incident's stream keeps them."""

from typing import Any
from uuid import UUID

import msgspec

from dispatch.models import Call, Offer, Participant, Shift
from dispatch.snapshots.rows import (
    call_view,
    invitation_view,
    operator_of,
    room_view,
)
from dispatch.states import CallState, OfferKind, OfferState, ParticipantRole
from reports import events
from reports.clock import wire_time
from reports.journal import replay_kinds
from reports.models import Stream
from reports.snapshots import caller_view, clip_views, incident_view

MESSAGES = 200  # newest kept in a snapshot
TRAIL = 50  # newest positions
MUTINGS = 200  # newest; four tracks, so the last of each is among them
NEW_HOST = frozenset({"call.connected", "call.transferred"})


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
    asked = [] if for_caller else _invitations(call)
    shifts = {
        shift.seat_id: shift
        for shift in Shift.objects.filter(
            seat_id__in={s for s in (call.seat_id, *(o.seat_id for o in asked)) if s},
            ended_at__isnull=True,
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
        for entry in replay_kinds(uuid, ["message.posted"], MESSAGES)
    ]
    trail = [
        msgspec.json.decode(entry.text)["position"]
        for entry in replay_kinds(
            uuid, ["position.reported"], 1 if for_caller else TRAIL
        )
        if entry.text != "{}"
    ]
    snapshot = {
        **bodies,
        "messages": messages,
        "position": trail[-1] if trail else None,
    }
    snapshot["warning"] = warning_state(uuid, call.uuid)
    snapshot["muted"] = muted_tracks(uuid, str(call.uuid))
    room = _room(call)
    snapshot["room"] = {"parties": room["parties"]} if for_caller else room
    if not for_caller:
        snapshot["invitations"] = {
            str(offer.uuid): msgspec.to_builtins(
                invitation_view(offer, call, _operator_at(offer.seat_id, shifts))
            )
            for offer in asked
        }
        snapshot["trail"] = trail
        clips, older = clip_views(uuid)
        snapshot["clips"] = msgspec.to_builtins(clips)
        snapshot["clips_older"] = older
    return head, snapshot


def _invitations(call: Call) -> list[Offer]:
    """Return who is asked into the room, or to take the call over, and has not said."""
    if call.state != CallState.CONNECTED:
        return []
    return list(
        Offer.objects.filter(call=call, state=OfferState.OPEN)
        .exclude(kind=OfferKind.CALL)
        .select_related("seat__agency", "asked_by")
    )


def _operator_at(seat: int, shifts: dict[int, Shift]) -> str:
    shift = shifts.get(seat)
    return str(shift.operator) if shift else ""


def _room(call: Call) -> dict[str, Any]:
    """Return who is in the room besides host and guest: nobody, unless connected."""
    parties = (
        Participant.objects.filter(call=call, left_at__isnull=True)
        .exclude(role__in=[ParticipantRole.HOST, ParticipantRole.GUEST])
        .select_related("seat__agency", "operator")
        if call.state == CallState.CONNECTED
        else []
    )
    room: dict[str, Any] = msgspec.to_builtins(room_view(call, list(parties)))
    return {key: room[key] for key in ("parties", "whispering", "people")}


def warning_state(incident: UUID, call: UUID) -> str:
    """Return where the warning of the offender stands in this call, or nothing."""
    for entry in replay_kinds(incident, ["call.warning"], 1):
        body = msgspec.json.decode(entry.text)
        if body.get("call") == str(call):
            return str(body["state"])
    return ""


def muted_tracks(incident: UUID, call: str) -> dict[str, dict[str, bool]]:
    """Return which tracks of a call's two sides the host has stopped.

    What a host stopped of their own ends with them: whoever comes after them, or takes
    the call from the line again, would else speak unheard and never have pressed it.
    """
    muted = {who: {"audio": False, "video": False} for who in ("guest", "host")}
    for entry in replay_kinds(incident, ["media.muted", *NEW_HOST], MUTINGS):
        body = msgspec.json.decode(entry.text)
        if entry.kind in NEW_HOST:
            if body and body["call"]["call"] == call:
                muted["host"] = {"audio": False, "video": False}
        elif body.get("call") == call:
            muted[body["who"]][body["track"]] = body["is_muted"]
    return muted
