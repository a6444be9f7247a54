"""Closes recordings that nobody closed, and clears the storage of what has no row."""

import logging
from collections.abc import Iterator

from dispatch.loops.base import Loop
from reports import metrics
from reports.actions.evidence import close_idle, sweep_orphans
from reports.actions.evidence.upkeep import MANY
from reports.clock import monotonic
from reports.storage import evidence_storage

CLOSE_SECONDS = 60.0
ORPHANS_SECONDS = 6 * 60 * 60.0  # it reads the names of the whole storage
FIRST_SECONDS = 60.0  # after the start, when those who were cut off are back
NEARLY_FULL = 85  # percent; from here on somebody must make room
WARN_SECONDS = 10 * 60.0
AT_ONCE_SECONDS = 0.5  # of reading names in one turn; it must be soon stopped

log = logging.getLogger(__name__)


class Clips(Loop):
    """The keeper of clips. It turns each second, as every loop must."""

    def __init__(self) -> None:
        super().__init__("clips", 1.0)
        self.close_at = self.orphans_at = monotonic() + FIRST_SECONDS
        self.warn_at = monotonic()
        self._sweep: Iterator[int] | None = None

    async def turn(self) -> None:
        """Do what is due, a little at a time."""
        if monotonic() >= self.warn_at:
            self.warn_at = monotonic() + CLOSE_SECONDS
            percent = await self.in_thread(evidence_storage().percent_full)
            if percent is not None:
                metrics.storage_full.labels("evidence").set(percent / 100)
            if percent is not None and percent >= NEARLY_FULL:
                log.error("the evidence storage is %d %% full: make room", percent)
                self.warn_at = monotonic() + WARN_SECONDS
        if monotonic() >= self.close_at:
            self.close_at = monotonic() + CLOSE_SECONDS
            closed = await self.in_thread(close_idle)
            if closed:
                log.info("closed %d recordings that nobody continued", closed)
            if closed >= MANY:  # there may be more
                self.close_at = monotonic()
        if self._sweep is None and monotonic() >= self.orphans_at:
            self._sweep = sweep_orphans()
        if self._sweep is not None:
            sweep, self._sweep = self._sweep, None  # one that fails is begun anew
            self.orphans_at = monotonic() + ORPHANS_SECONDS
            if not await self.in_thread(_go_on, sweep):
                self._sweep = sweep


def _go_on(sweep: Iterator[int]) -> bool:
    """Go on for a while; return whether it is through."""
    until = monotonic() + AT_ONCE_SECONDS
    return all(monotonic() < until for _ in sweep)
