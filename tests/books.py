"""Books: what a page holds after its first snapshot and all entries since, per stream.

``check`` compares each with a fresh snapshot. A fact that was written without its entry
shows here as a difference, whichever action forgot it.
"""

from collections.abc import Iterable
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec

from accounts.models import Agency
from dispatch.events import rendering
from dispatch.snapshots import agency_snapshot, incident_snapshot
from reports import journal
from reports.models import Stream, StreamKind
from tests import reduce
from tests.reduce import Audience, Snapshot

AUDIENCES: tuple[Audience, ...] = ("seat", "caller")


@dataclass
class Book:
    """One stream as one audience knows it."""

    stream: UUID
    kind: str
    audience: Audience
    cursor: int
    snapshot: Snapshot

    def catch_up(self, seen: set[str]) -> None:
        """Read on from the cursor, without a gap."""
        render = rendering.for_seat if self.audience == "seat" else rendering.for_caller
        for published in journal.replay(self.stream, self.cursor, limit=100_000):
            entry = msgspec.json.decode(render(published))
            if entry["seq"] != self.cursor + 1:
                raise reduce.Gap(f"{entry['seq']} follows {self.cursor}")
            reduce.apply(self.snapshot, entry, self.audience)
            self.cursor = entry["seq"]
            seen.add(published.kind)

    def fresh(self) -> tuple[int, Snapshot]:
        """Return what the database says now."""
        if self.kind == StreamKind.AGENCY:
            head, snapshot = agency_snapshot(self.stream)
            # Configuration, of other agencies at that: read at hello, told by no entry.
            del snapshot["agency"]["neighbours"]
        else:
            head, snapshot = incident_snapshot(
                self.stream, for_caller=self.audience == "caller"
            )
        return head, as_json(snapshot)

    def check(self) -> None:
        """Assert that what was kept equals what the database says now."""
        head, fresh = self.fresh()
        assert head == self.cursor, f"{self.kind}: {head} entries, {self.cursor} read"
        wrong = "\n".join(reduce.differences(self.snapshot, fresh))
        assert not wrong, f"{self.kind} for the {self.audience}:\n{wrong}"


def as_json(value: Any) -> Any:
    """Return a value as it arrives on the wire."""
    return msgspec.json.decode(msgspec.json.encode(value))


@dataclass
class Books:
    """All streams, both audiences."""

    books: dict[tuple[UUID, Audience], Book] = field(default_factory=dict)
    kinds: set[str] = field(default_factory=set)  # of entry, seen so far

    def open(self, agencies: Iterable[Agency]) -> None:
        """Begin with the snapshots of the agencies; incidents come by themselves."""
        for agency in agencies:
            book = Book(agency.uuid, StreamKind.AGENCY, "seat", 0, {})
            book.cursor, book.snapshot = book.fresh()
            self.books[agency.uuid, "seat"] = book

    def passes(self, span: timedelta) -> None:
        """Follow ``world.passes``."""
        self.catch_up()
        for book in self.books.values():
            book.snapshot = reduce.passes(book.snapshot, span)

    def catch_up(self) -> None:
        """Read all streams on, new incidents from their first entry."""
        heads: dict[UUID, int] = {}
        streams = Stream.objects.values_list("uuid", "kind", "head_seq")
        for stream, kind, heads[stream] in streams:
            if kind != StreamKind.INCIDENT or (stream, "seat") in self.books:
                continue
            for audience in AUDIENCES:
                begun = deepcopy(reduce.EMPTY[audience])
                self.books[stream, audience] = Book(stream, kind, audience, 0, begun)
        for book in self.books.values():
            if book.cursor != heads[book.stream]:
                book.catch_up(self.kinds)

    def check_changed(self, *, everything: bool) -> None:
        """Check the streams that got entries; with ``everything``, all that may change.

        A fact without its entry stays wrong, so looking everywhere, and with the
        caller's eyes, can be done more seldom; ``check`` has all.
        """
        before = {key: book.cursor for key, book in self.books.items()}
        self.catch_up()
        for key, book in self.books.items():
            is_over = book.snapshot.get("call", {}).get("state") == "ended"
            has_news = before.get(key) != book.cursor and key[1] == "seat"
            if has_news or (everything and not is_over):
                book.check()

    def check(self) -> None:
        """Assert that old snapshot + entries = fresh snapshot, everywhere."""
        self.catch_up()
        for book in self.books.values():
            book.check()
