"""The doorbell between web processes, over the channel layer.

Only "stream so-and-so stands at n" is sent; the entries are read from the database. The
layer may lose a ring: the safety poll finds it within 3 s. After a restart of Redis the
layer accepts rings and delivers none, without an error, so each process rings itself
every second: one that does not hear itself begins anew. On the same channel come the
rooms that have a side here and one elsewhere (``between.py``).
"""

import asyncio
import logging
from typing import Any
from uuid import UUID

from channels.layers import get_channel_layer

from accounts.metrics import dropped, failed
from dispatch import abroad
from dispatch.loops.base import Loop
from dispatch.loops.between import KIND, Between
from reports import broadcast
from reports.clock import monotonic

log = logging.getLogger(__name__)

GROUP = "alarm110.streams"
DEAF_SECONDS = 4.0  # not having heard oneself for so long
SEND_SECONDS = 2.0  # a ring that takes longer is given up


class Doorbell(Loop):
    """Listens to the other processes' rings; rings for ours."""

    def __init__(self) -> None:
        super().__init__("doorbell", 1.0)
        self._layer = get_channel_layer()
        self._listener: asyncio.Task[None] | None = None
        self._heard_at = monotonic()
        self._heads: dict[UUID, int] = {}
        self._ringing: asyncio.Task[None] | None = None
        self._between = Between(self._layer)
        abroad.attach(self._between)

    def ring(self, heads: dict[UUID, int]) -> None:
        """Tell the other processes; what gathers during one ring goes together."""
        self._heads.update(heads)
        if self._ringing is None or self._ringing.done():
            self._ringing = asyncio.get_running_loop().create_task(self._ring_all())

    async def _ring_all(self) -> None:
        while self._heads:
            heads, self._heads = self._heads, {}
            await self._send({str(stream): head for stream, head in heads.items()})

    async def _send(self, heads: dict[str, int]) -> None:
        message = {"type": "streams.moved", "heads": heads}
        try:
            async with asyncio.timeout(SEND_SECONDS):
                await self._layer.group_send(GROUP, message)
        except Exception as error:  # never the fact's fault: it is committed
            dropped("ring", "not sent", max(1, len(heads)))
            log.warning("the doorbell did not ring: %s", type(error).__name__)

    async def turn(self) -> None:
        """Ring oneself; who is deaf begins anew."""
        if self._listener is None:
            self._heard_at = monotonic()
            self._listener = asyncio.get_running_loop().create_task(self._listen())
        await self._send({})
        if self._listener.done() or monotonic() - self._heard_at > DEAF_SECONDS:
            dropped("ring", "not heard")
            log.warning("the doorbell is mute; listening anew")
            await self._hang_up()
        else:
            await self._between.turn()

    async def _listen(self) -> None:
        channel = await self._layer.new_channel()
        await self._layer.group_add(GROUP, channel)
        self._between.listens(channel)
        while True:
            message: dict[str, Any] = await self._layer.receive(channel)
            self._heard_at = monotonic()
            if message["type"] == KIND:
                self._between.hear(message)
                continue
            broadcast.registry().heads(
                {UUID(stream): int(head) for stream, head in message["heads"].items()}
            )

    async def _hang_up(self) -> None:
        self._between.is_deaf()
        if self._listener is not None:
            self._listener.cancel()
            await asyncio.gather(self._listener, return_exceptions=True)
            self._listener = None
        try:
            async with asyncio.timeout(SEND_SECONDS):
                await self._layer.flush()
        except Exception as error:  # it may be as dead as what it closes
            failed("doorbell hang-up")
            log.info("the doorbell's line did not close: %s", type(error).__name__)

    async def stop(self) -> None:
        """Stop listening and ringing."""
        await super().stop()
        abroad.attach(None)
        await self._between.stop()
        await self._hang_up()
