"""Keeps this process's line to the media relay, and what it does in step with calls."""

import asyncio
import logging

from django.conf import settings

from accounts.metrics import failed
from dispatch.actions import media
from dispatch.actions.media import MediaDesk
from dispatch.loops.base import Loop
from dispatch.media.client import RelayBackend
from reports.clock import monotonic

RECONCILE_SECONDS = 5.0

log = logging.getLogger(__name__)


class Media(Loop):
    """Owns the desk. It turns each second, as every loop must, relay or not.

    Several web processes that name no relay for all have none.
    """

    def __init__(self) -> None:
        super().__init__("media", 1.0)
        home = settings.RELAY_HOME
        self.has_relay = home is not None
        self.backend = RelayBackend(home or settings.HOME, on_connect=self._connected)
        self.desk = MediaDesk(self.backend)
        self._due_at = 0.0
        self._look: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to turn; signals are taken from now on."""
        media.attach(self.desk)
        super().start()

    async def turn(self) -> None:
        """Connect once; compare with the relay at each connection and every 5 s.

        Beside the turn, one look at a time: a relay that hangs keeps a look waiting.
        """
        if not self.has_relay:
            return
        await self.backend.start()
        is_looking = self._look is not None and not self._look.done()
        if is_looking or not self.backend.is_connected or monotonic() < self._due_at:
            return
        self._due_at = monotonic() + RECONCILE_SECONDS
        self._look = asyncio.get_running_loop().create_task(self._compare())

    async def _compare(self) -> None:
        try:
            if not await self.desk.reconcile():
                self._due_at = 0.0  # no answer: ask again at the next turn
        except Exception:  # the next look is 5 s away
            failed("media look")
            log.exception("media: a comparison with the relay failed")

    async def stop(self) -> None:
        """Let go; the legs stay up for the next process."""
        media.attach(None)
        await super().stop()
        if self._look is not None:
            self._look.cancel()
            await asyncio.gather(self._look, return_exceptions=True)
        await self.backend.stop()

    def _connected(self) -> None:
        self._due_at = 0.0
        self.wake.set()
