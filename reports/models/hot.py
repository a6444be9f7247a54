"""The journal's statements, where each one counts: hundreds of times a second.

On PostgreSQL they are written out, prepared once a connection and answered in binary;
the ORM, which builds each anew, took three times the processor time for the same rows.
SQLite is spared the wire and keeps the ORM's.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import IntegrityError, connection, models

from reports.models.journal import Entry, EntryBody, Stream


@dataclass(slots=True)
class Head:
    """Where a stream stands; its row is locked."""

    pk: int
    uuid: UUID
    seq: int
    digest: str
    at: datetime | None


class NewEntry(NamedTuple):
    """A row of the journal with its body, ready to be inserted."""

    stream_pk: int
    seq: int
    prev: str
    at: datetime
    author_kind: str
    author_id: str
    kind: str
    object_kind: str
    object_id: str
    body_hash: str
    client_id: UUID | None
    salt: str
    text: str


def is_postgresql() -> bool:
    """Return whether ``fetch`` can be used."""
    return connection.vendor == "postgresql"


def fetch(sql: str, *parameters: object) -> list[tuple[Any, ...]]:
    """Run one prepared statement on this thread's connection; PostgreSQL only."""
    import psycopg  # not there, and not needed, in an installation on SQLite

    connection.ensure_connection()
    connection.validate_no_broken_transaction()
    with connection.wrap_database_errors:
        driver: Any = connection.connection
        driver.prepare_threshold = 1  # Django's own cursors never prepare
        with psycopg.Cursor(driver) as cursor:
            cursor.execute(sql, parameters, prepare=True, binary=True)
            return cursor.fetchall() if cursor.description else []


def lock_rows(model: type[models.Model], ids: Collection[int]) -> None:
    """Lock rows in the order of their ids, before they are read.

    Not in one query: PostgreSQL, when it had to wait for a row, takes that row as it
    now is, but joins to it what it pointed at before the wait, or nothing at all.
    SQLite locks the whole database at the start of a transaction.
    """
    if is_postgresql():
        table = connection.ops.quote_name(model._meta.db_table)
        fetch(
            f"SELECT id FROM {table} WHERE id = ANY(%s) "  # noqa: S608
            "ORDER BY id FOR UPDATE",
            list(ids),
        )


def write_rows(rows: Collection[models.Model], names: Sequence[str]) -> None:
    """Write these fields of each row.

    As ``bulk_update`` does, which builds a CASE a field and row: for a call or two that
    took longer than everything else about them.
    """
    if not rows:
        return
    meta = next(iter(rows))._meta
    fields: list[Any] = [meta.get_field(name) for name in names]
    quote = connection.ops.quote_name
    sets = ", ".join(f"{quote(field.column)} = %s" for field in fields)
    values = [
        [
            *(f.get_db_prep_save(getattr(row, f.attname), connection) for f in fields),
            row.pk,
        ]
        for row in rows
    ]
    with connection.cursor() as cursor:
        cursor.executemany(
            f"UPDATE {quote(meta.db_table)} SET {sets} WHERE id = %s",  # noqa: S608
            values,
        )


LOCK_HEADS = """
SELECT id, uuid, head_seq, head_digest, head_at, clock_timestamp()
FROM reports_stream WHERE uuid = ANY(%s) ORDER BY id FOR UPDATE
"""


def lock_heads(streams: Collection[UUID]) -> tuple[dict[UUID, Head], datetime | None]:
    """Lock streams in the order of their ids; return them and the database's clock.

    The clock is None on SQLite: its own counts whole milliseconds, and it is the same
    host's as ours.
    """
    if not is_postgresql():
        rows = Stream.objects.filter(uuid__in=streams).order_by("pk")
        return {
            s.uuid: Head(s.pk, s.uuid, s.head_seq, s.head_digest, s.head_at)
            for s in rows.select_for_update()
        }, None
    heads, clock = {}, None
    for pk, uuid, seq, digest, at, clock in fetch(LOCK_HEADS, list(streams)):  # noqa: B007
        heads[uuid] = Head(pk, uuid, seq, digest, at)
    return heads, clock


# One statement: entries, their bodies, and the streams' new heads.
APPEND = """
WITH fresh AS (
  INSERT INTO reports_entry (stream_id, seq, prev, at, author_kind, author_id, kind,
                             object_kind, object_id, body_hash, client_id)
  SELECT * FROM UNNEST(%s::bigint[], %s::bigint[], %s::text[], %s::timestamptz[],
                       %s::text[], %s::text[], %s::text[], %s::text[], %s::text[],
                       %s::text[], %s::uuid[])
  RETURNING id, stream_id, seq
), bodies AS (
  INSERT INTO reports_entrybody (entry_id, salt, text)
  SELECT fresh.id, body.salt, body.text FROM fresh
  JOIN UNNEST(%s::bigint[], %s::bigint[], %s::text[], %s::text[])
    AS body(stream_id, seq, salt, text) USING (stream_id, seq)
)
UPDATE reports_stream SET head_seq = head.seq, head_digest = head.digest,
                          head_at = head.at
FROM UNNEST(%s::bigint[], %s::bigint[], %s::text[], %s::timestamptz[])
  AS head(id, seq, digest, at)
WHERE reports_stream.id = head.id
"""


def append(entries: Sequence[NewEntry], heads: Collection[Head]) -> None:
    """Insert entries with their bodies and move the heads of their streams.

    Raises:
        IntegrityError: a number or a command's id is there already.
    """
    if not is_postgresql():
        _append_by_orm(entries, heads)
        return
    columns = [list(column) for column in zip(*entries, strict=True)]
    *facts, salts, texts = columns
    moved = [(head.pk, head.seq, head.digest, head.at) for head in heads]
    fetch(
        APPEND,
        *facts,
        columns[0],
        columns[1],
        salts,
        texts,
        *(list(column) for column in zip(*moved, strict=True)),
    )


def is_about_commands(error: IntegrityError) -> bool:
    """Return whether it was the index over commands that refused an entry."""
    diagnosis = getattr(error.__cause__, "diag", None)  # PostgreSQL's
    if diagnosis is not None:
        return bool(diagnosis.constraint_name == "one_entry_per_command")
    return "reports_entry.client_id" in str(error)


def _append_by_orm(entries: Sequence[NewEntry], heads: Collection[Head]) -> None:
    rows = Entry.objects.bulk_create(
        [
            Entry(
                stream_id=entry.stream_pk,
                seq=entry.seq,
                prev=entry.prev,
                at=entry.at,
                author_kind=entry.author_kind,
                author_id=entry.author_id,
                kind=entry.kind,
                object_kind=entry.object_kind,
                object_id=entry.object_id,
                body_hash=entry.body_hash,
                client_id=entry.client_id,
            )
            for entry in entries
        ]
    )
    EntryBody.objects.bulk_create(
        [
            EntryBody(entry=row, salt=entry.salt, text=entry.text)
            for row, entry in zip(rows, entries, strict=True)
        ]
    )
    sql = (
        f"UPDATE {connection.ops.quote_name(Stream._meta.db_table)} "  # noqa: S608
        "SET head_seq = %s, head_digest = %s, head_at = %s WHERE id = %s"
    )
    adapt = connection.ops.adapt_datetimefield_value
    with connection.cursor() as cursor:
        cursor.executemany(
            sql, [(head.seq, head.digest, adapt(head.at), head.pk) for head in heads]
        )


KNOWN = """
SELECT entry.author_id, entry.client_id, stream.uuid, entry.seq, entry.at
FROM reports_entry entry JOIN reports_stream stream ON stream.id = entry.stream_id
WHERE entry.client_id = ANY(%s) AND entry.author_id = ANY(%s)
"""


def entries_of_commands(
    client_ids: Collection[UUID], author_ids: Collection[str]
) -> list[tuple[str, UUID, UUID, int, datetime]]:
    """Return (author, command, stream, number, time) of what these ids have made."""
    if is_postgresql():
        return fetch(KNOWN, list(client_ids), list(author_ids))
    rows = Entry.objects.filter(client_id__in=client_ids, author_id__in=author_ids)
    return [
        (author_id, client_id, stream, seq, at)
        for author_id, client_id, stream, seq, at in rows.values_list(
            "author_id", "client_id", "stream__uuid", "seq", "at"
        )
        if client_id is not None
    ]


@dataclass(frozen=True, slots=True)
class ChunkPlace:
    """A place for a chunk, as the database had it a moment ago; nothing is locked."""

    incident: UUID
    clip: UUID
    segment: int
    index: int
    clip_id: int
    incident_id: int
    source: str
    state: str
    bytes: int
    chunk_count: int
    held: int  # bytes of all clips that the incident has from this source
    caller: UUID
    sha256: str | None  # of what is stored there


PLACE = """
SELECT clip.id, clip.incident_id, clip.source, clip.state, clip.bytes, clip.chunk_count,
  (SELECT SUM(other.bytes) FROM reports_evidenceclip other
   WHERE other.incident_id = clip.incident_id AND other.source = clip.source),
  caller.uuid,
  (SELECT chunk.sha256 FROM reports_evidencechunk chunk
   WHERE chunk.clip_id = clip.id AND chunk.segment = %s AND chunk."index" = %s)
FROM reports_evidenceclip clip
JOIN reports_incident incident ON incident.id = clip.incident_id
JOIN accounts_caller caller ON caller.id = incident.caller_id
WHERE clip.uuid = %s AND incident.uuid = %s
"""


def chunk_place(
    incident: UUID, clip: UUID, segment: int, index: int
) -> ChunkPlace | None:
    """Return a place in an incident's clip, or None if the incident has no such clip.

    Asked before each chunk's bytes are stored: by the ORM it took as long as the disk.
    """
    if is_postgresql():
        rows = fetch(PLACE, segment, index, clip, incident)
    else:
        with connection.cursor() as cursor:
            cursor.execute(PLACE, [segment, index, clip.hex, incident.hex])
            rows = cursor.fetchall()
    if not rows:
        return None
    [(pk, incident_id, source, state, count, chunk_count, held, caller, sha256)] = rows
    return ChunkPlace(
        incident=incident,
        clip=clip,
        segment=segment,
        index=index,
        clip_id=pk,
        incident_id=incident_id,
        source=source,
        state=state,
        bytes=count,
        chunk_count=chunk_count,
        held=int(held or 0),
        caller=caller if isinstance(caller, UUID) else UUID(caller),
        sha256=sha256,
    )


CHUNKS_AT = """
SELECT chunk.clip_id, chunk.segment, chunk.index, chunk.sha256
FROM reports_evidencechunk chunk
JOIN UNNEST(%s::bigint[], %s::int[], %s::int[]) AS place(clip_id, segment, index)
  ON chunk.clip_id = place.clip_id AND chunk.segment = place.segment
 AND chunk.index = place.index
"""


def chunks_at(
    places: Collection[tuple[int, int, int]],
) -> dict[tuple[int, int, int], str]:
    """Return the hash of what is stored at these places: (clip, segment, index)."""
    if not places:
        return {}
    if is_postgresql():
        found = fetch(CHUNKS_AT, *map(list, zip(*places, strict=True)))
    else:
        marks = ", ".join(["(%s, %s, %s)"] * len(places))
        sql = (
            'SELECT clip_id, segment, "index", sha256 FROM reports_evidencechunk '  # noqa: S608
            f'WHERE (clip_id, segment, "index") IN (VALUES {marks})'
        )
        with connection.cursor() as cursor:
            cursor.execute(sql, [part for place in places for part in place])
            found = cursor.fetchall()
    return {(clip, segment, index): sha256 for clip, segment, index, sha256 in found}
