"""Moves on, each second, what is due and nobody else did."""

import logging

from dispatch import leases
from dispatch.loops.base import Loop

log = logging.getLogger(__name__)


class Sweeper(Loop):
    """The sweeper."""

    def __init__(self) -> None:
        super().__init__("sweeper", 1.0)

    async def turn(self) -> None:
        """Sweep once."""
        done = await self.in_thread(leases.sweep)
        if any(done.values()):
            log.info("swept: %s", {key: n for key, n in done.items() if n})
