"""A loop of the web process: a turn each interval or when woken, in its own thread.

Every loop is idempotent, so several processes may run the same ones. A turn that fails
is logged and the next one comes all the same; ``ticked_at`` says whether it lives.
"""

import asyncio
import contextlib
import contextvars
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import InterfaceError, OperationalError, connection

from accounts import logs
from accounts.metrics import failed, is_away
from reports.clock import monotonic

log = logging.getLogger(__name__)


class Loop:
    """Turns of one kind of work."""

    def __init__(self, name: str, interval: float) -> None:
        self.name = name
        self.interval = interval
        self.ticked_at = monotonic()
        self.wake = asyncio.Event()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=name)
        self._task: asyncio.Task[None] | None = None

    async def turn(self) -> None:
        """Do the work once."""

    def start(self) -> None:
        """Begin to turn."""
        self._task = asyncio.get_running_loop().create_task(self._run())

    async def stop(self) -> None:
        """Stop after the turn that runs."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        # ``connection`` is each thread's own: look it up there, not here.
        self._thread.submit(lambda: connection.close())
        self._thread.shutdown(wait=True)

    async def in_thread(self, work: Callable[..., Any], *args: Any) -> Any:
        """Run database work in this loop's thread."""
        context = contextvars.copy_context()  # its thread logs what this is about
        return await asyncio.get_running_loop().run_in_executor(
            self._thread, context.run, _guarded, work, *args
        )

    async def _run(self) -> None:
        logs.about(loop=self.name)
        while True:
            try:
                await self.turn()
            except (OperationalError, InterfaceError) as error:
                is_away(self.name)
                log.warning(
                    "%s: the database is away (%s)", self.name, type(error).__name__
                )
            except Exception:  # the next turn may well succeed, and others hang on it
                failed(self.name)
                log.exception("%s: a turn failed", self.name)
            self.ticked_at = monotonic()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self.interval):
                    await self.wake.wait()
            self.wake.clear()


def _guarded(work: Callable[..., Any], *args: Any) -> Any:
    """A broken connection is not kept."""
    try:
        return work(*args)
    except (OperationalError, InterfaceError):
        connection.close()
        raise
