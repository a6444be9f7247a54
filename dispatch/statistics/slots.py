"""Local time, cut into pieces. Pure.

A day begins at local midnight and has 23 or 25 hours where the clocks change; hours and
quarters are counted on from midnight, so that each is as long as it says.
"""

from bisect import bisect_right
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum


class Interval(StrEnum):
    """How finely time is cut."""

    QUARTER = "quarter"
    HOUR = "hour"
    DAY = "day"
    WHOLE = "whole"  # not at all


STEPS = {Interval.QUARTER: timedelta(minutes=15), Interval.HOUR: timedelta(hours=1)}


def midnight(day: date, zone: tzinfo) -> datetime:
    """Return when a local day begins, in UTC."""
    return datetime.combine(day, time.min, zone).astimezone(UTC)


def milliseconds(moment: datetime) -> int:
    """Return whole milliseconds since 1970, as the database computes them."""
    return round(moment.timestamp() * 1000)


class Slots:
    """The pieces of the days from ``first`` to ``last``, both included."""

    def __init__(
        self, first: date, last: date, interval: Interval, zone: tzinfo
    ) -> None:
        self.starts = list(_starts(first, last, interval, zone))
        self.end = midnight(last + timedelta(days=1), zone)
        self._edges = [milliseconds(start) for start in self.starts]
        self._end_ms = milliseconds(self.end)

    def of(self, at_ms: int) -> int:
        """Return which piece a moment is in; -1 before the first."""
        return bisect_right(self._edges, at_ms) - 1

    def holds(self, at_ms: int) -> bool:
        """Say whether a moment lies within."""
        return self._edges[0] <= at_ms < self._end_ms

    def pieces(self, since_ms: int, until_ms: int) -> Iterator[tuple[int, int]]:
        """Yield (piece, milliseconds in it) of a span, as far as it lies within."""
        since_ms = max(since_ms, self._edges[0])
        until_ms = min(until_ms, self._end_ms)
        at = self.of(since_ms)
        while since_ms < until_ms:
            last = at + 1 == len(self._edges)
            edge = self._end_ms if last else self._edges[at + 1]
            yield at, min(edge, until_ms) - since_ms
            since_ms, at = edge, at + 1


def _starts(
    first: date, last: date, interval: Interval, zone: tzinfo
) -> Iterator[datetime]:
    if interval == Interval.WHOLE:
        yield midnight(first, zone)
        return
    for n in range((last - first).days + 1):
        day = first + timedelta(days=n)
        start, end = midnight(day, zone), midnight(day + timedelta(days=1), zone)
        step = STEPS.get(interval, end - start)
        while start < end:
            yield start
            start += step
