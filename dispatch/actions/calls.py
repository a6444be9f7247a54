"""What happens to calls: offered, accepted, declined, taken, ended.

Each verb is one transaction. It reads first (a loser of a race costs one query and no
lock), locks in order, checks again, and names whoever won.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import NoReturn, TypeVar
from uuid import UUID

from django.db import IntegrityError, transaction

from accounts.models import User
from dispatch import events
from dispatch.actions.assigning import is_free
from dispatch.actions.held import seats_around
from dispatch.actions.switchboard import Switchboard
from dispatch.errors import (
    CallEnded,
    CallTaken,
    DispatchError,
    EpochStale,
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
from reports import journal
from reports.errors import Busy
from reports.journal import Author, Recorded
from reports.models.hot import lock_rows

T = TypeVar("T")
TRIES = 10  # to lock a call with its room, while others act on it


@dataclass(frozen=True, slots=True)
class Holder:
    """A seat as one console holds it: the shift's epoch is its fencing number."""

    seat_id: int
    epoch: int
    operator: UUID

    @property
    def author(self) -> Author:
        """Return who signs this seat's entries."""
        return Author("operator", str(self.operator))


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


# --- Shared by the verbs -------------------------------------------------------------


def on_call_and_seat(call_id: int, act: Callable[[Switchboard, Call], T]) -> T:
    """Run ``act`` with a call and all seats around it locked; see ``with_rooms``."""
    return with_rooms([call_id], lambda board: act(board, board.calls[call_id]))


def with_rooms(
    calls: Collection[int],
    act: Callable[[Switchboard], T],
    *,
    seats: Collection[int] = (),
) -> T:
    """Run ``act`` in one transaction with calls, ``seats`` and the calls' rooms locked.

    Which seats are in the rooms can change before the lock; then the transaction is
    begun again, as seats are locked before calls. Bounded: each turn means that another
    act on the same call committed.
    """
    for _ in range(TRIES):
        around = seats_around(calls)
        with transaction.atomic():
            board = Switchboard.lock(seats={*seats, *around}, calls=calls)
            if board.is_whole():
                return act(board)
    raise Busy


def call_pk(uuid: UUID) -> int:
    """Return a call by its public id; whose it is, the lock decides."""
    pk = Call.objects.filter(uuid=uuid).values_list("pk", flat=True).first()
    if pk is None:
        raise NotYours
    return pk


def hosted(board: Switchboard, seat: Seat, call_id: int) -> Call:
    """Return the locked call if this seat hosts it; else refuse, naming who does."""
    call = board.calls[call_id]
    host = board.hosts.get(call_id)
    if host is not None and host.seat_id == seat.pk:
        return call
    if call.state == CallState.ENDED:
        raise CallEnded
    had_it = Participant.objects.filter(
        call=call, seat=seat, role=ParticipantRole.HOST, left_at__isnull=False
    )
    if host is not None and (board.room_of_seat(seat) is not None or had_it.exists()):
        _lost_to(board, call)
    raise NotYours


def refuse_old_window(board: Switchboard, call: Call, epoch: int) -> None:
    """Let only the phone's window that holds the place act on a live call."""
    guest = board.guests.get(call.pk)
    if call.state == CallState.ENDED or guest is None:
        raise CallEnded
    if guest.epoch != epoch:
        raise EpochStale


def locked_seat(board: Switchboard, holder: Holder) -> Seat:
    """Return the holder's seat if its shift still has this epoch; else refuse."""
    seat = board.seats[holder.seat_id]
    shift = board.shifts.get(seat.pk)
    if shift is None or shift.epoch != holder.epoch:
        raise EpochStale
    return seat


def known_ack(author: Author, client_id: UUID) -> Recorded | None:
    """Return where a repeated command already stands."""
    return journal.known_acks([(author.id, client_id)]).get((author.id, client_id))


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
        _lost_to(board, call)
    settled = Offer.objects.filter(pk=row.pk).values_list("state", flat=True).get()
    host = board.hosts.get(call.pk)
    raise OfferGone(
        state=settled,
        call_state=call.state,
        operator=str(host.operator) if host else "",
    )


def find_offer(uuid: UUID) -> Offer:
    """Return an offer by its public id."""
    offer = Offer.objects.filter(uuid=uuid).first()
    if offer is None:
        raise NotYours
    return offer


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
    _lost_to(None, call)


def _lost_to(board: Switchboard | None, call: Call) -> NoReturn:
    seat = call.seat
    if seat is None:
        raise OfferGone
    shift = board.shifts.get(seat.pk) if board else None
    operator = (
        str(shift.operator)
        if shift
        else str(
            Participant.objects.select_related("operator")
            .filter(call=call, role=ParticipantRole.HOST, left_at__isnull=True)
            .values_list("operator__display_name", flat=True)
            .first()
            or ""
        )
    )
    raise CallTaken(
        seat_label=seat.full_label("zh-hans"),
        seat_label_en=seat.full_label("en"),
        seat=str(seat.uuid),
        operator=operator,
    )
