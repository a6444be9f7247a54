"""What leaves the desk: for a reason, within one's rights, bounded, in the ledger."""

import csv
import hashlib
import io
import json

import openpyxl
import pytest
from django.db import connection

from reports.actions.custody import LEDGER
from reports.models import Entry, Incident
from tests.pages.admin.world import desk, look, text

pytestmark = pytest.mark.django_db

DOORS = [
    "reports/incident",
    "dispatch/call",
    "reports/evidenceclip",
    "reports/entry",
]
CSV, XLSX = "0", "1"


def take(browser, door, form=CSV, reason="Monthly review", query=""):
    # All requests of a test share its transaction, where only one act may record.
    connection.run_on_commit.clear()
    body = {"format": form, "resource": "0", "reason": reason}
    return browser.post(f"/admin/{door}/export/{query}", body, secure=True)


def rows(answer) -> list[dict[str, str]]:
    text_ = answer.content.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text_, newline="")))


def noted() -> list[dict]:
    entries = Entry.objects.filter(stream__uuid=LEDGER, kind="records.exported")
    return [json.loads(e.body.text) for e in entries.order_by("seq")]


@pytest.mark.parametrize("door", DOORS)
def test_an_export_holds_ones_own_rows_and_is_in_the_ledger(here, there, cast, door):
    answer = take(desk(cast.han), door)
    assert answer["Content-Type"] == "text/csv"
    assert answer["Content-Disposition"].startswith('attachment; filename="')
    assert "no-store" in answer["Cache-Control"]
    [row] = rows(answer)
    assert "370602" in str(row) or str(here.incident.uuid) in str(row)
    assert "370683" not in answer.content.decode()
    [note] = noted()
    assert note["rows"] == 1
    assert note["what"] == door.replace("/", ".")
    assert note["reason"] == "Monthly review"
    assert note["exporter"] == "han"
    assert note["sha256"] == hashlib.sha256(answer.content).hexdigest()
    entry = Entry.objects.get(kind="records.exported")
    assert (entry.author_kind, entry.author_id) == ("auditor", str(cast.han.uuid))


def test_whoever_took_a_file_is_told_its_digest_and_finds_it_in_the_ledger(here, cast):
    browser = desk(cast.tang)
    answer = take(browser, "reports/incident")
    digest = hashlib.sha256(answer.content).hexdigest()
    name = answer["Content-Disposition"].partition('"')[2].rstrip('"')
    told = f"{name} was taken. Rows: 1. SHA-256, as in the ledger: {digest}"

    assert told in text(browser, "reports/incident/")
    assert told not in text(browser, "reports/incident/")
    entry = Entry.objects.get(kind="records.exported")
    assert digest in text(browser, f"reports/entry/{entry.pk}/change/")


def test_the_form_says_what_is_taken(here, there, cast):
    shown = text(desk(cast.tang), "reports/incident/export/?q=370683-2026")
    assert "1 row, as the list shows it now" in shown
    assert "number · raised · region code" in shown
    assert "CSV, for any program" in shown
    assert "Download the table" in shown
    assert "written into the ledger with your name and reason" in shown
    for word in ("exporter", "Submit"):
        assert word not in shown


def test_without_a_reason_nothing_leaves_and_nothing_is_noted(here, cast):
    for reason in ("", "   ", "x"):
        answer = take(desk(cast.zhao), "reports/incident", reason=reason)
        assert answer["Content-Type"].startswith("text/html")
    assert noted() == []


def test_no_export_is_kept_from_the_ledger(here, cast, monkeypatch):
    def refuse(*args, **kwargs):
        raise RuntimeError("the ledger is away")

    monkeypatch.setattr("reports.admin.export.note_export", refuse)
    with pytest.raises(RuntimeError, match="away"):
        take(desk(cast.zhao), "reports/incident")


@pytest.mark.parametrize("name", ["chen", "ma", "nobody"])
@pytest.mark.parametrize("door", DOORS)
def test_who_has_no_desk_takes_nothing(here, cast, name, door):
    answer = take(desk(getattr(cast, name)), door)
    assert answer.status_code == 403 or "login" in answer["Location"]
    assert noted() == []


@pytest.mark.parametrize("door", ["accounts/caller", "reports/stream", "accounts/user"])
def test_there_is_no_export_of_people(here, cast, door):
    assert look(desk(cast.tang), f"{door}/export/") in (302, 404)


def test_the_lists_own_filters_narrow_the_export_and_are_noted(here, there, cast):
    browser = desk(cast.tang)
    assert len(rows(take(browser, "reports/incident"))) == 2
    [row] = rows(take(browser, "reports/incident", query="?q=370683-2026"))
    assert row["number"].startswith("370683")
    assert noted()[-1]["query"] == "q=370683-2026"
    assert rows(take(browser, "reports/incident", query="?priority__exact=1")) == []


def test_personal_data_is_masked(here, cast):
    Incident.objects.update(notes="secret words", persons="Wang Wei")
    for door in DOORS:
        content = take(desk(cast.tang), door).content.decode()
        for word in ("13800138000", "secret words", "Wang Wei", "words of"):
            assert word not in content, (door, word)
    assert "138****8000" in take(desk(cast.tang), "dispatch/call").content.decode()


@pytest.mark.parametrize("form", [CSV, XLSX])
def test_what_a_caller_typed_is_no_formula(here, cast, form):
    place = '=HYPERLINK("http://x")'
    Incident.objects.update(place=place)
    answer = take(desk(cast.zhao), "reports/incident", form)
    if form == CSV:
        assert rows(answer)[0]["place"] == f"'{place}"
        return
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    cells = [cell for row in sheet.iter_rows() for cell in row]
    assert all(cell.data_type != "f" for cell in cells)
    assert f"'{place}" in [cell.value for cell in cells]


def test_too_many_rows_are_refused_in_words(here, there, cast, monkeypatch):
    monkeypatch.setattr("reports.admin.export.EXPORT_ROWS", 1)
    connection.run_on_commit.clear()
    body = {"format": CSV, "resource": "0", "reason": "Monthly review"}
    answer = desk(cast.tang).post(
        "/admin/reports/incident/export/", body, secure=True, follow=True
    )
    assert "These are more than 1 rows." in answer.content.decode()
    assert noted() == []


def test_the_button_is_on_the_list_and_keeps_its_filters(here, cast):
    shown = text(desk(cast.zhao), "reports/incident/?q=370602")
    assert "/admin/reports/incident/export/?q=370602" in shown
