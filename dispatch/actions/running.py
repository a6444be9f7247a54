"""Actions called from the event loop: in threads, errors with a code.

Fifty seats that take a call at once must not queue behind each other's commits, and an
alarm behind nobody's.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from reports.actions.running import Threads

T = TypeVar("T")

THREADS = 4

_actions = Threads("action", THREADS)
_alarms = Threads("alarm", THREADS)
# One: a second map drawn at the same time would only make the first one slower.
_drawing = Threads("map", 1)


def shutdown() -> None:
    """End the threads; a later call makes new ones."""
    _actions.shutdown()
    _alarms.shutdown()
    _drawing.shutdown()


async def run(action: Callable[..., T], *args: Any, **kwargs: Any) -> T:
    """Run a synchronous action in a thread, in the caller's context (its language).

    Raises:
        Busy: the database is locked or away; nothing was done, the client tries again.
    """
    return await _actions.run(action, *args, **kwargs)


async def run_urgent(action: Callable[..., T], *args: Any, **kwargs: Any) -> T:
    """Run what an alarm needs, in threads that nothing else uses; else like ``run``."""
    return await _alarms.run(action, *args, **kwargs)


async def run_drawing(draw: Callable[..., T], *args: Any) -> T:
    """Run what draws a map, seconds of work on a large ground; else like ``run``."""
    return await _drawing.run(draw, *args)
