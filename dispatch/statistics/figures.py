"""What is counted, and the shares and averages made of it. Pure.

The clock of a wait starts at the tap (``Call.queued_at``) and stops when a seat accepts
(its place in the room begins), not when the picture comes. Calls merged into another
before anybody answered are that other call. The canary is left out.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from math import ceil
from typing import NamedTuple

from dispatch.states import EndReason


class Target(NamedTuple):
    """A published target: this share answered within so many seconds."""

    seconds: int
    share: float
    source: str


TARGETS = (
    Target(10, 0.90, "NFPA 1225 (2022)"),
    Target(15, 0.90, "NENA-STA-020.1 (2020)"),
    Target(20, 0.95, "NENA-STA-020.1 (2020)"),
)

# What an incident can be filed as that was none (templates/console/incident.html).
INVALID_DISPOSITIONS = frozenset({"false_alarm", "test"})
CALLERS_ENDS = frozenset({EndReason.CALLER_ENDED, EndReason.CALLER_LOST})


@dataclass(frozen=True, slots=True)
class Quarter:
    """A quarter of an hour, for a chart."""

    start: datetime
    offered: int = 0
    answered: int = 0
    in_15: int = 0
    due_15: int = 0
    abandoned_before: int = 0

    @property
    def share_15(self) -> float | None:
        """Share answered within 15 s."""
        return _share(self.in_15, self.due_15)


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts and sums of some calls and seats; spans in milliseconds.

    ``due_15`` are the calls the share of 15 s is of: those answered, and those that
    were not although they waited that long. Who hangs up after 3 s had no chance to be
    answered in 15 and is counted as abandoned only.

    Exact: all counts, waits, and time in rooms and on shift. An estimate: wrap-up. Its
    end is not stored, so each counts with the agency's own wrap-up time, cut short by
    the seat's next room or the end of the shift.
    """

    offered: int = 0  # taps, merged ones left out
    answered: int = 0
    waiting: int = 0  # neither answered nor over
    in_10: int = 0
    in_15: int = 0
    in_20: int = 0
    due_10: int = 0
    due_15: int = 0
    due_20: int = 0
    abandoned_before: int = 0  # the caller ended or was lost before an answer
    abandoned_after: int = 0  # the caller ended or was lost after it
    invalid: int = 0  # filed as a false alarm or a test
    wait_ms: int = 0  # of those answered
    longest_ms: int = 0  # of all, those in line included
    p50_ms: int | None = None
    p90_ms: int | None = None
    p95_ms: int | None = None
    talk_ms: int = 0
    finished: int = 0  # answered and over: what talk_ms is of
    busy_ms: int = 0  # seats in rooms, in whatever role
    wrap_up_ms: int = 0
    wrap_ups: int = 0
    shift_ms: int = 0
    offers: int = 0  # made to seats
    missed: int = 0  # of these, not answered
    quarters: tuple[Quarter, ...] = ()

    @property
    def share_10(self) -> float | None:
        """Share answered within 10 s."""
        return _share(self.in_10, self.due_10)

    @property
    def share_15(self) -> float | None:
        """Share answered within 15 s."""
        return _share(self.in_15, self.due_15)

    @property
    def share_20(self) -> float | None:
        """Share answered within 20 s."""
        return _share(self.in_20, self.due_20)

    @property
    def share_invalid(self) -> float | None:
        """Share filed as a false alarm or a test."""
        return _share(self.invalid, self.offered)

    @property
    def average_wait_seconds(self) -> float | None:
        """Average speed of answer."""
        return _seconds(self.wait_ms, self.answered)

    @property
    def average_talk_seconds(self) -> float | None:
        """Average time in the room, over calls that are over."""
        return _seconds(self.talk_ms, self.finished)

    @property
    def average_handling_seconds(self) -> float | None:
        """Average talk and average wrap-up."""
        talk = self.average_talk_seconds
        if talk is None:
            return None
        return talk + (_seconds(self.wrap_up_ms, self.wrap_ups) or 0.0)

    @property
    def occupancy(self) -> float | None:
        """Share of the time on shift that seats were in a room or in wrap-up."""
        share = _share(self.busy_ms + self.wrap_up_ms, self.shift_ms)
        return None if share is None else min(share, 1.0)

    @property
    def longest_seconds(self) -> float | None:
        """Longest wait, those in line included."""
        return _seconds(self.longest_ms, 1) if self.offered else None

    def share_of(self, seconds: int) -> float | None:
        """Return the share answered within 10, 15 or 20 s."""
        share: float | None = getattr(self, f"share_{seconds}")
        return share


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _seconds(milliseconds: int, count: int) -> float | None:
    return milliseconds / count / 1000 if count else None


NOT_SUMMED = frozenset({"longest_ms", "p50_ms", "p90_ms", "p95_ms", "quarters"})
SUMMED = tuple(f.name for f in fields(Figures) if f.name not in NOT_SUMMED)


class Tally:
    """Figures in the making."""

    def __init__(self) -> None:
        self.counts = dict.fromkeys(SUMMED, 0)
        self.waits: list[int] = []
        self.longest_ms = 0

    def add(self, name: str, amount: int = 1) -> None:
        """Add to a count or a sum."""
        self.counts[name] += amount

    def wait(self, wait_ms: int, *, is_answered: bool) -> None:
        """Count a wait that ended with an answer, or that did not (yet)."""
        self.longest_ms = max(self.longest_ms, wait_ms)
        for target in TARGETS:
            is_within = wait_ms <= target.seconds * 1000
            if is_answered:
                self.counts[f"in_{target.seconds}"] += is_within
            if is_answered or not is_within:
                self.counts[f"due_{target.seconds}"] += 1
        if is_answered:
            self.counts["answered"] += 1
            self.counts["wait_ms"] += wait_ms
            self.waits.append(wait_ms)

    def quarter(self, start: datetime) -> Quarter:
        """Return the little that a chart shows."""
        names = (f.name for f in fields(Quarter) if f.name != "start")
        return Quarter(start=start, **{name: self.counts[name] for name in names})

    def figures(self, quarters: tuple[Quarter, ...] = ()) -> Figures:
        """Return what was counted."""
        waits = sorted(self.waits)
        return Figures(
            **self.counts,
            longest_ms=self.longest_ms,
            p50_ms=percentile(waits, 50),
            p90_ms=percentile(waits, 90),
            p95_ms=percentile(waits, 95),
            quarters=quarters,
        )


def percentile(ordered: Sequence[int], percent: int) -> int | None:
    """Return the value that so many percent do not exceed (nearest rank)."""
    if not ordered:
        return None
    return ordered[max(ceil(len(ordered) * percent / 100), 1) - 1]
