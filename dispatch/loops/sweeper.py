"""Moves on, each second, what is due and nobody else did."""

import logging
from collections.abc import Mapping

from dispatch import broadcast as rooms
from dispatch import leases
from dispatch.loops.base import Loop

log = logging.getLogger(__name__)

# By the steps of ``leases.sweep``: one, several.
SWEPT = {
    "offers": ("offer not answered", "offers not answered"),
    "seats": ("seat lost", "seats lost"),
    "supervisors": ("supervisor gone from a call", "supervisors gone from calls"),
    "lost": ("caller without a sign of life", "callers without a sign of life"),
    "ended": ("call of a lost caller ended", "calls of lost callers ended"),
    "wrap_ups": ("time for the form over", "times for the form over"),
    "escalations": (
        "waiting call told to supervisors",
        "waiting calls told to supervisors",
    ),
    "notices": ("notice over", "notices over"),
}


class Sweeper(Loop):
    """The sweeper."""

    def __init__(self) -> None:
        super().__init__("sweeper", 1.0)

    async def turn(self) -> None:
        """Sweep once, if what was heard of late is in the database.

        After the database was away, this machine slept or its clock stepped forward,
        every lease looks lapsed; whoever still lives gets the time to say so first.
        """
        if not rooms.flushed_at or rooms.are_signs_late():
            return
        done = await self.in_thread(leases.sweep)
        if any(done.values()):
            log.info("by deadline: %s", in_words(done))


def in_words(done: Mapping[str, int]) -> str:
    """Return what a sweep moved on, for the log: 2 seats lost, 1 notice over."""
    told = [
        f"{n} {SWEPT.get(name, (name, name))[n != 1]}" for name, n in done.items() if n
    ]
    return ", ".join(told)
