"""Words between the two sides: entries only, written in batches."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import UUID

from reports import journal
from reports.errors import NoSuchClip
from reports.events import EntryBody, MessagePosted
from reports.journal import Author, Draft
from reports.models import EvidenceClip
from reports.writer import Attempt


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageItem:
    """One message to write: into which incident, by whom, from which side."""

    incident: UUID
    author: Author
    side: str
    text: str
    client_id: UUID
    clip: UUID | None = None


class MessageBatch:
    """Writes messages; see ``reports.writer.BatchFunction``."""

    is_urgent: ClassVar[bool] = False
    rank: ClassVar[int] = 10

    def __init__(self) -> None:
        self._twins: list[tuple[Attempt, Attempt]] = []

    def lock(self, attempts: Sequence[Attempt]) -> None:
        """Settle messages that are already written, or twice in this batch."""
        known = journal.known_acks(
            [(a.item.author.id, a.item.client_id) for a in attempts]
        )
        first: dict[tuple[str, UUID], Attempt] = {}
        for attempt in attempts:
            key = (attempt.item.author.id, attempt.item.client_id)
            if key in known:
                attempt.outcome = known[key]
            elif key in first:
                self._twins.append((attempt, first[key]))
                attempt.outcome = first[key]
            else:
                first[key] = attempt
        self._refuse_foreign_clips([a for a in attempts if a.is_open])

    def _refuse_foreign_clips(self, attempts: Sequence[Attempt]) -> None:
        """A message may only name a clip of its own incident."""
        named = {a.item.clip for a in attempts if a.item.clip is not None}
        if not named:
            return
        owners = dict(
            EvidenceClip.objects.filter(uuid__in=named).values_list(
                "uuid", "incident__uuid"
            )
        )
        for attempt in attempts:
            clip = attempt.item.clip
            if clip is not None and owners.get(clip) != attempt.item.incident:
                attempt.error = NoSuchClip()

    def write(self, attempts: Sequence[Attempt]) -> None:
        """Nothing to write: a message is its entry."""

    def entries(self, attempts: Sequence[Attempt]) -> list[tuple[Attempt, Draft]]:
        """Return one entry an item."""
        return [
            (
                attempt,
                Draft(
                    attempt.item.incident,
                    attempt.item.author,
                    self.body(attempt.item),
                    ("incident", str(attempt.item.incident)),
                    attempt.item.client_id,
                ),
            )
            for attempt in attempts
        ]

    def body(self, item: Any) -> EntryBody:
        """Return what an item's entry says."""
        return MessagePosted(
            side=item.side, text=item.text, client_id=item.client_id, clip=item.clip
        )

    def finish(self, attempts: Sequence[Attempt]) -> None:
        """Give a twin its elder's answer."""
        for twin, elder in self._twins:
            twin.outcome, twin.error = elder.outcome, elder.error
