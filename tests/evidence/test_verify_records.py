"""``verify_records`` finds what a restore lost, and what somebody changed."""

import hashlib
from io import StringIO
from pathlib import Path

import pytest
from django.core.files.storage import FileSystemStorage
from django.core.management import CommandError, call_command

from accounts.models import Caller, blind_index
from reports.actions import evidence
from reports.actions.evidence import checking
from reports.actions.evidence.manifest import (
    chunks_of,
    digest,
    manifest,
    segments_of,
)
from reports.management.commands import verify_records
from reports.models import Entry, EvidenceChunk, EvidenceClip, Stream
from reports.models.evidence import chunk_key
from reports.storage import evidence_storage
from tests.database import triggers_lifted
from tests.world import World


@pytest.fixture
def tapped(rows, folder):
    """An alarm."""
    world = World.assemble()
    return world, world.tap("lin")


@pytest.fixture
def kept(tapped):
    """An alarm with two chunks of evidence, and a caller with a proven number."""
    clip = tapped[0].clip(tapped[1], b"first", b"second")
    number = "+8613800138000"
    Caller.objects.update(phone=number, phone_index=blind_index(number))
    return clip


@pytest.fixture
def growing(tapped):
    """The same clip, not closed yet."""
    return tapped[0].clip(tapped[1], b"first", b"second", close=False)


def verify(*options: str) -> tuple[list[str], str]:
    """Return what it says, and its refusal."""
    out = StringIO()
    try:
        call_command("verify_records", *options, stdout=out)
    except CommandError as refusal:
        return out.getvalue().splitlines(), str(refusal)
    return out.getvalue().splitlines(), ""


def test_what_is_whole_is_counted_and_called_so(kept):
    said, refusal = verify()
    assert refusal == ""
    assert said == [
        f"{Stream.objects.count()} streams: whole",
        "1 callers' numbers: whole",
        "2 chunks of evidence: whole",
    ]


def test_lost_bytes_a_cut_chain_and_foreign_keys_are_each_named(
    kept, settings, tmp_path: Path
):
    [path] = tmp_path.glob(f"evidence/clips/{kept.uuid}/0/1-*")
    path.unlink()
    stream = Stream.objects.get(uuid=kept.incident.uuid)
    Stream.objects.filter(pk=stream.pk).update(head_digest="f" * 64)
    settings.BLIND_INDEX_KEY = "another key of thirty-two characters and more"
    said, refusal = verify()
    assert [line.rsplit(": ")[1] for line in said] == ["1 faulty"] * 3
    caller = Caller.objects.get()
    assert [fault.split(": ")[0] for fault in refusal.splitlines()] == [
        f"stream {stream.uuid}",
        f"caller {caller.uuid}",
        f"clip {kept.uuid}",
    ]
    assert verify("--no-evidence")[1].count("\n") == 1


# --- A row and its file, changed or taken away together -------------------------------


def forge(clip: EvidenceClip, index: int, data: bytes) -> None:
    """Put other bytes in a chunk's place, and their hash in its row."""
    sha256 = hashlib.sha256(data).hexdigest()
    evidence_storage().put(chunk_key(clip.uuid, 0, index, sha256), data)
    with triggers_lifted():
        EvidenceChunk.objects.filter(clip=clip, index=index).update(sha256=sha256)


def take_out(clip: EvidenceClip, index: int) -> None:
    """Remove a chunk's row and its file."""
    chunk = EvidenceChunk.objects.select_related("clip").get(clip=clip, index=index)
    storage = evidence_storage()
    assert isinstance(storage, FileSystemStorage)
    Path(storage.path(chunk.key)).unlink()
    with triggers_lifted():
        EvidenceChunk.objects.filter(pk=chunk.pk).delete()


def faults(clip: EvidenceClip) -> list[str]:
    """Return what is said of a clip, and nothing else is wrong."""
    said = verify()[1].splitlines()
    assert all(line.startswith(f"clip {clip.uuid}: ") for line in said), said
    return [line.partition(": ")[2] for line in said]


@pytest.mark.parametrize(
    "change", [lambda c: forge(c, 1, b"another"), lambda c: take_out(c, 1)]
)
def test_a_row_that_went_with_its_file_is_found_by_digest_and_journal(kept, change):
    change(kept)
    assert faults(kept) == [
        "1 acknowledged chunks are not in its rows, or others are, from 0/1",
        "its digest is not that of its rows",
    ]
    # A clever hand makes the digest anew too: the chain still names the first one.
    kept.refresh_from_db()
    segments = segments_of(chunks_of(kept))
    kept.root = digest(manifest(kept, segments))
    kept.save(update_fields=["root"])
    assert faults(kept)[1:] == ["its digest is not the one that the journal names"]


@pytest.mark.parametrize(
    "change", [lambda c: forge(c, 0, b"another"), lambda c: take_out(c, 0)]
)
def test_in_a_clip_that_still_grows_what_was_acknowledged_is_there(growing, change):
    assert verify()[1] == ""
    change(growing)
    [fault] = faults(growing)
    assert fault.startswith("1 acknowledged chunks are not in its rows")


def test_what_a_closed_clip_says_of_itself_is_under_its_digest(kept):
    EvidenceClip.objects.filter(pk=kept.pk).update(mime="video/other")
    assert faults(kept) == ["its digest is not that of its rows"]


def test_a_clip_that_is_gone_altogether_is_missed(kept):
    with triggers_lifted():
        EvidenceChunk.objects.all().delete()
        EvidenceClip.objects.all().delete()
    assert faults(kept) == ["the journal knows it, and its row is gone"]


def test_a_clip_closed_back_to_open_is_found(kept):
    with triggers_lifted():
        EvidenceClip.objects.update(state="open", root="", closed_at=None)
    assert faults(kept) == ["it is open, and the journal says that it was closed"]


# --- A run that is long, on a system that works ---------------------------------------


def test_a_disk_that_fails_is_one_line_and_the_rest_is_read(tapped, monkeypatch):
    world, alarm = tapped
    bad, good = world.clip(alarm, b"one"), world.clip(alarm, b"two", b"three")
    storage = evidence_storage()
    opened = type(storage).open

    def failing(self, name, mode="rb"):
        if str(bad.uuid) in name:
            raise OSError(5, "Input/output error")
        return opened(self, name, mode)

    monkeypatch.setattr(type(storage), "open", failing)
    said, refusal = verify()
    assert (
        refusal
        == f"clip {bad.uuid}: it cannot be read: OSError: [Errno 5] Input/output error"
    )
    assert said[-1] == f"{good.chunk_count} chunks of evidence: 1 faulty"


def test_what_grows_and_closes_meanwhile_is_no_fault(tapped, growing, monkeypatch):
    world, alarm = tapped
    told_of, entries = checking._told_of, Entry.objects.filter
    late: list[EvidenceClip] = []

    def closing(clip):
        told = told_of(clip)
        if not late:
            late.append(
                evidence.close_clip(growing, reason="finished", segments={0: 2})
            )
        return told

    def writing(*args, **which):
        """The head was read, the entries were not: one more comes."""
        if "stream" in which and which["stream"].uuid == alarm.incident:
            monkeypatch.setattr(Entry.objects, "filter", entries)
            world.say(alarm.incident, world.place(alarm), "He is here.")
        return entries(*args, **which)

    monkeypatch.setattr(checking, "_told_of", closing)
    monkeypatch.setattr(Entry.objects, "filter", writing)
    head = Stream.objects.get(uuid=alarm.incident).head_seq
    assert verify()[1] == ""
    assert Stream.objects.get(uuid=alarm.incident).head_seq == head + 2
    assert late[0].state == "closed"


def test_a_long_run_says_how_far_it_is(kept, monkeypatch):
    monkeypatch.setattr(verify_records, "TELL_SECONDS", 0.0)
    told = StringIO()
    call_command("verify_records", stdout=StringIO(), stderr=told)
    assert "… 2 chunks of evidence so far" in told.getvalue().splitlines()
