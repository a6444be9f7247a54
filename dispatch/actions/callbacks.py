"""Callers who were lost are called back; what came of it is noted once."""

from uuid import UUID

from django.db import transaction

from dispatch import events
from dispatch.actions.holding import Holder, known_ack, locked_seat
from dispatch.actions.switchboard import Switchboard
from dispatch.errors import CalledBack, NotYours
from dispatch.models import Call
from dispatch.states import CallBackOutcome
from reports.journal import Recorded


def note_call_back(
    *,
    holder: Holder,
    call: UUID,
    outcome: str,
    note: str,
    agencies: frozenset[int],
    client_id: UUID,
) -> Recorded:
    """Say what came of calling a lost caller back; the call leaves the list.

    Raises:
        CalledBack: a colleague was faster; ``facts`` say who, and what came of it.
    """
    pk = (
        Call.objects.filter(uuid=call, agency_id__in=agencies)
        .values_list("pk", flat=True)
        .first()
    )
    if pk is None:
        raise NotYours
    with transaction.atomic():
        board = Switchboard.lock(seats=[holder.seat_id], calls=[pk])
        seat = locked_seat(board, holder)
        if known := known_ack(holder.author, client_id):
            return known
        lost = board.calls[pk]
        if not lost.needs_callback:
            if lost.called_back_at is None:
                raise NotYours  # nobody asked for a call-back
            raise CalledBack(
                operator=str(lost.called_back_by), outcome=lost.callback_outcome
            )
        lost.needs_callback = False
        lost.called_back_at = board.now
        lost.called_back_by = board.shifts[seat.pk].operator
        lost.callback_outcome = CallBackOutcome(outcome)
        entry = events.CallCalledBack(
            call=board.view(lost),
            outcome=outcome,
            operator=str(lost.called_back_by),
            note=note,
        )
        board.tell(lost, entry, holder.author, client_id)
        return board.commit_as(client_id)
