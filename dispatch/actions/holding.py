"""Who holds what, and the locks under which they may act on it.

Shared by all verbs: a seat as one console holds it, a call with everything around it
locked, and the refusals of whoever does not hold what they think they do.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import NoReturn, TypeVar
from uuid import UUID

from django.db import transaction

from dispatch.actions.held import seats_around
from dispatch.actions.switchboard import Switchboard
from dispatch.errors import (
    CallEnded,
    CallTaken,
    EpochStale,
    NotYours,
    OfferGone,
)
from dispatch.models import Call, Offer, Participant, Seat
from dispatch.states import (
    CallState,
    ParticipantRole,
)
from reports import journal
from reports.errors import Busy
from reports.journal import Author, Recorded

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


def find_offer(uuid: UUID) -> Offer:
    """Return an offer by its public id."""
    offer = Offer.objects.filter(uuid=uuid).first()
    if offer is None:
        raise NotYours
    return offer


def hosted(board: Switchboard, seat: Seat, call_id: int) -> Call:
    """Return the locked call if this seat hosts it; else refuse.

    Who is in its room, or hosted it once, is told who has it or that it is over;
    anybody else, that there is no such call.
    """
    call = board.calls[call_id]
    host = board.hosts.get(call_id)
    if host is not None and host.seat_id == seat.pk:
        return call
    place = board.room_of_seat(seat)
    is_inside = place is not None and place.call_id == call_id
    had_it = Participant.objects.filter(
        call=call, seat=seat, role=ParticipantRole.HOST, left_at__isnull=False
    )
    if not is_inside and not had_it.exists():
        raise NotYours
    if call.state == CallState.ENDED:
        raise CallEnded
    if host is not None:
        lost_to(board, call)
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


def lost_to(board: Switchboard | None, call: Call) -> NoReturn:
    """Refuse with who has the call instead, and where."""
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
