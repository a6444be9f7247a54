"""What a socket does beside its receive loop because something happened, unasked.

A command that met a locked database is refused, and its page tries again. Nobody asks
again for a step: a seat that got a call while the database was away for a second would
sit before an empty screen.
"""

import asyncio
from collections.abc import Awaitable, Callable

from reports.errors import Busy

Step = Callable[[], Awaitable[None]]


async def until_done(step: Step, *, is_wanted: Callable[[], bool]) -> None:
    """Do a step; while the database is locked or away, again after a moment.

    Args:
        step: may be begun anew at any point.
        is_wanted: whether the socket is still open.
    """
    while is_wanted():
        try:
            await step()
        except Busy as busy:
            await asyncio.sleep(busy.retry_after_seconds)
        else:
            return
