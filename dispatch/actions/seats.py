"""Who works at which seat: take, leave, ready, break, wrap-up."""

from datetime import timedelta
from uuid import UUID, uuid4

import msgspec
from django.db import IntegrityError, transaction

from accounts.models import User
from dispatch.actions.calls import Holder, known_ack, locked_seat
from dispatch.actions.switchboard import Switchboard
from dispatch.errors import EpochStale, NotInWrapUp, NotYours, SeatBusy, SeatHeld
from dispatch.models import Call, Seat, Shift
from dispatch.states import (
    SEAT_LEASE_SECONDS,
    WRAP_UP_EXTENSION_SECONDS,
    Activity,
    Availability,
    OfferState,
    ShiftEnd,
)
from reports import journal
from reports.clock import wire_time
from reports.journal import SYSTEM, Author, Recorded, open_streams
from reports.models import StreamKind


def take_seat(
    *,
    operator: User,
    seat: UUID,
    agencies: frozenset[int],
    take_over: bool,
    client_id: UUID,
) -> tuple[Holder, Recorded]:
    """Begin a shift, or with ``take_over`` continue one's own at this console.

    Raises:
        NotYours: no such seat in one's agencies.
        SeatHeld: somebody works there; ``facts`` say who and whether it is oneself.
        SeatBusy: one's own other seat has a call.
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
    try:
        with transaction.atomic():
            board = Switchboard.lock(seats=[row.pk] + ([own] if own else []))
            locked = board.seats[row.pk]
            shift = board.shifts.get(locked.pk)
            is_mine = shift is not None and shift.operator_id == operator.pk
            if shift is not None and not (is_mine and take_over):
                raise SeatHeld(
                    operator=str(shift.operator),
                    since=wire_time(shift.started_at),
                    is_you=is_mine,
                )
            if own is not None and own != locked.pk and own in board.shifts:
                _leave(board, board.seats[own])
            if shift is not None:
                board.end_shift(locked, ShiftEnd.TAKEN_OVER)
            holder = _begin(board, locked, operator)
            why = "taken over" if is_mine else "taken"
            board.seat_changed(locked, why, author, client_id)
            return holder, board.commit()[-1]  # after the seat that was left
    except IntegrityError as error:
        if known_ack(author, client_id):  # a repetition from a shift that is over
            raise EpochStale from error
        raise SeatHeld(is_you=False) from error


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
    """Choose off, ready or a break. A call going on is not touched."""
    with transaction.atomic():
        board = Switchboard.lock(seats=[holder.seat_id])
        seat = locked_seat(board, holder)
        if known := known_ack(holder.author, client_id):
            return known
        board.set_availability(seat, availability, reason)
        why = f"availability {availability}"
        board.seat_changed(seat, why, holder.author, client_id)
        return board.commit()[0]


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


def drop_seats(seat_ids: list[int], why: ShiftEnd, *, lapsed_only: bool = False) -> int:
    """End shifts from our side: offers withdrawn, calls back at their old places.

    With ``lapsed_only`` the lease is looked at again under the lock, so a heartbeat
    that came in between keeps the seat.
    """
    rooms = dict(_calls_at(seat_ids))
    with transaction.atomic():
        board = Switchboard.lock(seats=seat_ids, calls=rooms.values())
        dropped = 0
        for seat in board.seats.values():
            shift = board.shifts.get(seat.pk)
            if shift is None or (lapsed_only and shift.lease_until > board.now):
                continue
            offer, host = board.offer_of_seat(seat), board.room_of_seat(seat)
            held = {p.call_id for p in (offer, host) if p is not None}
            if not held <= board.calls.keys():
                continue  # a call came meanwhile; the next sweep has it
            lost = board.calls[host.call_id] if host else None
            if offer is not None:
                board.settle_offer(offer, OfferState.WITHDRAWN)
                board.return_to_line(board.calls[offer.call_id], "withdrawn", SYSTEM)
            if lost is not None:
                board.return_to_line(lost, "seat_lost", SYSTEM)
            board.free(seat, why)
            board.set_availability(seat, Availability.OFF, "")
            board.seat_changed(seat, why)
            board.end_shift(seat, why, lost)
            dropped += 1
        board.commit()
    return dropped


def _calls_at(seat_ids: list[int]) -> list[tuple[int, int]]:
    """Return (seat, call) of rooms and open offers at the seats."""
    return [
        (seat_id, call_id)
        for call_id, seat_id in Call.objects.live()
        .filter(seat_id__in=seat_ids)
        .values_list("pk", "seat_id")
        if seat_id is not None
    ]


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
