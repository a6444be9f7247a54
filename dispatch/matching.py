"""Who gets which call: pure, no database, no clock.

Calls in order of urgency and age; for each, the longest-idle ready seat of its own
agency, then of its neighbours by tier once it has waited long enough. An agency without
anybody on duty does not make its callers wait for the tier.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class WaitingCall:
    """A call in a line. Ordered by ``priority`` (1 first), then ``queued_at``, id."""

    pk: int
    agency: int
    priority: int
    queued_at: datetime


@dataclass(frozen=True, slots=True)
class FreeSeat:
    """A staffed, ready, idle seat."""

    pk: int
    agency: int
    idle_since: datetime


@dataclass(frozen=True, slots=True)
class Overflow:
    """A neighbour that helps ``agency`` after so many seconds of waiting."""

    neighbour: int
    rank: int
    after_seconds: int


def pair(
    calls: Iterable[WaitingCall],
    seats: Iterable[FreeSeat],
    tiers: Mapping[int, Sequence[Overflow]],
    staffed: frozenset[int],
    refused: frozenset[tuple[int, int]],
    moment: datetime,
) -> list[tuple[int, int]]:
    """Return (call, seat) pairs; each call and each seat at most once.

    ``staffed`` are agencies with somebody on duty; ``refused`` are (call, seat) pairs
    that were declined or went unanswered a moment ago.
    """
    free: dict[int, list[FreeSeat]] = {}
    for seat in sorted(seats, key=lambda s: (s.idle_since, s.pk)):
        free.setdefault(seat.agency, []).append(seat)
    pairs = []
    for call in sorted(calls, key=lambda c: (c.priority, c.queued_at, c.pk)):
        for agency in _lines(call, tiers, staffed, moment):
            taken = _take(free.get(agency), call.pk, refused)
            if taken is not None:
                pairs.append((call.pk, taken.pk))
                break
    return pairs


def _lines(
    call: WaitingCall,
    tiers: Mapping[int, Sequence[Overflow]],
    staffed: frozenset[int],
    moment: datetime,
) -> list[int]:
    """Return the agencies whose seats may answer the call now, its own first."""
    waited = (moment - call.queued_at).total_seconds()
    helpers = sorted(tiers.get(call.agency, ()), key=lambda tier: tier.rank)
    return [call.agency] + [
        tier.neighbour
        for tier in helpers
        if call.agency not in staffed or waited >= tier.after_seconds
    ]


def _take(
    free: list[FreeSeat] | None, call: int, refused: frozenset[tuple[int, int]]
) -> FreeSeat | None:
    """Take the longest-idle seat that did not refuse this call, if any."""
    for index, seat in enumerate(free or ()):
        if (call, seat.pk) not in refused:
            assert free is not None
            return free.pop(index)
    return None
