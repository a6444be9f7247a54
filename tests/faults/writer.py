"""Somebody who goes on writing whatever happens to the line, and keeps the receipts."""

import asyncio
from collections.abc import Awaitable, Callable
from uuid import uuid4

from websockets.exceptions import WebSocketException

from tests.clients import Client
from tests.wire import Refused

PAUSE = 0.06  # seconds between messages: under the budget of 20 a second
AGAIN = 0.1  # seconds between two tries to come back
LOST = (OSError, EOFError, TimeoutError, WebSocketException)


class Writer:
    """Writes messages one by one; what was not acknowledged is sent again as it was.

    ``receipts`` has, for each text that was acknowledged, its number in the stream.
    """

    def __init__(
        self, client: Client, name: str, come_back: Callable[[], Awaitable[object]]
    ) -> None:
        self.client, self.name, self.come_back = client, name, come_back
        self.receipts: dict[str, int] = {}
        self._returns = asyncio.Condition()
        self._stopping = asyncio.Event()
        self._task = asyncio.create_task(self._write())

    async def is_back(self) -> None:
        """Wait until the line was lost and is there again."""
        async with self._returns:
            await self._returns.wait()

    async def stop(self) -> None:
        """Finish the message that is under way, then stop."""
        self._stopping.set()
        await self._task

    async def _write(self) -> None:
        number = 0
        while not self._stopping.is_set():
            number += 1
            text = f"{self.name} {number}"
            self.receipts[text] = await self._deliver(text)
            await asyncio.sleep(PAUSE)

    async def _deliver(self, text: str) -> int:
        message = {"id": str(uuid4()), "text": text}
        while True:
            try:
                ack = await self.client.command("post_message", seconds=3, **message)
                return int(ack["seq"])
            except Refused as refused:
                if refused.code != "try_again":
                    raise
                await asyncio.sleep(AGAIN)
            except LOST:
                await self._reconnect()

    async def _reconnect(self) -> None:
        while True:
            try:
                async with asyncio.timeout(3):
                    await self.come_back()
                break
            except LOST:
                await asyncio.sleep(AGAIN)
        async with self._returns:
            self._returns.notify_all()
