"""A host asks a colleague's seat into the room, or takes the question back.

Answered by ``calls.accept_offer`` and ``decline_offer``; unanswered, the sweeper
settles it. Until then the seat is reserved and rings.
"""

from collections.abc import Callable
from typing import NoReturn
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from accounts.models import Agency, Role
from accounts.snapshots import rights_of
from accounts.states import RoleKind
from dispatch.actions.assigning import is_free
from dispatch.actions.holding import (
    Holder,
    call_pk,
    find_offer,
    hosted,
    known_ack,
    locked_seat,
    with_rooms,
)
from dispatch.actions.in_rooms import MAX_VOICES
from dispatch.actions.switchboard import Switchboard
from dispatch.errors import NobodyFree, NotYours, OfferGone, RoomFull, SeatNotFree
from dispatch.models import Call, Offer, Seat, Shift
from dispatch.states import Availability, OfferKind, OfferState, ParticipantRole
from reports.journal import Recorded

MOST_ASKED = 3  # seats of an agency that are tried, should others take them meanwhile


def invite_seat(
    *,
    holder: Holder,
    call: UUID,
    role: str,
    seat: UUID | None,
    agency: UUID | None,
    skill: str,
    reason: str,
    client_id: UUID,
) -> Recorded:
    """Ask a seat to come in as ``role``; with ``agency``, the longest idle there.

    Raises:
        SeatNotFree: the named seat cannot be asked; ``facts`` say what it does.
        NobodyFree: no seat of the agency can, or none has the skill.
        RoomFull: six speak, or are asked to, already.
    """
    pk = call_pk(call)

    def ask(target: int) -> Recorded:
        def act(board: Switchboard) -> Recorded:
            mine = locked_seat(board, holder)
            if known := known_ack(holder.author, client_id):
                return known
            here = hosted(board, mine, pk)
            refuse_unless_askable(board, here, board.seats[target])
            if role == ParticipantRole.SUPERVISOR:
                _refuse_unless_supervisor(board, here, board.seats[target])
            if board.voices(here) >= MAX_VOICES:
                raise RoomFull
            board.ask(
                here,
                board.seats[target],
                kind=OfferKind.INVITE,
                role=role,
                asked_by=board.shifts[mine.pk].operator,
                reason=reason,
                author=holder.author,
                client_id=client_id,
            )
            return board.commit_as(client_id)

        return with_rooms([pk], act, seats=[holder.seat_id, target])

    if seat is not None:
        return ask(seat_pk(seat))
    assert agency is not None
    if known := known_ack(holder.author, client_id):
        return known
    return _ask_one_of(_askable(agency, skill, role, holder.seat_id), ask)


def _ask_one_of(seats: list[int], ask: Callable[[int], Recorded]) -> Recorded:
    """Ask the first of the seats that still is free."""
    for seat in seats[:MOST_ASKED]:
        try:
            return ask(seat)
        except SeatNotFree:
            continue
    raise NobodyFree


def _askable(agency: UUID, skill: str, role: str, mine: int) -> list[int]:
    """Return an agency's free seats with the skill, the longest idle first.

    Only those whose operator supervises there are asked in as supervisor.
    """
    if not Agency.objects.filter(uuid=agency, is_active=True).exists():
        raise NotYours
    free = list(
        Seat.objects.free()
        .filter(agency__uuid=agency)
        .exclude(pk=mine)
        .values_list("pk", flat=True)
    )
    shifts = Shift.objects.filter(seat_id__in=free, ended_at__isnull=True)
    if role == ParticipantRole.SUPERVISOR:
        here = Q(agency__isnull=True) | Q(agency__uuid=agency)
        rights = Role.objects.filter(here, kind=RoleKind.SUPERVISOR)
        shifts = shifts.filter(operator__in=rights.values("user"))
    elif not skill:
        return free
    able = {
        shift.seat_id
        for shift in shifts.select_related("operator")
        if not skill or skill in shift.operator.skills
    }
    return [seat for seat in free if seat in able]


def _refuse_unless_supervisor(board: Switchboard, call: Call, seat: Seat) -> None:
    """Let nobody be shown to a caller as a supervisor who is none."""
    operator = board.shifts[seat.pk].operator
    if not rights_of(operator).may_supervise(call.agency_id):
        raise NobodyFree(operator=str(operator))


def withdraw_invitation(*, holder: Holder, offer: UUID, client_id: UUID) -> Recorded:
    """Take an invitation or a transfer of one's own call back."""
    row = find_offer(offer)
    with transaction.atomic():
        board = Switchboard.lock(
            seats=[holder.seat_id, row.seat_id], calls=[row.call_id]
        )
        mine = locked_seat(board, holder)
        if known := known_ack(holder.author, client_id):
            return known
        here = hosted(board, mine, row.call_id)
        asked = next((o for o in board.invitations_of(here) if o.pk == row.pk), None)
        if asked is None:
            refuse_settled(row)
        board.settle_invitation(asked, OfferState.WITHDRAWN, holder.author, client_id)
        return board.commit_as(client_id)


# --- Shared with transfers and supervision -------------------------------------------


def seat_pk(uuid: UUID) -> int:
    """Return a seat in service by its public id."""
    row = Seat.objects.filter(uuid=uuid, is_active=True).values_list("pk", flat=True)
    pk = row.first()
    if pk is None:
        raise NotYours
    return pk


def refuse_unless_askable(board: Switchboard, call: Call, seat: Seat) -> None:
    """Let only a free, ready seat be asked; the canary's ask and are asked apart."""
    is_apart = seat.agency.is_synthetic != call.agency.is_synthetic
    if is_apart:
        raise NotYours
    if is_free(board, seat) and seat.availability == Availability.READY:
        return
    shift = board.shifts.get(seat.pk)
    raise SeatNotFree(
        seat=str(seat.uuid),
        seat_label=seat.full_label("zh-hans"),
        seat_label_en=seat.full_label("en"),
        operator=str(shift.operator) if shift else "",
        activity=seat.activity,
        availability=seat.availability,
    )


def refuse_settled(row: Offer) -> NoReturn:
    """Refuse with what became of an offer, and at whose seat."""
    settled = Offer.objects.select_related("seat__agency").get(pk=row.pk)
    raise OfferGone(
        state=settled.state,
        seat_label=settled.seat.full_label("zh-hans"),
        seat_label_en=settled.seat.full_label("en"),
    )
