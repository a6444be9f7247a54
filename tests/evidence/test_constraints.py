"""What the database itself refuses: each rule of evidence is broken by hand."""

from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from reports.clock import now
from reports.models import EvidenceChunk, EvidenceClip

pytestmark = pytest.mark.usefixtures("folder")


@pytest.mark.parametrize(
    ("rule", "wrong"),
    [
        ("clip_source_known", {"source": "cloud"}),
        ("clip_kind_known", {"kind": "film"}),
        ("clip_side_known", {"side": "ghost"}),
        ("closed_clip_has_digest_and_time", {"state": "closed"}),
        ("closed_clip_has_digest_and_time", {"state": "shut"}),
        ("closed_clip_has_digest_and_time", {"closed_at": now()}),
        ("closed_clip_has_digest_and_time", {"root": "0" * 64}),
        ("closed_clip_has_digest_and_time", {"state": "closed", "root": "0" * 64}),
        ("closed_clip_has_digest_and_time", {"state": "closed", "closed_at": now()}),
    ],
    ids=str,
)
def test_a_clip_is_in_no_state_that_does_not_exist(world, rule, wrong):
    world.clip(world.tap(), close=False)
    with pytest.raises(IntegrityError, match=rule), transaction.atomic():
        EvidenceClip.objects.update(**wrong)


def test_a_place_holds_one_chunk(world):
    world.clip(world.tap(), b"first")
    chunk = EvidenceChunk.objects.get()
    chunk.pk, chunk.sha256 = None, "0" * 64
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        chunk.save(force_insert=True)
    if connection.vendor == "postgresql":
        assert "one_chunk_per_place" in str(error.value)


def test_an_id_is_one_clip(world):
    clip = world.clip(world.tap(), close=False)
    clip.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        clip.save(force_insert=True)
    clip.uuid = uuid4()
    clip.save(force_insert=True)
    clip.delete()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE reports_evidencechunk SET sha256 = 'x'",
        "UPDATE reports_evidencechunk SET bytes = 0",
        "DELETE FROM reports_evidencechunk",
        "TRUNCATE reports_evidencechunk",
    ],
)
def test_a_receipt_never_changes(world, statement):
    world.clip(world.tap(), b"first")
    if statement.startswith("TRUNCATE") and connection.vendor != "postgresql":
        return  # SQLite has no such word
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as c:
        c.execute(statement)
    assert EvidenceChunk.objects.get().bytes == 5
