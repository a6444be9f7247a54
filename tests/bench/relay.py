"""What a two-way call costs the media relay, recording both sides, and where it breaks.

Both ends of each call are peers of this process that send pictures encoded beforehand
(VP8, 640 x 480, 30 a second, 800 kbit/s) and Opus, and count what comes back; nothing
here encodes, decodes or even puts packets together, so that the relay is what gives way
first. Calls are added step by step until frames are lost: the last number before that
is the relay's limit on this machine, with these peers beside it.
"""

import asyncio
import tempfile
import time
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache, cached_property
from itertools import count
from pathlib import Path
from typing import Any
from uuid import uuid4

import av
import numpy as np
from aiortc.mediastreams import MediaStreamError, MediaStreamTrack
from aiortc.rtp import RtpPacket

from dispatch.media.interface import RoomPolicy
from dispatch.media.relay import passthrough
from tests.bench.machine import Meter, process
from tests.browser.camera import WIDE_BLOCK, _picture
from tests.media.peers import OPEN, Peer
from tests.media.process import Relay, Web

STEPS, QUICK_STEPS = (1, 2, 4, 6, 8, 10, 12, 14, 16, 20, 24), (1, 4)
FRAMES_A_SECOND, KEY_EVERY, BITRATE = 30, 60, 800_000
SETTLE_SECONDS = 3.0
CALLS = 4  # of eight streams: what one process takes by default
MOST_LOST = 1.0  # per cent, at that


async def run(*, rounds: int, seconds: float) -> dict[str, Any]:
    """Measure each step for ``seconds``; one round is quick."""
    passthrough.install(["127.0.0.1"])
    steps = []
    for calls in QUICK_STEPS if rounds == 1 else STEPS:
        steps.append(await _step(calls, seconds))
        print(f"  {calls} calls: {steps[-1]['lost_percent']:.1f} % lost", flush=True)
        if steps[-1]["lost_percent"] > MOST_LOST and calls >= CALLS:
            break
    at = [step["lost_percent"] for step in steps if step["calls"] == CALLS]
    carried = [step["calls"] for step in steps if step["lost_percent"] <= MOST_LOST]
    return {
        "steps": steps,
        "limit": max(carried, default=0),
        "is_found": steps[-1]["lost_percent"] > MOST_LOST,
        "passed": bool(at) and at[0] <= MOST_LOST,
    }


async def _step(calls: int, seconds: float) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        relay = Relay(Path(folder), ALARM110_RELAY_STREAMS="64")
        relay.start()
        web = Web(Path(folder))
        await web.start()
        try:
            peers: list[Counter] = []
            for _ in range(calls):
                call = uuid4()
                for who in ("guest", "host"):
                    peer = Counter(web.backend, call, who)
                    peer.video, peer.audio = peer.reel, Reel("audio")
                    await peer.join()
                    peers.append(peer)
            await asyncio.sleep(SETTLE_SECONDS)
            assert relay.process is not None
            meter = Meter({"relay": process(relay.process.pid)})
            before = [(peer.reel.sent, peer.pictures) for peer in peers]
            arrived = await _arrived(web)
            await asyncio.sleep(seconds)
            meter.stop()
            arrived = await _arrived(web) - arrived
            sent = sum(p.reel.sent - b[0] for p, b in zip(peers, before, strict=True))
            came = sum(p.pictures - b[1] for p, b in zip(peers, before, strict=True))
            recorded = _recorded_bytes(Path(folder))
            memory = _resident_mebibytes(relay.process.pid)
            await asyncio.gather(*(peer.leave() for peer in peers))
        finally:
            await web.stop()
            relay.stop()
    processor = 100 * meter.spent["relay"] / meter.seconds
    return {
        "calls": calls,
        "sent_a_second": sent / meter.seconds,
        "lost_percent": max(0.0, 100 * (1 - came / max(1, sent))),
        "lost_on_the_way_in_percent": max(0.0, 100 * (1 - arrived / max(1, sent))),
        "processor_percent": processor,
        "processor_percent_a_call": processor / calls,
        "memory_mebibytes": memory,
        "recorded_kilobytes": recorded / 1000,
        "idle_percent": meter.idle_percent,
    }


def table(result: dict[str, Any]) -> list[str]:
    """Return the rows to print."""
    rows = [
        "Media relay, two-way calls, both sides recorded (640x480, 30/s, 800 kbit/s)",
        f"{'calls':>6} {'frames/s':>9} {'lost':>7} {'way in':>7} {'CPU':>7} "
        f"{'a call':>7} {'memory':>8} {'idle':>6}",
    ]
    rows += [
        f"{step['calls']:>6} {step['sent_a_second']:>9.0f} "
        f"{step['lost_percent']:>6.1f}% {step['lost_on_the_way_in_percent']:>6.1f}% "
        f"{step['processor_percent']:>6.0f}% "
        f"{step['processor_percent_a_call']:>6.1f}% "
        f"{step['memory_mebibytes']:>4.0f} MiB {step['idle_percent']:>5.0f}%"
        for step in result["steps"]
    ]
    verdict = "reached" if result["passed"] else "MISSED"
    edge = "" if result["is_found"] else " or more (not found)"
    rows.append(f"limit: {result['limit']} calls a process{edge}")
    return [*rows, f"goal: {CALLS} calls lose at most {MOST_LOST} %: {verdict}", ""]


class Reel(MediaStreamTrack):
    """Frames encoded beforehand, in real time, over and over."""

    _turn = count()

    def __init__(self, kind: str) -> None:
        super().__init__()
        self.kind = kind
        self.sent = self._due = 0
        self._frames = _pictures() if kind == "video" else [b"\xfc" + bytes(60)]
        self._gap = 1 / FRAMES_A_SECOND if kind == "video" else 0.02
        self._rate = 90_000 if kind == "video" else 48_000
        # Not all key frames at the same moment: real phones do not agree either.
        self._began = time.monotonic() + (next(self._turn) % 16) * 0.131

    async def recv(self) -> Any:
        """Return the next frame when it is due."""
        late = time.monotonic() - self._began - self._due * self._gap
        self._due += max(0, int(late / self._gap))  # as a camera: late frames are none
        await asyncio.sleep(max(0.0, -late))
        if self.readyState != "live":
            raise MediaStreamError
        packet: av.Packet[Any] = av.Packet(self._frames[self.sent % len(self._frames)])
        packet.pts = round(self._due * self._gap * self._rate)
        self._due += 1
        packet.time_base = Fraction(1, self._rate)
        self.sent += 1
        return packet


@dataclass
class Counter(Peer):
    """A peer that counts what comes and looks at none of it."""

    pictures: int = 0
    reel: Reel = field(default_factory=lambda: Reel("video"))

    async def join(self, policy: RoomPolicy = OPEN) -> Peer:
        """Bring the leg up."""
        await super().join(policy)
        for transceiver in self.connection.getTransceivers():
            receiver: Any = transceiver.receiver
            receiver._handle_rtp_packet = self._count  # in place of all its work
        return self

    def _watch(self, track: MediaStreamTrack) -> None:
        """Nothing ever comes of the track itself."""

    async def _count(self, packet: RtpPacket, arrival_time_ms: int) -> None:
        is_picture = packet.payload_type in self._pictures
        self.pictures += is_picture and packet.marker  # a frame's last packet

    @cached_property
    def _pictures(self) -> set[int]:
        video = self.connection.getTransceivers()[1]
        codecs: Any = video._codecs
        return {codec.payloadType for codec in codecs if "VP8" in codec.mimeType}


@cache
def _pictures() -> list[bytes]:
    """Encode four seconds; noise makes them as large as a camera's."""
    encoder: Any = av.CodecContext.create("libvpx", "w")
    encoder.width, encoder.height, encoder.pix_fmt = 640, 480, "yuv420p"
    encoder.bit_rate, encoder.gop_size = BITRATE, KEY_EVERY
    encoder.time_base = Fraction(1, FRAMES_A_SECOND)
    encoder.options = {"deadline": "realtime", "cpu-used": "8", "lag-in-frames": "0"}
    dice = np.random.default_rng(110)
    frames = []
    for number in range(2 * KEY_EVERY):
        grain = dice.integers(0, 12, (480, 640), dtype=np.uint8)
        frame = av.VideoFrame.from_ndarray(
            _picture(number, WIDE_BLOCK) + grain, format="gray"
        )
        frame = frame.reformat(format="yuv420p")
        frame.pts = number
        frames += [bytes(packet) for packet in encoder.encode(frame)]
    return frames


async def _arrived(web: Web) -> int:
    """Return how many pictures came to the relay so far."""
    return sum(leg.video_in for leg in (await web.backend.health()).legs)


def _recorded_bytes(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*.mkv"))


def _resident_mebibytes(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024
