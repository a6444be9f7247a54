"""Copies asked for, made, refused, and found again; snapshot + entries = fresh one."""

import hashlib
import os
from io import BytesIO
from uuid import uuid4

import av
import pytest
from django.core.files.storage import storages
from django.db import IntegrityError, OperationalError, transaction
from django_tasks_db.models import DBTaskResult

from reports import journal
from reports.actions import copying, views
from reports.actions.evidence import files, open_clip, read_chunks
from reports.actions.evidence.opening import ClipFacts
from reports.clock import now
from reports.errors import NoSuchClip
from reports.journal import Author
from reports.models import EvidenceChunk, ViewCopy
from reports.storage import evidence_storage
from tests.database import triggers_lifted
from tests.views.pictures import jpeg, png_bomb
from tests.views.stage import keep, pass_time, states, view_entries, webm

HTML = b"<html><script>alert(1)</script></html>"


def content_of(view: ViewCopy) -> bytes:
    with evidence_storage().open(view.key) as file:
        return file.read()


def test_a_recording_is_copied_and_its_original_untouched(world, at_once):
    incident = world.tap().incident
    clip = keep(incident, webm(), webm(hue=90))
    before = [(c.segment, c.index, c.data) for c in read_chunks(clip)]

    author = Author("supervisor", str(world.staff["zhao"].uuid))
    asked = views.ask_view(clip.uuid, author=author)

    view = ViewCopy.objects.get()
    assert view.uuid == asked.uuid
    assert (view.state, view.mime, view.reason) == ("ready", "video/webm", "")
    assert view.chunk_count == clip.chunk_count == 2
    assert 1900 <= view.duration_ms <= 2100
    content = content_of(view)
    assert view.sha256 == hashlib.sha256(content).hexdigest()
    assert view.bytes == len(content)
    with av.open(BytesIO(content)) as container:
        assert len(list(container.decode(video=0))) == 30
    assert [(c.segment, c.index, c.data) for c in read_chunks(clip)] == before
    assert states(incident) == ["making", "ready"]
    assert view_entries(incident)[-1]["sha256"] == view.sha256
    first = next(e for e in journal.replay(incident, 0) if "view_changed" in e.kind)
    assert first.author_kind == "supervisor"


@pytest.mark.parametrize(
    ("content", "kind", "state"),
    [(webm(), "video", "ready"), (HTML, "photo", "refused")],
)
def test_how_it_ended_is_written_once_the_database_takes_it(
    world, at_once, monkeypatch, content, kind, state
):
    """Others held it for a moment: the work is not done anew ten minutes later."""
    tries, settle = [], views._settle

    def locked_twice(view, **fields):
        tries.append(fields["state"])
        if len(tries) < 3:
            raise OperationalError("database is locked")
        return settle(view, **fields)

    monkeypatch.setattr(views, "_settle", locked_twice)
    monkeypatch.setattr(copying, "TRY_AGAIN_SECONDS", (0.01, 0.01, 0.01))

    views.ask_view(keep(world.tap().incident, content, kind=kind).uuid)

    assert ViewCopy.objects.get().state == state
    assert tries == [state] * 3


def test_a_photo_s_place_stays_in_the_original_alone(world, at_once):
    original = jpeg(place=True)
    clip = keep(world.tap().incident, original, kind="photo")
    views.ask_view(clip.uuid)

    view = ViewCopy.objects.get()
    assert (view.state, view.mime) == ("ready", "image/jpeg")
    assert b"Exif" not in content_of(view)
    assert b"".join(c.data for c in read_chunks(clip)) == original


@pytest.mark.parametrize(
    ("kind", "content", "reason"),
    [
        ("file", webm(), "unknown_type"),
        ("file", HTML, "unknown_type"),
        ("photo", HTML, "not_an_image"),
        ("photo", webm(), "not_an_image"),
        ("photo", png_bomb(10_000, 10_000), "too_many_pixels"),
        ("video", jpeg(), "not_a_recording"),
        ("audio", b"#EXTM3U\nfile:///etc/passwd\n", "not_a_recording"),
    ],
)
def test_what_cannot_be_shown_says_why(world, at_once, kind, content, reason):
    incident = world.tap().incident
    clip = keep(incident, content, kind=kind)
    views.ask_view(clip.uuid)

    view = ViewCopy.objects.get()
    assert (view.state, view.reason, view.sha256) == ("refused", reason, "")
    assert view_entries(incident)[-1]["reason"] == reason
    assert views.ask_view(clip.uuid) == view  # asking again changes nothing
    assert b"".join(c.data for c in read_chunks(clip)) == content


def test_a_photo_that_is_too_large_is_not_even_read(world, at_once, monkeypatch):
    monkeypatch.setattr(copying, "MAX_PHOTO_BYTES", 1000)
    clip = keep(world.tap().incident, jpeg(), kind="photo")
    views.ask_view(clip.uuid)
    assert ViewCopy.objects.get().reason == "too_large"


def test_a_clip_that_grows_is_copied_anew_and_its_newest_copy_counts(world, at_once):
    incident = world.tap().incident
    clip = keep(incident, webm(), is_closed=False)
    first = views.ask_view(clip.uuid)
    assert views.ask_view(clip.uuid) == first  # nothing new came

    keep(incident, webm(), webm(), is_closed=False, clip=clip.uuid)
    assert views.ask_view(clip.uuid) == first  # each copy is kept: not so often
    pass_time(31)
    second = views.ask_view(clip.uuid)

    assert second != first
    assert ViewCopy.objects.get(uuid=second.uuid).chunk_count == 2
    assert states(incident) == ["making", "ready"] * 2


def test_a_hole_is_told(world, at_once, monkeypatch):
    monkeypatch.setattr(files, "MAX_CHUNK_BYTES", 4000)
    clip = keep(world.tap().incident, webm(), webm(), is_closed=False)
    with triggers_lifted():  # as if it had never come
        EvidenceChunk.objects.filter(clip=clip, segment=1, index=1).delete()
    views.ask_view(clip.uuid)

    view = ViewCopy.objects.get()
    assert (view.state, view.reason) == ("ready", "holes:1")


def test_damaged_evidence_is_not_shown_as_if_it_were_sound(world, at_once, caplog):
    clip = keep(world.tap().incident, webm())
    chunk = clip.chunks.get()
    path = storages["evidence"].path(chunk.key)
    os.chmod(path, 0o600)
    with open(path, "r+b") as file:
        file.seek(500)
        file.write(b"other")
    views.ask_view(clip.uuid)

    assert ViewCopy.objects.get().reason == "damaged"
    assert "is damaged" in caplog.text


def test_nothing_is_asked_of_nothing(world):
    with pytest.raises(NoSuchClip):
        views.ask_view(uuid4())
    facts = ClipFacts.claimed(source="phone", kind="video")
    empty = open_clip(incident=world.tap().incident, clip=uuid4(), facts=facts)
    with pytest.raises(NoSuchClip):
        views.ask_view(empty.uuid)


# --- One at a time, and never lost ---------------------------------------------------


def test_a_clip_has_one_copy_in_the_making(world):
    incident = world.tap().incident
    clip = keep(incident, webm())
    first = views.ask_view(clip.uuid)

    assert views.ask_view(clip.uuid) == first
    assert states(incident) == ["making"]
    assert DBTaskResult.objects.count() == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        ViewCopy.objects.create(clip=clip, asked_at=now())


def test_a_ready_copy_has_a_digest(world, at_once):
    clip = keep(world.tap().incident, webm())
    views.ask_view(clip.uuid)
    for wrong in ({"sha256": ""}, {"made_at": None}, {"state": "perhaps"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            ViewCopy.objects.update(**wrong)


def test_two_workers_make_one_copy(world):
    clip = keep(world.tap().incident, webm())
    view = views.ask_view(clip.uuid)

    assert views.begin_view(view.uuid) is not None
    assert views.begin_view(view.uuid) is None


def test_what_a_dead_worker_began_is_begun_again_after_two_minutes(world):
    incident = world.tap().incident
    clip = keep(incident, webm())
    view = views.ask_view(clip.uuid)
    views.begin_view(view.uuid)  # and dies

    pass_time(119)
    assert views.find_lost() == 0
    pass_time(2)
    assert views.find_lost() == 1
    copying.make_view(view.uuid)

    view.refresh_from_db()
    assert (view.state, view.tries) == ("ready", 2)
    assert states(incident) == ["making", "ready"]


def test_what_killed_three_workers_is_refused(world):
    incident = world.tap().incident
    clip = keep(incident, webm())
    view = views.ask_view(clip.uuid)
    for _ in range(3):
        assert views.begin_view(view.uuid) is not None
        pass_time(121)
    copying.make_view(view.uuid)

    view.refresh_from_db()
    assert (view.state, view.reason, view.tries) == ("refused", "took_too_long", 3)
    assert states(incident) == ["making", "refused"]
    again = views.ask_view(clip.uuid)  # a person may want it all the same
    assert again != view


def test_a_worker_that_is_late_changes_nothing(world, at_once):
    clip = keep(world.tap().incident, webm())
    view = views.ask_view(clip.uuid)
    views.refuse_view(view.uuid, "took_too_long")

    view.refresh_from_db()
    assert view.state == "ready"


def test_a_job_that_was_never_enqueued_is_found(world):
    clip = keep(world.tap().incident, webm())
    views.ask_view(clip.uuid)
    DBTaskResult.objects.all().delete()  # the process died right after its commit

    pass_time(121)
    assert views.find_lost() == 1
    assert DBTaskResult.objects.count() == 1


def test_closed_clips_get_their_copies_unasked(world, at_once):
    incident = world.tap().incident
    film = keep(incident, webm())
    photo = keep(incident, jpeg(), kind="photo")
    keep(incident, HTML, kind="file")
    still_open = keep(incident, webm(), is_closed=False)

    assert views.ask_missing() == 2
    assert views.ask_missing() == 0
    assert {v.clip_id for v in ViewCopy.objects.all()} == {film.pk, photo.pk}
    assert not still_open.views.exists()
    assert views.ask_missing(since=now()) == 0


def test_a_clip_copied_while_open_is_copied_again_once_it_is_closed(world, at_once):
    incident = world.tap().incident
    clip = keep(incident, webm(), is_closed=False)
    views.ask_view(clip.uuid)
    keep(incident, webm(), webm(), clip=clip.uuid)

    assert views.ask_missing() == 1
    assert clip.views.first().chunk_count == 2


def test_a_full_disk_is_told_and_tried_again_when_asked(world, at_once, monkeypatch):
    clip = keep(world.tap().incident, webm())
    monkeypatch.setattr(copying, "SPARE_BYTES", 1 << 60)
    views.ask_view(clip.uuid)
    assert ViewCopy.objects.get().reason == "storage_full"
    assert views.ask_missing() == 0

    monkeypatch.undo()
    views.ask_view(clip.uuid)
    assert clip.views.first().state == "ready"


def test_nothing_is_left_in_the_workroom(world, at_once, settings):
    incident = world.tap().incident
    views.ask_view(keep(incident, webm()).uuid)
    views.ask_view(keep(incident, HTML, kind="photo").uuid)
    workroom = settings.HOME / "copies"
    assert list(workroom.iterdir()) == []

    (workroom / "tmpdead").mkdir()
    (workroom / "tmpdead" / "0").write_bytes(b"a piece of evidence")
    copying.sweep_workroom()
    assert len(list(workroom.iterdir())) == 1  # it may be another worker's
    os.utime(workroom / "tmpdead", (0, 0))
    copying.sweep_workroom()
    assert list(workroom.iterdir()) == []


def test_what_somebody_waits_for_is_made_before_a_flood_of_others(
    world, django_capture_on_commit_callbacks
):
    flood, other = world.tap().incident, world.tap("wang").incident
    clips = [keep(flood, jpeg()) for _ in range(4)]
    late = keep(other, jpeg())
    wanted = clips[2]
    author = Author("operator", str(world.staff["zhao"].uuid))

    with django_capture_on_commit_callbacks(execute=True):
        for clip in [*clips, late]:
            views.ask_view(clip.uuid)
        views.ask_view(wanted.uuid, author=author)

    order = [
        str(ViewCopy.objects.get(uuid=job.args_kwargs["args"][0]).clip.uuid)
        for job in DBTaskResult.objects.ready()
    ]
    assert order[0] == str(wanted.uuid)  # somebody looks at an empty player
    assert order.index(str(late.uuid)) < order.index(str(clips[1].uuid))
