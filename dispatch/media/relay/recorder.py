"""Writes each leg's frames to disk in one thread, so that a slow disk stops no call."""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from accounts.metrics import failed
from dispatch.media.relay import counting
from dispatch.media.relay.segments import Arrival, DiskFullError, Segments

log = logging.getLogger(__name__)

MOST_QUEUED = 2000  # frames of one leg: some 25 s that the disk has not taken


class Recorder:
    """The recording of one leg."""

    def __init__(
        self,
        segments: Segments,
        thread: ThreadPoolExecutor,
        ask_for_key: Callable[[], None],
    ) -> None:
        self._segments = segments
        self._thread = thread
        self._ask_for_key = ask_for_key
        self._loop = asyncio.get_running_loop()
        self._queued = 0
        self.has_failed = False

    def take(self, arrival: Arrival) -> None:
        """Write a frame soon; nothing waits for it."""
        if self.has_failed:
            return
        if self._queued >= MOST_QUEUED:
            self._fail("too slow", "the disk is too slow")
            return
        self._queued += 1
        self._thread.submit(self._write, arrival)

    async def close(self) -> None:
        """Write what is queued, and close the files."""
        await self._loop.run_in_executor(self._thread, self._finish)

    def _write(self, arrival: Arrival) -> None:
        self._queued -= 1
        if self.has_failed:
            return
        try:
            self._segments.take(arrival)
        except DiskFullError as error:
            self._fail("disk full", str(error))
            self._finish()
        except Exception:  # a recording less; the picture must go on
            failed("relay recording")
            counting.recordings_stopped.labels("error").inc()
            log.exception("a recording failed")
            self.has_failed = True
            self._finish()
        if self._segments.wants_key:
            self._loop.call_soon_threadsafe(self._ask_for_key)

    def _finish(self) -> None:
        """Save what can be saved; the next start closes what cannot."""
        try:
            self._segments.close()
        except DiskFullError as error:
            if not self.has_failed:
                self._fail("disk full", str(error))
        except Exception:  # what is on the disk is closed at the relay's next start
            failed("relay recording")
            log.exception("a recording could not be finished")

    def _fail(self, kind: str, why: str) -> None:
        """Say it once a leg; the picture goes on."""
        self.has_failed = True
        counting.recordings_stopped.labels(kind).inc()
        log.error("a recording stopped, the call goes on: %s", why)
