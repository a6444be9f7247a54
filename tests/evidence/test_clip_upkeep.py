"""Clips that nobody continues and bytes without a row: what the upkeep does."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import transaction

from dispatch.loops import clips
from reports import journal
from reports.actions import evidence
from reports.actions.evidence.closing import CloseBatch, CloseItem
from reports.clock import after, now
from reports.errors import (
    Busy,
)
from reports.journal import SYSTEM
from reports.models import EvidenceChunk, EvidenceClip
from reports.storage import evidence_storage
from reports.writer import commit
from tests.evidence.clips import VIDEO, A, B, contents, kept, kinds, written

pytestmark = pytest.mark.usefixtures("storage")


def idle(clip: EvidenceClip, **span: float) -> None:
    """Let time pass since a clip's last chunk."""
    EvidenceClip.objects.filter(pk=clip.pk).update(heard_at=now() - timedelta(**span))


def test_what_nobody_continues_is_closed_as_lost(world):
    tapped = world.tap()
    phone, never, young = (world.clip(tapped, close=False) for _ in "123")
    written(kept(phone, 2, A), kept(young, 0, B))
    relay = world.clip(tapped, source="relay", close=False)
    fresh = world.clip(tapped, source="relay", close=False)
    for clip, span in (
        (phone, {"days": 7, "hours": 1}),
        (never, {"days": 7, "hours": 1}),
        (young, {"days": 6, "hours": 23}),
        (relay, {"minutes": 11}),
        (fresh, {"minutes": 9}),
    ):
        idle(clip, **span)
    world.hang_up(world.place(tapped))

    assert evidence.close_idle() == 3
    assert evidence.close_idle() == 0
    for clip in (phone, never, relay):
        clip.refresh_from_db()
        assert (clip.state, clip.reason, clip.is_complete) == ("closed", "lost", False)
    assert phone.gaps == [{"segment": 0, "first": 0, "last": 1}]
    assert set(EvidenceClip.objects.still_open()) == {young, fresh}


def test_a_phone_that_is_back_at_the_last_moment_keeps_its_clip(world):
    """Two processes close what is idle; between the look and the lock a chunk comes."""
    clip = world.clip(world.tap(), close=False)
    idle(clip, hours=25)
    since = now() - timedelta(hours=24)
    item = CloseItem(clip.pk, SYSTEM, "lost", if_idle_since=since)
    written(kept(clip, 0, A))
    [attempt] = commit([(CloseBatch, item)], journal.record_many)
    assert attempt.outcome.state == "open"
    assert kinds(clip) == ["clip.opened", "chunks.stored"]


def test_bytes_without_a_row_are_removed_after_a_day(world, monkeypatch):
    clip = world.clip(world.tap(), A, close=False)
    kept(clip, 1, B)  # and then the process died
    assert sum(evidence.sweep_orphans()) == 0
    assert evidence_storage().put("clips/readme", b"not ours") is True

    monkeypatch.setattr(evidence.upkeep, "ORPHANED", timedelta(seconds=-60))
    assert sum(evidence.sweep_orphans()) == 1
    assert contents(clip) == {(0, 0): A}
    assert set(evidence_storage().old_keys("clips", after(60))) == {
        EvidenceChunk.objects.select_related("clip").get().key,
        "clips/readme",
    }


async def test_the_loop_does_both_a_little_at_a_time(house, monkeypatch):
    call = await house.tap("lin")
    incident = UUID(call["incident"])

    def leave(number: int) -> None:
        clip = evidence.open_clip(incident=incident, clip=uuid4(), facts=VIDEO)
        kept(clip, number, A)
        idle(clip, days=8)

    for number in range(3):
        await house.db(leave, number)
    monkeypatch.setattr(evidence.upkeep, "ORPHANED", timedelta(seconds=-60))
    monkeypatch.setattr(evidence.upkeep, "MANY", 2)
    monkeypatch.setattr(clips, "MANY", 2)
    monkeypatch.setattr(clips, "AT_ONCE_SECONDS", 0.0)  # one clip a turn
    loop = clips.Clips()
    await loop.turn()
    assert await house.db(EvidenceClip.objects.still_open().count) == 3  # not yet due
    loop.close_at = loop.orphans_at = 0.0
    left = []
    for _ in range(5):
        await loop.turn()
        names = list(evidence_storage().old_keys("clips", after(60)))
        left.append(
            (len(names), await house.db(EvidenceClip.objects.still_open().count))
        )
    await loop.stop()
    assert left == [(2, 1), (1, 0), (0, 0), (0, 0), (0, 0)]


@pytest.mark.parametrize(
    ("percent", "is_told"), [(84, False), (85, True), (None, False)]
)
async def test_a_disk_that_is_nearly_full_is_told_in_time(
    monkeypatch, caplog, percent, is_told
):
    storage = type(evidence_storage())
    monkeypatch.setattr(storage, "percent_full", lambda self: percent)
    loop = clips.Clips()
    for _ in range(3):
        await loop.turn()
    await loop.stop()
    told = [r for r in caplog.records if "make room" in r.getMessage()]
    assert len(told) == is_told  # once, not each second


def test_a_chunk_that_comes_again_while_its_old_bytes_are_removed(world, monkeypatch):
    """Acknowledged is there: a receipt never rests on bytes that just went."""
    clip = world.clip(world.tap(), close=False)
    kept(clip, 0, A)
    again = kept(clip, 0, A)  # it found them there
    assert not again.is_new
    monkeypatch.setattr(evidence.upkeep, "ORPHANED", timedelta(seconds=-60))
    assert sum(evidence.sweep_orphans()) == 1
    [attempt] = written(again)
    assert isinstance(attempt.error, Busy)
    [attempt] = written(kept(clip, 0, A))  # the phone tries again
    assert attempt.error is None
    assert sum(evidence.sweep_orphans()) == 0
    assert contents(clip) == {(0, 0): A}


def test_the_removal_looks_at_the_rows_under_the_lock(world, monkeypatch):
    """The list of names is old by the time it is worked through."""
    clip = world.clip(world.tap(), close=False)
    item = kept(clip, 0, A)
    storage = evidence_storage()
    names = list(storage.old_keys("clips", after(60)))
    written(item)
    monkeypatch.setattr(type(storage), "old_keys", lambda *_: iter(names))
    real = EvidenceChunk.objects.filter
    monkeypatch.setattr(
        EvidenceChunk.objects, "filter", lambda **_: real(pk=0)
    )  # as if the look before had come too early
    monkeypatch.setattr(evidence.upkeep, "ORPHANED", timedelta(seconds=-60))
    assert sum(evidence.sweep_orphans()) == 0
    monkeypatch.undo()
    assert contents(clip) == {(0, 0): A}


def test_a_transaction_that_fails_leaves_no_receipt(world):
    clip = world.clip(world.tap(), close=False)
    item = kept(clip, 0, A)
    with transaction.atomic():
        written(item)
        transaction.set_rollback(True)  # the power went
    assert not EvidenceChunk.objects.exists()
    assert written(item)[0].outcome.chunk_count == 1
