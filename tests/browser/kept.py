"""What a server has kept of an alarm, read from its database and its evidence folder.

Not asked of the server: what it says of itself is what is to be proved.
"""

import contextlib
import hashlib
import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID

import av

from tests.browser.camera import HEIGHT, WIDTH
from tests.media.peers import number_of
from tests.served import Served

Place = tuple[int, int]  # a chunk's segment and index


@dataclass(frozen=True)
class Clip:
    """A clip's row."""

    pk: int
    uuid: str
    source: str
    side: str
    kind: str
    state: str
    is_complete: bool
    gaps: list[Any]
    name: str
    reason: str


class Kept:
    """The evidence of one alarm."""

    def __init__(self, served: Served, number: str, folder: Path | None = None) -> None:
        self._database = served.home / "alarm110.sqlite3"
        self._folder = folder or served.home / "evidence"
        self._number = number

    def clips(self, source: str, side: str = "caller") -> list[Clip]:
        """Return the recordings of one recorder, oldest first."""
        rows = self._rows(
            "SELECT c.id, c.uuid, c.source, c.side, c.kind, c.state, c.is_complete,"
            " c.gaps, c.name, c.reason FROM reports_evidenceclip c"
            " JOIN reports_incident i ON i.id = c.incident_id"
            " WHERE i.number = ? AND c.source = ? AND c.side = ? ORDER BY c.opened_at",
            (self._number, source, side),
        )
        return [
            Clip(
                pk,
                str(UUID(uuid)),
                source,
                side,
                kind,
                state,
                bool(whole),
                json.loads(gaps),
                name,
                reason,
            )
            for pk, uuid, source, side, kind, state, whole, gaps, name, reason in rows
        ]

    def chunks(self, clip: Clip) -> dict[Place, str]:
        """Return the SHA-256 of every chunk the server answers for."""
        rows = self._rows(
            'SELECT segment, "index", sha256 FROM reports_evidencechunk'
            ' WHERE clip_id = ? ORDER BY segment, "index"',
            (clip.pk,),
        )
        return {(segment, index): sha256 for segment, index, sha256 in rows}

    def segments(self, clip: Clip) -> list[bytes]:
        """Return what is stored; every chunk must be what its row says it is."""
        made: dict[int, bytes] = {}
        for (segment, index), sha256 in self.chunks(clip).items():
            name = f"{index}-{sha256}"
            path = self._folder / "clips" / clip.uuid / str(segment) / name
            data = path.read_bytes()
            assert hashlib.sha256(data).hexdigest() == sha256
            made[segment] = made.get(segment, b"") + data
        return list(made.values())

    def last_number(self, clip: Clip) -> int:
        """Return the number of the last frame that can be read of a recording."""
        numbers = [n for n in _numbers(self.segments(clip)[-1]) if n is not None]
        assert numbers, "no frame of it can be read"
        return numbers[-1]

    def _rows(self, query: str, values: tuple[Any, ...]) -> list[Any]:
        address = f"file:{self._database}?mode=ro"
        with contextlib.closing(sqlite3.connect(address, uri=True)) as database:
            return database.execute(query, values).fetchall()


def _numbers(recording: bytes) -> Iterator[int | None]:
    """Yield the number of each frame; what breaks off is read up to there."""
    # A recorder that was killed leaves its last block unfinished.
    with (
        av.open(BytesIO(recording)) as container,
        contextlib.suppress(av.error.FFmpegError),
    ):
        for frame in container.decode(video=0):
            grey = frame.reformat(WIDTH, HEIGHT, "gray")
            yield number_of(grey.to_ndarray())
