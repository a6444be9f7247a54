"""What a console needs at ``hello``: rights, the seat it may resume, its streams."""

from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from accounts.models import Agency, User
from accounts.snapshots import rights_of
from accounts.states import RoleKind
from dispatch.errors import EpochStale
from dispatch.models import Participant, Seat, Shift
from dispatch.states import ShiftEnd
from reports.clock import wire_time


class Held(NamedTuple):
    """The room a console's seat is in, and the seat the operator holds anywhere."""

    incident: UUID | None
    call: UUID | None
    own_seat: UUID | None
    role: str = ""  # in that room
    participant: UUID | None = None


@dataclass(frozen=True, slots=True)
class Console:
    """An operator with the agencies whose seats they may take."""

    user: User
    session_key: str
    version: int
    agencies: frozenset[int]
    supervises: frozenset[int] = frozenset()

    def agency_streams(self, seat: UUID | None) -> list[UUID]:
        """Return the seat's agency, or without a seat all one's agencies."""
        agencies = Agency.objects.filter(pk__in=self.agencies).order_by("code")
        if seat is not None:
            agencies = agencies.filter(seats__uuid=seat)
        return list(agencies.values_list("uuid", flat=True))

    def supervised_streams(self) -> list[UUID]:
        """Return the agencies whose calls one may take over at any time."""
        if not self.supervises:
            return []
        agencies = Agency.objects.filter(pk__in=self.supervises).order_by("code")
        return list(agencies.values_list("uuid", flat=True))

    def held(self, seat: UUID | None) -> Held:
        """Return what the seat is in the room of, or wraps up."""
        own = (
            Shift.objects.filter(operator=self.user, ended_at__isnull=True)
            .values_list("seat__uuid", flat=True)
            .first()
        )
        if seat is None:
            return Held(None, None, own)
        room = (
            Participant.objects.filter(seat__uuid=seat, left_at__isnull=True)
            .select_related("call__incident")
            .first()
        )
        if room is not None:
            call = room.call
            return Held(call.incident.uuid, call.uuid, own, room.role, room.uuid)
        wrapped = (
            Seat.objects.filter(uuid=seat)
            .values_list("wrap_up_call__incident__uuid", flat=True)
            .first()
        )
        return Held(wrapped, None, own)


def console_of(user: User, session_key: str) -> Console | None:
    """Return the operator's console, or None without an operator's role."""
    rights = rights_of(user)
    agencies = rights.operator_agencies
    if rights.is_everywhere(RoleKind.OPERATOR):
        agencies = frozenset(
            Agency.objects.filter(is_active=True, is_synthetic=False).values_list(
                "pk", flat=True
            )
        )
    if not agencies:
        return None
    supervises = rights.supervisor_agencies
    if rights.is_everywhere(RoleKind.SUPERVISOR):
        supervises = frozenset(Agency.objects.values_list("pk", flat=True))
    return Console(user, session_key, rights.version, agencies, supervises)


def resume(user: User, agencies: frozenset[int], seat: UUID, epoch: int) -> int:
    """Return the seat's id if the shift with this epoch is still open.

    Raises:
        EpochStale: with what happened to the shift and to the call it hosted.
    """
    shift = (
        Shift.objects.filter(
            seat__uuid=seat,
            seat__agency_id__in=agencies,  # the right may be gone since
            epoch=epoch,
            operator=user,
        )
        .select_related("seat__agency", "lost_call__seat__agency")
        .first()
    )
    if shift is None:
        raise EpochStale
    if shift.ended_at is None:
        return shift.seat_id
    lost, by = shift.lost_call, ""
    if shift.end_reason == ShiftEnd.RELIEVED:
        heir = shift.seat.shifts.filter(epoch=epoch + 1).select_related("operator")
        by = str(heir[0].operator) if heir else ""
    raise EpochStale(
        ended_at=wire_time(shift.ended_at),
        why=shift.end_reason,
        by=by,
        reason=shift.end_note,  # of a seat that was freed: whose words these are, too
        seat=str(shift.seat.uuid),
        seat_label=shift.seat.full_label("zh-hans"),
        seat_label_en=shift.seat.full_label("en"),
        call=str(lost.uuid) if lost else None,
        call_state=lost.state if lost else None,
        call_seat_label=lost.seat.full_label("zh-hans") if lost and lost.seat else None,
        call_seat_label_en=lost.seat.full_label("en") if lost and lost.seat else None,
    )
