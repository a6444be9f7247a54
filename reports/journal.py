"""The only writer of entries: number, chain, insert, tell on commit; and replay.

``record_many`` locks the streams' rows in the order of their ids, takes the next
numbers, chains, inserts, and publishes after the commit. It is the last act of its
transaction and happens at most once in it.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from django.db import IntegrityError, connection, transaction

from reports import broadcast
from reports.broadcast import Published
from reports.clock import now
from reports.errors import IdUsed
from reports.events import EntryBody as Body
from reports.models import Entry, Stream, StreamKind
from reports.models.hot import (
    Head,
    NewEntry,
    append,
    entries_of_commands,
    is_about_commands,
    lock_heads,
)
from reports.seal import chain


class Author(NamedTuple):
    """Who did it: a kind (caller, seat, operator, system …) and an id as text."""

    kind: str
    id: str = ""


SYSTEM = Author("system")
# What of an entry goes to the sockets, after its stream.
SENT_FIELDS = ("seq", "at", "kind", "author_kind", "body__text", "client_id")


class Draft(NamedTuple):
    """An entry to be: where, by whom, about what, saying what."""

    stream: UUID
    author: Author
    body: Body
    subject: tuple[str, str]
    client_id: UUID | None = None


class Recorded(NamedTuple):
    """Where a draft came to stand."""

    stream: UUID
    seq: int
    at: datetime


def open_streams(uuids: Iterable[UUID], kind: StreamKind) -> None:
    """Make streams that are not there yet."""
    Stream.objects.bulk_create(
        [Stream(uuid=uuid, kind=kind) for uuid in uuids], ignore_conflicts=True
    )


def record(
    stream: UUID,
    author: Author,
    body: Body,
    *,
    subject: tuple[str, str],
    client_id: UUID | None = None,
) -> Recorded:
    """Append one entry; see ``record_many``."""
    return record_many([Draft(stream, author, body, subject, client_id)])[0]


def record_many(drafts: Sequence[Draft]) -> list[Recorded]:
    """Append entries in the given order and publish them once the commit is done.

    Raises:
        RuntimeError: outside a transaction, twice in one, or into an unknown stream.
        IdUsed: a client id stands at another entry of its author; all is undone.
    """
    if not drafts:
        return []
    if not connection.in_atomic_block:
        raise RuntimeError("entries are recorded in the transaction of their fact")
    if any(isinstance(waiting[1], _Publish) for waiting in connection.run_on_commit):
        raise RuntimeError("entries are recorded once a transaction, as its last act")
    heads, moment = lock_heads({draft.stream for draft in drafts})
    moment = moment or now()
    entries: list[NewEntry] = []
    published: list[Published] = []
    for draft in drafts:
        head = heads.get(draft.stream)
        if head is None:
            raise RuntimeError(f"there is no stream {draft.stream}")
        entry = _chain(head, draft, moment)
        entries.append(entry)
        published.append(
            Published(
                head.uuid,
                entry.seq,
                entry.at,
                entry.kind,
                draft.author.kind,
                entry.text,
                draft.client_id,
            )
        )
    try:
        append(entries, heads.values())
    except IntegrityError as error:
        if is_about_commands(error):
            raise IdUsed from error
        raise
    transaction.on_commit(_Publish(published), robust=True)
    return [Recorded(p.stream, p.seq, p.at) for p in published]


class _Publish:
    """Tell the sockets, after the commit; a failure here never undoes the fact."""

    def __init__(self, entries: list[Published]) -> None:
        self.entries = entries

    def __call__(self) -> None:
        broadcast.publish(self.entries)


def _chain(head: Head, draft: Draft, moment: datetime) -> NewEntry:
    """Make the next entry of a stream and move its head."""
    at = max(moment, head.at) if head.at else moment
    text = chain.canonical(msgspec.to_builtins(draft.body))
    salt = chain.new_salt()
    kind, body_hash = type(draft.body).kind, chain.body_hash(salt, text)
    entry = NewEntry(
        head.pk,
        head.seq + 1,
        head.digest,
        at,
        draft.author.kind,
        draft.author.id,
        kind,
        draft.subject[0],
        draft.subject[1],
        body_hash,
        draft.client_id,
        salt,
        text.decode(),
    )
    head.digest = chain.digest(
        stream=head.uuid,
        seq=entry.seq,
        prev=entry.prev,
        at=at,
        author=(draft.author.kind, draft.author.id),
        kind=kind,
        subject=draft.subject,
        body_hash=body_hash,
    )
    head.seq, head.at = entry.seq, at
    return entry


def entry_digest(entry: Entry) -> str:
    """Return the digest of a stored entry."""
    return chain.digest(
        stream=entry.stream.uuid,
        seq=entry.seq,
        prev=entry.prev,
        at=entry.at,
        author=(entry.author_kind, entry.author_id),
        kind=entry.kind,
        subject=(entry.object_kind, entry.object_id),
        body_hash=entry.body_hash,
    )


def known_acks(pairs: Iterable[tuple[str, UUID]]) -> dict[tuple[str, UUID], Recorded]:
    """Return where commands of (author id, client id) already stand."""
    wanted = set(pairs)
    if not wanted:
        return {}
    rows = entries_of_commands(
        {client_id for _, client_id in wanted}, {author_id for author_id, _ in wanted}
    )
    return {
        (author_id, client_id): Recorded(stream, seq, at)
        for author_id, client_id, stream, seq, at in rows
        if (author_id, client_id) in wanted
    }


def replay(stream: UUID, after: int, limit: int = 1001) -> list[Published]:
    """Return entries above ``after``, oldest first; erased bodies are empty."""
    rows = (
        Entry.objects.filter(stream__uuid=stream, seq__gt=after)
        .order_by("seq")
        .values_list(*SENT_FIELDS)[:limit]
    )
    return _published(stream, rows)


def replay_kinds(stream: UUID, kinds: Collection[str], newest: int) -> list[Published]:
    """Return the ``newest`` entries of some kinds, oldest first."""
    rows = (
        Entry.objects.filter(stream__uuid=stream, kind__in=kinds)
        .order_by("-seq")
        .values_list(*SENT_FIELDS)[:newest]
    )
    return _published(stream, reversed(rows))


def _published(stream: UUID, rows: Iterable[tuple[Any, ...]]) -> list[Published]:
    """Return rows of ``SENT_FIELDS`` as they were sent; erased bodies are empty."""
    return [
        Published(stream, seq, at, kind, author_kind, text or "{}", client_id)
        for seq, at, kind, author_kind, text, client_id in rows
    ]


def heads(streams: Iterable[UUID]) -> dict[UUID, int]:
    """Return the last number of each stream."""
    return dict(
        Stream.objects.filter(uuid__in=list(streams)).values_list("uuid", "head_seq")
    )


def verify(stream: UUID) -> str | None:
    """Walk a stream's chain; return None if it is whole, else the first fault.

    What is written while it walks is left out: it walks to the head that it found.
    """
    head = Stream.objects.get(uuid=stream)
    prev, seq = "0" * 64, 0
    entries = (
        Entry.objects.filter(stream=head, seq__lte=head.head_seq + 1)
        .select_related("stream", "body")
        .order_by("seq")
    )
    has_more = False
    for entry in entries.iterator(chunk_size=500):
        if seq == head.head_seq:
            has_more = True
            break
        seq += 1
        if entry.seq != seq:
            return f"entry {seq} is missing"
        if entry.prev != prev:
            return f"entry {seq} does not follow entry {seq - 1}"
        body = getattr(entry, "body", None)
        if body is not None and entry.body_hash != chain.body_hash(
            body.salt, body.text.encode()
        ):
            return f"the body of entry {seq} was changed"
        prev = entry_digest(entry)
    if (head.head_seq, head.head_digest) != (seq, prev):
        return f"the head does not match entry {seq}"
    if has_more and Stream.objects.get(pk=head.pk).head_seq == seq:
        return f"the head leaves entries after {seq} out"
    return None
