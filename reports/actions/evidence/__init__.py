"""Clips of evidence: opened, filled with chunks, closed, read. Bytes first, row second.

await desk.keep_chunk(…)                     the phone's door, through the writer
store_file(…); close_clip(…)                 our own loops, at once
for piece in read_chunks(clip): …            every acknowledged byte, in order
"""

from reports.actions.evidence.capability import evidence_capability, speaks_for
from reports.actions.evidence.files import close_clip, open_clip, store_file
from reports.actions.evidence.opening import ClipFacts
from reports.actions.evidence.reading import Damaged, read_chunks
from reports.actions.evidence.upkeep import close_idle, sweep_orphans

__all__ = [
    "ClipFacts",
    "Damaged",
    "close_clip",
    "close_idle",
    "evidence_capability",
    "open_clip",
    "read_chunks",
    "speaks_for",
    "store_file",
    "sweep_orphans",
]
