"""The safety poll: one query every 3 s finds what no doorbell told."""

from dispatch.loops.base import Loop
from reports import broadcast, journal


class Poll(Loop):
    """Compares the heads of the followed streams with the database."""

    def __init__(self) -> None:
        super().__init__("poll", 3.0)

    async def turn(self) -> None:
        """Look once."""
        registry = broadcast.registry()
        if streams := registry.streams():
            registry.heads(await self.in_thread(journal.heads, streams))
