"""Reading evidence back: in its order, and only if it is what was acknowledged."""

import hashlib
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from uuid import UUID

from reports.models import EvidenceChunk, EvidenceClip
from reports.storage import evidence_storage


class Damaged(Exception):
    """Stored bytes are missing, or are not the ones that were acknowledged."""


@dataclass(frozen=True, slots=True)
class StoredChunk:
    """A chunk's place and bytes."""

    segment: int
    index: int
    data: bytes


def read_chunks(clip: EvidenceClip) -> Iterator[StoredChunk]:
    """Yield a clip's chunks in their order, each compared with its hash.

    Raises:
        Damaged: bytes are missing or changed; ``args`` name the key.
    """
    storage = evidence_storage()
    rows = EvidenceChunk.objects.filter(clip=clip).order_by("segment", "index")
    for chunk in rows:
        chunk.clip = clip
        try:
            with closing(storage.open(chunk.key)) as file:
                data = file.read()
        except FileNotFoundError as error:
            raise Damaged(chunk.key) from error
        if hashlib.sha256(data).hexdigest() != chunk.sha256:
            raise Damaged(chunk.key)
        yield StoredChunk(chunk.segment, chunk.index, data)


def find_clip(incident: UUID, clip: UUID) -> EvidenceClip | None:
    """Return an incident's clip, the incident with it."""
    return (
        EvidenceClip.objects.select_related("incident__caller")
        .filter(uuid=clip, incident__uuid=incident)
        .first()
    )


def stored_ranges(clip: EvidenceClip) -> dict[int, list[list[int]]]:
    """Return which chunks are stored: segment → [[first, last], …]."""
    ranges: dict[int, list[list[int]]] = {}
    rows = EvidenceChunk.objects.filter(clip=clip).order_by("segment", "index")
    for segment, index in rows.values_list("segment", "index"):
        known = ranges.setdefault(segment, [])
        if known and known[-1][1] == index - 1:
            known[-1][1] = index
        else:
            known.append([index, index])
    return ranges
