"""One record as a file: whose it is, what it holds, that the ledger has it first."""

import csv
import hashlib
import io
import re
from datetime import datetime

import msgspec
import pytest
from django.contrib import admin
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from accounts.states import RoleKind
from dispatch.snapshots.record.sentences import Teller
from dispatch.snapshots.record.timeline import lines_of
from reports import journal
from reports.actions.custody import LEDGER
from reports.models import Entry, EntryBody, Incident, Stream
from tests import database
from tests.indoors.test_query_budgets import check

TAKERS = {"zhao": "supervisor", "han": "auditor", "bo": "auditor"}
OTHERS = ["wu", "ma", "yan", "xu", "tang", "nobody"]
LINK = 'class="record-export"'


def take(story, name="han", reason="Monthly review", language="en", **fields):
    connection.run_on_commit.clear()  # a test's requests share its transaction
    browser, path = story.browser(name, language), f"{story.path}export/"
    return browser.post(path, {"reason": reason, **fields}, secure=True)


def rows(answer):
    text = answer.content.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def noted():
    return [
        msgspec.json.decode(entry.text)
        for entry in journal.replay(LEDGER, 0)
        if entry.kind == "records.exported"
    ]


def test_a_record_is_taken_as_one_table_with_a_row_an_entry(story):
    answer = take(story)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    name = f'attachment; filename="{story.tapped.number}.csv"'
    assert answer["Content-Disposition"] == name
    assert "no-store" in answer["Cache-Control"]

    told = rows(answer)
    assert {row["incident"] for row in told} == {story.tapped.number}
    lines, _left_out = lines_of(story.incident)
    assert [int(row["number"]) for row in told] == [line.seq for line in lines]
    words = [row["what happened"] for row in told]
    assert words[0] == f"Alarm raised: incident {story.tapped.number}"
    said = next(row for row in told if "knife" in row["own words"])
    assert (said["author"], said["part"]) == ("Caller", "Words")
    assert said["kind"] == "message.posted"
    assert said["own words"] == "He has a <b>knife</b>"
    assert datetime.fromisoformat(said["time"]).utcoffset() is not None
    asked = next(row for row in told if "alone" in row["own words"])
    assert asked["author"] == str(story.world.staff["chen"])
    [receipts] = [row for row in told if row["kind"] == "chunks.stored"]
    assert receipts["to number"] >= receipts["number"]


def test_each_row_has_the_digest_of_its_entry(story):
    stream = Stream.objects.get(uuid=story.tapped.incident)
    for row in rows(take(story)):
        entry = Entry.objects.get(stream=stream, seq=row["to number"])
        assert row["digest of the entry"] == journal.entry_digest(entry)


def test_the_ledger_has_who_took_a_record_before_it_leaves(story):
    for name, capacity in TAKERS.items():
        answer = take(story, name)
        note, said = noted()[-1], story.world.staff[name]
        assert note == {
            "what": "record",
            "format": "csv",
            "rows": len(rows(answer)),
            "reason": "Monthly review",
            "query": f"number={story.tapped.number}",
            "sha256": hashlib.sha256(answer.content).hexdigest(),
            "exporter": str(said),
        }
        entry = Entry.objects.filter(kind="records.exported").latest("seq")
        assert (entry.author_kind, entry.author_id) == (capacity, str(said.uuid))
    assert len(noted()) == len(TAKERS)


def test_nothing_leaves_that_the_ledger_does_not_take(story, monkeypatch):
    def refuse(*args, **kwargs):
        raise RuntimeError("the ledger is away")

    monkeypatch.setattr("reports.admin.export.note_export", refuse)
    with pytest.raises(RuntimeError, match="away"):
        take(story)


def test_who_may_not_is_told_of_no_record_and_sees_no_link(story):
    for name in (*OTHERS, "chen"):  # she has the call, and no desk
        assert take(story, name).status_code == 404, name
    assert noted() == []
    assert LINK not in story.page("chen")
    for name in TAKERS:
        assert LINK in story.page(name)


def test_who_is_not_signed_in_is_asked_to(story):
    answer = take(story, None)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/login/")


def test_it_is_the_desks_own_permission_that_counts(story, monkeypatch):
    desk = admin.site.get_model_admin(Incident)
    monkeypatch.setattr(desk, "has_export_permission", lambda *_: False)
    assert LINK not in story.page("han")
    assert take(story).status_code == 404


def test_an_operator_who_supervises_elsewhere_takes_nothing_of_here(story):
    world = story.world
    world.staff["chen"].roles.create(kind=RoleKind.SUPERVISOR, agency=world.laizhou)
    assert LINK not in story.page("chen")
    assert take(story, "chen").status_code == 404


def test_nothing_is_taken_by_looking(story):
    """Whose session ended over the question is led there by the sign-in."""
    answer = story.browser("han").get(f"{story.path}export/", secure=True)
    assert (answer.status_code, answer["Location"]) == (302, story.path)
    answer = story.browser("chen").get(f"{story.path}export/", secure=True)
    assert answer.status_code == 404
    assert noted() == []


@pytest.mark.parametrize("reason", ["", "   ", "x", "x" * 201])
def test_without_a_reason_the_record_says_that_nothing_was_taken(story, reason):
    browser = story.browser("han")
    answer = browser.post(f"{story.path}export/", {"reason": reason}, secure=True)
    assert (answer.status_code, answer["Location"]) == (302, story.path)
    assert noted() == []
    page = browser.get(story.path, secure=True).content.decode()
    assert "Nothing was taken. Say why you take it." in page


def test_whoever_took_it_reads_its_digest_on_the_record(story):
    browser = story.browser("han")
    form = {"reason": "Monthly review"}
    answer = browser.post(f"{story.path}export/", form, secure=True)
    digest = hashlib.sha256(answer.content).hexdigest()
    assert digest in browser.get(story.path, secure=True).content.decode()
    assert digest not in browser.get(story.path, secure=True).content.decode()


def test_it_is_told_to_nobody_who_signs_in_after_them(story):
    browser = story.browser("han")
    form = {"reason": "Monthly review"}
    answer = browser.post(f"{story.path}export/", form, secure=True)
    assert "messages" not in answer.cookies
    browser.logout()
    page = browser.get("/accounts/login/", secure=True).content.decode()
    assert story.tapped.number not in page


def test_it_holds_what_tables_of_the_desk_hold_of_people(story):
    """Notes and persons stay here; operators stand in it by name."""
    lin = story.world.place(story.tapped)
    story.world.say(story.tapped.incident, lin, "Come")
    fields = {"notes": "secret words", "persons": "Wang Wei", "place": "East 1"}
    story.world.save(story.chen, story.tapped.incident, **fields)
    page = story.page()
    assert "secret words" in page

    text = take(story).content.decode()
    for word in ("secret words", "Wang Wei"):
        assert word not in text
    assert "Notes: in the record only" in text
    assert "Place: East 1" in text
    assert str(story.world.staff["chen"]) in text


def test_what_was_noted_of_a_call_back_stays_here_too():
    body = {"operator": "Chen", "outcome": "reached", "note": "her sister answered"}
    here, away = Teller(), Teller(is_leaving=True)
    with override("en"):
        told = [one.tell("call.called_back", body).detail for one in (here, away)]
        nothing = away.tell("call.called_back", body | {"note": ""}).detail
    assert told == ["her sister answered", "in the record only"]
    assert nothing == ""


def test_what_was_erased_is_in_no_file(story):
    with database.triggers_lifted():
        EntryBody.objects.filter(text__contains="knife").delete()
    text = take(story).content.decode()
    assert "knife" not in text
    assert "The content was erased; the chain is whole." in text


def test_what_a_caller_typed_is_no_formula(story):
    lin = story.world.place(story.tapped)
    story.world.say(story.tapped.incident, lin, '=HYPERLINK("http://x")')
    told = [row["own words"] for row in rows(take(story))]
    assert '\'=HYPERLINK("http://x")' in told


def test_the_other_language_has_its_own_words(story):
    text = take(story, language="zh-hans").content.decode("utf-8-sig")
    assert re.match("[\u4e00-\u9fff]+,", text)


def test_a_record_of_too_many_entries_is_not_cut_short(story, monkeypatch):
    monkeypatch.setattr("dispatch.api.record_export.EXPORT_ROWS", 3)
    browser = story.browser("han")
    form = {"reason": "Monthly review"}
    answer = browser.post(f"{story.path}export/", form, secure=True)
    assert answer.status_code == 302
    assert noted() == []
    page = browser.get(story.path, secure=True).content.decode()
    assert "This record has more than 3 entries." in page


def test_a_file_costs_the_same_however_much_was_said(story):
    browser, form = story.browser("han"), {"reason": "Monthly review"}

    def statements():
        connection.run_on_commit.clear()
        with CaptureQueriesContext(connection) as sent:
            browser.post(f"{story.path}export/", form, secure=True)
        return [query["sql"] for query in sent]

    statements()  # what a process asks once, it has asked
    few = statements()
    check("record export", few)
    for text in range(5):
        story.world.say(story.tapped.incident, story.chen, f"{text}")
        story.world.clip(story.tapped, b"x", b"y")
    assert len(statements()) <= len(few)
