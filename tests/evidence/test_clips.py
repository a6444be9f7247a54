"""Clips through the actions: batches, quotas, closing, reading."""

import hashlib
import json
import os
from uuid import uuid4

import pytest

from reports import journal
from reports.actions import evidence
from reports.actions.evidence import ClipFacts, Damaged, chunks, opening
from reports.actions.evidence.chunks import ChunkBatch
from reports.actions.evidence.closing import CloseBatch, CloseItem
from reports.actions.evidence.opening import OpenBatch, OpenItem
from reports.clock import after
from reports.errors import (
    ChunkConflict,
    ClipConflict,
    ClipIsClosed,
    NoSuchClip,
    OverQuota,
)
from reports.journal import SYSTEM
from reports.models import Entry, EvidenceChunk, EvidenceClip
from reports.storage import evidence_storage
from reports.writer import commit
from tests.evidence.clips import RELAY, VIDEO, A, B, C, contents, kept, kinds, written

pytestmark = pytest.mark.usefixtures("storage")


# --- Batches -------------------------------------------------------------------------


def test_all_chunks_of_a_clip_in_one_batch_are_one_entry(world):
    mine = world.clip(world.tap("lin"), close=False)
    other = world.clip(world.tap("mei"), close=False)
    items = [kept(mine, 1, B), kept(other, 0, C), kept(mine, 0, A)]
    attempts = written(*items)

    assert [a.error for a in attempts] == [None] * 3
    assert [a.outcome.chunk_count for a in attempts] == [2, 1, 2]
    assert attempts[0].outcome.bytes == len(A + B)
    assert kinds(mine) == ["clip.opened", "chunks.stored"]
    entry = Entry.objects.get(object_id=str(mine.uuid), kind="chunks.stored")
    body = json.loads(entry.body.text)
    assert [(c["index"], c["bytes"]) for c in body["chunks"]] == [(0, 1000), (1, 2000)]
    assert (body["bytes"], body["chunk_count"]) == (3000, 2)
    assert contents(mine) == {(0, 0): A, (0, 1): B}


def test_twins_in_one_batch_share_a_receipt_and_others_are_refused(world):
    clip = world.clip(world.tap(), close=False)
    item, other = kept(clip, 0, A), kept(clip, 0, B)
    attempts = written(item, item, other, kept(clip, 1, C))

    assert [type(a.error) for a in attempts] == [
        type(None), type(None), ChunkConflict, type(None)
    ]  # fmt: skip
    assert attempts[0].outcome == attempts[1].outcome
    assert contents(clip) == {(0, 0): A, (0, 1): C}
    again = written(item, other)
    assert again[0].outcome.chunk_count == 2
    assert isinstance(again[1].error, ChunkConflict)


def test_a_clip_of_nobody_is_refused(world):
    clip = world.clip(world.tap(), close=False)
    item = OpenItem(uuid4(), uuid4(), VIDEO, SYSTEM)
    [attempt] = commit([(OpenBatch, item)], journal.record_many)
    assert isinstance(attempt.error, NoSuchClip)
    item = OpenItem(uuid4(), clip.uuid, VIDEO, SYSTEM)  # another incident's
    [attempt] = commit([(OpenBatch, item)], journal.record_many)
    assert isinstance(attempt.error, NoSuchClip)
    [attempt] = commit([(CloseBatch, CloseItem(0, SYSTEM, "x"))], journal.record_many)
    assert isinstance(attempt.error, NoSuchClip)


def test_opening_twins_in_one_batch(world):
    tapped, uuid = world.tap(), uuid4()
    item = OpenItem(tapped.incident, uuid, VIDEO, SYSTEM)
    photo = OpenItem(tapped.incident, uuid, ClipFacts("phone", "photo"), SYSTEM)
    attempts = commit(
        [(OpenBatch, one) for one in (item, item, photo)], journal.record_many
    )
    assert attempts[0].outcome.is_new
    assert not attempts[1].outcome.is_new
    assert isinstance(attempts[2].error, ClipConflict)
    assert EvidenceClip.objects.count() == 1


def test_what_closes_in_the_batch_of_its_last_chunk_has_it(world):
    clip = world.clip(world.tap(), close=False)
    attempts = commit(
        [
            (CloseBatch, CloseItem(clip.pk, SYSTEM, "finished", {0: 1})),
            (ChunkBatch, kept(clip, 0, A)),
            (CloseBatch, CloseItem(clip.pk, SYSTEM, "again")),
        ],
        journal.record_many,
    )
    assert [a.error for a in attempts] == [None] * 3
    closed = attempts[0].outcome
    assert attempts[2].outcome is closed
    assert (closed.is_complete, closed.bytes, closed.reason) == (True, 1000, "finished")
    assert kinds(clip) == ["clip.opened", "chunks.stored", "clip.closed"]


def test_after_the_close_only_what_is_stored_is_acknowledged(world):
    clip = world.clip(world.tap(), close=False)
    first, late = kept(clip, 0, A), kept(clip, 1, B)
    written(first)
    evidence.close_clip(clip, reason="finished", segments={0: 1})
    attempts = written(first, late)
    assert attempts[0].outcome.chunk_count == 1
    assert isinstance(attempts[1].error, ClipIsClosed)
    assert EvidenceChunk.objects.count() == 1


# --- Quotas --------------------------------------------------------------------------


def test_a_clip_has_room_for_so_much(world, monkeypatch):
    monkeypatch.setattr(chunks, "MAX_CLIP_BYTES", 3500)
    clip = world.clip(world.tap(), close=False)
    items = [kept(clip, 0, A), kept(clip, 1, B), kept(clip, 2, C)]
    attempts = written(*items)
    assert [type(a.error) for a in attempts] == [type(None), type(None), OverQuota]
    clip.refresh_from_db()
    assert clip.bytes == 3000
    with pytest.raises(OverQuota):
        kept(clip, 3, A)
    assert not evidence_storage().exists(f"clips/{clip.uuid}/0/3")


def test_many_tiny_chunks_are_over_quota_too(world, monkeypatch):
    monkeypatch.setattr(chunks, "MAX_CLIP_CHUNKS", 2)
    clip = world.clip(world.tap(), close=False)
    attempts = written(*(kept(clip, n, bytes([n])) for n in range(3)))
    assert [type(a.error) for a in attempts] == [type(None), type(None), OverQuota]


def test_an_incident_has_room_for_so_much_in_all_its_clips(world, monkeypatch):
    monkeypatch.setattr(chunks, "MAX_INCIDENT_BYTES", 4500)
    tapped = world.tap()
    world.clip(tapped, A)
    mine, other = (world.clip(tapped, close=False) for _ in "12")
    attempts = written(kept(mine, 0, B), kept(other, 0, C))
    assert attempts[0].error is None
    assert isinstance(attempts[1].error, OverQuota)
    mei = world.clip(world.tap("mei"), close=False)
    assert written(kept(mei, 0, C))[0].error is None


def test_an_incident_has_room_for_so_many_clips(world, monkeypatch):
    monkeypatch.setattr(opening, "MAX_INCIDENT_CLIPS", 2)
    tapped = world.tap()
    first = world.clip(tapped, A)
    world.clip(tapped, B)
    with pytest.raises(OverQuota):
        world.clip(tapped, C)
    assert world.clip(tapped, A, clip=first.uuid).uuid == first.uuid  # it is there
    world.clip(world.tap("mei"), C)


# --- Closing -------------------------------------------------------------------------


def sha(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()


def test_the_digest_follows_from_what_is_written_down(world):
    """Worked out here by hand: number, claims, roots, gaps; no media are needed."""
    tapped = world.tap()
    clip = world.clip(
        tapped, A, B, C, segment=3, name="门口", mime="video/webm", claimed_at="8:00"
    )
    leaves = [
        sha(b"\0", n.to_bytes(4, "big"), sha(data)) for n, data in enumerate([A, B, C])
    ]
    root = sha(b"\1", sha(b"\1", leaves[0], leaves[1]), leaves[2])
    manifest = (
        '{"claimed_at":"8:00",'
        f'"clip":"{clip.uuid}","gaps":[],"incident":"{tapped.number}",'
        '"kind":"video","mime":"video/webm","name":"门口","reason":"finished",'
        f'"segments":[{{"chunks":3,"root":"{root.hex()}","segment":3}}],'
        '"side":"caller","source":"phone"}'
    )
    assert clip.root == hashlib.sha256(manifest.encode()).hexdigest()


def test_closing_again_changes_nothing(world):
    clip = world.clip(world.tap(), A, B)
    first = (clip.root, clip.closed_at, clip.reason)
    again = evidence.close_clip(clip, reason="lost", segments={0: 9})
    assert (again.root, again.closed_at, again.reason) == first
    assert kinds(clip).count("clip.closed") == 1


# --- Our own files -------------------------------------------------------------------


def test_a_file_is_stored_in_chunks_and_again_is_the_same(world, tmp_path):
    tapped, uuid = world.tap(), uuid4()
    data = os.urandom(20 * 1024 * 1024 + 17)
    path = tmp_path / "0.mkv"
    path.write_bytes(data)
    for _ in range(2):
        stored = evidence.store_file(
            path, incident=tapped.incident, clip=uuid, facts=RELAY, segment=2
        )
        assert (stored.chunks, stored.clip.bytes) == (21, len(data))
    evidence.store_file(
        b"tail", incident=tapped.incident, clip=uuid, facts=RELAY, segment=3
    )
    assert kinds(stored.clip) == ["clip.opened", *["chunks.stored"] * 3]
    closed = evidence.close_clip(stored.clip, reason="finished", segments={2: 21, 3: 1})
    assert closed.is_complete
    assert b"".join(c.data for c in evidence.read_chunks(closed)) == data + b"tail"
    again = evidence.store_file(
        path, incident=tapped.incident, clip=uuid, facts=RELAY, segment=2
    )
    assert again.chunks == 21  # all of it is there, so it may be forgotten
    with pytest.raises(ClipIsClosed):
        evidence.store_file(
            b"more", incident=tapped.incident, clip=uuid, facts=RELAY, segment=4
        )


def test_a_file_that_is_another_one_is_refused(world):
    tapped, uuid = world.tap(), uuid4()
    where = {"incident": tapped.incident, "clip": uuid, "facts": RELAY}
    evidence.store_file(A, **where)
    with pytest.raises(ChunkConflict):
        evidence.store_file(B, **where)
    with pytest.raises(ClipConflict):
        evidence.store_file(A, **{**where, "facts": VIDEO})
    assert contents(EvidenceClip.objects.get()) == {(0, 0): A}


def test_an_empty_file_opens_a_clip_and_no_more(world):
    stored = evidence.store_file(
        b"", incident=world.tap().incident, clip=uuid4(), facts=RELAY
    )
    assert (stored.chunks, stored.clip.chunk_count) == (0, 0)
    assert evidence.close_clip(stored.clip, reason="finished", segments={}).is_complete


def test_a_file_over_the_quota_is_sealed_with_what_fitted(world, monkeypatch):
    mebibyte = 1024 * 1024
    monkeypatch.setattr(chunks, "MAX_CLIP_BYTES", 20 * mebibyte)
    tapped, uuid = world.tap(), uuid4()
    with pytest.raises(OverQuota):
        evidence.store_file(
            bytes(25 * mebibyte), incident=tapped.incident, clip=uuid, facts=RELAY
        )
    clip = EvidenceClip.objects.get()
    assert (clip.state, clip.reason) == ("closed", "over_quota")
    assert clip.chunk_count == 20
    assert sum(len(data) for data in contents(clip).values()) == clip.bytes


# --- Reading -------------------------------------------------------------------------


def changed(clip: EvidenceClip, data: bytes | None) -> None:
    """Change stored bytes behind everybody's back, or remove them."""
    storage = evidence_storage()
    chunk = EvidenceChunk.objects.select_related("clip").get(clip=clip, index=1)
    assert storage.delete_orphan(chunk.key, after(60))
    if data is not None:
        storage.put(chunk.key, data)


@pytest.mark.parametrize("data", [None, b"", C, B[:-1]])
def test_bytes_that_were_changed_are_not_given_out(world, data):
    clip = world.clip(world.tap(), A, B)
    changed(clip, data)
    read = evidence.read_chunks(clip)
    assert next(read).data == A
    with pytest.raises(Damaged, match=str(clip.uuid)):
        next(read)
