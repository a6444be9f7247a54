"""Actions called from the event loop: in threads of their own, errors with a code.

Not Django's one shared thread: fifty seats that take a call at once would queue behind
each other's commits. Each thread keeps its connection until it breaks.
"""

import asyncio
import contextvars
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any, TypeVar

from django.db import InterfaceError, OperationalError, connection

from reports.errors import Busy

log = logging.getLogger(__name__)
T = TypeVar("T")

THREADS = 4

_threads: dict[bool, ThreadPoolExecutor] = {}


def _pool(*, is_urgent: bool = False) -> ThreadPoolExecutor:
    """Return the threads; alarms have their own and queue behind nobody."""
    if is_urgent not in _threads:
        name = "alarm" if is_urgent else "action"
        _threads[is_urgent] = ThreadPoolExecutor(THREADS, thread_name_prefix=name)
    return _threads[is_urgent]


def shutdown() -> None:
    """End the threads; a later call makes new ones."""
    while _threads:
        _, threads = _threads.popitem()
        together = Barrier(THREADS)  # or one quick thread would do all the closing
        for _ in range(THREADS):
            threads.submit(_close, together)
        threads.shutdown(wait=True)


def _close(together: Barrier) -> None:
    """Close this thread's connection, once every thread has come to do so."""
    together.wait(10)
    connection.close()


async def run(action: Callable[..., T], *args: Any, **kwargs: Any) -> T:
    """Run a synchronous action in a thread, in the caller's context (its language).

    Raises:
        Busy: the database is locked or away; nothing was done, the client tries again.
    """
    return await _run(_pool(), action, *args, **kwargs)


async def run_urgent(action: Callable[..., T], *args: Any, **kwargs: Any) -> T:
    """Run what an alarm needs, in threads that nothing else uses; else like ``run``."""
    return await _run(_pool(is_urgent=True), action, *args, **kwargs)


async def _run(
    pool: ThreadPoolExecutor, action: Callable[..., T], *args: Any, **kwargs: Any
) -> T:
    context = contextvars.copy_context()
    return await asyncio.get_running_loop().run_in_executor(
        pool, lambda: context.run(_guarded, action, *args, **kwargs)
    )


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
        log.warning("the database did not take an action: %s", type(error).__name__)
        raise Busy from error


def _is_gone(carrier: Any) -> bool:
    """Return whether a connection broke; Django may have put another in its place."""
    return connection.connection is not carrier or getattr(carrier, "closed", False)
