"""What one leg is sent of one kind: other legs' frames as one unbroken stream.

The browser sees one track for the whole call. Whoever sends may be replaced by a fresh
leg, whose timestamps begin anew: they are moved so that time never runs backwards. A
picture begins with a key frame, and again after anything was left out.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from fractions import Fraction
from typing import Any
from uuid import UUID

from aiortc.mediastreams import MediaStreamError, MediaStreamTrack
from av import Packet

from accounts.metrics import dropped
from dispatch.media.interface import Track
from dispatch.media.relay.passthrough import CLOCK_RATES, EncodedFrame

MOST_WAITING = 128  # frames; more means that the sender stands still
MOST_DRIFT_SECONDS = 5.0  # between a sender's clock and ours before we believe ours


class Outlet(MediaStreamTrack):
    """The track that a leg's sender sends; ``may_pass`` is asked for every frame."""

    def __init__(self, kind: Track, may_pass: Callable[[], bool]) -> None:
        super().__init__()
        self.kind = kind
        self.frames = 0
        self.is_waiting_for_key = True
        self._may_pass = may_pass
        self._rate = CLOCK_RATES[kind]
        self._queue: deque[Packet[Any]] = deque()
        self._there = asyncio.Event()
        self._source: UUID | None = None
        self._offset = 0
        self._last: tuple[int, float] | None = None  # ticks sent, when (monotonic)

    def push(self, frame: EncodedFrame, source: UUID, now: float) -> None:
        """Take a frame of the leg ``source``, arrived ``now``."""
        is_new = source != self._source
        if len(self._queue) >= MOST_WAITING:
            dropped("media frame", "the receiver stands still", len(self._queue))
        if is_new or len(self._queue) >= MOST_WAITING:
            self._source = source
            self._queue.clear()
            self.is_waiting_for_key = True
        if self.is_waiting_for_key and not frame.is_key:
            return
        self.is_waiting_for_key = False
        ticks = self._moved(frame.timestamp, now, is_new=is_new)
        packet: Packet[Any] = Packet(frame.data)
        packet.pts = ticks
        packet.time_base = Fraction(1, self._rate)
        self._queue.append(packet)
        self._there.set()

    def skip(self) -> None:
        """Note that a frame was left out: the next picture must be a whole one."""
        self._queue.clear()
        self.is_waiting_for_key = True

    async def recv(self) -> "Packet[Any]":
        """Return the next frame that may leave; asked again here, at the last moment.

        What was queued before the call went silent must not be heard after it.
        """
        while True:
            if self.readyState != "live":
                raise MediaStreamError
            if self._queue and self._may_pass():
                self.frames += 1
                return self._queue.popleft()
            self._queue.clear()
            self._there.clear()
            await self._there.wait()

    def stop(self) -> None:
        """End, and wake whoever waits."""
        super().stop()
        self._there.set()

    def _moved(self, timestamp: int, now: float, *, is_new: bool) -> int:
        if self._last is None:
            ticks = 0
        else:
            last, at = self._last
            expected = last + max(1, round((now - at) * self._rate))
            ticks = expected if is_new else timestamp + self._offset
            is_off = abs(ticks - expected) > MOST_DRIFT_SECONDS * self._rate
            if is_off or ticks <= last:
                ticks = expected
        self._offset = ticks - timestamp
        self._last = (ticks, now)
        return ticks
