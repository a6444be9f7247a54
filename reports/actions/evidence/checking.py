"""Is a clip still what was kept? Its rows and bytes, held against the journal's word.

A row and its file can be changed, or taken away, together: then they agree with each
other. They do not agree with the digest that the clip was closed with, nor with what
the chain says was acknowledged and closed.
"""

from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from reports.actions.evidence.manifest import chunks_of, digest, manifest, segments_of
from reports.models import Entry, EvidenceClip
from reports.states import ClipState

TOLD = ("chunks.stored", "clip.closed")


class Told(NamedTuple):
    """What the journal says of a clip; ``root`` is None where its body was erased."""

    chunks: dict[tuple[int, int], str]  # acknowledged: place → hash
    is_closed: bool
    root: str | None


def row_faults(clip: EvidenceClip) -> Iterator[str]:
    """Say what is wrong with a clip's rows; the clip is read anew, its bytes are not.

    It may grow or close meanwhile: that is no fault.
    """
    told, before = _told_of(clip), clip.state
    clip.refresh_from_db()
    if clip.state != before:  # closed meanwhile: only now the journal can say so
        told = _told_of(clip)
    chunks = chunks_of(clip)
    stored = {(segment, index): sha256 for segment, index, sha256 in chunks}
    lost = [
        place for place, sha256 in told.chunks.items() if stored.get(place) != sha256
    ]
    if lost:
        segment, index = min(lost)
        yield (
            f"{len(lost)} acknowledged chunks are not in its rows, or others are, "
            f"from {segment}/{index}"
        )
    if clip.state == ClipState.OPEN:
        if told.is_closed:
            yield "it is open, and the journal says that it was closed"
        return
    if digest(manifest(clip, segments_of(chunks))) != clip.root:
        yield "its digest is not that of its rows"
    if not told.is_closed:
        yield "it is closed, and the journal does not say so"
    elif told.root is not None and told.root != clip.root:
        yield "its digest is not the one that the journal names"


def vanished() -> Iterator[str]:
    """Return the clips that the journal says were opened and that have no row."""
    known = {str(uuid) for uuid in EvidenceClip.objects.values_list("uuid", flat=True)}
    opened = Entry.objects.filter(kind="clip.opened").order_by("pk")
    for uuid in opened.values_list("object_id", flat=True):
        if uuid not in known and not EvidenceClip.objects.filter(uuid=uuid).exists():
            yield uuid


def _told_of(clip: EvidenceClip) -> Told:
    entries = Entry.objects.filter(
        stream__uuid=clip.incident.uuid, object_id=str(clip.uuid), kind__in=TOLD
    )
    chunks: dict[tuple[int, int], str] = {}
    is_closed, root = False, None
    for kind, text in entries.order_by("seq").values_list("kind", "body__text"):
        body = msgspec.json.decode(text or "{}")
        if kind == "clip.closed":
            is_closed, root = True, body.get("clip", {}).get("root")
        for chunk in body.get("chunks", ()):
            chunks[chunk["segment"], chunk["index"]] = chunk["sha256"]
    return Told(chunks, is_closed, root)
