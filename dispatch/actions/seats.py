"""Who works at which seat: take, leave, ready, break, wrap-up."""

from datetime import timedelta
from uuid import UUID, uuid4

import msgspec
from django.db import IntegrityError, transaction

from accounts.models import User
from dispatch.actions.holding import Holder, known_ack, locked_seat, with_rooms
from dispatch.actions.switchboard import Switchboard
from dispatch.errors import (
    EpochStale,
    NotInWrapUp,
    NotYours,
    ReliefNotOpen,
    SeatBusy,
    SeatHeld,
)
from dispatch.models import Participant, Seat, Shift
from dispatch.states import (
    SEAT_LEASE_SECONDS,
    WRAP_UP_EXTENSION_SECONDS,
    Activity,
    Availability,
    ParticipantRole,
    ShiftEnd,
    TransferKind,
)
from reports import journal
from reports.clock import wire_time
from reports.journal import Author, Recorded, open_streams
from reports.models import StreamKind

UNNAMED_BREAK = "rest"  # why, of a break that is asked for without a word


def take_seat(
    *,
    operator: User,
    seat: UUID,
    agencies: frozenset[int],
    take_over: bool,
    client_id: UUID,
    relieve: bool = False,
) -> tuple[Holder, Recorded]:
    """Begin a shift, or with ``take_over`` continue one's own at this console.

    With ``relieve`` a colleague's shift ends here, if they allowed it, and one's own
    goes on with what the seat does: the call in its room too.

    Raises:
        NotYours: no such seat in one's agencies.
        SeatHeld: somebody works there; ``facts`` say who and whether it is oneself.
        SeatBusy: one's own other seat has a call, or a call is just being offered here.
        ReliefNotOpen: the colleague has not allowed it, or no more.
    """
    row = Seat.objects.filter(uuid=seat, agency_id__in=agencies, is_active=True).first()
    if row is None:
        raise NotYours
    author = Author("operator", str(operator.uuid))
    mine = Shift.objects.filter(operator=operator, ended_at__isnull=True).first()
    if mine is not None and (known := known_ack(author, client_id)):
        if _epoch_told(known) != mine.epoch:  # another window took this place over
            raise EpochStale
        return Holder(mine.seat_id, mine.epoch, operator.uuid), known
    own = mine.seat_id if mine else None

    def act(board: Switchboard) -> tuple[Holder, Recorded]:
        locked = board.seats[row.pk]
        shift = board.shifts.get(locked.pk)
        is_mine = shift is not None and shift.operator_id == operator.pk
        is_relief = shift is not None and not is_mine and relieve
        if shift is not None and not is_relief and not (is_mine and take_over):
            raise SeatHeld(
                operator=str(shift.operator),
                since=wire_time(shift.started_at),
                is_you=is_mine,
            )
        if own is not None and own != locked.pk and own in board.shifts:
            _leave(board, board.seats[own])
        if shift is not None and is_relief:
            holder, why = _relieve(board, locked, shift, operator, author), "relieved"
        else:
            if shift is not None:
                board.end_shift(locked, ShiftEnd.TAKEN_OVER)
            else:  # how it stood until now was its former operator's
                locked.since = board.now
            holder = _begin(board, locked, operator)
            why = "taken over" if is_mine else "taken"
        board.seat_changed(locked, why, author, client_id)
        return holder, board.commit_as(client_id)

    try:
        room = _room_at(row.pk) if relieve else []
        return with_rooms(room, act, seats=[row.pk, *([own] if own else [])])
    except IntegrityError as error:
        if known_ack(author, client_id):  # a repetition from a shift that is over
            raise EpochStale from error
        raise SeatHeld(is_you=False) from error


def _room_at(seat_id: int) -> list[int]:
    """Return the call in whose room the seat is, if there is one."""
    places = Participant.objects.filter(seat_id=seat_id, left_at__isnull=True)
    return list(places.values_list("call_id", flat=True))


def _relieve(
    board: Switchboard, seat: Seat, shift: Shift, operator: User, author: Author
) -> Holder:
    """End a colleague's shift and begin one's own, with the call in the seat's room.

    The caller keeps the room; only who sits there is another, under the next epoch.
    """
    if not seat.relief_open:
        raise ReliefNotOpen(
            operator=str(shift.operator), since=wire_time(shift.started_at)
        )
    place = board.room_of_seat(seat)
    if board.offer_of_seat(seat) is not None:
        raise SeatBusy
    if place is not None and place.call_id not in board.calls:
        raise SeatBusy  # it came in a moment before the lock
    board.end_shift(seat, ShiftEnd.RELIEVED)
    holder = _begin(board, seat, operator)
    if seat.availability != Availability.READY:  # that was the colleague's choice
        board.set_availability(seat, Availability.OFF, "")
    if place is None:
        return holder
    call = board.calls[place.call_id]
    if place.role == ParticipantRole.HOST:
        board.change_host(call, seat, TransferKind.RELIEF, author, wraps_up=False)
    else:
        board.close_place(place)
        board.open_place(call, seat, ParticipantRole(place.role))
        board.room_changed(call, "relieved", author)
    return holder


def _epoch_told(known: Recorded) -> int:
    """Return the epoch that an older answer to ``take_seat`` gave."""
    [entry] = journal.replay(known.stream, known.seq - 1, limit=1)
    told: int = msgspec.json.decode(entry.text)["seat"]["epoch"]
    return told


def _begin(board: Switchboard, seat: Seat, operator: User) -> Holder:
    """Open a shift with the seat's next epoch."""
    seat.epoch += 1
    board.begin_shift(
        seat,
        Shift(
            uuid=uuid4(),
            seat=seat,
            operator=operator,
            epoch=seat.epoch,
            started_at=board.now,
            lease_until=board.now + timedelta(seconds=SEAT_LEASE_SECONDS),
        ),
    )
    return Holder(seat.pk, seat.epoch, operator.uuid)


def _leave(board: Switchboard, seat: Seat) -> None:
    """End the shift of a seat that hosts nobody; an open offer goes back."""
    if seat.activity == Activity.ON_CALL:
        raise SeatBusy
    offer = board.offer_of_seat(seat)
    if offer is not None:
        raise SeatBusy
    board.free(seat, "left")
    board.set_availability(seat, Availability.OFF, "")
    board.end_shift(seat, ShiftEnd.LEFT)


def leave_seat(*, holder: Holder, client_id: UUID) -> Recorded:
    """End the shift; refused while a call is offered or connected."""
    with transaction.atomic():
        board = Switchboard.lock(seats=[holder.seat_id])
        if known := known_ack(holder.author, client_id):
            return known
        seat = locked_seat(board, holder)
        _leave(board, seat)
        board.seat_changed(seat, "left", holder.author, client_id)
        return board.commit()[0]


def set_availability(
    *, holder: Holder, availability: Availability, reason: str, client_id: UUID
) -> Recorded:
    """Choose off, ready or a break. A call going on is not touched.

    Where a supervisor allows breaks, a break is asked for, and the seat stays as it is.
    ``off`` of a seat that is ready is asked for like one: else nobody would ask. Such
    a wish has no reason, so a break has one; of two wishes the newer one counts.
    """
    with transaction.atomic():
        board = Switchboard.lock(seats=[holder.seat_id])
        seat = locked_seat(board, holder)
        if known := known_ack(holder.author, client_id):
            return known
        is_asked = seat.agency.breaks_need_approval and _is_break(seat, availability)
        if is_asked:
            is_off = availability == Availability.OFF
            seat.break_asked = "" if is_off else reason or UNNAMED_BREAK
            seat.break_asked_at = board.now
        else:
            board.set_availability(seat, availability, reason)
        why = "break asked" if is_asked else f"availability {availability}"
        board.seat_changed(seat, why, holder.author, client_id)
        return board.commit_as(client_id)


def _is_break(seat: Seat, wanted: Availability) -> bool:
    """Say whether a choice takes the seat away from the callers."""
    if wanted == Availability.OFF:
        return seat.availability == Availability.READY
    return wanted == Availability.BREAK and seat.availability != wanted


def open_relief(*, holder: Holder, on: bool, client_id: UUID) -> Recorded:
    """Let a colleague sit down here under their own name, or take that back."""
    with transaction.atomic():
        board = Switchboard.lock(seats=[holder.seat_id])
        seat = locked_seat(board, holder)
        if known := known_ack(holder.author, client_id):
            return known
        seat.relief_open = on
        why = "relief opened" if on else "relief closed"
        board.seat_changed(seat, why, holder.author, client_id)
        return board.commit_as(client_id)


def extend_wrap_up(*, holder: Holder, client_id: UUID) -> Recorded:
    """Give the record 60 s more."""
    with transaction.atomic():
        board = Switchboard.lock(seats=[holder.seat_id])
        seat = locked_seat(board, holder)
        if known := known_ack(holder.author, client_id):
            return known
        if seat.wrap_up_until is None:
            raise NotInWrapUp
        seat.wrap_up_until += timedelta(seconds=WRAP_UP_EXTENSION_SECONDS)
        board.seat_changed(seat, "wrap-up extended", holder.author, client_id)
        return board.commit()[0]


def finish_wrap_up(*, holder: Holder, client_id: UUID) -> Recorded:
    """The record is done; the seat is idle again."""
    with transaction.atomic():
        board = Switchboard.lock(seats=[holder.seat_id])
        seat = locked_seat(board, holder)
        if seat.activity != Activity.WRAP_UP:
            if known := known_ack(holder.author, client_id):
                return known
            raise NotInWrapUp
        board.free(seat, "wrap-up done")
        board.seat_changed(seat, "wrap-up done", holder.author, client_id)
        return board.commit()[0]


def configure_seat(
    *,
    seat: Seat | None,
    agency_id: int,
    number: int,
    label: str,
    label_en: str,
    is_active: bool,
    author: Author,
) -> Seat:
    """Make a seat or change how it is called; a seat in use cannot be closed."""
    with transaction.atomic():
        if seat is None or seat.pk is None:
            seat = Seat(uuid=uuid4(), agency_id=agency_id, number=number)
            seat.label, seat.label_en, seat.is_active = label, label_en, is_active
            seat.save()
            board = Switchboard.lock(seats=[seat.pk])
        else:
            board = Switchboard.lock(seats=[seat.pk])
            locked = board.seats[seat.pk]
            if not is_active and seat.pk in board.shifts:
                raise SeatHeld(is_you=False)
            locked.number, locked.label, locked.label_en = number, label, label_en
            locked.is_active = is_active
            locked.save(update_fields=["number", "label", "label_en", "is_active"])
        open_streams([board.seats[seat.pk].agency.uuid], StreamKind.AGENCY)
        board.seat_changed(board.seats[seat.pk], "configured", author)
        board.commit()
    return board.seats[seat.pk]
