"""Time that passes by what is done, not by how slow the machine is.

What lives in one process gets what the browsers leave of the processors, and may be
kept from them for seconds in the midst of a test. A deadline that comes closer then
would be the machine's fault. So where time is moved by hand (``world.passes``) it moves
by nothing else: each look at the clock finds it a microsecond on, so that what came
later still came later.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta, tzinfo
from unittest import mock

from reports import clock

TICK = timedelta(microseconds=1)


class Standing:
    """What ``reports.clock`` reads in place of the machine's own clock."""

    def __init__(self) -> None:
        self._at = datetime.now().astimezone()

    def now(self, zone: tzinfo) -> datetime:
        """Return a moment just after the last one."""
        self._at += TICK
        return self._at.astimezone(zone)

    def moves(self, seconds: float) -> None:
        """Let what happened before be that much longer ago."""
        self._at += timedelta(seconds=seconds)


@contextmanager
def standing_time() -> Iterator[Standing]:
    """Let time stand still while the block lasts, but for ``world.passes``."""
    standing = Standing()
    with mock.patch.object(clock, "datetime", standing):
        yield standing
