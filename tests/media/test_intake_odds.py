"""Recordings that cannot be taken in, or not yet: nothing of them is lost."""

from datetime import UTC, datetime
from uuid import uuid4

from dispatch.actions.recordings import clip_id, set_aside, take_in, waiting
from dispatch.media.relay import files
from reports.actions import evidence
from reports.models import EvidenceClip
from tests.media.test_intake import (
    PHONES,
    SECOND,
    _folder,
    all_in,
    home,
    record,
)

__all__ = ["_folder", "home"]


def test_a_file_that_is_gone_is_nobodys_matter(world, home):
    """Another process took it in, or set it aside, a moment before."""
    _, folder = record(home, uuid4(), segments=[(0, SECOND)])
    [path] = waiting(home)
    path.unlink()
    take_in(path)
    set_aside(path)
    assert not EvidenceClip.objects.exists()
    assert not path.with_suffix(".refused").exists()
    assert folder.media(0).read_bytes() == SECOND


def test_a_recording_for_which_there_is_no_clip_left_stays_and_is_told(
    world, home, caplog
):
    """Our own ids leaked, and a phone opened them all: its clips hold its own words."""
    _, tapped = world.connected()
    leg, folder = record(home, tapped.call, segments=[(0, SECOND)])
    [path] = waiting(home)
    facts = files.read_json(path) or {}
    for name in ("relay", "relay video", f"relay 0 {facts['started_at']}"):
        uuid = clip_id(tapped.call, leg, name)
        evidence.open_clip(incident=tapped.incident, clip=uuid, facts=PHONES)
    take_in(path)
    assert folder.media(0).read_bytes() == SECOND
    refused = files.read_json(path.with_suffix(".refused")) or {}
    assert (refused["state"], refused["reason"]) == ("refused", "over_quota")
    assert "over_quota" in caplog.text
    assert not EvidenceClip.objects.filter(chunk_count__gt=0).exists()


def test_a_clip_is_not_closed_while_a_segment_of_its_leg_is_being_written(world, home):
    _, tapped = world.connected()
    _, folder = record(home, tapped.call, segments=[(0, SECOND)])
    folder.opened(1, datetime.now(UTC), ["vp8"])
    folder.media(1).write_bytes(SECOND)
    folder.ended()
    all_in(home)
    clip = EvidenceClip.objects.get()
    assert (clip.state, clip.chunk_count) == ("open", 1)
    folder.closed(1, {"video": 1})
    all_in(home)
    clip.refresh_from_db()
    assert (clip.state, clip.is_complete, clip.chunk_count) == ("closed", True, 2)
