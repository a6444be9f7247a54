"""What a closed clip is held to: its manifest, whose SHA-256 is the clip's digest.

It follows from the rows alone, so anybody can make it again and compare.
"""

import hashlib
from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any

from reports.models import EvidenceChunk, EvidenceClip
from reports.seal import merkle
from reports.seal.chain import canonical

Chunk = tuple[int, int, str]  # segment, index, hash
Gap = dict[str, int]


def chunks_of(clip: EvidenceClip) -> list[Chunk]:
    """Return a clip's chunks in their order."""
    rows = EvidenceChunk.objects.filter(clip=clip).order_by("segment", "index")
    return list(rows.values_list("segment", "index", "sha256"))


def segments_of(chunks: Iterable[Chunk]) -> list[dict[str, Any]]:
    """Return each segment's number, count of chunks and Merkle root; it takes long."""
    segments = []
    for segment, group in groupby(chunks, key=lambda chunk: chunk[0]):
        leaves = [merkle.leaf(index, sha256) for _, index, sha256 in group]
        segments.append(
            {
                "segment": segment,
                "chunks": len(leaves),
                "root": merkle.root(leaves).hex(),
            }
        )
    return segments


def manifest(clip: EvidenceClip, segments: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the manifest of a clip that is, or is about to be, closed."""
    return {
        "incident": clip.incident.number,
        "clip": str(clip.uuid),
        "source": clip.source,
        "side": clip.side,
        "kind": clip.kind,
        "mime": clip.mime,
        "name": clip.name,
        "claimed_at": clip.claimed_at,
        "segments": segments,
        "gaps": clip.gaps,
        "reason": clip.reason,
    }


def digest(manifest: Mapping[str, Any]) -> str:
    """Return the SHA-256 of a manifest's canonical JSON, hex."""
    return hashlib.sha256(canonical(dict(manifest))).hexdigest()


def find_gaps(chunks: Iterable[Chunk], declared: Mapping[int, int] | None) -> list[Gap]:
    """Return what is missing: of the chunks that the recorder spoke of, and below the
    highest that came.
    """
    stored: dict[int, list[int]] = {segment: [] for segment in declared or {}}
    for segment, index, _ in chunks:
        stored.setdefault(segment, []).append(index)
    gaps: list[Gap] = []
    for segment, indexes in sorted(stored.items()):
        due = 0
        for index in indexes:
            if index > due:
                gaps.append({"segment": segment, "first": due, "last": index - 1})
            due = index + 1
        count = (declared or {}).get(segment, 0)
        if count > due:
            gaps.append({"segment": segment, "first": due, "last": count - 1})
    return gaps


def is_whole(chunks: Iterable[Chunk], declared: Mapping[int, int] | None) -> bool:
    """Return whether what is stored is exactly what the recorder spoke of.

    A recorder that spoke of less than came is as little to be believed.
    """
    if declared is None:
        return False
    stored: dict[int, int] = {}
    for segment, _, _ in chunks:
        stored[segment] = stored.get(segment, 0) + 1
    return stored == {segment: count for segment, count in declared.items() if count}
