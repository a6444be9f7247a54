"""Clips as the tests of the actions make them and look at them."""

from reports import journal
from reports.actions import evidence
from reports.actions.evidence import ClipFacts
from reports.actions.evidence.chunks import ChunkBatch, ChunkItem, keep_bytes
from reports.journal import SYSTEM
from reports.models import Entry, EvidenceClip
from reports.models.hot import chunk_place
from reports.writer import commit

A, B, C = b"a" * 1000, b"b" * 2000, b"c" * 3000
VIDEO = ClipFacts(source="phone", kind="video")
RELAY = ClipFacts(source="relay", kind="video")


def kept(clip: EvidenceClip, index: int, data: bytes, segment: int = 0) -> ChunkItem:
    """Put bytes on the storage, as the door does before the writer."""
    place = chunk_place(clip.incident.uuid, clip.uuid, segment, index)
    assert place is not None
    item = keep_bytes(place, data, SYSTEM)
    assert isinstance(item, ChunkItem)
    return item


def written(*items: ChunkItem):
    """Write receipts in one batch."""
    return commit([(ChunkBatch, item) for item in items], journal.record_many)


def contents(clip: EvidenceClip) -> dict[tuple[int, int], bytes]:
    """Return what can be read back of a clip."""
    return {(c.segment, c.index): c.data for c in evidence.read_chunks(clip)}


def kinds(clip: EvidenceClip) -> list[str]:
    """Return what the journal says of a clip."""
    entries = Entry.objects.filter(object_id=str(clip.uuid)).order_by("seq")
    return [entry.kind for entry in entries]
