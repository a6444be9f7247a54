"""Takes away what has lapsed and nobody asks for: old sessions, once a day."""

import asyncio
import logging

from django.contrib.sessions.models import Session

from dispatch.loops.base import Loop
from reports.clock import monotonic, now

EVERY_SECONDS = 24 * 60 * 60.0
FIRST_SECONDS = 60.0  # after the start, when those who were cut off are back
BATCH = 200  # rows a transaction: on SQLite an alarm waits as long as one takes
PAUSE_SECONDS = 0.05  # between two, for whoever waits

log = logging.getLogger(__name__)


class Tidier(Loop):
    """The tidier. It turns each second, as every loop must; what it does is daily."""

    def __init__(self) -> None:
        super().__init__("tidier", 1.0)
        self.due_at = monotonic() + FIRST_SECONDS

    async def turn(self) -> None:
        """Delete what lapsed, a little at a time, if a day has gone by."""
        if monotonic() < self.due_at:
            return
        count = deleted = await self.in_thread(delete_lapsed_sessions)
        while deleted == BATCH:
            self.ticked_at = monotonic()
            await asyncio.sleep(PAUSE_SECONDS)
            deleted = await self.in_thread(delete_lapsed_sessions)
            count += deleted
        self.due_at = monotonic() + EVERY_SECONDS
        if count:
            log.info("%d sessions that were over are gone", count)


def delete_lapsed_sessions() -> int:
    """Delete at most ``BATCH`` sessions that are over; return how many."""
    lapsed = Session.objects.filter(expire_date__lt=now()).order_by("expire_date")
    keys = list(lapsed.values_list("pk", flat=True)[:BATCH])
    # Looked at again: who signs in at this moment may have renewed theirs.
    return Session.objects.filter(pk__in=keys, expire_date__lt=now()).delete()[0]
