"""One file that is written packet by packet, segment after segment."""

from __future__ import annotations  # PyAV's classes take no types while running

from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import av
from av.codec.codec import UnknownCodecError
from av.container import InputContainer
from av.error import FFmpegError
from av.packet import Packet
from av.stream import Stream

# The index in front: a player can jump once it has the first bytes.
WRITING = {
    "webm": {"cues_to_front": "1"},
    "matroska": {"cues_to_front": "1"},
    "mp4": {"movflags": "+faststart"},
}
# A recording that claims to last longer lies, and a player would show its lie.
MAX_SEGMENT_SECONDS = 24 * 60 * 60


class Joined:
    """The copy in the making: ``add`` the tracks, then ``append`` each segment."""

    def __init__(self, target: Path, container: str) -> None:
        self.packets = 0
        self._output = av.open(
            str(target), "w", format=container, options=WRITING[container]
        )
        self._tracks: dict[str, _Written] = {}
        self._is_whole = True
        self._end = 0.0  # seconds; where the next segment starts

    def __enter__(self) -> Self:
        return self

    @property
    def end_ms(self) -> int:
        """Return how far the copy reaches; the next segment starts there."""
        return round(self._end * 1000)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._output.close()

    def add(self, kind: str, template: Stream) -> None:
        """Make a track like this one; what its metadata says stays behind."""
        try:
            stream = self._output.add_stream_from_template(template)
        except UnknownCodecError:  # PyAV looks for an encoder of the decoder's name
            stream = self._output.add_stream_from_template(template, opaque=True)
        stream.metadata.clear()
        self._tracks[kind] = _Written(stream)

    def append(self, container: InputContainer) -> bool:
        """Append a segment's packets; False if it broke off before its end."""
        wanted = [
            stream
            for kind in self._tracks
            for stream in getattr(container.streams, kind)[:1]
        ]
        offset = self._end
        shift = offset - (container.start_time or 0) / av.time_base
        self._is_whole = True
        for track in self._tracks.values():
            track.begin_segment()
        for packet in self._packets(container, wanted):
            track = self._tracks[packet.stream.type]
            if not track.is_ready_for(packet):
                continue
            end = track.place(packet, shift)
            if not offset <= end <= offset + MAX_SEGMENT_SECONDS:
                return False
            self._output.mux(packet)
            self.packets += 1
            self._end = max(self._end, end)
        return self._is_whole

    def _packets(
        self, container: InputContainer, wanted: Sequence[Stream]
    ) -> Iterator[Packet[Any]]:
        """Yield the packets that are all there, as far as the file can be read."""
        try:
            for packet in container.demux(*wanted):
                if packet.is_corrupt:
                    self._is_whole = False
                elif packet.size and (packet.pts, packet.dts) != (None, None):
                    yield packet
        except FFmpegError:
            self._is_whole = False


class _Written:
    """A track of the copy, and how far it got."""

    def __init__(self, stream: Stream) -> None:
        self.stream = stream
        self._last_dts = Fraction(-1)  # seconds
        self._has_key = False

    def begin_segment(self) -> None:
        """Wait for a picture that stands alone: others need what is not there."""
        self._has_key = self.stream.type != "video"

    def is_ready_for(self, packet: Packet[Any]) -> bool:
        """Return whether a decoder could make something of this packet."""
        self._has_key = self._has_key or packet.is_keyframe
        return self._has_key

    def place(self, packet: Packet[Any], shift: float) -> float:
        """Move a packet to its time in the copy; return when it ends, in seconds."""
        base = packet.time_base
        moved = round(shift / base)
        dts = packet.dts if packet.dts is not None else packet.pts
        pts = packet.pts if packet.pts is not None else dts
        assert dts is not None
        assert pts is not None
        # Muxers refuse a packet that is not later than the one before it.
        dts = max(dts + moved, int(self._last_dts / base) + 1)
        self._last_dts = dts * base
        packet.dts, packet.pts = dts, max(pts + moved, dts)
        packet.stream = self.stream
        return float((max(pts + moved, dts) + (packet.duration or 0)) * base)
