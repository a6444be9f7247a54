"""What the supervisor's desk shows, and what it keeps to itself."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Agency, Role, Tier, User
from accounts.states import RoleKind
from reports.clock import now
from reports.models import Stream
from tests.pages.admin.world import CONFIGURED, LIVE, desk, happen, say, text

pytestmark = pytest.mark.django_db


def test_the_desk_names_its_icon(cast):
    """Or each page of it would make the browser ask for one that is not there."""
    shown = text(desk(cast.tang), "")
    assert re.search(r'<link rel="icon" href="/static/alarm110/icon[^"]*\.svg"', shown)


@pytest.mark.parametrize(
    ("door", "times"),
    [("accounts/caller", 2), ("reports/incident", 1), ("dispatch/call", 0)],
)
def test_a_number_is_masked_wherever_a_caller_is_shown(here, cast, door, times):
    row = here.rows()[door]
    browser = desk(cast.tang)
    shown = text(browser, f"{door}/") + text(browser, f"{door}/{row.pk}/change/")
    assert "13800138000" not in shown
    assert shown.count("138****8000") == times


def test_an_incident_shows_its_timeline(here, cast):
    say(here.incident, "second")
    shown = text(desk(cast.zhao), f"reports/incident/{here.incident.pk}/change/")
    assert "message.posted" in shown
    assert "words of 370602 &lt;b&gt;&amp;" in shown
    assert shown.index("words of 370602") < shown.index("second")


def test_an_erased_body_is_said_to_be_erased(here, cast):
    stream = Stream.objects.get(uuid=here.incident.uuid)
    stream.entries.create(seq=2, prev="0" * 64, at=now(), body_hash="0" * 64)
    shown = text(desk(cast.zhao), f"reports/incident/{here.incident.pk}/change/")
    assert "The content was erased" in shown


def test_a_long_timeline_shows_its_newest_end(here, cast, monkeypatch):
    monkeypatch.setattr("reports.admin.incidents.TIMELINE_ENTRIES", 2)
    for word in ("second", "third", "fourth"):
        say(here.incident, word)
    shown = text(desk(cast.zhao), f"reports/incident/{here.incident.pk}/change/")
    assert "second" not in shown
    assert shown.index("third") < shown.index("fourth")
    assert "Older entries are left out here." in shown


def test_secrets_of_a_call_are_not_shown(here, cast):
    shown = text(desk(cast.tang), f"dispatch/call/{here.call.pk}/change/")
    assert "f" * 64 not in shown
    assert "37.53300, 121.39000 (± 12 m)" in shown


@pytest.mark.parametrize("door", [*CONFIGURED, "accounts/user", *LIVE])
def test_a_longer_list_asks_no_more_queries(here, cast, door):
    browser = desk(cast.tang)
    text(browser, f"{door}/")  # content types and the like
    with CaptureQueriesContext(connection) as few:
        text(browser, f"{door}/")
    for n in range(1, 6):
        agency = Agency.objects.create(code=f"37070{n}", name=f"县{n}")
        Tier.objects.create(agency=agency, neighbour=cast.zhifu)
        operator = User.objects.create(username=f"operator{n}")
        Role.objects.create(user=operator, kind=RoleKind.OPERATOR, agency=agency)
        happen(agency, operator, f"+861380013801{n}")
    with CaptureQueriesContext(connection) as many:
        text(browser, f"{door}/")
    assert len(many) <= len(few) + 1, [q["sql"][:150] for q in many]
    assert len(few) <= 14


def test_an_incident_with_many_entries_asks_no_more_queries(here, cast):
    browser = desk(cast.zhao)
    door = f"reports/incident/{here.incident.pk}/change/"
    text(browser, door)
    with CaptureQueriesContext(connection) as few:
        text(browser, door)
    for n in range(10):
        say(here.incident, f"word {n}")
    with CaptureQueriesContext(connection) as many:
        text(browser, door)
    assert len(many) == len(few)


def test_the_desk_asks_no_other_host(here, cast):
    browser = desk(cast.tang)
    for door in ("", "dispatch/seat/", f"reports/incident/{here.incident.pk}/change/"):
        sources = re.findall(r'(?:src|href|action)="(https?:)?//', text(browser, door))
        assert sources == []
