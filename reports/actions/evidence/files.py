"""Evidence from our own house (the relay's recordings, a seat's pictures): stored at
once, in this thread, by the same batches that the phones' chunks go through.
"""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

from reports import journal
from reports.actions.evidence.chunks import ChunkBatch, ChunkItem, keep_bytes
from reports.actions.evidence.closing import CloseBatch, CloseItem
from reports.actions.evidence.opening import (
    ClipFacts,
    OpenBatch,
    Opened,
    OpenItem,
    claim,
)
from reports.errors import OverQuota
from reports.journal import SYSTEM, Author
from reports.models import EvidenceClip
from reports.models.hot import chunk_place
from reports.states import MAX_CHUNK_BYTES
from reports.writer import BatchFunction, commit

AT_ONCE = 16  # chunks in one transaction, one entry


class StoredFile(NamedTuple):
    """A clip as it stands, and how many chunks the file became."""

    clip: EvidenceClip
    chunks: int


def open_clip(
    *, incident: UUID, clip: UUID, facts: ClipFacts, author: Author = SYSTEM
) -> EvidenceClip:
    """Open a clip, or return it if it is there.

    Raises:
        NoSuchClip, ClipConflict, OverQuota, Busy: it cannot be.
    """
    opened: Opened = _done(OpenBatch, OpenItem(incident, clip, facts, author))
    return opened.clip


def store_file(
    source: Path | bytes,
    *,
    incident: UUID,
    clip: UUID,
    facts: ClipFacts,
    segment: int = 0,
    author: Author = SYSTEM,
) -> StoredFile:
    """Store a file as one segment of a clip, in chunks; the clip is opened if need be.

    The same file again changes nothing; a file that has grown by whole chunks goes on.

    Raises:
        OverQuota: there is no room; the clip is sealed with what it has.
        ChunkConflict, ClipIsClosed, StorageFull, Busy …: it is not whole; try again
            where that makes sense.
    """
    row = open_clip(incident=incident, clip=clip, facts=facts, author=author)
    count, waiting = 0, []
    try:
        for data in _slices(source):
            place = chunk_place(incident, clip, segment, count)
            assert place is not None, "it was opened"
            kept = keep_bytes(place, data, author)
            count += 1
            if isinstance(kept, ChunkItem):
                waiting.append(kept)
            if len(waiting) == AT_ONCE:
                _commit(waiting)
                waiting = []
        _commit(waiting)
    except OverQuota:
        with suppress(OverQuota):  # what fitted before is kept
            _commit(waiting)
        close_clip(row, reason="over_quota", author=author)
        raise
    row.refresh_from_db()
    return StoredFile(row, count)


def close_clip(
    clip: EvidenceClip,
    *,
    reason: str,
    segments: Mapping[int, int] | None = None,
    author: Author = SYSTEM,
) -> EvidenceClip:
    """Close a clip; ``segments`` says how many chunks each had. Again: no change."""
    item = CloseItem.prepared(clip, author, claim(reason, 80), segments)
    closed: EvidenceClip = _done(CloseBatch, item)
    return closed


def _slices(source: Path | bytes) -> Iterator[bytes]:
    with BytesIO(source) if isinstance(source, bytes) else source.open("rb") as file:
        while data := file.read(MAX_CHUNK_BYTES):
            yield data


def _commit(items: list[ChunkItem]) -> None:
    attempts = commit([(ChunkBatch, item) for item in items], journal.record_many)
    for attempt in attempts:
        if attempt.error is not None:
            raise attempt.error


def _done(batch: type[BatchFunction], item: Any) -> Any:
    [attempt] = commit([(batch, item)], journal.record_many)
    if attempt.error is not None:
        raise attempt.error
    return attempt.outcome
