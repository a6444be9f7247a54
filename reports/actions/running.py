"""Actions called from the event loop: in threads of their own, errors with a code.

Not Django's one shared thread, where everybody would queue behind each other's commits.
Each thread keeps its connection until it breaks.
"""

import asyncio
import contextvars
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any, TypeVar

from django.db import InterfaceError, OperationalError, connection

from accounts.metrics import is_away
from reports.errors import Busy

log = logging.getLogger(__name__)
T = TypeVar("T")


class Threads:
    """A few threads with connections of their own, for one sort of work."""

    def __init__(self, name: str, count: int) -> None:
        self.name, self.count = name, count
        self._pool: ThreadPoolExecutor | None = None

    async def run(self, action: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        """Run a synchronous action in a thread, in the caller's context (its language).

        Raises:
            Busy: the database is locked or away; nothing was done, the client tries
                again.
        """
        if self._pool is None:
            self._pool = ThreadPoolExecutor(self.count, thread_name_prefix=self.name)
        context = contextvars.copy_context()
        return await asyncio.get_running_loop().run_in_executor(
            self._pool, lambda: context.run(_guarded, action, *args, **kwargs)
        )

    def shutdown(self) -> None:
        """End the threads; a later call makes new ones."""
        pool, self._pool = self._pool, None
        if pool is None:
            return
        together = Barrier(self.count)  # or one quick thread would do all the closing
        for _ in range(self.count):
            pool.submit(_close, together)
        pool.shutdown(wait=True)


def _close(together: Barrier) -> None:
    """Close this thread's connection, once every thread has come to do so."""
    together.wait(10)
    connection.close()


def _guarded(action: Callable[..., T], *args: Any, **kwargs: Any) -> T:
    carrier = connection.connection
    try:
        return action(*args, **kwargs)
    except (OperationalError, InterfaceError) as error:
        is_cut = carrier is not None and _is_gone(carrier)
        connection.close()
        if is_cut:
            # Kept from before the database restarted: a fresh one may do. Whatever the
            # old one may have committed is known by its client id.
            return _guarded(action, *args, **kwargs)
        is_away("action")
        log.warning("the database did not take an action: %s", type(error).__name__)
        raise Busy from error


def _is_gone(carrier: Any) -> bool:
    """Return whether a connection broke; Django may have put another in its place."""
    return connection.connection is not carrier or getattr(carrier, "closed", False)


# Hashing and storing evidence waits for disks: it has threads that no act needs.
evidence = Threads("evidence", 4)
