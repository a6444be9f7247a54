"""The arithmetic of waiting: Erlang's B and C. Pure.

``load`` is in erlangs: calls an hour times hours of handling a call. The recursion
B(n) = a·B(n-1) / (n + a·B(n-1)) stays between 0 and 1, where the textbook formula with
its factorials overflows at some 170 seats.

Assumes what Erlang did: calls come independently, nobody hangs up, and every seat is
on duty all the interval. Breaks and training come on top.
"""

from itertools import count
from math import exp


def erlang_b(seats: int, load: float) -> float:
    """Return the share of calls that would find all seats busy and go away."""
    blocked = 1.0
    for n in range(1, seats + 1):
        blocked = load * blocked / (n + load * blocked)
    return blocked


def erlang_c(seats: int, load: float) -> float:
    """Return the share of calls that wait; 1 where the load fills all seats."""
    if load <= 0:
        return 0.0
    if seats <= load:
        return 1.0
    blocked = erlang_b(seats, load)
    return seats * blocked / (seats - load * (1 - blocked))


def answered_within(
    seconds: float, *, seats: int, load: float, handling_seconds: float
) -> float:
    """Return the share of calls answered within ``seconds``."""
    if load <= 0:
        return 1.0
    if seats <= load:
        return 0.0
    leaves = exp(-(seats - load) * seconds / handling_seconds)
    return 1.0 - erlang_c(seats, load) * leaves


def average_wait(*, seats: int, load: float, handling_seconds: float) -> float | None:
    """Return the average wait in seconds; None where the line grows for ever."""
    if seats <= load:
        return None
    return erlang_c(seats, load) * handling_seconds / (seats - load)


def seats_for(
    load: float, *, handling_seconds: float, within_seconds: float, share: float
) -> int:
    """Return the fewest seats that answer this share of calls in time.

    No calls need no seat here; whether one is staffed all the same is not arithmetic.
    """
    if load <= 0:
        return 0
    blocked = 1.0
    for n in count(1):
        blocked = load * blocked / (n + load * blocked)
        if n <= load:
            continue
        waits = n * blocked / (n - load * (1 - blocked))
        leaves = exp(-(n - load) * within_seconds / handling_seconds)
        if 1.0 - waits * leaves >= share:
            return n
    raise AssertionError("counting never ends")
