"""What happened, and the proof of it."""

from reports.models.incident import Incident, NumberCounter, Source
from reports.models.journal import GENESIS, Entry, EntryBody, Stream, StreamKind

__all__ = [
    "GENESIS",
    "Entry",
    "EntryBody",
    "Incident",
    "NumberCounter",
    "Source",
    "Stream",
    "StreamKind",
]
