"""What happens to calls: offered, accepted, declined, taken, ended.

Each verb is one transaction. It reads first (a loser of a race costs one query and no
lock), locks in order, checks again, and names whoever won.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NoReturn, TypeVar
from uuid import UUID

from django.db import IntegrityError, transaction

from dispatch import events
from dispatch.actions.switchboard import Switchboard
from dispatch.errors import (
    CallEnded,
    CallTaken,
    EpochStale,
    NotYours,
    OfferGone,
    SeatBusy,
)
from dispatch.models import Call, Offer, Participant, Seat
from dispatch.states import (
    Activity,
    CallMode,
    CallState,
    EndReason,
    OfferState,
    ParticipantRole,
)
from reports import journal
from reports.journal import SYSTEM, Author, Recorded
from reports.models.hot import lock_rows

T = TypeVar("T")


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


@dataclass(frozen=True, slots=True)
class Pair:
    """A call and the seat it shall be offered to, because it waits in that line."""

    call_id: int
    seat_id: int
    agency_id: int  # whose line it was


def assign(pairs: Sequence[Pair]) -> int:
    """Offer calls to seats, all in one transaction; return how many still fitted.

    What moved on since the matcher looked is skipped, never overridden.
    """
    if not pairs:
        return 0
    with transaction.atomic():
        board = Switchboard.lock(
            seats=[pair.seat_id for pair in pairs],
            calls=[pair.call_id for pair in pairs],
        )
        made = 0
        for pair in pairs:
            call = board.calls.get(pair.call_id)
            seat = board.seats.get(pair.seat_id)
            if call is None or seat is None or call.state != CallState.WAITING:
                continue
            if call.agency_id != pair.agency_id:
                continue  # rerouted since: this seat may not help there at all
            if not is_free(board, seat) or seat.availability != "ready":
                continue
            board.offer(call, seat, SYSTEM)
            made += 1
        board.commit()
    return made


def is_free(board: Switchboard, seat: Seat) -> bool:
    """Return whether the locked seat could begin a call: staffed, idle, no room."""
    return (
        seat.is_active
        and seat.activity == Activity.IDLE
        and seat.pk in board.shifts
        and board.offer_of_seat(seat) is None
        and board.room_of_seat(seat) is None
    )


def accept_offer(*, holder: Holder, offer: UUID, client_id: UUID) -> Recorded:
    """Become the host of the offered call, if the offer still stands."""
    row = _offer(offer)
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
            if call.state == CallState.CONNECTED and call.seat_id != seat.pk:
                _lost_to(board, call)
            raise OfferGone
        board.settle_offer(open_offer, OfferState.ACCEPTED)
        board.connect(call, seat, holder.author, client_id)
        return board.commit()[0]


def decline_offer(*, holder: Holder, offer: UUID, client_id: UUID) -> Recorded:
    """Give the offered call back to the line, at its old place."""
    row = _offer(offer)
    if row.seat_id != holder.seat_id:
        raise NotYours
    with transaction.atomic():
        board = Switchboard.lock(seats=[row.seat_id], calls=[row.call_id])
        seat = locked_seat(board, holder)
        open_offer = board.offer_of_seat(seat)
        if open_offer is None or open_offer.pk != row.pk:
            if known := known_ack(holder.author, client_id):
                return known
            raise OfferGone
        board.settle_offer(open_offer, OfferState.DECLINED)
        board.free(seat, "declined")
        board.return_to_line(
            board.calls[row.call_id], "declined", holder.author, client_id
        )
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
    row = Call.objects.filter(uuid=call).values_list("pk", flat=True).first()
    if row is None:
        raise NotYours
    with transaction.atomic():
        board = Switchboard.lock(seats=[holder.seat_id], calls=[row])
        seat = locked_seat(board, holder)
        locked = board.calls[row]
        host = board.hosts.get(row)
        if host is None or host.seat_id != seat.pk:
            if known := known_ack(holder.author, client_id):
                return known
            if locked.state == CallState.ENDED:
                raise CallEnded
            raise NotYours
        board.end(locked, EndReason.SEAT_ENDED, holder.author, client_id)
        return board.commit()[0]


def hang_up(*, call_id: int, epoch: int, author: Author, client_id: UUID) -> Recorded:
    """End the call from the phone, whatever state it is in."""

    def act(board: Switchboard, call: Call) -> Recorded:
        if known := known_ack(author, client_id):
            return known
        _refuse_old_window(board, call, epoch)
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
        _refuse_old_window(board, call, epoch)
        call.mode = mode
        board.tell(
            call, events.CallModeChanged(call=board.view(call)), author, client_id
        )
        return board.commit()[0]

    return on_call_and_seat(call_id, act)


# --- Shared by the verbs -------------------------------------------------------------


def on_call_and_seat(call_id: int, act: Callable[[Switchboard, Call], T]) -> T:
    """Run ``act`` with a call and the seat it is offered to or hosted by locked.

    Which seat that is can change before the lock; then the transaction is begun again,
    as seats are locked before calls. Bounded: each turn means that another act on the
    same call committed.
    """
    for _ in range(10):
        before = Call.objects.values_list("seat_id", flat=True).get(pk=call_id)
        with transaction.atomic():
            board = Switchboard.lock(seats=[before] if before else [], calls=[call_id])
            call = board.calls[call_id]
            if call.state == CallState.ENDED or call.seat_id == before:
                return act(board, call)
    raise OfferGone


def _refuse_old_window(board: Switchboard, call: Call, epoch: int) -> None:
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


def _offer(uuid: UUID) -> Offer:
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
