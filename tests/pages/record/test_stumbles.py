"""What a reader took for an error: gone phones, silent taps, receipts, flags twice."""

import csv
import html
import io
from dataclasses import replace
from datetime import timedelta

from django.db import connection
from django.template.loader import render_to_string
from django.utils.timezone import localtime

from dispatch.models import Call
from dispatch.snapshots.record import record_of
from dispatch.snapshots.record.page import page_of
from reports.actions import views
from reports.models import Entry, EvidenceClip
from tests.pages.record.test_page import text_of

GONE = "the phone stopped sending; the rest comes if it comes back"
STILL = "still being uploaded"


def opens(story):
    """Let a recording of the phone begin in the call, and stay open."""
    return story.world.clip(
        story.tapped, b"one", b"two", close=False, call=story.tapped.call
    )


def is_unheard(clip, seconds=60):
    moment = clip.heard_at - timedelta(seconds=seconds)
    EvidenceClip.objects.filter(pk=clip.pk).update(heard_at=moment)


def test_a_phone_that_is_gone_uploads_nothing(story):
    clip = opens(story)
    assert STILL in story.page()
    is_unheard(clip)
    assert STILL in story.page()  # the call goes on, and the phone is there
    call = Call.objects.filter(uuid=story.tapped.call)
    call.update(lost_at=clip.opened_at)
    assert GONE in story.page()
    call.update(lost_at=None)

    story.world.end(story.chen, story.tapped.call)
    page = story.page()
    assert GONE in page
    assert STILL not in page
    is_unheard(clip, seconds=0)  # what it still had, it sends after the call
    assert STILL in story.page()


def test_a_silent_tap_is_said_to_be_one_at_once(story):
    assert f"Alarm raised: incident {story.tapped.number}" in text_of(story.page())
    tapped = story.world.tap("phone 2", mode="silent")
    page = story.browser("han").get(f"/records/{tapped.number}/", secure=True)
    said = text_of(page.content.decode())
    assert f"Silent alarm raised: incident {tapped.number}" in said


def test_receipts_with_other_entries_between_say_what_their_numbers_are(story):
    clip = opens(story)
    story.world.say(story.tapped.incident, story.chen, "Stay there")
    again = {"call": story.tapped.call, "clip": clip.uuid, "segment": 1}
    story.world.clip(story.tapped, b"three", close=False, **again)
    entries = Entry.objects.filter(kind="chunks.stored", object_id=str(clip.uuid))
    first, *_others, last = entries.order_by("seq").values_list("seq", flat=True)
    page = text_of(story.page())
    assert "Received in 3 parts, the last at" in page
    assert f"{first} … {last}" in page
    told = f"Its entries' numbers are between {first} and {last}"
    assert f'title="{html.escape(told)}"' in story.page()
    whole = Entry.objects.filter(kind="chunks.stored", object_id=str(story.clip.uuid))
    of_one = whole.order_by("seq").values_list("seq", flat=True)
    assert f"{of_one[0]}–{of_one[0] + len(of_one) - 1}" in page


def test_receipts_have_the_author_that_the_chain_names(story):
    connection.run_on_commit.clear()
    form = {"reason": "Monthly review"}
    answer = story.browser("han").post(f"{story.path}export/", form, secure=True)
    told = csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline=""))
    [row] = [row for row in told if row["kind"] == "chunks.stored"]
    entry = Entry.objects.filter(kind="chunks.stored").latest("seq")
    names = {"caller": "Caller", "system": "the system"}
    assert row["author"] == names[entry.author_kind]


def test_what_the_head_says_of_the_caller_it_says_once(story):
    page = story.page()
    head = page[page.index('class="record-facts"') : page.index("<incident-record")]
    assert "not verified" in head
    assert "caller not verified" not in head
    assert "no position" in head

    record = record_of(story.incident, story.world.staff["han"])
    record.incident.flags = ["unverified", "position_outside", "repeated"]
    facts = page_of(record)
    assert [one["tone"] for one in facts["flags"]] == ["warn", ""]
    head = render_to_string("record/head.html", facts)
    assert 'data-tone="warn">position outside every known area<' in head
    assert "the caller tapped again" in head
    record.incident.caller.assurance = "phone"  # *Caller* does not say it any more
    head = render_to_string("record/head.html", page_of(record))
    assert "caller not verified" in head


def test_the_clock_counts_from_the_alarm_as_times_are_written(story):
    """A camera that began a moment before the alarm is before it, and not at nought."""
    record = record_of(story.incident, story.world.staff["han"])
    facts = page_of(record)
    opened = story.incident.opened_at
    assert facts["clock"]["alarm"] == int(opened.timestamp()) * 1000
    for one in facts["lines"]:
        seconds = int(one["line"].at.timestamp()) - int(opened.timestamp())
        assert one["since"] == f"+{seconds // 60}:{seconds % 60:02}"
    earlier = replace(record.lines[0], at=opened - timedelta(seconds=1))
    [first] = page_of(replace(record, lines=[earlier]))["lines"]
    assert first["since"] == "−0:01"
    assert localtime(first["line"].at).second == (localtime(opened).second - 1) % 60


def test_a_part_of_one_picture_is_in_the_copy(story):
    """It begins and ends at once there; it was said not to be playable."""
    view = views.ask_view(story.clip.uuid)
    views.finish_view(
        view.uuid,
        chunk_count=3,
        mime="video/webm",
        sha256="a" * 64,
        size=11,
        duration_ms=2900,
        note="",
        parts=[(0, 0, 0), (1, 0, 2900)],
    )
    record = record_of(story.incident, story.world.staff["han"])
    [clip] = record.clips
    assert clip.lane is not None
    assert clip.lane.pieces[0].copy == 0
    assert clip.lane.gaps == []
    assert "Not in the copy that plays here" not in story.page()


def test_a_record_leads_back_to_the_list(story):
    link = '<a href="/admin/reports/incident/">All incidents</a>'
    assert link in story.page("han")
    assert link not in story.page("chen")
