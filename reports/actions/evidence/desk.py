"""What a phone's doors do with evidence, one verb a request.

Through the writer, so that the chunks of many phones share a commit.
"""

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from uuid import UUID

from reports import metrics, writer
from reports.actions import running
from reports.actions.evidence.chunks import ChunkBatch, ChunkItem, Receipt, keep_bytes
from reports.actions.evidence.closing import CloseBatch, CloseItem
from reports.actions.evidence.opening import (
    ClipFacts,
    OpenBatch,
    Opened,
    OpenItem,
    claim,
)
from reports.actions.evidence.reading import find_clip, stored_ranges
from reports.errors import Busy, DigestMismatch, NoSuchClip, OverQuota, ReportError
from reports.journal import Author
from reports.models import Entry, EvidenceClip, Incident
from reports.models.hot import chunk_place
from reports.states import ClipSource

MAX_UNDER_WAY = 96 * 1024 * 1024  # bytes
_bytes_under_way = 0


async def open_clip(*, incident: UUID, clip: UUID, facts: ClipFacts) -> Opened:
    """Open a clip of the phone's."""
    author, call = await running.evidence.run(_caller_of, incident, facts.call)
    facts = replace(facts, call=call)
    opened: Opened = await writer.submit(
        OpenBatch, OpenItem(incident, clip, facts, author)
    )
    return opened


async def keep_chunk(
    *, incident: UUID, clip: UUID, segment: int, index: int, data: bytes, sha256: bytes
) -> Receipt:
    """Store a chunk; when this returns, it is safe.

    Raises:
        DigestMismatch: the bytes are not those the digest speaks of.
        NoSuchClip, ChunkConflict, ClipIsClosed, StorageFull, Busy …: it was not stored.
        OverQuota: the same; a clip that is full is sealed with what it has. Where the
            incident is full it stays open, or phones would begin one after another.
    """
    try:
        with _under_way(len(data)):
            kept = await running.evidence.run(
                _keep, incident, clip, segment, index, data, sha256
            )
            if isinstance(kept, ChunkItem):
                kept = await writer.submit(ChunkBatch, kept)
                metrics.chunks.labels("stored").inc()
                metrics.chunk_bytes.inc(len(data))
            else:
                metrics.chunks.labels("known").inc()
    except ReportError as error:
        metrics.chunks.labels(error.code).inc()
        if isinstance(error, OverQuota) and error.facts.get("of") != "incident":
            await close_clip(incident=incident, clip=clip, reason="over_quota")
        raise
    assert isinstance(kept, Receipt)
    return kept


@contextmanager
def _under_way(count: int) -> Iterator[None]:
    """Count the bytes in memory that wait for a disk or a bucket: it may be slow.

    Raises:
        Busy: there are too many; phones keep theirs.
    """
    global _bytes_under_way
    if _bytes_under_way + count > MAX_UNDER_WAY:
        raise Busy
    _bytes_under_way += count
    try:
        yield
    finally:
        _bytes_under_way -= count


async def close_clip(
    *,
    incident: UUID,
    clip: UUID,
    reason: str,
    segments: Mapping[int, int] | None = None,
) -> EvidenceClip:
    """Close a clip of the phone's; again: the same answer."""
    item = await running.evidence.run(
        _closing, incident, clip, claim(reason, 80), segments
    )
    closed: EvidenceClip = await writer.submit(CloseBatch, item)
    return closed


async def look(
    *, incident: UUID, clip: UUID
) -> tuple[EvidenceClip, dict[int, list[list[int]]]]:
    """Return a clip of the phone's and what of it is stored, for a phone that is back.

    Raises:
        NoSuchClip: it must be opened first.
    """
    return await running.evidence.run(_look, incident, clip)


def _look(incident: UUID, clip: UUID) -> tuple[EvidenceClip, Any]:
    row = _phones_clip(incident, clip)
    return row, stored_ranges(row)


def _keep(
    incident: UUID, clip: UUID, segment: int, index: int, data: bytes, sha256: bytes
) -> ChunkItem | Receipt:
    if hashlib.sha256(data).digest() != sha256:
        raise DigestMismatch
    place = chunk_place(incident, clip, segment, index)
    if place is None or place.source != ClipSource.PHONE:
        raise NoSuchClip
    return keep_bytes(place, data, Author("caller", str(place.caller)))


def _phones_clip(incident: UUID, clip: UUID) -> EvidenceClip:
    """Return the clip, if the phone itself records it: it may not touch the relay's."""
    row = find_clip(incident, clip)
    if row is None or row.source != ClipSource.PHONE:
        raise NoSuchClip
    return row


def _closing(
    incident: UUID, clip: UUID, reason: str, segments: Mapping[int, int] | None
) -> CloseItem:
    row = _phones_clip(incident, clip)
    return CloseItem.prepared(row, _author(row), reason, segments)


def _caller_of(incident: UUID, call: UUID | None) -> tuple[Author, UUID | None]:
    """Return who records, and the claimed call, if the incident's journal knows it.

    Calls are known further up only; a phone's word alone would name anybody's.
    """
    row = Incident.objects.select_related("caller").filter(uuid=incident).first()
    if row is None:
        raise NoSuchClip
    queued = Entry.objects.filter(
        stream__uuid=incident, kind="call.queued", object_id=str(call)
    )
    is_known = call is not None and queued.exists()
    return Author("caller", str(row.caller.uuid)), call if is_known else None


def _author(clip: EvidenceClip) -> Author:
    return Author("caller", str(clip.incident.caller.uuid))
