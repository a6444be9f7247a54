"""Recordings become evidence once, whatever dies in between."""

from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4, uuid5

import pytest
from django.test import override_settings

from dispatch.actions.recordings import clip_id, take_in, waiting
from dispatch.loops.recordings import Recordings
from dispatch.media.interface import party
from dispatch.media.relay import files
from dispatch.media.relay.files import LegFolder
from dispatch.models import Participant
from reports.actions import evidence
from reports.actions.evidence import ClipFacts
from reports.clock import now
from reports.errors import StorageFull
from reports.models import EvidenceClip
from reports.states import ClipKind, ClipSource, ClipState
from tests.evidence import stores

FIRST, SECOND = b"\x1a\x45\xdf\xa3" + b"a" * 1_500_000, b"b" * 3000


@pytest.fixture(autouse=True)
def _folder(tmp_path):
    with stores.stored_in(stores.local(tmp_path / "evidence")):
        yield


@pytest.fixture
def home(tmp_path) -> Path:
    return tmp_path / "home"


def record(home, call, who="guest", leg=None, *, segments=(), codecs=("vp8", "opus")):
    """Leave what the relay leaves; return the leg."""
    leg = leg or uuid4()
    folder = LegFolder(home, call, who, leg)
    for segment, data in segments:
        folder.opened(segment, datetime.now(UTC), list(codecs))
        folder.media(segment).write_bytes(data)
        folder.closed(segment, {"video": 1})
    return leg, folder


def all_in(home) -> None:
    """Take in what waits."""
    for path in list(waiting(home)):
        take_in(path)


def bytes_of(clip: EvidenceClip) -> dict[int, bytes]:
    """Return each segment's bytes."""
    read: dict[int, bytes] = {}
    for chunk in evidence.read_chunks(clip):
        read[chunk.segment] = read.get(chunk.segment, b"") + chunk.data
    return read


def test_a_leg_becomes_one_closed_clip(world, home):
    _, tapped = world.connected()
    leg, folder = record(home, tapped.call, segments=[(0, FIRST), (1, SECOND)])
    all_in(home)
    clip = EvidenceClip.objects.get()
    assert clip.uuid == clip_id(tapped.call, leg, "relay")
    assert (clip.source, clip.side, clip.kind) == (
        ClipSource.RELAY,
        "caller",
        ClipKind.VIDEO,
    )
    assert (clip.call, clip.state) == (tapped.call, ClipState.OPEN)
    folder.ended()
    all_in(home)
    clip.refresh_from_db()
    assert (clip.state, clip.is_complete, clip.reason) == ("closed", True, "finished")
    assert bytes_of(clip) == {0: FIRST, 1: SECOND}
    assert not any(home.rglob("*.mkv"))
    assert not any((home / "relay").iterdir())
    world.check()


def test_the_hosts_sound_alone_is_a_clip_of_the_seat(world, home):
    _, tapped = world.connected()
    record(home, tapped.call, "host", segments=[(0, SECOND)], codecs=["opus"])
    all_in(home)
    clip = EvidenceClip.objects.get()
    assert (clip.side, clip.kind, clip.mime) == ("seat", "audio", "audio/x-matroska")


def test_picture_after_sound_alone_is_a_clip_of_its_own(world, home):
    _, tapped = world.connected()
    leg, _ = record(home, tapped.call, segments=[(0, FIRST)], codecs=["opus"])
    all_in(home)
    _, folder = record(home, tapped.call, leg=leg, segments=[(1, SECOND)])
    folder.ended()
    all_in(home)
    found = {clip.uuid: clip for clip in EvidenceClip.objects.all()}
    assert {uuid: clip.kind for uuid, clip in found.items()} == {
        clip_id(tapped.call, leg, "relay"): "audio",
        clip_id(tapped.call, leg, "relay video"): "video",
    }
    assert {clip.state for clip in found.values()} == {"closed"}
    world.check()


@pytest.mark.parametrize("step", ["before_unlink", "between_unlinks"])
def test_a_crash_in_between_changes_nothing(world, home, monkeypatch, step):
    _, tapped = world.connected()
    _leg, folder = record(home, tapped.call, segments=[(0, FIRST)])
    [facts] = waiting(home)
    dies_at = ".mkv" if step == "before_unlink" else ".json"
    unlink = Path.unlink

    def die(path, **options):
        if path.suffix == dies_at:
            raise KeyboardInterrupt
        unlink(path, **options)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", die)
        with pytest.raises(KeyboardInterrupt):
            take_in(facts)
    folder.ended()
    all_in(home)
    clip = EvidenceClip.objects.get()
    assert bytes_of(clip) == {0: FIRST}
    assert clip.is_complete
    assert not any((home / "relay").iterdir())
    world.check()


def test_an_open_file_is_left_alone_and_a_recovered_one_is_not(world, home):
    _, tapped = world.connected()
    _, folder = record(home, tapped.call)
    folder.opened(0, datetime.now(UTC), ["vp8"])
    folder.media(0).write_bytes(SECOND)
    assert list(waiting(home)) == []
    assert files.recover(home) == 1
    all_in(home)
    clip = EvidenceClip.objects.get()
    assert (clip.state, bytes_of(clip)) == ("closed", {0: SECOND})


def test_what_was_closed_meanwhile_goes_into_another_clip(world, home):
    _, tapped = world.connected()
    leg, _ = record(home, tapped.call, segments=[(0, FIRST)])
    all_in(home)
    evidence.close_clip(EvidenceClip.objects.get(), reason="lost")
    record(home, tapped.call, leg=leg, segments=[(1, SECOND)])
    all_in(home)
    assert EvidenceClip.objects.count() == 2
    assert not any(home.rglob("*.mkv"))


def test_a_call_nobody_knows_keeps_its_file_and_is_said_once(world, home, caplog):
    _, folder = record(home, uuid4(), segments=[(0, FIRST)])
    all_in(home)
    all_in(home)
    assert folder.media(0).exists()
    assert len(caplog.records) == 1
    assert not EvidenceClip.objects.exists()


async def test_a_full_storage_is_waited_for(home, monkeypatch):
    turns = []

    def full(path):
        turns.append(path)
        raise StorageFull

    monkeypatch.setattr("dispatch.loops.recordings.take_in", full)
    record(home, uuid4(), segments=[(0, SECOND), (1, SECOND)])
    with override_settings(HOME=home):
        loop = Recordings()
        await loop.turn()
        await loop.turn()
    await loop.stop()
    assert len(turns) == 1


# --- Against a phone that chooses its legs' ids ---------------------------------------

NAMES = ("relay", "relay video", "relay 0")
PHONES = ClipFacts.claimed(source="phone", kind="video", name="mine")


def guesses(call, leg):
    """Return the ids that a phone could have worked out, and ours, had they leaked."""
    return [uuid5(leg, name) for name in NAMES] + [
        clip_id(call, leg, name) for name in NAMES
    ]


@pytest.mark.parametrize("is_closed", [False, True])
def test_a_phone_that_opened_the_clip_before_suppresses_nothing(world, home, is_closed):
    _, tapped = world.connected()
    leg = uuid4()
    for uuid in guesses(tapped.call, leg):
        clip = evidence.open_clip(incident=tapped.incident, clip=uuid, facts=PHONES)
        if is_closed:
            evidence.close_clip(clip, reason="mine")
    record(home, tapped.call, leg=leg, segments=[(0, FIRST)])
    all_in(home)
    clip = EvidenceClip.objects.get(source=ClipSource.RELAY)
    assert bytes_of(clip) == {0: FIRST}
    assert clip.uuid not in guesses(tapped.call, leg)
    phones = EvidenceClip.objects.filter(source=ClipSource.PHONE)
    assert {one.chunk_count for one in phones} == {0}


def test_a_leg_id_of_another_call_keeps_no_recording_out(world, home):
    leg = uuid4()
    found = {}
    for caller in ("lin", "mei"):
        tapped = world.tap(caller)
        record(home, tapped.call, leg=leg, segments=[(0, FIRST)])
        all_in(home)
        found[caller] = EvidenceClip.objects.get(incident__uuid=tapped.incident)
    assert [bytes_of(clip) for clip in found.values()] == [{0: FIRST}] * 2


def test_a_leg_id_that_comes_again_and_again_is_taken_in_each_time(world, home):
    _, tapped = world.connected()
    leg = uuid4()
    sent = [bytes([n]) * 2000 for n in range(5)]
    for data in sent:
        _, folder = record(home, tapped.call, leg=leg, segments=[(0, data)])
        all_in(home)
        folder.ended()
        all_in(home)
    kept = [bytes_of(clip)[0] for clip in EvidenceClip.objects.order_by("pk")]
    assert kept == sent


# --- What nobody foresaw --------------------------------------------------------------


async def test_a_file_that_cannot_be_taken_in_keeps_no_other_back(home, monkeypatch):
    tried = []
    bad, _ = record(home, UUID(int=1), segments=[(0, FIRST)])
    good, _ = record(home, UUID(int=2), segments=[(0, SECOND)])

    def take(path):
        tried.append(path.parent.name)
        if path.parent.name == str(bad):
            raise ZeroDivisionError
        path.unlink()

    monkeypatch.setattr("dispatch.loops.recordings.take_in", take)
    with override_settings(HOME=home):
        loop = Recordings()
        for _ in range(6):
            await loop.turn()
    await loop.stop()
    assert tried.count(str(good)) == 1
    assert tried.count(str(bad)) == 3
    folder = home / "relay" / str(UUID(int=1)) / str(bad)
    assert (folder / "0.mkv").read_bytes() == FIRST
    refused = files.read_json(folder / "0.refused") or {}
    assert (refused["state"], refused["reason"]) == ("refused", "failed")


# --- Of those who came besides --------------------------------------------------------


def test_a_voice_of_who_was_let_in_is_a_clip_of_its_own_named_by_the_role(world, home):
    _, tapped = world.connected()
    row = Participant.objects.create(
        call=world.call(tapped),
        role="supervisor",
        operator=world.staff["chen"],
        joined_at=now(),
    )
    for who in (party(row.uuid), party(uuid4()), "party:nobody"):
        _, folder = record(
            home, tapped.call, who, segments=[(0, SECOND)], codecs=["opus"]
        )
        folder.ended()
    all_in(home)
    clips = EvidenceClip.objects.all()
    assert sorted(clip.name.rsplit("-", 1)[0] for clip in clips) == [
        "seat",
        "seat",
        "supervisor",
    ]
    assert {(c.side, c.kind, c.state) for c in clips} == {("seat", "audio", "closed")}
    row.delete()
