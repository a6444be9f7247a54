"""One leg's frames as a row of Matroska files, each playable alone.

A file is cut at a key frame once it is 60 s old or 64 MiB large, without one a little
later, and when a kind joins that it has no
track for. Times in it are those at which frames were sent, reckoned over the whole leg
(``sending.py``), so the files of a leg follow each other as it ran. Every packet is
flushed: a kill costs the last moment only.
"""

import shutil
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import av

from dispatch.media.interface import Track
from dispatch.media.relay.files import LegFolder
from dispatch.media.relay.passthrough import CLOCK_RATES, EncodedFrame
from dispatch.media.relay.sending import SenderClock

SEGMENT_SECONDS = 60.0
GRACE_SECONDS = 1.5  # for the second kind to come before the first file is opened
NO_KEY_SECONDS = 5.0  # after the time to cut: then without a key frame
IDLE_SECONDS = 3.0  # a kind that gave nothing for so long gets no track any more
SOUND_SECONDS = 0.02  # in a frame
MOST_HELD = 150  # frames, while a key frame is waited for
SEGMENT_BYTES = 64 * 1024 * 1024  # then it is cut like one that is old enough
LOOK_BYTES = 8 * 1024 * 1024  # written between two looks at the disk
RESERVE_BYTES = 64 * 1024 * 1024  # of the disk, which the database needs more
CODECS: dict[Track, str] = {"audio": "opus", "video": "vp8"}
OPTIONS = {
    "cluster_time_limit": "300",  # ms; a kill costs the cluster that is being filled
    "flush_packets": "1",
    "live": "1",
    "max_interleave_delta": "300000",  # us; a silent track must not hold the other back
}


class DiskFullError(Exception):
    """There is no room for recordings; the call goes on without."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A frame, and when it came: monotonic seconds."""

    frame: EncodedFrame
    at: float


@dataclass(slots=True)
class _Line:
    """One kind's track in a file."""

    stream: Any
    last_ms: int = -1
    frames: int = 0


class _File:
    """An open Matroska file; its nought is ``began``, monotonic seconds."""

    def __init__(
        self, path: Path, kinds: list[Track], first: list[Arrival], began: float
    ) -> None:
        self.began = began
        self.bytes = 0
        self._container = av.open(str(path), "w", format="matroska", options=OPTIONS)
        self.lines: dict[Track, _Line] = {}
        if "video" in kinds:
            key = next(one.frame for one in first if one.frame.kind == "video")
            width, height = key.size
            stream = self._container.add_mux_stream("vp8", width=width, height=height)
            self.lines["video"] = _Line(stream)
        if "audio" in kinds:
            # An encoder that encodes nothing: it is asked for its header alone.
            self.lines["audio"] = _Line(
                self._container.add_stream("libopus", rate=CLOCK_RATES["audio"])
            )
        self._container.start_encoding()

    def write(self, frame: EncodedFrame, sent: float) -> None:
        """Write a frame of a kind that has a track; ``sent``: monotonic seconds."""
        line = self.lines[frame.kind]
        line.last_ms = max(round((sent - self.began) * 1000), line.last_ms + 1)
        line.frames += 1
        self.bytes += len(frame.data)
        packet: av.Packet[Any] = av.Packet(frame.data)
        packet.stream = line.stream
        packet.time_base = Fraction(1, 1000)
        packet.pts = packet.dts = line.last_ms
        packet.is_keyframe = frame.is_key
        self._container.mux_one(packet)

    def close(self) -> None:
        """Write the end."""
        self._container.close()

    @property
    def frames(self) -> dict[str, int]:
        """Return how many frames of each kind were written."""
        return {kind: line.frames for kind, line in self.lines.items()}


@dataclass(slots=True)
class Segments:
    """Takes a leg's frames in the order they came; lives in the writing thread."""

    folder: LegFolder
    segment: int = 0
    wants_key: bool = False  # read by whoever can ask for one
    _file: _File | None = None
    _unlooked: int = 0  # bytes written since the last look at the disk
    _held: list[Arrival] = field(default_factory=list)
    _seen: dict[Track, float] = field(default_factory=dict)
    _clocks: dict[Track, SenderClock] = field(default_factory=dict)
    _end: float = 0.0  # of what is written, monotonic seconds

    def take(self, arrival: Arrival) -> None:
        """Write a frame, or hold it for the next file.

        Raises:
            DiskFullError: nothing more is written.
        """
        try:
            self._take(arrival)
        except OSError as error:  # av's errors are OSErrors, too
            raise DiskFullError(str(error)) from error

    def _take(self, arrival: Arrival) -> None:
        frame, at = arrival.frame, arrival.at
        self._seen[frame.kind] = at
        self._clocks.setdefault(frame.kind, SenderClock(frame.kind)).hear(frame, at)
        if self._file is None:
            self._begin(arrival)
        elif self._is_time_to_cut(arrival):
            self._cut()
            if frame.is_key:
                self._open([*self._held, arrival])
            else:  # whoever sends no key frame gets no endless file
                self._begin(arrival)
        elif frame.kind in self._file.lines:
            self._look_at_disk(len(frame.data))
            self._write(arrival)
        elif frame.kind == "audio":  # until the cut; a picture must be a whole one
            self._hold(arrival)

    def _begin(self, arrival: Arrival) -> None:
        """Wait a moment for the other kind, so that the first file has both."""
        has_picture = any(held.frame.kind == "video" for held in self._held)
        if not arrival.frame.is_key and not has_picture:
            self.wants_key = True
            return
        self._held.append(arrival)
        waited = arrival.at - self._held[0].at
        has_both = len({held.frame.kind for held in self._held}) == 2
        if has_both or waited > GRACE_SECONDS:
            self._open(self._held)

    def _hold(self, arrival: Arrival) -> None:
        self._held.append(arrival)
        if len(self._held) > MOST_HELD:
            del self._held[0]

    def _is_time_to_cut(self, arrival: Arrival) -> bool:
        file, frame = self._file, arrival.frame
        assert file is not None
        age = arrival.at - file.began
        is_missing = any(held.frame.kind not in file.lines for held in self._held)
        if frame.kind not in file.lines:
            if frame.kind == "video":
                self.wants_key = not frame.is_key
                return frame.is_key
            is_missing = True
        is_full = file.bytes >= SEGMENT_BYTES
        if age < SEGMENT_SECONDS and not is_full and not is_missing:
            return False
        video_idle = arrival.at - self._seen.get("video", 0.0) > IDLE_SECONDS
        if frame.kind == "video" and frame.is_key:
            return True
        if "video" not in file.lines or video_idle:
            return True
        self.wants_key = True
        is_too_large = file.bytes >= SEGMENT_BYTES + LOOK_BYTES
        return age > SEGMENT_SECONDS + NO_KEY_SECONDS or is_too_large

    def _look_at_disk(self, more: int) -> None:
        self._unlooked += more
        if self._unlooked < LOOK_BYTES:
            return
        self._unlooked = 0
        usage = shutil.disk_usage(_standing(self.folder.path))
        if usage.free < RESERVE_BYTES:
            raise DiskFullError("the reserve is reached")

    def _open(self, first: list[Arrival]) -> None:
        self._look_at_disk(LOOK_BYTES)
        self.segment = self.folder.free(self.segment)
        picture = [one for one in first if one.frame.kind == "video"]
        kinds: list[Track] = []
        if picture and picture[0].frame.is_key:
            kinds.append("video")
        if first[-1].at - self._seen.get("audio", -IDLE_SECONDS) <= IDLE_SECONDS:
            kinds.append("audio")
        first = [one for one in first if one.frame.kind in kinds]
        self.wants_key = False
        began = min(self._sent(one) for one in first)
        if len(first) == 1:  # a late key frame; its file begins where the last one ends
            began = max(began, self._end)
        began_ago = timedelta(seconds=first[-1].at - began)
        self.folder.opened(
            self.segment,
            datetime.now(UTC) - began_ago,
            [CODECS[kind] for kind in kinds],
        )
        self._held = []
        self._file = _File(self.folder.media(self.segment), kinds, first, began)
        for arrival in first:
            self._write(arrival)

    def _write(self, arrival: Arrival) -> None:
        frame, sent = arrival.frame, self._sent(arrival)
        assert self._file is not None
        self._file.write(frame, sent)
        lasts = SOUND_SECONDS if frame.kind == "audio" else 0.0
        self._end = max(self._end, sent + lasts)

    def _sent(self, arrival: Arrival) -> float:
        return self._clocks[arrival.frame.kind].moment(arrival.frame, arrival.at)

    def _cut(self) -> None:
        if self._file is None:
            return
        file, self._file = self._file, None
        frames = file.frames
        file.close()
        self.folder.closed(self.segment, frames)
        self.segment += 1

    def close(self) -> None:
        """Finish the last file and the leg."""
        try:
            if self._file is None and self._held:
                self._open(self._held)
            self._cut()
            self.folder.ended()
        except OSError as error:
            raise DiskFullError(str(error)) from error


def _standing(path: Path) -> Path:
    """Return the nearest folder that exists."""
    while not path.exists():
        path = path.parent
    return path
