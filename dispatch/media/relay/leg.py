"""One leg: an ``RTCPeerConnection`` with a browser, two ways in and a few out."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from time import monotonic
from typing import Any
from uuid import UUID

from aiortc import (
    RTCBundlePolicy,
    RTCConfiguration,
    RTCPeerConnection,
    RTCRtpReceiver,
    RTCSessionDescription,
)
from aiortc.codecs import get_capabilities
from aiortc.mediastreams import MediaStreamError, MediaStreamTrack

from accounts.metrics import dropped, failed
from dispatch.media.interface import BadDescription, LegState, Track, Who, is_party
from dispatch.media.relay import counting, passthrough
from dispatch.media.relay.description import (
    MAX_CANDIDATES,
    Described,
    OfferedLine,
    read_candidate,
    with_address,
)
from dispatch.media.relay.lines import Line, Lines
from dispatch.media.relay.passthrough import EncodedFrame
from dispatch.media.relay.recorder import Recorder

log = logging.getLogger(__name__)

KEY_AGAIN_SECONDS = 0.3  # between two requests while a key frame is waited for
LOST_AGAIN_SECONDS = 0.1  # between two requests for the same missing packets
KEY_EVERY_SECONDS = 4.0  # so that a recording can be entered anywhere
# A wish that comes so soon after a key frame was sent before that one arrived; several
# receivers that lost the same packets wish at once, and get one.
WISH_SECONDS = 0.5
_frames = {kind: counting.frames.labels(kind) for kind in ("audio", "video")}
CODECS = {"audio": "audio/opus", "video": "video/vp8"}


@dataclass(frozen=True, slots=True)
class Address:
    """Where browsers reach the relay."""

    public: str = ""  # "": what the machine itself has
    is_loopback: bool = False


class Leg:
    """Ends by ``close``; ``hear`` gets every frame that comes in."""

    def __init__(
        self,
        call: UUID,
        who: Who,
        uuid: UUID,
        described: Described,
        *,
        may_pass: Callable[[Who, Track], bool],
        hear: Callable[["Leg", EncodedFrame], None],
        wish: Callable[[Who], None],
        changed: Callable[["Leg"], None],
        lines_changed: Callable[["Leg"], None],
    ) -> None:
        self.call, self.who, self.uuid = call, who, uuid
        # The phone's picture and the seat's are all a room has.
        no_picture = {"video"} if is_party(who) else set()
        self.sends: frozenset[Track] = described.sends - no_picture
        self.answer = ""  # kept: an offer may be repeated when a socket was lost
        self.recorder: Recorder | None = None
        self.made_at = self.heard_at = monotonic()
        self.has_been_up = False
        self.is_lost = False
        self.is_closed = False
        self.lines = Lines(
            who,
            described.lines,
            may_pass=may_pass,
            changed=lambda: lines_changed(self),
        )
        self._frames: dict[Track, int] = {"audio": 0, "video": 0}
        self._received = -1  # packets of any kind
        self._lost = 0
        self._candidates = 0
        self._hear = hear
        self._wish = wish
        self._changed = changed
        self._is_broken = False  # picture: until its next key frame
        self._wants_key = True
        self._key_at = 0.0
        self._key_wake = asyncio.Event()
        self._ask: Callable[[], Awaitable[None]] | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        # No STUN server: aiortc's default one is Google's.
        self._connection = RTCPeerConnection(
            RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE)
        )
        for line in described.lines:
            self._add(line, self.lines.of_mid(line.mid))
        self._connection.on("track", self._receive)
        self._connection.on("connectionstatechange", self._change)

    @property
    def is_up(self) -> bool:
        """Return whether packets can flow."""
        return self._connection.connectionState == "connected"

    @property
    def is_broken_off(self) -> bool:
        """Return whether it will never flow again."""
        return self._connection.connectionState in ("failed", "closed")

    async def describe(self, described: Described, address: Address) -> str:
        """Take the offer and return the answer, with all our candidates."""
        try:
            await self._connection.setRemoteDescription(
                RTCSessionDescription(described.sdp, "offer")
            )
            # Before the answer, so before any packet.
            for transport in {
                each.receiver.transport for each in self._connection.getTransceivers()
            }:
                passthrough.bound_sources(transport)
            await self._connection.setLocalDescription()
        except Exception as error:  # aiortc raises whatever comes; told as refused
            raise BadDescription(type(error).__name__) from error
        self.answer = with_address(
            self._connection.localDescription.sdp, address.public
        )
        for candidate in described.candidates:
            await self.add_candidate(candidate, address)
        return self.answer

    async def add_candidate(self, text: str, address: Address) -> None:
        """Try one more address of the browser's; nonsense is ignored."""
        self._candidates += 1
        candidate = read_candidate(text, may_be_loopback=address.is_loopback)
        if candidate is None or self._candidates > MAX_CANDIDATES or self.is_closed:
            dropped("candidate", "not for us" if candidate is None else "too many")
            return
        try:
            await self._connection.addIceCandidate(candidate)
        except (ValueError, AssertionError):
            dropped("candidate", "not understood")

    def send(self, frame: EncodedFrame, source: "Leg", now: float) -> None:
        """Pass a frame of another leg on to this browser."""
        line = self.lines.give(source.who, frame.kind) if self.is_up else None
        if line is None:
            return
        line.outlet.push(frame, source.uuid, now)
        if line.outlet.is_waiting_for_key:
            source.want_key()

    def skip(self, source: "Leg", kind: Track) -> None:
        """Note that a frame of another leg was kept from this browser."""
        line = self.lines.carrying(source.who, kind)
        if line is not None:
            line.outlet.skip()

    def want_key(self) -> None:
        """Ask the browser for a key frame, again and again until it comes."""
        if not self._wants_key:
            self._wants_key = True
            self._key_wake.set()

    def wish_key(self) -> None:
        """Ask for a key frame that a receiver wishes, unless one just came."""
        if monotonic() - self._key_at > WISH_SECONDS:
            self.want_key()

    async def look(self, now: float) -> None:
        """Note whether packets still come, and how many did not; called each second."""
        transceivers = self._connection.getTransceivers()
        for transceiver in transceivers[:1]:  # they share one transport
            report = await transceiver.receiver.getStats()
            for entry in report.values():
                if entry.type == "transport":
                    self._hear_of(entry.packetsReceived, now)
        lost = sum(passthrough.packets_lost(each.receiver) for each in transceivers)
        if lost > self._lost:  # it may shrink: a packet that was late has come
            counting.packets_lost.inc(lost - self._lost)
            self._lost = lost

    def _hear_of(self, received: int, now: float) -> None:
        if received > self._received:
            counting.packets.inc(received - max(0, self._received))
            self._received = received
            self.heard_at = now

    async def state(self) -> LegState:
        """Return its counters."""
        sent = {"audio": 0, "video": 0}
        for transceiver in self._connection.getTransceivers():
            report = await transceiver.sender.getStats()
            for entry in report.values():
                if entry.type == "outbound-rtp":
                    sent[transceiver.kind] += entry.packetsSent
        return LegState(
            call=self.call,
            who=self.who,
            leg=self.uuid,
            is_up=self.is_up and not self.is_lost,
            video_in=self._frames["video"],
            audio_in=self._frames["audio"],
            video_out=sent["video"],
            audio_out=sent["audio"],
            silent_seconds=round(monotonic() - self.heard_at, 3),
            lines=self.lines.carried(),
        )

    async def close(self) -> None:
        """End it and finish its recording."""
        if self.is_closed:
            return
        self.is_closed = True
        for task in self._tasks:
            task.cancel()
        try:
            await self._connection.close()
        except Exception as error:  # what is left of it must not stay
            failed("relay leg's end")
            log.info("a leg did not close well: %s", type(error).__name__)
        if self.recorder is not None:
            await self.recorder.close()

    # --- Inside ----------------------------------------------------------------------

    def _add(self, offered: OfferedLine, line: Line | None) -> None:
        kind = offered.kind
        takes = offered.sends and kind in self.sends
        transceiver = self._connection.addTransceiver(
            kind, "sendrecv" if takes else "sendonly"
        )
        wanted = [
            codec
            for codec in get_capabilities(kind).codecs
            if codec.mimeType.lower() in (CODECS[kind], "video/rtx")
        ]
        transceiver.setCodecPreferences(wanted)
        if line is not None:
            transceiver.sender.replaceTrack(line.outlet)
            if kind == "video":
                passthrough.on_key_frame_wish(
                    transceiver.sender, lambda: self._wished(line)
                )
        if takes:
            self._listen(kind, transceiver.receiver)

    def _listen(self, kind: Track, receiver: RTCRtpReceiver) -> None:
        passthrough.outlive_byes(receiver)
        if kind == "video":
            passthrough.on_loss(receiver, self._broke)
            self._ask = passthrough.asker_for_key_frames(receiver)
            self._spawn(self._ask_for_keys())
            again = passthrough.asker_for_lost_packets(receiver)
            self._spawn(self._ask_for_packets(again))

    def _wished(self, line: Line) -> None:
        if line.who is not None:
            self._wish(line.who)

    def _change(self) -> None:
        self._key_wake.set()
        self._changed(self)

    def _receive(self, track: MediaStreamTrack) -> None:
        self._spawn(self._drain(track))

    async def _drain(self, track: MediaStreamTrack) -> None:
        with contextlib.suppress(MediaStreamError):
            while True:
                frame = await track.recv()
                if isinstance(frame, EncodedFrame):
                    self._take(frame)

    def _take(self, frame: EncodedFrame) -> None:
        self._frames[frame.kind] += 1
        _frames[frame.kind].inc()
        if frame.kind == "video":
            if frame.is_key:
                self._is_broken = False
                self._wants_key = False
                self._key_at = monotonic()
            elif self._is_broken:
                dropped("media frame", "built on what was lost")
                return
        self._hear(self, frame)

    def _broke(self) -> None:
        self._is_broken = True
        self.want_key()

    async def _ask_for_keys(self) -> None:
        """Ask at once when one is wanted, again each 0.3 s, and every 4 s anyway."""
        while not self.is_closed:
            self._key_wake.clear()
            since = monotonic() - self._key_at
            is_due = self._wants_key or since > KEY_EVERY_SECONDS
            if is_due and self.is_up and self._ask is not None:
                await self._ask()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(KEY_AGAIN_SECONDS):
                    await self._key_wake.wait()

    async def _ask_for_packets(self, again: Callable[[], Awaitable[None]]) -> None:
        while not self.is_closed:
            await asyncio.sleep(LOST_AGAIN_SECONDS)
            if self.is_up:
                await again()

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
