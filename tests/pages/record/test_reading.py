"""Who may read a record, who may not, and that each reading is written down."""

from datetime import timedelta

import msgspec
from django.db import connection
from django.test.utils import CaptureQueriesContext

from dispatch.models import Call
from dispatch.snapshots.record import record_of
from dispatch.snapshots.record.lanes import to_ms
from reports import journal
from reports.actions.custody import LEDGER
from reports.clock import now
from reports.models import EvidenceClip
from tests.indoors.test_query_budgets import check

READERS = {"chen": "operator", "zhao": "supervisor", "han": "auditor", "bo": "auditor"}
OTHERS = ["wu", "ma", "yan", "xu", "tang", "nobody"]


def readings():
    return [
        (entry.author_kind, entry.kind, msgspec.json.decode(entry.text))
        for entry in journal.replay(LEDGER, 0)
    ]


def test_who_may_read_does_and_is_written_down_once(story):
    for name in READERS:
        assert "Two men at the door" in story.page(name)
        story.page(name)

    read = readings()
    assert [(kind, what) for kind, what, _body in read] == [
        (kind, "record.viewed") for kind in READERS.values()
    ]
    assert [body for *_, body in read] == [
        {
            "incident": str(story.tapped.incident),
            "number": story.tapped.number,
            "viewer": str(story.world.staff[name]),
        }
        for name in READERS
    ]
    assert journal.verify(LEDGER) is None


def test_everybody_else_learns_nothing(story):
    for name in OTHERS:
        browser = story.browser(name)
        answer = browser.get(story.path, secure=True)
        unknown = browser.get("/records/370602-20200101-0001/", secure=True)

        assert answer.status_code == unknown.status_code == 404, name
        assert story.tapped.number not in answer.content.decode()
    assert readings() == []


def test_who_is_not_signed_in_is_asked_to(story):
    answer = story.browser(None).get(story.path, secure=True)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/login/")
    assert readings() == []


def test_an_operator_reads_until_the_wrap_up_is_done(story):
    story.world.end(story.chen, story.tapped.call)
    assert "The call is over: ended by the operator" in story.page("chen")

    story.world.act_on("finish_wrap_up", story.chen)
    assert story.browser("chen").get(story.path, secure=True).status_code == 404
    assert story.page("zhao")


def test_the_bare_address_leads_to_the_list_and_nothing_can_be_sent(story):
    browser = story.browser("han")
    answer = browser.get("/records/", secure=True)
    assert answer["Location"] == "/admin/reports/incident/"
    assert browser.post(story.path, secure=True).status_code == 405
    assert story.browser("wu").get("/records/", secure=True).status_code == 403


def test_a_record_costs_the_same_however_much_was_recorded(story):
    browser = story.browser("han")
    browser.get(story.path, secure=True)  # what a process asks once, it has asked
    with CaptureQueriesContext(connection) as few:
        browser.get(story.path, secure=True)
    check("record", [query["sql"] for query in few])

    for text in range(5):
        story.world.say(story.tapped.incident, story.chen, f"{text}")
        story.world.clip(story.tapped, b"x", b"y")
    with CaptureQueriesContext(connection) as many:
        browser.get(story.path, secure=True)
    assert EvidenceClip.objects.count() == 6
    assert len(many) <= len(few)


def test_a_live_recording_without_a_copy_ends_with_its_call(story):
    """What the relay wrote comes whole, after the call: that is not how long it ran."""
    call = story.tapped.call
    began = now() - timedelta(seconds=8)
    facts = {"source": "relay", "call": call, "claimed_at": began.isoformat()}
    clip = story.world.clip(story.tapped, b"x", close=False, **facts)
    story.world.end(story.chen, call)
    over = Call.objects.get(uuid=call).ended_at
    assert over is not None
    late = over + timedelta(seconds=3)
    EvidenceClip.objects.filter(pk=clip.pk).update(heard_at=late)

    record = record_of(story.incident, story.world.staff["han"])
    [lane] = [one.lane for one in record.clips if one.clip.pk == clip.pk]
    assert lane is not None
    [piece] = lane.pieces
    assert (piece.at, piece.end) == (to_ms(began), to_ms(over))


# --- The seat's marks ----------------------------------------------------------------


def marks(story, name):
    path = f"/api/v1/console/incidents/{story.tapped.incident}/marks"
    return story.browser(name).get(path, secure=True)


def test_who_has_nothing_to_do_with_the_call_gets_no_marks(story):
    answers = {name: marks(story, name).status_code for name in (*OTHERS, None)}
    assert set(answers.values()) == {404}, answers


def test_the_seat_in_the_call_gets_its_marks_and_no_words_of_the_caller(story):
    answer = marks(story, "chen")
    said = [mark["words"] for mark in answer.json()["marks"]]

    assert said[0].startswith("Alarm raised")
    assert any(words.startswith("Answered at") for words in said)
    assert "The caller switched to silent" in said
    assert "knife" not in answer.content.decode()
    assert readings() == []


def test_marks_name_the_seat_in_the_readers_language(story):
    seat = story.world.seats["chen"]
    for language in ("en", "zh-hans"):
        browser = story.browser("chen")
        path = f"/api/v1/console/incidents/{story.tapped.incident}/marks"
        said = browser.get(path, secure=True, headers={"accept-language": language})
        assert seat.full_label(language) in said.content.decode(), language


# --- What can be seen, without the rest ----------------------------------------------


def ways(story, name):
    path = f"/api/v1/console/incidents/{story.tapped.incident}/clips"
    return story.browser(name).get(path, secure=True)


def test_only_who_may_read_the_record_is_told_what_can_be_seen(story):
    for name in (*OTHERS, None):
        assert ways(story, name).status_code == 404, name
    for name in READERS:
        assert ways(story, name).json() == {"clips": {str(story.clip.uuid): "ask"}}
    assert readings() == []  # nothing of the record was shown
    story.world.clip(story.tapped, close=False)
    assert sorted(ways(story, "han").json()["clips"].values()) == ["ask", "wait"]


def test_asking_again_costs_a_fraction_of_the_page(story):
    browser = story.browser("han")
    browser.get(story.path, secure=True)
    path = f"/api/v1/console/incidents/{story.tapped.incident}/clips"
    assert f'data-ways="{path}"' in story.page()
    answer = browser.get(path, secure=True)
    assert len(answer.content) < 200
    assert answer["Cache-Control"] == "no-store"


# --- The way there -------------------------------------------------------------------


def test_the_desk_leads_whoever_may_read_to_the_record(story):
    desk = f"/admin/reports/incident/{story.incident.pk}/change/"
    for name, may in (("zhao", True), ("han", True), ("tang", False)):
        shown = story.browser(name).get(desk, secure=True).content.decode()
        assert (f'href="{story.path}"' in shown) is may, name
