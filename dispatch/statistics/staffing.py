"""How many seats a day needs, from the same weekday of the last weeks."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import timezone

from dispatch.statistics.erlang import answered_within, average_wait, seats_for
from dispatch.statistics.figures import TARGETS, Figures, Target
from dispatch.statistics.levels import Level, Question, levels
from dispatch.statistics.slots import Interval, Slots

WEEKS = 6
# Of calls nobody has handled yet: the talk and wrap-up of a short call.
FALLBACK_HANDLING_SECONDS = 180.0
STEP_SECONDS = {Interval.QUARTER: 900, Interval.HOUR: 3600}


@dataclass(frozen=True, slots=True)
class Need:
    """What one interval of the day is expected to bring, and needs."""

    start: datetime
    calls: float  # expected, the mean of the weeks
    handling_seconds: float
    load: float  # erlangs
    seats: int
    expected_share: float  # answered in time with so many seats
    expected_wait_seconds: float


@dataclass(frozen=True, slots=True)
class Staffing:
    """The plan of a day, and what it was made from."""

    day: date
    target: Target
    weeks: int  # same weekdays that had calls; 0: nothing to go by
    needs: tuple[Need, ...]


def staffing(
    agency_ids: frozenset[int],
    day: date,
    *,
    interval: Interval = Interval.HOUR,
    target: Target = TARGETS[1],
    weeks: int = WEEKS,
) -> Staffing:
    """Return the seats each interval of ``day`` needs for the target.

    Expected are as many calls as came on average at that time of that weekday, over
    the weeks since the first one that had any. At least one seat is always staffed.
    """
    past = [_past(agency_ids, day, week, interval) for week in range(1, weeks + 1)]
    known = max((n for n, week in enumerate(past, 1) if week), default=0)
    slots = Slots(day, day, interval, timezone.get_default_timezone())
    whole = _handling([level.figures for week in past for level in week])
    needs = []
    for start in slots.starts:
        clock = timezone.localtime(start).time()
        same = [
            level.figures
            for week in past
            for level in week
            if timezone.localtime(level.start).time() == clock
        ]
        handling = _handling(same) or whole or FALLBACK_HANDLING_SECONDS
        calls = sum(f.offered for f in same) / known if known else 0.0
        needs.append(_need(start, calls, handling, STEP_SECONDS[interval], target))
    return Staffing(day, target, known, tuple(needs))


def _past(
    agency_ids: frozenset[int], day: date, week: int, interval: Interval
) -> list[Level]:
    then = day - timedelta(weeks=week)
    found = levels(Question(then, then, agency_ids, interval))
    return [level for level in found if level.figures.offered]


def _handling(figures: list[Figures]) -> float | None:
    """Return average handling, weighed by calls."""
    finished = sum(f.finished for f in figures)
    if not finished:
        return None
    talk = sum(f.talk_ms for f in figures) / finished
    wraps = sum(f.wrap_ups for f in figures)
    wrap_up = sum(f.wrap_up_ms for f in figures) / wraps if wraps else 0.0
    return max((talk + wrap_up) / 1000, 1.0)


def _need(
    start: datetime, calls: float, handling: float, step: int, target: Target
) -> Need:
    load = calls * handling / step
    seats = max(
        seats_for(
            load,
            handling_seconds=handling,
            within_seconds=target.seconds,
            share=target.share,
        ),
        1,
    )
    return Need(
        start=start,
        calls=calls,
        handling_seconds=handling,
        load=load,
        seats=seats,
        expected_share=answered_within(
            target.seconds, seats=seats, load=load, handling_seconds=handling
        ),
        expected_wait_seconds=average_wait(
            seats=seats, load=load, handling_seconds=handling
        )
        or 0.0,
    )
