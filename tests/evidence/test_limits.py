"""What one phone may cost the others: seats, the relay, the disk, the writer."""

import json
import os
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.db import connection

from dispatch.consumers import base
from dispatch.consumers.seat import SeatSocket
from dispatch.snapshots.incident import incident_snapshot
from reports import journal, writer
from reports.actions import evidence
from reports.actions.evidence import chunks, closing, manifest, opening
from reports.actions.evidence.chunks import ChunkBatch, ChunkItem, keep_bytes
from reports.actions.evidence.closing import CloseBatch, CloseItem
from reports.api import budgets
from reports.errors import OverQuota, StorageFull
from reports.journal import SYSTEM
from reports.models import EvidenceClip
from reports.models.hot import chunk_place
from reports.snapshots import clip_view
from reports.storage import local
from reports.writer import commit
from tests.evidence.phones import Recorder, code
from tests.evidence.settled import books_hold

pytestmark = pytest.mark.usefixtures("folder")

A, B = b"a" * 1000, b"b" * 2000
KEY = "clips/5d2a7f0e-6a3c-4a58-9b39-0c1f5a0d9c11/0/7-" + "0" * 64
MEBIBYTE, GIBIBYTE = 1024**2, 1024**3


def kept(clip: EvidenceClip, index: int, data: bytes = A, segment: int = 0):
    """Put bytes on the storage, as the door does before the writer."""
    place = chunk_place(clip.incident.uuid, clip.uuid, segment, index)
    assert place is not None
    item = keep_bytes(place, data, SYSTEM)
    assert isinstance(item, ChunkItem)
    return item


# --- What a seat is told -------------------------------------------------------------


def test_of_many_gaps_few_are_told_and_all_are_kept(world):
    """Or one phone's clips make a frame that no seat can read in time."""
    tapped = world.tap()
    clip = world.clip(tapped, A, close=False)
    segments = {0: 1, **dict.fromkeys(range(1, 501), 40)}
    clip = evidence.close_clip(clip, reason="finished", segments=segments)
    assert len(clip.gaps) == 500
    view = clip_view(clip)
    assert (len(view.gaps), view.gap_count, view.missing) == (20, 500, 20_000)
    assert [gap.segment for gap in view.gaps] == list(range(1, 21))
    [entry] = journal.replay_kinds(tapped.incident, ["clip.closed"], 5)
    assert len(entry.text) < 4000


def test_a_snapshot_holds_the_newest_clips_and_counts_the_others(world):
    tapped = world.tap()
    clips = [world.clip(tapped, close=False) for _ in range(63)]
    for clip in (clips[0], clips[-1]):  # one that is not shown, one that is
        commit([(ChunkBatch, kept(clip, 0))], journal.record_many)
        evidence.close_clip(clip, reason="finished", segments={0: 1})
    _, snapshot = incident_snapshot(tapped.incident, for_caller=False)
    shown = [str(clip.uuid) for clip in clips[3:]]
    assert list(snapshot["clips"]) == shown
    assert snapshot["clips_older"] == 3
    _, seen = incident_snapshot(tapped.incident, for_caller=True)
    assert not {"clips", "clips_older"} & set(seen)
    world.check()  # entries keep the same sixty


async def test_a_closing_that_claims_more_than_a_clip_takes_is_none(house, lin):
    await lin.open()
    for segments in (
        dict.fromkeys(range(601), 1),
        {0: 20_001},
        dict.fromkeys(range(501), 40),
    ):
        assert code(await lin.close(segments)) == (400, "malformed")
    assert (await lin.look()).json()["clip"]["state"] == "open"
    clip = (await lin.close(dict.fromkeys(range(500), 40))).json()["clip"]
    assert (clip["state"], clip["gap_count"], clip["missing"]) == (
        "closed", 500, 20_000
    )  # fmt: skip
    assert len(clip["gaps"]) == 20
    await books_hold(house)


async def test_a_large_frame_can_still_be_acknowledged_by_a_slow_reader():
    """Cut off for one frame, a seat would come back and be sent the same again."""
    said: list[str] = []
    socket = SeatSocket()
    socket._say, socket.is_open, socket._greeted = said.append, True, True
    large = "x" * (base.MAX_HELD_BYTES + 1)
    socket.write(large)
    socket.beat("a moment")
    assert (len(said), socket._closing) == (2, None)
    socket._see("a moment")
    socket.write("more")
    assert (said[-1], socket._closing) == ("more", None)
    socket.write(large)
    socket.beat("another")
    socket.write("more")  # to one who has not read it: that one has stopped
    assert (len(said), socket._closing) == (5, base.CLOSE_TOO_SLOW)


# --- Shares --------------------------------------------------------------------------


def test_a_phone_that_fills_its_share_leaves_the_relay_its_own(world, monkeypatch):
    monkeypatch.setattr(chunks, "MAX_INCIDENT_BYTES", 2500)
    tapped = world.tap()
    phone = world.clip(tapped, B, close=False)
    relay = world.clip(tapped, source="relay", close=False)
    with pytest.raises(OverQuota):
        kept(phone, 1)
    [attempt] = commit([(ChunkBatch, kept(relay, 0, B))], journal.record_many)
    assert attempt.error is None
    with pytest.raises(OverQuota):  # the relay's share ends too
        kept(relay, 1)


def test_shares_hold_among_the_chunks_of_one_batch(world, monkeypatch):
    monkeypatch.setattr(chunks, "MAX_INCIDENT_BYTES", 2500)
    tapped = world.tap()
    clips = [world.clip(tapped, source=s, close=False) for s in ("phone", "relay")]
    items = [kept(clip, n, B) for clip in clips for n in range(2)]
    attempts = commit([(ChunkBatch, item) for item in items], journal.record_many)
    errors = [type(attempt.error) for attempt in attempts]
    assert errors == [type(None), OverQuota] * 2


def test_a_phone_that_opens_clip_after_clip_leaves_the_seat_its_own(world, monkeypatch):
    monkeypatch.setattr(opening, "MAX_INCIDENT_CLIPS", 2)
    tapped = world.tap()
    for _ in range(2):
        world.clip(tapped, close=False)
    with pytest.raises(OverQuota):
        world.clip(tapped, close=False)
    for source in ("relay", "seat"):
        assert world.clip(tapped, source=source, close=False).source == source


# --- The writer ----------------------------------------------------------------------


@pytest.fixture
def hashed(monkeypatch) -> list[bool]:
    """Return a list that grows with each hashing: whether in a transaction."""
    seen: list[bool] = []
    real = manifest.segments_of

    def watched(*args):
        seen.append(connection.in_atomic_block)
        return real(*args)

    monkeypatch.setattr(closing, "segments_of", watched)
    return seen


def test_a_closing_is_hashed_before_its_transaction(world, hashed):
    clip = world.clip(world.tap(), A, B, close=False)
    closed = evidence.close_clip(clip, reason="finished", segments={0: 2})
    assert hashed == [False]
    assert closed.is_complete
    evidence.close_clip(closed, reason="finished")  # nothing to hash any more
    assert hashed == [False]


def test_a_chunk_between_hashing_and_closing_is_in_the_digest(world, hashed):
    clip = world.clip(world.tap(), A, close=False)
    item = CloseItem.prepared(clip, SYSTEM, "finished", {0: 2})
    commit([(ChunkBatch, kept(clip, 1, B))], journal.record_many)
    [attempt] = commit([(CloseBatch, item)], journal.record_many)
    assert hashed == [False, True]
    assert (attempt.outcome.is_complete, attempt.outcome.gaps) == (True, [])
    other = world.clip(world.tap("mei"), A, B, close=False)
    assert attempt.outcome.root != evidence.close_clip(other, reason="x").root


def test_chunks_and_closings_lock_their_clips_at_once(world, monkeypatch):
    """One after the other, two transactions could each wait for the other's clip."""
    tapped = world.tap()
    low, high = (world.clip(tapped, close=False) for _ in "12")
    locked: list[list[int]] = []
    monkeypatch.setattr(
        writer, "lock_rows", lambda model, ids: locked.append(sorted(ids))
    )
    attempts = commit(
        [
            (CloseBatch, CloseItem(low.pk, SYSTEM, "finished", {})),
            (ChunkBatch, kept(high, 0)),
        ],
        journal.record_many,
    )
    assert [a.error for a in attempts] == [None, None]
    assert locked == [[low.pk, high.pk]]


# --- The disk ------------------------------------------------------------------------


def disk(monkeypatch, *, size: int, free: int, files: int = 0, free_files: int = 0):
    """Let every disk have so many bytes and files."""
    facts = SimpleNamespace(
        f_frsize=4096, f_blocks=size // 4096, f_bavail=free // 4096,
        f_files=files, f_favail=free_files,
    )  # fmt: skip
    monkeypatch.setattr(os, "statvfs", lambda path: facts)


@pytest.mark.parametrize(
    ("size", "free", "is_beside", "has_room"),
    [
        (6 * MEBIBYTE, MEBIBYTE, False, True),
        (6 * MEBIBYTE, MEBIBYTE // 4, False, False),
        (100 * GIBIBYTE, GIBIBYTE + MEBIBYTE, False, True),
        (100 * GIBIBYTE, GIBIBYTE, False, False),
        (100 * GIBIBYTE, GIBIBYTE + MEBIBYTE, True, False),
        (100 * GIBIBYTE, 2 * GIBIBYTE + MEBIBYTE, True, True),
        (10 * GIBIBYTE, GIBIBYTE + MEBIBYTE, True, True),
        (10 * GIBIBYTE, GIBIBYTE, True, False),
    ],
)
def test_evidence_leaves_room_on_its_disk(
    folder, tmp_path, monkeypatch, size, free, is_beside, has_room
):
    """Taps are rows in a database that may lie on that disk."""
    device = tmp_path.stat().st_dev
    monkeypatch.setattr(local, "_database_disk", lambda: device if is_beside else None)
    disk(monkeypatch, size=size, free=free)
    if has_room:
        assert folder.put(KEY, A)
        return
    with pytest.raises(StorageFull):
        folder.put(KEY, A)
    assert not (tmp_path / "evidence").exists()


def test_evidence_leaves_files_on_its_disk(folder, monkeypatch):
    room = {"size": GIBIBYTE, "free": GIBIBYTE}
    disk(monkeypatch, **room, files=1_000_000, free_files=9_999)
    with pytest.raises(StorageFull):
        folder.put(KEY, A)
    disk(monkeypatch, **room, files=1_000_000, free_files=10_000)
    assert folder.put(KEY, A)


def test_the_databases_disk_is_known_by_its_file(monkeypatch, tmp_path):
    known = SimpleNamespace(
        vendor="sqlite", settings_dict={"NAME": str(tmp_path / "database")}
    )
    monkeypatch.setattr(local, "connection", known)
    assert local._database_disk() is None
    (tmp_path / "database").touch()
    assert local._database_disk() == tmp_path.stat().st_dev
    known.vendor = "postgresql"
    assert local._database_disk() is None


async def test_a_server_whose_databases_disk_is_full_is_not_ready(
    house, monkeypatch, tmp_path
):
    from alarm110 import health, loops

    async def answers() -> bool:
        return True

    monkeypatch.setattr(health, "_database_answers", answers)
    monkeypatch.setattr(loops, "ticks", lambda: {"matcher": 0.1})
    known = SimpleNamespace(
        vendor="sqlite", settings_dict={"NAME": tmp_path / "database"}
    )
    monkeypatch.setattr(health, "connection", known)
    for free, status in ((32 * MEBIBYTE, 200), (31 * MEBIBYTE, 503)):
        disk(monkeypatch, size=GIBIBYTE, free=free)
        answer = await health.readyz(None)
        facts = json.loads(answer.content)
        assert (answer.status_code, facts["disk"]) == (status, status == 200)


# --- Claims --------------------------------------------------------------------------


async def test_a_call_that_the_incident_does_not_know_is_not_kept(house):
    call, other = await house.tap("lin"), await house.tap("mei")
    for named, expected in (
        (call["call"], call["call"]),
        (other["call"], None),
        (str(uuid4()), None),
    ):
        lin = Recorder.of(house, call)
        opened = await lin.open(call=named)
        assert opened.status == 201
        assert opened.json()["clip"]["call"] == expected
        assert (await lin.open(call=named)).status == 200
    await books_hold(house)


async def test_a_look_costs_as_much_as_five_requests(house, lin, monkeypatch):
    await lin.open()
    monkeypatch.setattr(budgets.kept, "per_second", 0.0)
    budgets.kept.clear()
    answers = [(await lin.look()).status for _ in range(11)]
    assert answers == [200] * 9 + [429] * 2
    assert (await lin.put(0, A)).status == 200  # three are left
