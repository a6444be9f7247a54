"""Offers nobody answered: a rest, and after some in a row the seat is away.

Nobody is shut out for ever: a rest ends by itself within a minute, and whoever is away
comes back by choosing ready.
"""

from datetime import timedelta
from typing import TYPE_CHECKING

from dispatch.models import Offer, Seat
from dispatch.states import Availability, OfferKind

if TYPE_CHECKING:
    from dispatch.actions.switchboard import Switchboard

MISSED = "missed"  # the reason of a seat that is away, and why it changed


def note(board: "Switchboard", offer: Offer, seconds: int) -> None:
    """Count an offer that was not answered within ``seconds``.

    An invitation or a transfer is somebody's question and no miss; neither is an offer
    that a restart of ours prolonged: its console may only just have come back.
    """
    seat = board.seats[offer.seat_id]
    was_prolonged = offer.expires_at > offer.made_at + timedelta(seconds=seconds)
    if offer.kind != OfferKind.CALL or was_prolonged:
        return
    seat.misses += 1
    seat.rest_until = board.now + timedelta(seconds=seat.agency.miss_rest_seconds)
    if (
        seat.misses >= seat.agency.misses_before_away
        and seat.availability == Availability.READY
    ):
        board.set_availability(seat, Availability.AWAY, MISSED)
        board.seat_changed(seat, MISSED)


def forget(seat: Seat) -> None:
    """Begin to count anew: somebody is there."""
    seat.misses = 0
    seat.rest_until = None
