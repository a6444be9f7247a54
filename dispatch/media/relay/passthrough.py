"""The names of aiortc that are not public, all in one place: see ``PINNED``.

aiortc decodes what it receives. Its receiver asks ``get_decoder`` for a decoder; ours
"decodes" to the frame as it came, so nothing is transcoded and a stream costs a
twentieth of a core. ``tests/media/test_pins.py`` fails when a new version of aiortc has
moved one of these names.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import aioice.ice
import aiortc.rtcrtpreceiver
from aiortc import RTCDtlsTransport, RTCRtpReceiver, RTCRtpSender
from aiortc.codecs.base import Decoder
from aiortc.jitterbuffer import JitterBuffer, JitterFrame
from aiortc.rtcdtlstransport import RtpReceiver, RtpRouter
from aiortc.rtp import AnyRtcpPacket, RtcpByePacket, RtpPacket

from accounts.metrics import dropped
from dispatch.media.interface import Track

# module or class, and the name we use of it
PINNED = [
    (aiortc.rtcrtpreceiver, "get_decoder"),
    (aiortc.rtcrtpreceiver, "decoder_worker"),
    (RTCRtpReceiver, "_send_rtcp_pli"),
    (RTCRtpReceiver, "_send_rtcp_nack"),
    (RTCRtpReceiver, "_handle_rtcp_packet"),
    (RTCRtpSender, "_send_keyframe"),
    (RtpRouter, "route_rtp"),
    (aioice.ice, "get_host_addresses"),
]

LOOPBACK = "127.0.0.1"
BUFFER = "_RTCRtpReceiver__jitter_buffer"  # of a receiver
NACKS = "_RTCRtpReceiver__nack_generator"
STREAMS = "_RTCRtpReceiver__remote_streams"  # its statistics, by source
HEARD = "_RTCRtpReceiver__active_ssrc"  # when each source was last heard
ROUTER = "_rtp_router"  # of a transport; its ``ssrc_table`` says whose a source is

# A browser sends from two sources or three (sound, picture, its repetitions); a new
# camera keeps the number. aiortc takes in whatever number comes and forgets none.
MOST_SOURCES = 16  # of a leg
MOST_ASKED = 4  # of a receiver, for a key frame: the last that were heard

CLOCK_RATES: dict[Track, int] = {"audio": 48_000, "video": 90_000}  # ticks a second


@dataclass(frozen=True, slots=True)
class EncodedFrame:
    """A frame as the browser encoded it: VP8, or 20 ms of Opus."""

    kind: Track
    data: bytes
    timestamp: int  # in ticks of its clock, from its first frame on

    @property
    def is_key(self) -> bool:
        """Return whether decoding can begin here; RFC 6386, section 9.1."""
        return self.kind == "audio" or (len(self.data) >= 10 and not self.data[0] & 1)

    @property
    def size(self) -> tuple[int, int]:
        """Return width and height in pixels, of a key frame of a picture."""
        width = int.from_bytes(self.data[6:8], "little") & 0x3FFF
        height = int.from_bytes(self.data[8:10], "little") & 0x3FFF
        return width, height


class _PassThrough(Decoder):
    """Takes the place of a decoder."""

    def __init__(self, kind: Track) -> None:
        self._kind = kind

    def decode(self, encoded_frame: JitterFrame) -> list[Any]:
        """Return the frame itself; an empty one carries nothing."""
        if not encoded_frame.data:
            return []
        return [EncodedFrame(self._kind, encoded_frame.data, encoded_frame.timestamp)]


def _get_decoder(codec: Any) -> Decoder:
    return _PassThrough("audio" if codec.mimeType.startswith("audio/") else "video")


def install(addresses: list[str]) -> None:
    """Put our decoder in, and let ICE offer exactly ``addresses`` (empty: it looks).

    aioice leaves loopback out, which a server on loopback must offer, and a machine
    without any network, too.
    """
    aiortc.rtcrtpreceiver.get_decoder = _get_decoder  # type: ignore[attr-defined]
    look = aioice.ice.get_host_addresses

    def offered(use_ipv4: bool, use_ipv6: bool) -> list[str]:
        return addresses or look(use_ipv4, use_ipv6) or [LOOPBACK]

    aioice.ice.get_host_addresses = offered


def on_loss(receiver: RTCRtpReceiver, tell: Callable[[], None]) -> None:
    """Call ``tell`` when the receiver gave packets up and asks for a key frame."""
    ask = receiver._send_rtcp_pli

    async def ask_and_tell(media_ssrc: int) -> None:
        tell()
        await ask(media_ssrc)

    receiver._send_rtcp_pli = ask_and_tell  # type: ignore[method-assign]


def asker_for_lost_packets(receiver: RTCRtpReceiver) -> Callable[[], Awaitable[None]]:
    """Return what asks for missing packets again, and wait less long for them.

    aiortc asks once a packet, and again only when another is missed. If that one answer
    is lost, too, its buffer holds the picture until 512 further packets came: five
    seconds. Half of them still hold the largest key frame.
    """
    buffer = JitterBuffer(capacity=256, is_video=True)
    setattr(receiver, BUFFER, buffer)
    missing = getattr(receiver, NACKS)
    ask = receiver._send_rtcp_nack
    sources: list[int] = []

    async def ask_and_note(media_ssrc: int, lost: list[int]) -> None:
        sources[:] = [media_ssrc]
        await ask(media_ssrc, lost)

    async def ask_again() -> None:
        if sources and missing.missing:
            await ask(sources[0], sorted(missing.missing))

    receiver._send_rtcp_nack = ask_and_note  # type: ignore[method-assign]
    return ask_again


def packets_lost(receiver: RTCRtpReceiver) -> int:
    """Return how many packets did not come; its own report keeps but one source."""
    streams = getattr(receiver, STREAMS).values()
    return sum(max(0, int(stream.packets_lost)) for stream in streams)


def outlive_byes(receiver: RTCRtpReceiver) -> None:
    """Keep receiving after an RTCP BYE: browsers send one when a track is replaced."""
    handle = receiver._handle_rtcp_packet

    async def handle_unless_bye(packet: AnyRtcpPacket) -> None:
        if not isinstance(packet, RtcpByePacket):
            await handle(packet)

    receiver._handle_rtcp_packet = handle_unless_bye  # type: ignore[method-assign]


def asker_for_key_frames(receiver: RTCRtpReceiver) -> Callable[[], Awaitable[None]]:
    """Return what asks the other side for a key frame; before any packet it is mute."""
    ask = receiver._send_rtcp_pli

    async def ask_newest() -> None:
        sources = receiver.getSynchronizationSources()
        sources.sort(key=lambda source: source.timestamp, reverse=True)
        for source in sources[:MOST_ASKED]:
            await ask(source.source)

    return ask_newest


def bound_sources(transport: RTCDtlsTransport) -> None:
    """Refuse packets of a further source once a leg has all that a browser could need.

    Else a client that numbers each packet as another source would fill the tables that
    are walked each second, and be asked for a key frame by each of its numbers.
    """
    router: RtpRouter = getattr(transport, ROUTER)
    route, known = router.route_rtp, router.ssrc_table

    def route_known(packet: RtpPacket) -> RtpReceiver | None:
        if packet.ssrc not in known and len(known) >= MOST_SOURCES:
            dropped("media packet", "too many sources")
            return None
        return route(packet)

    router.route_rtp = route_known  # type: ignore[method-assign]


def on_key_frame_wish(sender: RTCRtpSender, tell: Callable[[], None]) -> None:
    """Call ``tell`` when the browser that receives asks for a key frame."""
    sender._send_keyframe = tell  # type: ignore[method-assign]
