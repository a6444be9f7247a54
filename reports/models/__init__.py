"""What happened, and the proof of it."""

from reports.models.evidence import EvidenceChunk, EvidenceClip, ViewCopy
from reports.models.incident import Incident, NumberCounter, Source
from reports.models.journal import GENESIS, Entry, EntryBody, Stream, StreamKind

__all__ = [
    "GENESIS",
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
