"""Lists of the desk: what search finds, what an empty one says, where rows lead."""

import pytest
from django.db import connection

from reports.admin.timeline import _text
from reports.models import Incident
from tests.pages.admin.world import desk, say, text

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("asked", ["message.posted", "number", "uuid"])
def test_the_journal_is_searched_by_kind_number_and_stream(here, there, cast, asked):
    incident = here.incident
    known = {"number": incident.number, "uuid": incident.uuid}
    path = f"/admin/reports/entry/?q={known.get(asked, asked)}"
    found = desk(cast.zhao).get(path, secure=True).context["cl"].queryset
    assert [entry.stream.uuid for entry in found] == [incident.uuid]


def test_the_journal_names_the_incident_and_no_other_agencys(here, there, cast):
    shown = text(desk(cast.zhao), "reports/entry/")
    assert f">{here.incident.number}</a>" in shown
    page = text(desk(cast.zhao), f"reports/entry/?q={there.incident.number}")
    assert "0 results" in page


def test_the_ledger_is_found_by_its_kinds_by_those_of_all_agencies(here, cast):
    record = f"/records/{here.incident.number}/"
    connection.run_on_commit.clear()  # one act a transaction may record
    assert desk(cast.han).get(record, secure=True).status_code == 200
    path = "reports/entry/?q=record.viewed"
    assert ">ledger</a>" in text(desk(cast.tang), path)
    shown = text(desk(cast.han), path)
    assert "0 results" in shown
    why = "shown only to those whose role is in all agencies"
    assert why in shown
    assert why not in text(desk(cast.tang), "reports/entry/?q=no-such-thing")
    assert why not in text(desk(cast.han), "dispatch/call/?q=no-such-thing")


def test_all_entries_of_an_incident_are_one_press_away(here, cast):
    browser = desk(cast.zhao)
    say(here.incident, "second")
    page = text(browser, f"reports/incident/{here.incident.pk}/change/")
    path = f"reports/entry/?q={here.incident.number}"
    assert f'href="/admin/{path}"' in page
    assert "2 results" in text(browser, path)


@pytest.mark.parametrize("name", ["han", "tang"])
@pytest.mark.parametrize("door", ["reports/entry", "dispatch/call", "accounts/user"])
def test_an_empty_list_offers_only_what_can_be_done(here, cast, name, door):
    browser = desk(getattr(cast, name))
    found = text(browser, f"{door}/?q=no-such-thing")
    assert "None of the rows that you may see matches" in found
    assert "reate a new" not in found
    assert ("Add staff member" in found) == (name == "tang" and door == "accounts/user")


def test_a_list_without_rows_and_filters_says_that_there_is_nothing(cast):
    shown = text(desk(cast.han), "reports/incident/")
    assert "There is nothing here yet" in shown
    assert "Show all" not in shown


def test_show_all_stands_only_where_some_are_left_out(here, cast):
    browser = desk(cast.zhao)
    whole = text(browser, "reports/incident/")
    assert "1 result" in whole
    assert "Show all" not in whole
    for narrowed in ("q=370602", "priority=2", "opened_at__year=2026"):
        assert "Show all" in text(browser, f"reports/incident/?{narrowed}")


def test_an_incident_shows_where_the_phone_was_until_a_place_is_written(here, cast):
    browser = desk(cast.zhao)
    here.call.area_name, here.call.area_name_en = "芝罘区", "Zhifu District"
    here.call.save()
    doors = ("reports/incident/", f"reports/incident/{here.incident.pk}/change/")
    for door in doors:
        shown = text(browser, door)
        assert "Zhifu District (by the phone&#x27;s position)" in shown
    Incident.objects.update(place="West Street 7")
    for door in doors:
        shown = text(browser, door)
        assert "West Street 7" in shown
        assert "Zhifu District" not in shown


def test_the_timeline_names_its_zone(here, cast):
    page = text(desk(cast.zhao), f"reports/incident/{here.incident.pk}/change/")
    assert '<span class="alarm110-zone">UTC+08:00</span>' in page


@pytest.mark.parametrize("rows", ["reports/incident", "dispatch/call"])
def test_a_list_and_a_row_name_the_zone_of_their_times_once(here, cast, rows):
    named = "Times are local: Asia/Shanghai, now UTC+08:00."
    for door in (f"{rows}/", f"{rows}/{here.rows()[rows].pk}/change/"):
        assert text(desk(cast.zhao), door).count(named) == 1


@pytest.mark.parametrize("digits", ["309", "309000"])
def test_a_devices_time_is_shown_in_the_same_zone(digits):
    assert _text(f"2026-11-26T13:21:03.{digits}Z") == "2026-11-26 21:21:03"


def test_the_export_says_what_it_is_and_leads_back(here, cast):
    page = text(desk(cast.han), "reports/incident/export/?q=370602")
    assert "<title> Export · Incidents |" in " ".join(page.split())
    assert page.count('href="/admin/reports/incident/?q=370602"') == 2
