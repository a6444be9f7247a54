"""Tells seats what their streams do not: whose console is silent, who waits next door.

A silent colleague's call may be taken over; who waits next door comes to a ready seat.
"""

from datetime import timedelta
from uuid import UUID

from dispatch import broadcast as rooms
from dispatch.loops.base import Loop
from dispatch.loops.neighbours import waiting_at_neighbours
from dispatch.models import Shift
from dispatch.states import SEAT_LEASE_SECONDS, SILENT_SECONDS, Activity
from reports.clock import now


class Silence(Loop):
    """Looks each second: a lease leaves 4 s. Two queries, nine while somebody waits."""

    def __init__(self) -> None:
        super().__init__("silence", 1.0)

    async def turn(self) -> None:
        """Tell every window that works at a seat here."""
        if not rooms.seated():
            return
        silent = await self.in_thread(silent_seats)
        if rooms.are_signs_late():
            silent = {}  # nobody's signs of life were written: all look silent
        for port in rooms.seated():
            port.tell_silent(silent)
        waiting = await self.in_thread(waiting_at_neighbours)
        for port in rooms.seated():
            port.tell_waiting(waiting)


def silent_seats() -> dict[UUID, list[UUID]]:
    """Return the seats in mid call that were not heard for 4 s, by agency."""
    heard = now() + timedelta(seconds=SEAT_LEASE_SECONDS - SILENT_SECONDS)
    found: dict[UUID, list[UUID]] = {}
    for agency, seat in (
        Shift.objects.filter(
            ended_at__isnull=True,
            lease_until__lt=heard,
            seat__activity=Activity.ON_CALL,
        )
        .order_by("seat__number")
        .values_list("seat__agency__uuid", "seat__uuid")
    ):
        found.setdefault(agency, []).append(seat)
    return found
