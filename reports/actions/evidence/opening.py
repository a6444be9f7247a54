"""A recorder begins a clip. What the device says of it is a claim, and kept as one."""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Self
from uuid import UUID

from django.db.models import Count

from reports.clock import now
from reports.errors import ClipConflict, NoSuchClip, OverQuota
from reports.events import ClipOpened
from reports.journal import Author, Draft
from reports.models import EvidenceClip, Incident
from reports.snapshots import clip_view
from reports.states import MAX_INCIDENT_CLIPS
from reports.writer import Attempt

# They turn the order of what is read: "gpj.exe" shown as "exe.jpg".
BIDIRECTIONAL = set("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e")
BIDIRECTIONAL |= set("\u2066\u2067\u2068\u2069")
UNSEEN = {"Cc", "Cs", "Zl", "Zp"}  # control characters, halves, line separators


def claim(text: str, limit: int) -> str:
    """Return a device's words as they are kept: visible, NFC, at most so long."""
    seen = (
        char
        for char in text
        if unicodedata.category(char) not in UNSEEN and char not in BIDIRECTIONAL
    )
    return unicodedata.normalize("NFC", "".join(seen))[:limit].strip()


@dataclass(frozen=True, slots=True)
class ClipFacts:
    """What a clip is: where it comes from, and what its device claims of it."""

    source: str
    kind: str
    side: str = "caller"
    mime: str = ""
    name: str = ""
    claimed_at: str = ""
    call: UUID | None = None

    @classmethod
    def claimed(
        cls,
        *,
        source: str,
        kind: str,
        side: str = "caller",
        mime: str = "",
        name: str = "",
        claimed_at: str = "",
        call: UUID | None = None,
    ) -> Self:
        """Return facts whose texts are fit to be kept."""
        return cls(
            source=source,
            kind=kind,
            side=side,
            mime=claim(mime, 120),
            name=claim(name, 200),
            claimed_at=claim(claimed_at, 40),
            call=call,
        )

    @classmethod
    def of(cls, clip: EvidenceClip) -> Self:
        """Return what a clip was opened as."""
        return cls(
            source=clip.source,
            kind=clip.kind,
            side=clip.side,
            mime=clip.mime,
            name=clip.name,
            claimed_at=clip.claimed_at,
            call=clip.call,
        )


@dataclass(frozen=True, slots=True)
class OpenItem:
    """A clip to be opened, by whom, in which incident."""

    incident: UUID
    clip: UUID
    facts: ClipFacts
    author: Author


@dataclass(slots=True)
class Opened:
    """An open clip, and whether it was opened just now."""

    clip: EvidenceClip
    is_new: bool


@dataclass(slots=True)
class OpenBatch:
    """Opens clips; see ``reports.writer.BatchFunction``. Again is the same clip."""

    is_urgent: ClassVar[bool] = False
    rank: ClassVar[int] = 14  # clips come after calls, before counters and streams

    _new: list[tuple[Attempt, EvidenceClip]] = field(default_factory=list)
    _twins: list[tuple[Attempt, Attempt]] = field(default_factory=list)

    def lock(self, attempts: Sequence[Attempt]) -> None:
        """Find clips that are there already, and twins in this batch."""
        known = {
            clip.uuid: clip
            for clip in EvidenceClip.objects.filter(
                uuid__in={a.item.clip for a in attempts}
            ).select_related("incident")
        }
        first: dict[UUID, Attempt] = {}
        for attempt in attempts:
            item: OpenItem = attempt.item
            clip, elder = known.get(item.clip), first.get(item.clip)
            if clip is not None:
                attempt.error = _differs(item, clip.incident.uuid, ClipFacts.of(clip))
                attempt.outcome = Opened(clip, is_new=False)
            elif elder is not None:
                attempt.error = _differs(item, elder.item.incident, elder.item.facts)
                attempt.outcome = elder
                self._twins.append((attempt, elder))
            else:
                first[item.clip] = attempt

    def write(self, attempts: Sequence[Attempt]) -> None:
        """Insert the new clips."""
        incidents = {
            incident.uuid: incident
            for incident in Incident.objects.filter(
                uuid__in={a.item.incident for a in attempts}
            )
        }
        counts = _clip_counts(incidents.values())
        moment = now()
        for attempt in attempts:
            item: OpenItem = attempt.item
            incident = incidents.get(item.incident)
            if incident is None:
                attempt.error = NoSuchClip()
                continue
            share = (incident.pk, item.facts.source)
            if counts.get(share, 0) >= MAX_INCIDENT_CLIPS:
                attempt.error = OverQuota(of="incident")
                continue
            counts[share] = counts.get(share, 0) + 1
            clip = EvidenceClip(
                uuid=item.clip,
                incident=incident,
                call=item.facts.call,
                source=item.facts.source,
                side=item.facts.side,
                kind=item.facts.kind,
                mime=item.facts.mime,
                name=item.facts.name,
                claimed_at=item.facts.claimed_at,
                opened_at=moment,
                heard_at=moment,
            )
            self._new.append((attempt, clip))
        EvidenceClip.objects.bulk_create([clip for _, clip in self._new])

    def entries(self, attempts: Sequence[Attempt]) -> list[tuple[Attempt, Draft]]:
        """Return one entry a new clip."""
        return [
            (
                attempt,
                Draft(
                    attempt.item.incident,
                    attempt.item.author,
                    ClipOpened(clip=clip_view(clip)),
                    ("clip", str(clip.uuid)),
                ),
            )
            for attempt, clip in self._new
        ]

    def finish(self, attempts: Sequence[Attempt]) -> None:
        """Say what became of each."""
        for attempt, clip in self._new:
            attempt.outcome = Opened(clip, is_new=True)
        for twin, elder in self._twins:
            twin.error = twin.error or elder.error
            if elder.error is None:
                twin.outcome = Opened(elder.outcome.clip, is_new=False)


def _clip_counts(incidents: Iterable[Incident]) -> dict[tuple[int, str], int]:
    """Return how many clips each incident has from each source."""
    rows = EvidenceClip.objects.filter(incident__in=list(incidents)).order_by()
    counts = rows.values_list("incident_id", "source").annotate(Count("pk"))
    return {(incident, source): count for incident, source, count in counts}


def _differs(item: OpenItem, incident: UUID, facts: ClipFacts) -> Exception | None:
    """Return why an id that is taken is not this one's clip."""
    if incident != item.incident:
        return NoSuchClip()
    return None if facts == item.facts else ClipConflict()
