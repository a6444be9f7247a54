"""Takes the relay's closed recordings in as evidence, and clears them away."""

import asyncio
import logging
from collections import Counter
from pathlib import Path

from django.conf import settings
from django.db import InterfaceError, OperationalError

from accounts.metrics import failed
from dispatch.actions.recordings import set_aside, take_in, waiting
from dispatch.loops.base import Loop
from reports.clock import monotonic
from reports.errors import Busy, ReportError

log = logging.getLogger(__name__)

PATIENCE_SECONDS = 10.0  # after the storage refused
MOST_FAILURES = 3  # of one file; another process may have been at it the first time


class Recordings(Loop):
    """The intake. It turns each second, as every loop must."""

    def __init__(self) -> None:
        super().__init__("recordings", 1.0)
        self._due_at = 0.0
        self._failures: Counter[Path] = Counter()

    async def turn(self) -> None:
        """Take in what is there, one file after the other."""
        if monotonic() < self._due_at:
            return
        for path in await self.in_thread(_waiting):
            try:
                await self._patiently(path)
            except ReportError as error:
                if not isinstance(error, Busy):
                    log.warning("the relay's recordings wait: %s", error.code)
                self._due_at = monotonic() + PATIENCE_SECONDS
                return
            except (OperationalError, InterfaceError):
                raise
            except Exception:  # one bad file must not keep back all others
                failed("recording intake")
                log.exception("a recording could not be taken in: %s", path)
                await self._fail(path)
            else:
                self._failures.pop(path, None)

    async def _fail(self, path: Path) -> None:
        """Try a file again at the next turn, but not for ever."""
        self._failures[path] += 1
        if self._failures[path] == MOST_FAILURES:
            await self.in_thread(set_aside, path)

    async def _patiently(self, path: Path) -> None:
        """Take a file in; a slow disk does not make this loop a dead one."""
        work = asyncio.ensure_future(self.in_thread(take_in, path))
        while not work.done():
            self.ticked_at = monotonic()
            await asyncio.wait([work], timeout=1.0)
        await work


def _waiting() -> list[Path]:
    return list(waiting(settings.HOME))
