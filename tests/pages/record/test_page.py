"""What a record shows: words, times, gaps, what cannot be played, and the proof."""

import json
import re
from datetime import timedelta

from django.utils import timezone, translation

from dispatch.loops.matcher import match
from dispatch.snapshots.record import record_of, sentences, words
from dispatch.snapshots.record.page import page_of
from dispatch.snapshots.record.timeline import lines_of
from reports.actions import evidence, views
from reports.events import KINDS
from reports.models import EntryBody, Incident, Stream
from tests import database
from tests.standing import standing_time

IN_THE_LEDGER = {
    *("clip.viewed", "record.viewed", "records.exported"),
    *("room.monitored", "phone.revealed"),
}
OF_AN_AGENCY = {"seat.updated", "line.updated", "notice.updated", "leases.extended"}
FOLDED = {"chunks.stored"}


def text_of(page):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def test_each_kind_of_entry_has_its_sentence():
    known = {kind for kind in KINDS if not kind.startswith("test")}
    assert known - IN_THE_LEDGER - OF_AN_AGENCY - FOLDED <= set(sentences.TOLD)


def test_the_timeline_tells_what_happened_in_its_order(story):
    said = text_of(story.page())
    told = [
        f"Alarm raised: incident {story.tapped.number}",
        "Two men at the door",
        "Answered at",
        "The caller switched to silent",
        "He has a &lt;b&gt;knife",
        "Are you alone?",
        "Place: West Street 7",
        "Received in 3 parts",
    ]
    places = [said.index(sentence) for sentence in told]
    assert places == sorted(places)
    assert "Priority: Life in danger" in said

    before = said[: said.index("Are you alone")]
    assert before.rfind("Chen") > before.rfind("Caller")  # who wrote it


def test_the_alarm_is_raised_at_one_time(story):
    lines, _left_out = lines_of(story.incident)
    assert lines[0].at == story.incident.opened_at


def read(story):
    """Return the record as han reads it; rows may be changed here, not in the books."""
    return record_of(story.incident, story.world.staff["han"])


def test_the_head_names_the_place_that_is_known(story):
    assert "Place West Street 7" in text_of(story.page())
    record = read(story)
    record.incident.place = ""
    with translation.override("en"):
        assert page_of(record)["place"] == ""
        [call] = record.calls
        call.area_name, call.area_name_en = "芝罘区", "Zhifu District"
        told = "Zhifu District (by the phone's position)"
        assert page_of(record)["place"] == told


def test_sizes_lengths_and_seats_are_written_as_at_the_console(story):
    assert "· 11 B ·" in text_of(story.page())
    record = read(story)
    [clip], [call] = record.clips, record.calls
    clip.clip.bytes = 6_150_000
    call.seat.label = call.seat.label_en = ""
    call.seat.agency.name_en = "Zhifu District Police"
    call.connected_at = call.connected_at.replace(microsecond=50_000)
    call.ended_at = call.connected_at + timedelta(seconds=109.9)
    with translation.override("en"):
        page = page_of(record)
    assert page["clips"][0]["size"] == "6.2 MB"
    assert page["calls"][0]["seat"] == "Zhifu District Police, seat 7"
    assert page["calls"][0]["lasted"] == "1:49"


def _seconds(written):
    """Read 0:07, 1:02:03 or 21:03:57 as seconds."""
    return sum(int(n) * 60**i for i, n in enumerate(reversed(written.split(":"))))


def test_no_two_times_and_spans_of_a_record_disagree(story, monkeypatch):
    """Written seconds are cut; what happened is written a fraction later."""
    with standing_time() as standing:
        for n in range(2, 12):
            monkeypatch.setattr("tests.standing.TICK", timedelta(seconds=0.013 * n))
            standing.moves(60 + 0.37 * n)
            [hand] = story.world.hire(1)  # all others are in a call, or in wrap-up
            tapped = story.world.tap(f"phone {n}")
            match()
            story.world.accept(hand)
            story.world.end(hand, tapped.call)
            page = story.browser("han").get(f"/records/{tapped.number}/", secure=True)
            _agrees(Incident.objects.get(uuid=tapped.incident), page.content.decode())


def _agrees(incident, page):
    said = text_of(page)
    head = r"Answered after ([\d:]+), .*? at ([\d:]+) · lasted ([\d:]+)"
    [(waited, over, lasted)] = re.findall(head, said)
    [raised] = re.findall(r"Raised [\d-]+ ([\d:]+)", said)
    lines, _left_out = lines_of(incident)
    at = {
        line.kind: f"{timezone.localtime(line.at):%H:%M:%S}"
        for line in lines
        if line.kind in ("incident.opened", "call.connected", "call.ended")
    }
    assert (at["incident.opened"], at["call.ended"]) == (raised, over)
    answered = _seconds(at["call.connected"])
    day = 24 * 3600
    assert (answered - _seconds(raised)) % day == _seconds(waited)
    assert (_seconds(over) - answered) % day == _seconds(lasted)
    assert f"+{waited} " in said, "as the timeline has it"
    moments = [line.at for line in lines]
    assert moments == sorted(moments)


def test_the_time_of_the_proof_names_its_zone(story):
    looked = re.search(r"Looked at \S+ \S+ (\S+)\. The", text_of(story.page()))
    assert looked
    assert looked[1] == "UTC+08:00"


def test_no_number_and_no_script_of_a_caller_reaches_the_page(story):
    page = story.page()
    assert "<b>knife</b>" not in page
    assert not re.search(r"\son\w+=|\sstyle=", page)
    scripts = re.findall(r"<script(?![^>]*\ssrc=)[^>]*>", page)
    assert scripts == ['<script id="record-clock" type="application/json">']


def test_the_other_language_has_its_own_words(story):
    with translation.override("zh-hans"):
        expected = translation.gettext("Caller")
    assert expected in text_of(story.page(language="zh-hans"))


def test_an_offices_seat_is_not_told_by_a_bare_number():
    with translation.override("en"):
        assert words.seat("Zhifu District Police 1", "Chen") == (
            "Zhifu District Police, seat 1 (Chen)"
        )
        assert words.seat("芝罘公安分局 12", "") == "芝罘公安分局, seat 12"
        for named in ("Zhifu 7", "芝罘 7", "Window", "七号席"):
            assert words.seat(named, "") == named


def clock(page):
    found = re.search(r'<script id="record-clock"[^>]*>(.*?)</script>', page)
    return json.loads(found.group(1))


def test_a_recording_without_its_copy_is_prepared_and_then_played(story):
    [clip] = clock(story.page())["clips"]
    assert clip["way"] == "ask"

    view = views.ask_view(story.clip.uuid)
    page = story.page()
    assert "A copy to look at is still being prepared." in page
    assert f"/api/v1/console/clips/{story.clip.uuid}/original" in page
    [clip] = clock(page)["clips"]
    assert [copy for _at, _length, copy in clip["pieces"]] == [None]

    views.finish_view(
        view.uuid,
        chunk_count=3,
        mime="video/webm",
        sha256="a" * 64,
        size=11,
        duration_ms=2900,
        note="",
        parts=[(0, 0, 2900)],
    )
    page = story.page()
    [clip] = clock(page)["clips"]
    [(at, length, copy)] = clip["pieces"]
    assert (clip["way"], length, copy) == ("play", 2900, 0)
    assert clock(page)["begins"] <= at <= story.clip.opened_at.timestamp() * 1000
    assert f"/api/v1/console/clips/{story.clip.uuid}/view/{view.uuid}" in page


def test_what_never_arrived_is_a_gap_with_its_reason(story):
    clip = story.world.clip(story.tapped, b"one", b"two", b"three", close=False)
    evidence.close_clip(clip, reason="finished", segments={0: 6})
    page = story.page()
    assert "3 pieces never arrived" in page
    [gap] = [gap for clip in clock(page)["clips"] for gap in clip["gaps"]]
    assert gap[2] == "3 pieces never arrived"


def test_a_copy_that_cannot_be_made_says_why_and_offers_the_original(story):
    view = views.ask_view(story.clip.uuid)
    views.refuse_view(view.uuid, "not_a_recording")
    page = story.page()
    assert "It cannot be shown here: it is not a recording." in page
    assert f"/api/v1/console/clips/{story.clip.uuid}/original" in page


def test_an_incident_without_recordings_says_so(story):
    other = story.world.tap("phone 2")
    page = story.browser("han").get(f"/records/{other.number}/", secure=True)
    assert "Nothing was recorded." in page.content.decode()


def test_an_erased_entry_is_said_to_be_erased_and_the_chain_stays_whole(story):
    with database.triggers_lifted():
        EntryBody.objects.filter(text__contains="knife").delete()
    page = story.page()
    assert "knife" not in page
    assert "The content was erased; the chain is whole." in page
    assert "The chain is whole" in page


def test_a_broken_chain_is_not_called_whole(story):
    page = story.page()
    assert "The chain is whole" in page
    assert "could rewrite it all" in page  # what the check does not show

    body = EntryBody.objects.get(text__contains="Are you alone")
    stream = Stream.objects.get(uuid=story.tapped.incident)
    whole = body.text
    with database.triggers_lifted():
        EntryBody.objects.filter(pk=body.pk).update(
            text=whole.replace("alone", "armed")
        )
    try:
        page = story.page()
        assert "The chain is broken" in page
        assert "was changed" in page
        assert "The chain is whole" not in page
    finally:
        with database.triggers_lifted():
            EntryBody.objects.filter(pk=body.pk).update(text=whole)
    assert stream.head_seq > 10


def test_a_record_whose_entries_were_all_taken_away_says_so(story):
    last = story.incident
    fields = {"number": f"{last.number}9", "opened_at": last.opened_at}
    left = Incident.objects.create(agency=last.agency, caller=last.caller, **fields)
    answer = story.browser("han").get(f"/records/{left.number}/", secure=True)

    assert answer.status_code == 200
    page = text_of(answer.content.decode())
    assert "The chain is broken First fault: there is no entry at all." in page


def test_a_long_record_shows_its_newest_end_and_says_so(story, monkeypatch):
    monkeypatch.setattr("dispatch.snapshots.record.timeline.MOST_LINES", 3)
    page = story.page()
    assert "Older entries are left out here." in page
    assert "Two men at the door" not in page
