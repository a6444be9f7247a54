"""Shifts ended from our side: a lease lapsed, or a supervisor freed the seat.

What the seat held goes on elsewhere in the same transaction: with the second seat in
the room, or in the line, at its old place.
"""

from collections.abc import Collection

from dispatch.actions.holding import with_rooms
from dispatch.actions.switchboard import Switchboard
from dispatch.models import Call, Offer, Participant, Seat
from dispatch.states import (
    Availability,
    OfferKind,
    OfferState,
    ParticipantRole,
    ShiftEnd,
    TransferKind,
)
from reports.journal import SYSTEM


def drop_seats(seat_ids: list[int], why: ShiftEnd, *, lapsed_only: bool = False) -> int:
    """End shifts from our side: offers withdrawn, calls back at their old places.

    A call with a second seat in its room goes on there, with no time in the line. With
    ``lapsed_only`` the lease is looked at again under the lock, so a heartbeat that
    came in between keeps the seat.
    """

    def act(board: Switchboard) -> int:
        dropped = 0
        for pk in seat_ids:
            seat, shift = board.seats[pk], board.shifts.get(pk)
            if shift is None or (lapsed_only and shift.lease_until > board.now):
                continue
            if drop(board, seat, why, going=seat_ids):
                dropped += 1
        board.commit()
        return dropped

    return with_rooms(calls_at(seat_ids), act, seats=seat_ids)


def drop(
    board: Switchboard,
    seat: Seat,
    why: ShiftEnd,
    *,
    going: Collection[int],
    reason: str = "",
) -> bool:
    """End a locked seat's shift; False if a call came meanwhile, for the next sweep.

    ``going``: seats whose shifts end now too, and so inherit no call.
    """
    offer, place = board.offer_of_seat(seat), board.room_of_seat(seat)
    held = {p.call_id for p in (offer, place) if p is not None}
    if not held <= board.calls.keys():
        return False
    if offer is not None and offer.kind == OfferKind.CALL:
        board.settle_offer(offer, OfferState.WITHDRAWN)
        board.return_to_line(board.calls[offer.call_id], "withdrawn", SYSTEM)
    elif offer is not None:
        board.settle_invitation(offer, OfferState.WITHDRAWN, SYSTEM)
    lost = None
    if place is not None and place.role == ParticipantRole.HOST:
        lost = board.calls[place.call_id]
        heir = _heir(board, lost, going)
        if heir is None:
            board.return_to_line(lost, "seat_lost", SYSTEM)
        else:
            how = TransferKind.PROMOTED
            board.change_host(lost, heir, how, SYSTEM, wraps_up=False)
    elif place is not None:
        board.go_out(place, why, SYSTEM)
    board.free(seat, why)
    board.set_availability(seat, Availability.OFF, reason)
    board.seat_changed(seat, why)
    board.end_shift(seat, why, lost, reason)
    return True


def _heir(board: Switchboard, call: Call, going: Collection[int]) -> Seat | None:
    """Return the second seat that goes on with a call: the first that lives."""
    for place in sorted(board.parties.get(call.pk, ()), key=lambda p: p.joined_at):
        if place.role != ParticipantRole.SECOND or place.seat_id in (None, *going):
            continue
        shift = board.shifts.get(place.seat_id or 0)
        if shift is not None and shift.lease_until > board.now:
            return board.seats[shift.seat_id]
    return None


def calls_at(seat_ids: Collection[int]) -> set[int]:
    """Return the calls in whose rooms the seats are, or that are offered to them."""
    rooms = Participant.objects.filter(seat_id__in=seat_ids, left_at__isnull=True)
    offers = Offer.objects.filter(seat_id__in=seat_ids, state=OfferState.OPEN)
    return set(
        rooms.values_list("call_id", flat=True).union(
            offers.values_list("call_id", flat=True)
        )
    )
