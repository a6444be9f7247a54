"""The only writer of entries: number, chain, insert, tell on commit; and replay.

``record_many`` locks the streams' rows in the order of their ids, takes the next
numbers, chains, inserts, and publishes after the commit. It is the last act of its
transaction and happens at most once in it.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import msgspec
from django.db import connection, models, transaction
from django.db.models.functions import Now

from reports import broadcast
from reports.broadcast import Published
from reports.clock import now
from reports.events import EntryBody as Body
from reports.models import Entry, EntryBody, Stream, StreamKind
from reports.seal import chain


class Author(NamedTuple):
    """Who did it: a kind (caller, seat, operator, system …) and an id as text."""

    kind: str
    id: str = ""


SYSTEM = Author("system")


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


class _DatabaseTime(Now):
    """The database's clock at this statement, not at the transaction's start."""

    def as_postgresql(self, compiler, connection, **extra):  # type: ignore[no-untyped-def]
        return self.as_sql(compiler, connection, template="CLOCK_TIMESTAMP()", **extra)


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
    """
    if not drafts:
        return []
    if not connection.in_atomic_block:
        raise RuntimeError("entries are recorded in the transaction of their fact")
    if any(isinstance(waiting[1], _Publish) for waiting in connection.run_on_commit):
        raise RuntimeError("entries are recorded once a transaction, as its last act")
    streams = {
        stream.uuid: stream
        for stream in Stream.objects.filter(uuid__in={d.stream for d in drafts})
        .order_by("pk")
        .select_for_update()
        .annotate(database_at=_DatabaseTime(output_field=models.DateTimeField()))
    }
    if connection.vendor == "sqlite":
        moment = now()  # its own clock counts whole milliseconds; it is the same host's
    else:
        moment = max(s.database_at for s in streams.values()) if streams else now()
    entries: list[Entry] = []
    bodies: list[EntryBody] = []
    published: list[Published] = []
    for draft in drafts:
        stream = streams.get(draft.stream)
        if stream is None:
            raise RuntimeError(f"there is no stream {draft.stream}")
        entry, body = _chain(stream, draft, moment)
        entries.append(entry)
        bodies.append(body)
        published.append(
            Published(
                stream.uuid,
                entry.seq,
                entry.at,
                entry.kind,
                draft.author.kind,
                body.text,
                draft.client_id,
            )
        )
    Entry.objects.bulk_create(entries)
    EntryBody.objects.bulk_create(bodies)
    _move_heads(streams.values())
    transaction.on_commit(_Publish(published), robust=True)
    return [Recorded(p.stream, p.seq, p.at) for p in published]


def _move_heads(streams: Iterable[Stream]) -> None:
    """Write the new heads. Plain SQL: ``bulk_update`` builds a CASE per row and column,
    which cost more than all the inserts of a batch together."""
    sql = (
        f"UPDATE {connection.ops.quote_name(Stream._meta.db_table)} "  # noqa: S608
        "SET head_seq = %s, head_digest = %s, head_at = %s WHERE id = %s"
    )
    adapt = connection.ops.adapt_datetimefield_value
    with connection.cursor() as cursor:
        cursor.executemany(
            sql, [(s.head_seq, s.head_digest, adapt(s.head_at), s.pk) for s in streams]
        )


class _Publish:
    """Tell the sockets, after the commit; a failure here never undoes the fact."""

    def __init__(self, entries: list[Published]) -> None:
        self.entries = entries

    def __call__(self) -> None:
        broadcast.publish(self.entries)


def _chain(stream: Stream, draft: Draft, moment: datetime) -> tuple[Entry, EntryBody]:
    """Make the next entry of ``stream`` and move its head."""
    at = max(moment, stream.head_at) if stream.head_at else moment
    text = chain.canonical(msgspec.to_builtins(draft.body))
    salt = chain.new_salt()
    entry = Entry(
        stream=stream,
        seq=stream.head_seq + 1,
        prev=stream.head_digest,
        at=at,
        author_kind=draft.author.kind,
        author_id=draft.author.id,
        kind=type(draft.body).kind,
        object_kind=draft.subject[0],
        object_id=draft.subject[1],
        body_hash=chain.body_hash(salt, text),
        client_id=draft.client_id,
    )
    stream.head_seq = entry.seq
    stream.head_at = at
    stream.head_digest = entry_digest(entry)
    return entry, EntryBody(entry=entry, salt=salt, text=text.decode())


def entry_digest(entry: Entry) -> str:
    """Return the digest of a stored or new entry."""
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
    rows = Entry.objects.filter(
        client_id__in={client_id for _, client_id in wanted},
        author_id__in={author_id for author_id, _ in wanted},
    ).values_list("author_id", "client_id", "stream__uuid", "seq", "at")
    return {
        (author_id, client_id): Recorded(stream, seq, at)
        for author_id, client_id, stream, seq, at in rows
        if client_id is not None and (author_id, client_id) in wanted
    }


def replay(stream: UUID, after: int, limit: int = 1001) -> list[Published]:
    """Return entries above ``after``, oldest first; erased bodies are empty."""
    rows = (
        Entry.objects.filter(stream__uuid=stream, seq__gt=after)
        .order_by("seq")
        .values_list("seq", "at", "kind", "author_kind", "body__text", "client_id")[
            :limit
        ]
    )
    return [
        Published(stream, seq, at, kind, author_kind, text or "{}", client_id)
        for seq, at, kind, author_kind, text, client_id in rows
    ]


def replay_kinds(stream: UUID, kind: str, newest: int) -> list[Published]:
    """Return the ``newest`` entries of one kind, oldest first."""
    rows = (
        Entry.objects.filter(stream__uuid=stream, kind=kind)
        .order_by("-seq")
        .values_list("seq", "at", "kind", "author_kind", "body__text", "client_id")[
            :newest
        ]
    )
    return [
        Published(stream, seq, at, kind, author_kind, text or "{}", client_id)
        for seq, at, kind, author_kind, text, client_id in reversed(rows)
    ]


def heads(streams: Iterable[UUID]) -> dict[UUID, int]:
    """Return the last number of each stream."""
    return dict(
        Stream.objects.filter(uuid__in=list(streams)).values_list("uuid", "head_seq")
    )


def verify(stream: UUID) -> str | None:
    """Walk a stream's chain; return None if it is whole, else the first fault."""
    head = Stream.objects.get(uuid=stream)
    prev, seq = "0" * 64, 0
    entries = (
        Entry.objects.filter(stream=head)
        .select_related("stream", "body")
        .order_by("seq")
    )
    for entry in entries.iterator(chunk_size=500):
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
    return None
