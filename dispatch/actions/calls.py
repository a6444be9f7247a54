"""What happens to calls: offered, accepted, declined, taken, ended.

Each verb is one transaction. It reads first (a loser of a race costs one query and no
lock), locks in order, checks again, and names whoever won.
"""

from typing import NoReturn
from uuid import UUID

from django.db import IntegrityError, transaction

from accounts.models import User
from dispatch import events
from dispatch.actions.assigning import is_free
from dispatch.actions.holding import (
    Holder,
    call_pk,
    find_offer,
    hosted,
    known_ack,
    locked_seat,
    lost_to,
    on_call_and_seat,
    refuse_old_window,
    with_rooms,
)
from dispatch.actions.switchboard import Switchboard
from dispatch.errors import (
    CallEnded,
    DispatchError,
    NotYours,
    OfferGone,
    SeatBusy,
)
from dispatch.models import Call, Offer, Participant, Seat
from dispatch.states import (
    CallMode,
    CallState,
    EndReason,
    OfferKind,
    OfferState,
    ParticipantRole,
    TransferKind,
)
from reports.errors import IdUsed
from reports.journal import Author, Recorded
from reports.models.hot import lock_rows


def accept_offer(*, holder: Holder, offer: UUID, client_id: UUID) -> Recorded:
    """Do what is offered, if the offer still stands: host the call, or come in.

    A transfer makes this seat the host in one step; the former one wraps up.
    """
    row = find_offer(offer)
    if row.seat_id != holder.seat_id:
        raise NotYours

    def act(board: Switchboard) -> Recorded:
        seat = locked_seat(board, holder)
        call = board.calls[row.call_id]
        open_offer = board.offer_of_seat(seat)
        if open_offer is None or open_offer.pk != row.pk:
            if known := known_ack(holder.author, client_id):
                return known
            _refuse_offer(board, row, call, seat)
        match open_offer.kind:
            case OfferKind.CALL:
                board.settle_offer(open_offer, OfferState.ACCEPTED)
                board.connect(call, seat, holder.author, client_id)
            case OfferKind.INVITE:
                if open_offer.role == ParticipantRole.SUPERVISOR:
                    _refuse_second_room(board.shifts[seat.pk].operator)
                board.settle_invitation(
                    open_offer, OfferState.ACCEPTED, holder.author, client_id
                )
                board.open_place(call, seat, ParticipantRole(open_offer.role))
                board.room_changed(call, "came in", holder.author)
            case OfferKind.TRANSFER:
                host = board.hosts[call.pk]
                is_hosts = open_offer.asked_by_id == host.operator_id
                how = TransferKind.BLIND if is_hosts else TransferKind.MOVED
                board.settle_invitation(open_offer, OfferState.ACCEPTED, holder.author)
                board.change_host(
                    call,
                    seat,
                    how,
                    holder.author,
                    client_id,
                    reason=open_offer.reason,
                )
        return board.commit_as(client_id)

    if row.kind == OfferKind.TRANSFER:
        return with_rooms([row.call_id], act, seats=[row.seat_id])
    try:
        with transaction.atomic():
            return act(Switchboard.lock(seats=[row.seat_id], calls=[row.call_id]))
    except IdUsed:
        raise
    except IntegrityError as error:  # a supervisor who is in a room from the board
        raise SeatBusy from error


def decline_offer(*, holder: Holder, offer: UUID, client_id: UUID) -> Recorded:
    """Refuse: a call goes back to the line at its old place, else the host is told."""
    row = find_offer(offer)
    if row.seat_id != holder.seat_id:
        raise NotYours
    with transaction.atomic():
        board = Switchboard.lock(seats=[row.seat_id], calls=[row.call_id])
        seat = locked_seat(board, holder)
        call = board.calls[row.call_id]
        open_offer = board.offer_of_seat(seat)
        if open_offer is None or open_offer.pk != row.pk:
            if known := known_ack(holder.author, client_id):
                return known
            _refuse_offer(board, row, call, seat)
        if open_offer.kind != OfferKind.CALL:
            board.settle_invitation(
                open_offer, OfferState.DECLINED, holder.author, client_id
            )
            return board.commit_as(client_id)
        board.settle_offer(open_offer, OfferState.DECLINED)
        board.free(seat, "declined")
        board.return_to_line(call, "declined", holder.author, client_id)
        return board.commit()[0]


def take_call(
    *, holder: Holder, call: UUID, client_id: UUID, agencies: frozenset[int]
) -> Recorded:
    """Take a waiting call of one's ``agencies`` by hand; exactly one taker wins."""
    pk, state = _state(call, agencies)
    try:
        if state == CallState.WAITING:
            with transaction.atomic():
                # Losers wait here, and learn it from one short query: fifty of them
                # that read everything first would hold each other up.
                lock_rows(Seat, [holder.seat_id])
                lock_rows(Call, [pk])
                if _state(call, agencies)[1] == CallState.WAITING:
                    return _take(holder, pk, client_id)
    except IdUsed:
        raise
    except IntegrityError:
        pass  # the indexes are the judge where a lock was not enough
    known = known_ack(holder.author, client_id)
    return known or refuse_taking(_call(call, agencies))


def _take(holder: Holder, call_id: int, client_id: UUID) -> Recorded:
    """Connect a waiting call that is locked."""
    board = Switchboard.lock(seats=[holder.seat_id], calls=[call_id])
    seat = locked_seat(board, holder)
    if not is_free(board, seat):
        raise SeatBusy
    board.connect(board.calls[call_id], seat, holder.author, client_id)
    return board.commit()[0]


def end_call(*, holder: Holder, call: UUID, client_id: UUID) -> Recorded:
    """End the call this seat hosts; wrap-up begins."""
    row = call_pk(call)

    def act(board: Switchboard) -> Recorded:
        seat = locked_seat(board, holder)
        try:
            locked = hosted(board, seat, row)
        except DispatchError:
            if known := known_ack(holder.author, client_id):
                return known
            raise
        board.end(locked, EndReason.SEAT_ENDED, holder.author, client_id)
        return board.commit()[0]

    return with_rooms([row], act, seats=[holder.seat_id])


def hang_up(*, call_id: int, epoch: int, author: Author, client_id: UUID) -> Recorded:
    """End the call from the phone, whatever state it is in."""

    def act(board: Switchboard, call: Call) -> Recorded:
        if known := known_ack(author, client_id):
            return known
        refuse_old_window(board, call, epoch)
        board.end(call, EndReason.CALLER_ENDED, author, client_id)
        return board.commit()[0]

    return on_call_and_seat(call_id, act)


def set_mode(
    *, call_id: int, epoch: int, mode: CallMode, author: Author, client_id: UUID
) -> Recorded:
    """Go silent or leave silence. Only the phone's own word does this."""

    def act(board: Switchboard, call: Call) -> Recorded:
        if known := known_ack(author, client_id):
            return known
        refuse_old_window(board, call, epoch)
        call.mode = mode
        board.tell(
            call, events.CallModeChanged(call=board.view(call)), author, client_id
        )
        return board.commit()[0]

    return on_call_and_seat(call_id, act)


# --- Refusals ------------------------------------------------------------------------


def _refuse_second_room(user: User) -> None:
    """Let a supervisor be in one room: not at a seat while at the board in another."""
    places = Participant.objects.filter(
        operator=user, role=ParticipantRole.SUPERVISOR, left_at__isnull=True
    )
    if places.exists():
        raise SeatBusy


def _refuse_offer(board: Switchboard, row: Offer, call: Call, seat: Seat) -> NoReturn:
    """Refuse an offer that is settled, with what became of it and who has the call."""
    is_elsewhere = call.state == CallState.CONNECTED and call.seat_id != seat.pk
    if is_elsewhere and row.kind == OfferKind.CALL:
        lost_to(board, call)
    settled = Offer.objects.filter(pk=row.pk).values_list("state", flat=True).get()
    host = board.hosts.get(call.pk)
    raise OfferGone(
        state=settled,
        call_state=call.state,
        operator=str(host.operator) if host else "",
    )


def _state(uuid: UUID, agencies: frozenset[int]) -> tuple[int, str]:
    row = (
        Call.objects.filter(uuid=uuid, agency_id__in=agencies)
        .values_list("pk", "state")
        .first()
    )
    if row is None:
        raise NotYours
    return row


def _call(uuid: UUID, agencies: frozenset[int]) -> Call:
    call = (
        Call.objects.filter(uuid=uuid, agency_id__in=agencies)
        .select_related("seat__agency")
        .first()
    )
    if call is None:
        raise NotYours
    return call


def refuse_taking(call: Call) -> NoReturn:
    """Refuse with the name of what happened to the call, and of who has it."""
    if call.state == CallState.ENDED:
        raise CallEnded
    if call.state == CallState.WAITING:
        raise SeatBusy
    lost_to(None, call)
