"""When seats were on shift, in a room, in wrap-up. Pure.

Rooms and shifts are exact. The end of a wrap-up is not stored: each counts with the
agency's wrap-up time, cut short by the seat's next room, the end of the shift, or now.
Who finishes early is counted as busier than they were, who extends as less busy.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from dispatch.states import ParticipantRole
from dispatch.statistics.rows import PlaceRow, ShiftRow


class Span(NamedTuple):
    """A seat's time, and to which sum of the figures it adds."""

    what: str
    seat_id: int
    agency_id: int
    since_ms: int
    until_ms: int


def shift_spans(shifts: Iterable[ShiftRow], now_ms: int) -> Iterator[Span]:
    """Yield the time on shift; an open shift reaches to now."""
    for shift in shifts:
        until = now_ms if shift.ended_ms is None else shift.ended_ms
        yield Span("shift_ms", shift.seat_id, shift.agency_id, shift.started_ms, until)


def busy_spans(
    places: Iterable[PlaceRow], shifts: Iterable[ShiftRow], now_ms: int
) -> Iterator[Span]:
    """Yield the time in rooms and in wrap-up; both come seat by seat, in order."""
    ends = _Shifts(shifts, now_ms)
    before: PlaceRow | None = None
    for place in places:
        if before is not None:
            is_same = before.seat_id == place.seat_id
            yield from _spans(
                before, ends, now_ms, place.joined_ms if is_same else None
            )
        before = place
    if before is not None:
        yield from _spans(before, ends, now_ms, None)


def _spans(
    place: PlaceRow, ends: "_Shifts", now_ms: int, next_ms: int | None
) -> Iterator[Span]:
    left = now_ms if place.left_ms is None else place.left_ms
    yield Span("busy_ms", place.seat_id, place.agency_id, place.joined_ms, left)
    if place.role != ParticipantRole.HOST or place.left_ms is None:
        return
    until = min(left + place.wrap_up_seconds * 1000, now_ms)
    until = min(until, ends.after(place.seat_id, left))
    if next_ms is not None:
        until = min(until, next_ms)
    if until > left:
        yield Span("wrap_up_ms", place.seat_id, place.agency_id, left, until)


class _Shifts:
    """Finds the end of the shift in which something happened."""

    def __init__(self, shifts: Iterable[ShiftRow], now_ms: int) -> None:
        self._starts: dict[int, list[int]] = {}
        self._ends: dict[int, list[int]] = {}
        for shift in shifts:
            end = now_ms if shift.ended_ms is None else shift.ended_ms
            self._starts.setdefault(shift.seat_id, []).append(shift.started_ms)
            self._ends.setdefault(shift.seat_id, []).append(end)

    def after(self, seat_id: int, at_ms: int) -> int:
        """Return when the shift at this moment ends; the moment itself if none is."""
        starts = self._starts.get(seat_id, [])
        n = bisect_right(starts, at_ms) - 1
        return max(self._ends[seat_id][n], at_ms) if n >= 0 else at_ms
