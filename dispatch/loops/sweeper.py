"""Moves on, each second, what is due and nobody else did."""

import logging

from dispatch import broadcast as rooms
from dispatch import leases
from dispatch.loops.base import Loop

log = logging.getLogger(__name__)


class Sweeper(Loop):
    """The sweeper."""

    def __init__(self) -> None:
        super().__init__("sweeper", 1.0)

    async def turn(self) -> None:
        """Sweep once, if what was heard of late is in the database.

        After the database was away, this machine slept or its clock stepped forward,
        every lease looks lapsed; whoever still lives gets the time to say so first.
        """
        if not rooms.flushed_at or rooms.are_signs_late():
            return
        done = await self.in_thread(leases.sweep)
        if any(done.values()):
            log.info("swept: %s", {key: n for key, n in done.items() if n})
