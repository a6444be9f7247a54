"""The doorbell between web processes, over the channel layer.

Only "stream so-and-so stands at n" is sent; the entries are read from the database. The
layer may lose a ring: the safety poll finds it within 3 s. Each process listens on one
group, so that a restart of Redis loses no subscriptions that matter.
"""

import asyncio
import logging
from typing import Any
from uuid import UUID

from channels.layers import get_channel_layer

from dispatch.loops.base import Loop
from reports import broadcast

log = logging.getLogger(__name__)

GROUP = "alarm110.streams"


class Doorbell(Loop):
    """Listens to the other processes' rings; rings for ours."""

    def __init__(self) -> None:
        super().__init__("doorbell", 1.0)
        self._layer = get_channel_layer()
        self._channel: str | None = None
        self._heads: dict[UUID, int] = {}
        self._ringing: asyncio.Task[None] | None = None

    def ring(self, heads: dict[UUID, int]) -> None:
        """Tell the other processes; what gathers during one ring goes together."""
        self._heads.update(heads)
        if self._ringing is None or self._ringing.done():
            self._ringing = asyncio.get_running_loop().create_task(self._ring())

    async def _ring(self) -> None:
        while self._heads:
            heads, self._heads = self._heads, {}
            try:
                await self._layer.group_send(
                    GROUP,
                    {
                        "type": "streams.moved",
                        "heads": {str(stream): head for stream, head in heads.items()},
                    },
                )
            except Exception as error:  # never the fact's fault: it is committed
                log.warning("the doorbell did not ring: %s", type(error).__name__)

    async def turn(self) -> None:
        """Listen until the layer breaks; the loop then comes back."""
        try:
            if self._channel is None:
                self._channel = await self._layer.new_channel()
                await self._layer.group_add(GROUP, self._channel)
            message: dict[str, Any] = await asyncio.wait_for(
                self._layer.receive(self._channel), 2
            )
        except TimeoutError:
            return
        except Exception:
            self._channel = None
            raise
        self.wake.set()  # more may wait
        broadcast.registry().heads(
            {UUID(stream): int(head) for stream, head in message["heads"].items()}
        )
