"""A clip is closed: it never grows again, its gaps and its digest are known."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, Self

from django.db.models import Model

from reports.actions.evidence.manifest import (
    Gap,
    chunks_of,
    digest,
    find_gaps,
    is_whole,
    manifest,
    segments_of,
)
from reports.clock import now
from reports.errors import NoSuchClip
from reports.events import ClipClosed
from reports.journal import Author, Draft
from reports.models import EvidenceClip, ViewCopy
from reports.snapshots import clip_view
from reports.states import ClipState
from reports.writer import Attempt

CLOSED = ("state", "closed_at", "reason", "gaps", "is_complete", "root")


@dataclass(frozen=True, slots=True)
class Sealing:
    """What follows from a clip's chunks; of 20,000 it takes a good part of a second.

    So it is worked out before anything is locked: taps wait for the writer's thread and
    SQLite's one writer. Chunks are only ever added: the same number are the same ones.
    """

    chunk_count: int
    gaps: list[Gap]
    is_complete: bool
    segments: list[dict[str, Any]]

    @classmethod
    def of(cls, clip: EvidenceClip, declared: Mapping[int, int] | None) -> Self:
        """Work it out from what is stored now."""
        chunks = chunks_of(clip)
        return cls(
            chunk_count=len(chunks),
            gaps=find_gaps(chunks, declared),
            is_complete=is_whole(chunks, declared),
            segments=segments_of(chunks),
        )


@dataclass(frozen=True, slots=True)
class CloseItem:
    """A clip to be closed, and what its recorder says it gave: segment → chunks."""

    clip_id: int
    author: Author
    reason: str
    declared: Mapping[int, int] | None = None
    # Only if nothing came since: another process, or the phone itself, may be back.
    if_idle_since: datetime | None = None
    sealing: Sealing | None = None  # of its chunks a moment ago

    @classmethod
    def prepared(
        cls,
        clip: EvidenceClip,
        author: Author,
        reason: str,
        declared: Mapping[int, int] | None = None,
        *,
        if_idle_since: datetime | None = None,
    ) -> Self:
        """Return an item whose hashing is done, here and now, in no transaction."""
        is_open = clip.state == ClipState.OPEN
        sealing = Sealing.of(clip, declared) if is_open else None
        return cls(clip.pk, author, reason, declared, if_idle_since, sealing)


@dataclass(slots=True)
class CloseBatch:
    """Closes clips; see ``reports.writer.BatchFunction``. Again is the same answer."""

    is_urgent: ClassVar[bool] = False
    rank: ClassVar[int] = 16  # after chunks of the same batch
    shares: ClassVar[type[Model]] = EvidenceClip  # with those chunks

    _clips: dict[int, EvidenceClip] = field(default_factory=dict)
    _new: list[tuple[Attempt, EvidenceClip]] = field(default_factory=list)
    _twins: list[tuple[Attempt, EvidenceClip]] = field(default_factory=list)

    def rows(self, attempts: Sequence[Attempt]) -> set[int]:
        """Return the clips, to be locked with those of the chunks."""
        return {a.item.clip_id for a in attempts}

    def lock(self, attempts: Sequence[Attempt]) -> None:
        """Read the locked clips; settle those that are closed, or live after all."""
        clips = EvidenceClip.objects.select_related("incident")
        self._clips = clips.in_bulk(self.rows(attempts))
        seen: set[int] = set()
        for attempt in attempts:
            item: CloseItem = attempt.item
            clip = self._clips.get(item.clip_id)
            if clip is None:
                attempt.error = NoSuchClip()
            elif clip.state == ClipState.CLOSED or _is_alive(clip, item):
                attempt.outcome = clip
            elif clip.pk in seen:
                attempt.outcome = clip
                self._twins.append((attempt, clip))
            else:
                seen.add(clip.pk)

    def write(self, attempts: Sequence[Attempt]) -> None:
        """Work out what is missing, and the digest; what this batch stored counts."""
        for attempt in attempts:
            item: CloseItem = attempt.item
            clip = self._clips[item.clip_id]
            clip.refresh_from_db(fields=["bytes", "chunk_count", "heard_at"])
            sealing = item.sealing
            if sealing is None or sealing.chunk_count != clip.chunk_count:
                sealing = Sealing.of(clip, item.declared)
            clip.state, clip.closed_at = ClipState.CLOSED, now()
            clip.reason = item.reason
            clip.gaps = sealing.gaps
            clip.is_complete = sealing.is_complete
            clip.root = digest(manifest(clip, sealing.segments))
            clip.save(update_fields=CLOSED)
            self._new.append((attempt, clip))

    def entries(self, attempts: Sequence[Attempt]) -> list[tuple[Attempt, Draft]]:
        """Return one entry a clip, with the newest copy that people look at."""
        views = {
            view.clip_id: view
            for view in ViewCopy.objects.filter(
                clip__in=[clip for _, clip in self._new]
            ).order_by("pk")
        }
        return [
            (
                attempt,
                Draft(
                    clip.incident.uuid,
                    attempt.item.author,
                    ClipClosed(clip=clip_view(clip, views.get(clip.pk))),
                    ("clip", str(clip.uuid)),
                ),
            )
            for attempt, clip in self._new
        ]

    def finish(self, attempts: Sequence[Attempt]) -> None:
        """Give each its closed clip."""
        for attempt, clip in [*self._new, *self._twins]:
            attempt.outcome = clip


def _is_alive(clip: EvidenceClip, item: CloseItem) -> bool:
    return item.if_idle_since is not None and clip.heard_at >= item.if_idle_since
