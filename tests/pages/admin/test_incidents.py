"""The list of incidents and its table: how each stands, and where the phone was."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import localtime

from accounts.models import Agency, User
from reports.clock import now, wire_time
from reports.events import PositionReported, PositionView
from reports.journal import Author, record
from reports.models import EntryBody, Incident
from tests import database
from tests.pages.admin.test_export import rows, take
from tests.pages.admin.world import desk, goes_on, happen, is_over, text

pytestmark = pytest.mark.django_db

LIST = "reports/incident"
OUTSIDE = "Outside all areas: 37.53300, 121.39000, ± 12 m (by the phone's position)"


def cell(cast, column: str) -> str:
    """Return what a column of the one row says."""
    page = text(desk(cast.zhao), f"{LIST}/").replace("&#x27;", "'")
    found = re.search(rf'<td class="[^"]*field-{column}\b[^>]*>(.*?)</td>', page, re.S)
    assert found, column
    return " ".join(re.sub("<[^>]+>", " ", found.group(1)).split())


def reports(matter) -> None:
    """Let the journal tell where the phone was."""
    connection.run_on_commit.clear()
    call = matter.call
    place = {"lat_e7": call.lat_e7, "lon_e7": call.lon_e7, "accuracy_mm": 12_000}
    said = PositionView(age_ms=0, at=wire_time(now()), **place)
    subject = ("call", str(call.uuid))
    body = PositionReported(position=said)
    record(matter.incident.uuid, Author("caller", ""), body, subject=subject)


def test_what_still_waits_is_told_from_what_is_over(here, cast):
    assert cell(cast, "state_shown") == "ended"
    goes_on(here.call, mode="silent")
    assert cell(cast, "state_shown") == "waiting silent"
    here.call.refresh_from_db()
    moment = now()
    goes_on(here.call, lost_at=moment)
    assert cell(cast, "state_shown") == "waiting silent, lost"
    type(here.call).objects.update(state="connected", seat=here.seat, lost_at=None)
    assert cell(cast, "state_shown") == "live silent"
    is_over(here.call)


def test_a_list_says_what_came_of_it(here, cast):
    assert cell(cast, "outcome_shown") == "Not decided"  # as in the record
    assert cell(cast, "category_shown") == "Not classified"
    Incident.objects.update(disposition="officers_sent")
    assert cell(cast, "outcome_shown") == "Officers sent"


def test_a_table_says_the_place_that_the_list_and_the_record_say(here, cast):
    def told():
        [row] = rows(take(desk(cast.zhao), LIST))
        return row["place"], cell(cast, "place_shown")

    assert told() == ("", "-")  # no entry tells of it
    reports(here)
    Incident.objects.update(flags=["position_outside"])
    assert told() == (OUTSIDE, OUTSIDE)
    bodies = list(EntryBody.objects.filter(text__contains="lat_e7"))
    with database.triggers_lifted():
        EntryBody.objects.filter(text__contains="lat_e7").delete()
    assert told() == ("", "-")
    with database.triggers_lifted():
        EntryBody.objects.bulk_create(bodies)
    here.call.area_name, here.call.area_name_en = "芝罘区", "Zhifu District"
    here.call.save()
    zhifu = "Zhifu District (by the phone's position)"
    assert told() == (zhifu, zhifu)
    Incident.objects.update(place="West Street 7")
    assert told() == ("West Street 7", "West Street 7")


def test_a_table_says_how_the_calls_went(here, cast):
    def told(*names):
        [row] = rows(take(desk(cast.zhao), LIST))
        return [row[name] for name in names]

    answered = here.call.queued_at + timedelta(seconds=3)
    over = here.call.queued_at + timedelta(seconds=40)
    type(here.call).objects.update(
        mode="silent",
        connected_at=answered,
        ended_at=over,
        end_reason="caller_lost",
        needs_callback=True,
    )
    assert told("state", "silent", "lost", "call back") == [
        *("ended", "yes", "yes", "to be called back"),
    ]
    times = [localtime(one).isoformat(timespec="seconds") for one in (answered, over)]
    assert told("answered", "ended") == times
    assert told("end reason") == ["connection to the caller lost"]
    type(here.call).objects.update(needs_callback=False, callback_outcome="reached")
    assert told("call back") != ["to be called back"]
    goes_on(here.call, mode="normal", connected_at=None)
    nothing = ["waiting", "no", "no", "", "", ""]
    type(here.call).objects.update(callback_outcome="")
    names = ("state", "silent", "lost", "call back", "answered", "ended")
    assert told(*names) == nothing
    is_over(here.call)


def test_a_longer_table_asks_no_more_queries(here, cast):
    browser = desk(cast.tang)

    def cost():
        with CaptureQueriesContext(connection) as sent:
            take(browser, LIST)
        return len(sent)

    cost()  # what a process asks once, it has asked
    few = cost()
    for n in range(1, 4):
        agency = Agency.objects.create(code=f"37070{n}", name=f"县{n}")
        operator = User.objects.create(username=f"operator{n}")
        happen(agency, operator, f"+861380013801{n}")
    assert cost() <= few
