"""Receipts of chunks: the bytes are safe on the storage before a row says so."""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import ClassVar

from django.db.models import Model, Sum

from reports.clock import now
from reports.errors import (
    Busy,
    ChunkConflict,
    ClipIsClosed,
    NoSuchClip,
    OverQuota,
    ReportError,
)
from reports.events import ChunksStored, ChunkView
from reports.journal import Author, Draft
from reports.models import EvidenceChunk, EvidenceClip
from reports.models.evidence import chunk_key
from reports.models.hot import ChunkPlace, chunks_at, write_rows
from reports.states import (
    MAX_CLIP_BYTES,
    MAX_CLIP_CHUNKS,
    MAX_INCIDENT_BYTES,
    ClipState,
)
from reports.storage import evidence_storage
from reports.writer import Attempt

TOTALS = ("bytes", "chunk_count", "heard_at")


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a clip holds after a chunk was stored."""

    bytes: int
    chunk_count: int


@dataclass(frozen=True, slots=True)
class ChunkItem:
    """A chunk whose bytes are on the storage; ``is_new``: by this very upload."""

    place: ChunkPlace
    sha256: str
    bytes: int
    is_new: bool
    author: Author

    @property
    def key(self) -> str:
        """Return where its bytes are."""
        place = self.place
        return chunk_key(place.clip, place.segment, place.index, self.sha256)


def keep_bytes(place: ChunkPlace, data: bytes, author: Author) -> ChunkItem | Receipt:
    """Put a chunk's bytes on the storage, if its clip takes them; blocks.

    Returns the receipt at once where the same chunk is stored already.

    Raises:
        ChunkConflict, ClipIsClosed, OverQuota, StorageFull, Busy: it was not stored.
    """
    sha256 = hashlib.sha256(data).hexdigest()
    # Looked at before the bytes are written, or a phone could fill the disk with what
    # no clip will ever hold. The lock of the clip's row decides, later.
    if error := _refusal(place.state, place.sha256, sha256):
        raise error
    if place.sha256 is not None:
        return Receipt(place.bytes, place.chunk_count)
    if full := _over_quota(place, len(data), place.held):
        raise full
    key = chunk_key(place.clip, place.segment, place.index, sha256)
    is_new = evidence_storage().put(key, data)
    return ChunkItem(place, sha256, len(data), is_new, author)


@dataclass(slots=True)
class ChunkBatch:
    """Writes receipts; see ``reports.writer.BatchFunction``. One entry a clip."""

    is_urgent: ClassVar[bool] = False
    rank: ClassVar[int] = 15
    shares: ClassVar[type[Model]] = EvidenceClip  # with those that close

    _clips: dict[int, EvidenceClip] = field(default_factory=dict)
    _twins: list[tuple[Attempt, Attempt]] = field(default_factory=list)
    _new: list[Attempt] = field(default_factory=list)

    def rows(self, attempts: Sequence[Attempt]) -> set[int]:
        """Return the clips, to be locked with those of the closings."""
        return {a.item.place.clip_id for a in attempts}

    def lock(self, attempts: Sequence[Attempt]) -> None:
        """Read the locked clips; settle what is stored, refuse what cannot be."""
        self._clips = EvidenceClip.objects.in_bulk(self.rows(attempts))
        stored = chunks_at([_where(a.item) for a in attempts])
        first: dict[tuple[int, int, int], Attempt] = {}
        for attempt in attempts:
            item: ChunkItem = attempt.item
            where = _where(item)
            clip, elder = self._clips.get(item.place.clip_id), first.get(where)
            if clip is None:
                attempt.error = NoSuchClip()
            elif error := _refusal(clip.state, stored.get(where), item.sha256):
                attempt.error = error
            elif where in stored:
                attempt.outcome = Receipt(clip.bytes, clip.chunk_count)
            elif elder is not None and elder.item.sha256 != item.sha256:
                attempt.error = ChunkConflict()
            elif elder is not None:
                self._twins.append((attempt, elder))
                attempt.outcome = elder
            elif not item.is_new and not evidence_storage().exists(item.key):
                # What lay there without a row was removed a moment ago (upkeep.py).
                attempt.error = Busy()
            else:
                first[where] = attempt

    def write(self, attempts: Sequence[Attempt]) -> None:
        """Insert the rows and move the clips' totals, as far as there is room."""
        moment, touched = now(), {}
        held = _held({c.incident_id for c in self._clips.values()})
        for attempt in attempts:
            item: ChunkItem = attempt.item
            clip = self._clips[item.place.clip_id]
            share = (clip.incident_id, clip.source)
            if full := _over_quota(clip, item.bytes, held.get(share, 0)):
                attempt.error = full
                continue
            clip.bytes += item.bytes
            clip.chunk_count += 1
            clip.heard_at = moment
            held[share] = held.get(share, 0) + item.bytes
            touched[clip.pk] = clip
            self._new.append(attempt)
        EvidenceChunk.objects.bulk_create(
            [
                EvidenceChunk(
                    clip_id=a.item.place.clip_id,
                    segment=a.item.place.segment,
                    index=a.item.place.index,
                    sha256=a.item.sha256,
                    bytes=a.item.bytes,
                    received_at=moment,
                )
                for a in self._new
            ]
        )
        write_rows(touched.values(), TOTALS)

    def entries(self, attempts: Sequence[Attempt]) -> list[tuple[Attempt, Draft]]:
        """Return one entry a clip, which names its new chunks."""
        drafts = []
        new = sorted(self._new, key=lambda a: _where(a.item))
        for clip_id, group in groupby(new, lambda a: a.item.place.clip_id):
            chunks, clip = list(group), self._clips[clip_id]
            item: ChunkItem = chunks[0].item
            body = ChunksStored(
                clip=clip.uuid,
                chunks=[
                    ChunkView(
                        segment=a.item.place.segment,
                        index=a.item.place.index,
                        sha256=a.item.sha256,
                        bytes=a.item.bytes,
                    )
                    for a in chunks
                ],
                bytes=clip.bytes,
                chunk_count=clip.chunk_count,
            )
            subject = ("clip", str(clip.uuid))
            draft = Draft(item.place.incident, item.author, body, subject)
            drafts.append((chunks[0], draft))
        return drafts

    def finish(self, attempts: Sequence[Attempt]) -> None:
        """Give each its receipt."""
        for attempt in self._new:
            clip = self._clips[attempt.item.place.clip_id]
            attempt.outcome = Receipt(clip.bytes, clip.chunk_count)
        for twin, elder in self._twins:
            twin.outcome, twin.error = elder.outcome, elder.error


def _where(item: ChunkItem) -> tuple[int, int, int]:
    return item.place.clip_id, item.place.segment, item.place.index


def _refusal(state: str, stored: str | None, sha256: str) -> ReportError | None:
    """Return why a clip cannot take this chunk; ``stored`` is the hash at its place."""
    if stored == sha256:
        return None  # it has it, open or closed
    if state == ClipState.CLOSED:
        return ClipIsClosed()
    return None if stored is None else ChunkConflict()


def _over_quota(
    clip: EvidenceClip | ChunkPlace, more: int, held: int
) -> OverQuota | None:
    """Return what is full with so many bytes more; ``held``: by its share.

    The incident's share first: where that is full, a new clip helps nobody.
    """
    if held + more > MAX_INCIDENT_BYTES:
        return OverQuota(of="incident")
    if clip.bytes + more > MAX_CLIP_BYTES or clip.chunk_count >= MAX_CLIP_CHUNKS:
        return OverQuota(of="clip")
    return None


def _held(incidents: Collection[int]) -> dict[tuple[int, str], int]:
    """Return the bytes that each incident has from each source.

    Each source has a share of its own, or a phone could leave the relay no room.
    """
    rows = EvidenceClip.objects.filter(incident_id__in=incidents).order_by()
    sums = rows.values_list("incident_id", "source").annotate(Sum("bytes"))
    return {(incident, source): count for incident, source, count in sums}
