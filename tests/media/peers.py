"""Browsers without a browser: aiortc peers that send what can be recognised again.

The picture says its own number (``tests/browser/camera.py``), the sound is a beep.
"""

import asyncio
import contextlib
import time
from dataclasses import dataclass, field
from fractions import Fraction
from uuid import UUID, uuid4

import av
import numpy as np
from aiortc import (
    RTCBundlePolicy,
    RTCConfiguration,
    RTCPeerConnection,
    RTCSessionDescription,
)
from aiortc.mediastreams import MediaStreamError, MediaStreamTrack

from dispatch.media.client import RelayBackend
from dispatch.media.interface import RoomPolicy, Who
from tests.browser.camera import BITS, BLOCK, ROW, _picture

OPEN = RoomPolicy(is_silent=False)
SILENT = RoomPolicy(is_silent=True)
FRAMES_A_SECOND = 12
AUDIO_SECONDS = 0.02


def number_of(picture: np.ndarray) -> int | None:
    """Return the number painted into a grey picture, or None."""
    middle = picture[(ROW.start + ROW.stop) // 2]
    blocks = [int(middle[at * BLOCK + BLOCK // 2] > 128) for at in range(20)]
    bits = blocks[2 : 2 + BITS]
    if blocks[:2] != [1, 0] or blocks[2 + BITS] != sum(bits) % 2:
        return None
    return sum(bit << place for place, bit in enumerate(bits))


class Camera(MediaStreamTrack):
    """Numbered pictures in real time."""

    kind = "video"

    def __init__(self, first: int = 1) -> None:
        super().__init__()
        self.number = first
        self._began = time.monotonic()
        self._count = 0

    async def recv(self) -> av.VideoFrame:
        await asyncio.sleep(
            max(0, self._began + self._count / FRAMES_A_SECOND - time.monotonic())
        )
        if self.readyState != "live":
            raise MediaStreamError
        frame = av.VideoFrame.from_ndarray(_picture(self.number), format="gray")
        frame = frame.reformat(format="yuv420p")
        frame.pts = self._count * 90_000 // FRAMES_A_SECOND
        frame.time_base = Fraction(1, 90_000)
        self.number += 1
        self._count += 1
        return frame


class Beep(MediaStreamTrack):
    """A loud tone of 440 Hz."""

    kind = "audio"

    def __init__(self) -> None:
        super().__init__()
        self._began = time.monotonic()
        self._count = 0

    async def recv(self) -> av.AudioFrame:
        await asyncio.sleep(
            max(0, self._began + self._count * AUDIO_SECONDS - time.monotonic())
        )
        if self.readyState != "live":
            raise MediaStreamError
        at = np.arange(960) + self._count * 960
        wave = (np.sin(at * 2 * np.pi * 440 / 48_000) * 12_000).astype(np.int16)
        frame = av.AudioFrame.from_ndarray(wave[None, :], format="s16", layout="mono")
        frame.sample_rate = 48_000
        frame.pts = self._count * 960
        frame.time_base = Fraction(1, 48_000)
        self._count += 1
        return frame


@dataclass
class Heard:
    """What came on one line."""

    kind: str
    numbers: list[int] = field(default_factory=list)
    frames: int = 0
    loud: int = 0


@dataclass
class Peer:
    """A phone, a seat or a party: one leg, and what it saw and heard.

    ``numbers``, ``heard`` and ``loud`` are of all lines; ``lines`` has each, by mid.
    """

    backend: RelayBackend
    call: UUID
    who: Who
    video: MediaStreamTrack | None = None
    audio: MediaStreamTrack | None = None
    more: dict[str, int] = field(default_factory=dict)  # kind → lines to receive only
    leg: UUID = field(default_factory=uuid4)
    numbers: list[int] = field(default_factory=list)
    unreadable: int = 0
    seen_pts: list[int] = field(default_factory=list)
    heard: int = 0
    loud: int = 0
    lines: dict[str, Heard] = field(default_factory=dict)
    connection: RTCPeerConnection = field(
        # Bundled from the start, as our pages ask for: aiortc's other way loses the
        # second line of picture.
        default_factory=lambda: RTCPeerConnection(
            RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE)
        )
    )
    tasks: list[asyncio.Task] = field(default_factory=list)

    async def offer(self) -> str:
        """Return our offer, with all candidates in it."""
        self.connection.addTransceiver(self.audio or "audio", "sendrecv")
        self.connection.addTransceiver(self.video or "video", "sendrecv")
        for kind, lines in self.more.items():
            for _ in range(lines):
                self.connection.addTransceiver(kind, "recvonly")
        self.connection.on("track", self._watch)
        await self.connection.setLocalDescription()
        return self.connection.localDescription.sdp

    async def join(self, policy: RoomPolicy = OPEN) -> "Peer":
        """Bring the leg up."""
        sdp = await self.offer()
        answer = await self.backend.offer(self.call, self.who, self.leg, sdp, policy)
        await self.connection.setRemoteDescription(
            RTCSessionDescription(answer, "answer")
        )
        await until(lambda: self.connection.connectionState == "connected")
        return self

    async def leave(self) -> None:
        """Close without a word, as a killed page does."""
        for task in self.tasks:
            task.cancel()
        await self.connection.close()

    def _watch(self, track: MediaStreamTrack) -> None:
        self.tasks.append(asyncio.ensure_future(self._take(track)))

    def line_of(self, track: MediaStreamTrack) -> Heard:
        """Return what came on a track's line."""
        [mid] = [
            one.mid
            for one in self.connection.getTransceivers()
            if one.receiver.track is track
        ]
        return self.lines.setdefault(mid, Heard(track.kind))

    async def _take(self, track: MediaStreamTrack) -> None:
        line = self.line_of(track)
        with contextlib.suppress(MediaStreamError):
            while True:
                frame = await track.recv()
                line.frames += 1
                if track.kind == "video":
                    number = number_of(frame.to_ndarray(format="gray"))
                    self.seen_pts.append(frame.pts)
                    if number is None:
                        self.unreadable += 1
                    else:
                        self.numbers.append(number)
                        line.numbers.append(number)
                else:
                    is_loud = bool(np.abs(frame.to_ndarray()).max() > 1000)
                    self.heard += 1
                    self.loud += is_loud
                    line.loud += is_loud


async def until(condition, seconds: float = 10.0) -> None:
    """Wait until it is so."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never came"
        await asyncio.sleep(0.02)
