"""Who holds which place, asked with every batch of messages; see reports/models/hot."""

from collections.abc import Collection
from typing import NamedTuple
from uuid import UUID

from dispatch.models.call import Participant
from dispatch.models.seat import Seat, Shift
from dispatch.states import ParticipantRole
from reports.models.hot import fetch, is_postgresql

GUESTS = """
SELECT call_id, epoch FROM dispatch_participant
WHERE call_id = ANY(%s) AND role = 'guest' AND left_at IS NULL
"""
SHIFTS = """
SELECT shift.seat_id, shift.epoch, coalesce(in_room.uuid, in_wrap_up.uuid), host.role
FROM dispatch_shift shift
JOIN dispatch_seat seat ON seat.id = shift.seat_id
LEFT JOIN dispatch_participant host
  ON host.seat_id = shift.seat_id AND host.left_at IS NULL
LEFT JOIN dispatch_call talk ON talk.id = host.call_id
LEFT JOIN reports_incident in_room ON in_room.id = talk.incident_id
LEFT JOIN dispatch_call past ON past.id = seat.wrap_up_call_id
LEFT JOIN reports_incident in_wrap_up ON in_wrap_up.id = past.incident_id
WHERE shift.seat_id = ANY(%s) AND shift.ended_at IS NULL
"""


def guest_epochs(call_ids: Collection[int]) -> dict[int, int]:
    """Return the epoch of each call's guest who has not left."""
    if is_postgresql():
        return dict(fetch(GUESTS, list(call_ids)))
    return dict(
        Participant.objects.filter(
            call_id__in=call_ids, role=ParticipantRole.GUEST, left_at__isnull=True
        ).values_list("call_id", "epoch")
    )


class SeatNow(NamedTuple):
    """A staffed seat's epoch, the incident in its room or wrap-up, its role there."""

    epoch: int
    incident: UUID | None
    role: str | None


def seat_places(seat_ids: Collection[int]) -> dict[int, SeatNow]:
    """Return how the staffed ones of these seats stand."""
    if is_postgresql():
        rows = fetch(SHIFTS, list(seat_ids))
        return {seat_id: SeatNow(*place) for seat_id, *place in rows}
    wrapped = dict(
        Seat.objects.filter(pk__in=seat_ids, wrap_up_call__isnull=False).values_list(
            "pk", "wrap_up_call__incident__uuid"
        )
    )
    rooms = {
        seat_id: (incident, role)
        for seat_id, incident, role in Participant.objects.filter(
            seat_id__in=seat_ids, left_at__isnull=True
        ).values_list("seat_id", "call__incident__uuid", "role")
    }
    return {
        seat_id: SeatNow(epoch, *rooms.get(seat_id, (wrapped.get(seat_id), None)))
        for seat_id, epoch in Shift.objects.filter(
            seat_id__in=seat_ids, ended_at__isnull=True
        ).values_list("seat_id", "epoch")
    }
