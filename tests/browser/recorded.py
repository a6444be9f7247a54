"""What a server has recorded of an alarm, read behind its back: rows, bytes, and what
they show and sound.

Nothing of the project is asked here: the hashes are made again as the protocol tells
them, the pictures say their own numbers, the beeps their own seconds.
"""

import contextlib
import hashlib
import json
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from itertools import groupby
from typing import Any
from uuid import UUID

import av
import numpy as np

from tests.browser.camera import HEIGHT, WIDTH
from tests.browser.sound import RATE, Beep, Samples, beeps_in
from tests.media.peers import number_of
from tests.served import Served

TOLD = ("source", "side", "kind", "mime", "name", "claimed_at", "reason")
CLIPS = """
SELECT clip.*, incident.number FROM reports_evidenceclip clip
JOIN reports_incident incident ON incident.id = clip.incident_id
WHERE incident.number = ? ORDER BY clip.id
"""
CHUNKS = """
SELECT segment, "index", sha256, received_at FROM reports_evidencechunk
WHERE clip_id = ? ORDER BY segment, "index"
"""


@dataclass(frozen=True)
class Chunk:
    """A stored piece and its row."""

    segment: int
    index: int
    sha256: str
    received_at: float  # by the server's clock, UNIX seconds
    data: bytes


@dataclass(frozen=True)
class Segment:
    """A recorder's run, decoded; all times are UNIX seconds by the server's clock."""

    began_at: float
    frames: list[tuple[float, int]]  # when, which number
    beeps: list[Beep]
    unreadable: int  # frames without a number


@dataclass(frozen=True)
class Recording:
    """A clip: its row, and every chunk with its bytes."""

    row: dict[str, Any]
    chunks: list[Chunk]

    @property
    def is_closed(self) -> bool:
        """Whether it never grows again."""
        return bool(self.row["state"] == "closed")

    def check(self) -> None:
        """Fail unless it is whole and every hash, made again, is the stored one."""
        assert self.row["is_complete"], self.row
        for chunk in self.chunks:
            assert hashlib.sha256(chunk.data).hexdigest() == chunk.sha256
        assert sum(len(chunk.data) for chunk in self.chunks) == self.row["bytes"]
        assert len(self.chunks) == self.row["chunk_count"] > 0
        manifest = {
            "incident": self.row["number"],
            "clip": str(UUID(self.row["uuid"])),
            **{name: self.row[name] for name in TOLD},
            "segments": [
                {"segment": number, "chunks": len(chunks), "root": _root(chunks).hex()}
                for number, chunks in self._runs()
            ],
            "gaps": json.loads(self.row["gaps"]),
        }
        text = json.dumps(
            manifest, sort_keys=True, separators=(",", ":"), ensure_ascii=False
        )
        assert hashlib.sha256(text.encode()).hexdigest() == self.row["root"]

    def segments(self, hertz: int) -> list[Segment]:
        """Decode all; ``hertz`` is the first pitch of the microphone that is heard."""
        made: list[Segment] = []
        for _, chunks in self._runs():
            before = made[-1].frames[-1][0] if made and made[-1].frames else None
            made.append(_decode(self.row, chunks, hertz, before))
        return made

    def _runs(self) -> Iterator[tuple[int, list[Chunk]]]:
        for number, group in groupby(self.chunks, key=lambda chunk: chunk.segment):
            yield number, list(group)


def recordings(served: Served, number: str, side: str = "caller") -> list[Recording]:
    """Return an alarm's recordings of one side, oldest first."""
    path = served.home / "alarm110.sqlite3"
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as base:
        base.row_factory = sqlite3.Row
        return [
            Recording(dict(row), _chunks(served, base, row))
            for row in base.execute(CLIPS, [number]).fetchall()
            if row["side"] == side and row["kind"] in ("video", "audio")
        ]


def _chunks(served: Served, base: sqlite3.Connection, clip: sqlite3.Row) -> list[Chunk]:
    folder = served.home / "evidence" / "clips" / str(UUID(clip["uuid"]))
    chunks = []
    for segment, index, sha256, received in base.execute(CHUNKS, [clip["id"]]):
        data = (folder / str(segment) / f"{index}-{sha256}").read_bytes()
        moment = datetime.fromisoformat(received).replace(tzinfo=UTC)
        chunks.append(Chunk(segment, index, sha256, moment.timestamp(), data))
    return chunks


def _root(chunks: Sequence[Chunk]) -> bytes:
    """Make RFC 6962's tree from its other end: in pairs, an odd one moves up."""
    level = [
        hashlib.sha256(
            b"\0" + chunk.index.to_bytes(4, "big") + bytes.fromhex(chunk.sha256)
        ).digest()
        for chunk in chunks
    ]
    while len(level) > 1:
        pairs = [level[at : at + 2] for at in range(0, len(level), 2)]
        level = [
            hashlib.sha256(b"\1" + b"".join(pair)).digest() if pair[1:] else pair[0]
            for pair in pairs
        ]
    return level[0]


# --- Pictures and sound --------------------------------------------------------------


def _decode(
    row: dict[str, Any], chunks: list[Chunk], hertz: int, before: float | None
) -> Segment:
    frames: list[tuple[float, int]] = []
    sound: list[Any] = []
    ends: dict[int, float] = {}  # chunk → when its last packet was made
    unreadable = 0
    limits = np.cumsum([len(chunk.data) for chunk in chunks])
    with av.open(BytesIO(b"".join(chunk.data for chunk in chunks))) as container:
        for packet in container.demux():
            if packet.size and packet.pts is not None and packet.pos is not None:
                at = int(np.searchsorted(limits, packet.pos, side="right"))
                ends[at] = max(ends.get(at, 0), float(packet.pts * packet.time_base))
            for frame in packet.decode():
                if not isinstance(frame, av.VideoFrame):
                    sound.append(frame)
                    continue
                grey = frame.reformat(width=WIDTH, height=HEIGHT, format="gray")
                number = number_of(grey.to_ndarray())
                if number is None:
                    unreadable += 1
                else:
                    frames.append((float(frame.time), number))
    began = _began_at(row, chunks, ends, before)
    return Segment(
        began,
        [(began + at, number) for at, number in frames],
        [
            Beep(began + beep.at, beep.second)
            for beep in (beeps_in(_samples(sound), hertz) if sound else ())
        ],
        unreadable,
    )


def _began_at(
    row: dict[str, Any],
    chunks: list[Chunk],
    ends: dict[int, float],
    before: float | None,
) -> float:
    """Return when a segment began, by the server's clock.

    The relay shares that clock and says when its first segment began; a later one
    begins about where the one before ends. A phone's clock is only a claim; but no
    chunk is received before its last packet was made, and the soonest nearly then.
    """
    if row["source"] == "relay":
        return before or datetime.fromisoformat(row["claimed_at"]).timestamp()
    return min(chunks[at].received_at - end for at, end in ends.items())


def _samples(sound: list[Any]) -> Samples:
    """Return the sound in mono, on a line of time that begins with the recording."""
    resampler = av.AudioResampler("fltp", "mono", RATE)
    line = np.zeros(int((sound[-1].time + 1) * RATE), np.float32)
    for frame in sound:
        at = max(0, round(frame.time * RATE))
        for part in resampler.resample(frame):
            samples = part.to_ndarray()[0][: len(line) - at]
            line[at : at + len(samples)] = samples
            at += len(samples)
    return line
