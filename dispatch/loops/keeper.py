"""Keeps places alive: heartbeats out, signs of life into the database once a second."""

import asyncio
from uuid import UUID

from dispatch import broadcast as rooms
from dispatch import leases
from dispatch.loops.base import Loop
from dispatch.states import HEARTBEAT_SECONDS
from reports.clock import monotonic, now, wire_time

SLICES = 8  # heartbeats are spread over the interval, not sent in one burst


class Keeper(Loop):
    """Flushes signs of life."""

    def __init__(self, boot_id: UUID) -> None:
        super().__init__("keeper", 1.0)
        self._boot_id = boot_id

    async def turn(self) -> None:
        """Renew the leases of everyone heard since the last turn."""
        seats, guests = rooms.signs_of_life()
        supervisors = rooms.supervisors_alive()
        ahead = rooms.wall_ahead()  # before: a step meanwhile is one after these leases
        try:
            await self.in_thread(self._renew, seats, guests, supervisors)
        except Exception:  # not swallowed: first taken back, so that the next has them
            rooms.keep_signs(seats, guests)
            for participant in supervisors:
                rooms.supervisor_is_alive(participant)
            raise
        rooms.flushed_at, rooms.flushed_ahead = monotonic(), ahead

    def _renew(
        self,
        seats: list[tuple[int, int]],
        guests: list[tuple[int, int]],
        supervisors: list[UUID],
    ) -> None:
        leases.renew(
            seats=seats,
            guests=guests,
            supervisors=supervisors,
            boot_id=self._boot_id,
        )


class Pulse(Loop):
    """Sends every socket its heartbeat each 2 s."""

    def __init__(self) -> None:
        super().__init__("pulse", 0.0)

    async def turn(self) -> None:
        """Go round all sockets, an eighth at a time."""
        for index in range(SLICES):
            at = wire_time(now())
            for port in [p for p in rooms.live if id(p) // 64 % SLICES == index]:
                port.beat(at)
            await asyncio.sleep(HEARTBEAT_SECONDS / SLICES)
