"""``verify_records`` finds what a restore lost, and what somebody changed."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Caller, blind_index
from reports.models import Stream
from tests.world import World


@pytest.fixture
def kept(rows, folder):
    """An alarm with two chunks of evidence, and a caller with a proven number."""
    world = World.assemble()
    tapped = world.tap("lin")
    clip = world.clip(tapped, b"first", b"second")
    number = "+8613800138000"
    Caller.objects.update(phone=number, phone_index=blind_index(number))
    return clip


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
