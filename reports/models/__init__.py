"""What happened, and the proof of it."""

from reports.models.evidence import EvidenceChunk, EvidenceClip, ViewCopy
from reports.models.incident import Incident, NumberCounter, Source
from reports.models.journal import Entry, EntryBody, Stream, StreamKind

__all__ = [
    "Entry",
    "EntryBody",
    "EvidenceChunk",
    "EvidenceClip",
    "Incident",
    "NumberCounter",
    "Source",
    "Stream",
    "StreamKind",
    "ViewCopy",
]
