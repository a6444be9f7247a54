"""The matcher's pairs become offers: a whole wave in one transaction.

The number of queries does not grow with the wave (SQLite takes long inserts in parts).
What moved on since the matcher looked is skipped, never overridden: a person who took
the call, chose a break or rerouted it meanwhile has the last word.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from dispatch.actions.switchboard import Switchboard
from dispatch.models import Seat
from dispatch.states import Activity, Availability, CallState
from reports.journal import SYSTEM


@dataclass(frozen=True, slots=True)
class Pair:
    """A call and the seat it shall be offered to, because it waits in that line."""

    call_id: int
    seat_id: int
    agency_id: int  # whose line it was
    trace: dict[str, Any] = field(default_factory=dict)  # why; see ``matching.py``


def assign(pairs: Sequence[Pair]) -> int:
    """Offer calls to seats, all in one transaction; return how many still fitted."""
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
            if not is_free(board, seat) or seat.availability != Availability.READY:
                continue
            board.offer(call, seat, SYSTEM, trace=pair.trace)
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
