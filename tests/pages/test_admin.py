"""The supervisor's desk: who may open which door, and what they find behind it."""

import json
import re
from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

import pytest
from django.contrib import admin
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Agency, Area, Caller, Role, Tier, User, blind_index
from accounts.snapshots import rights_of
from accounts.states import RoleKind
from dispatch.actions.regions import open_agency
from dispatch.models import Call, Seat, Shift
from reports.clock import now
from reports.events import MessagePosted
from reports.journal import Author, open_streams, record
from reports.models import Entry, Incident, Stream, StreamKind
from tests.accounts.cast import PASSWORD, SQUARE, Cast, assemble

from tests.pages.desk import *

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def quick(settings):
    """Hash fast, count nothing of former tests."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    cache.clear()


@pytest.fixture
def cast() -> Cast:
    """Two agencies, and somebody of every role."""
    return assemble()


@pytest.fixture
def here(cast) -> Matter:
    """An alarm in Zhifu."""
    Tier.objects.create(agency=cast.zhifu, neighbour=cast.laizhou)
    return happen(cast.zhifu, cast.chen, "+8613800138000")


@pytest.fixture
def there(cast) -> Matter:
    """An alarm in Laizhou."""
    return happen(cast.laizhou, cast.ma, "+8613900139000")


# --- Doors ---------------------------------------------------------------------------


@pytest.mark.parametrize("door", ["", *(f"{name}/" for name in ALL)])
def test_who_is_not_signed_in_is_sent_to_the_staff_sign_in(cast, door):
    answer = desk(None).get(f"/admin/{door}", secure=True, follow=True)
    assert "/accounts/login/?next=" in answer.redirect_chain[-1][0]
    assert "Staff sign-in" in answer.content.decode()


@pytest.mark.parametrize("name", ["chen", "ma", "nobody"])
@pytest.mark.parametrize("door", ["", *(f"{name}/" for name in ALL)])
def test_operators_and_people_without_a_role_have_no_desk(cast, name, door):
    browser = desk(getattr(cast, name))
    answer = browser.get(f"/admin/{door}", secure=True, follow=True)
    assert answer.status_code == 403


@pytest.mark.parametrize("name", ["zhao", "han", "yuan", "tang"])
@pytest.mark.parametrize("door", ["", *(f"{name}/" for name in ALL)])
def test_each_desk_role_opens_every_list(here, cast, name, door):
    assert look(desk(getattr(cast, name)), door) == 200


EDITORS = {
    "accounts/agency": {"yuan", "tang"},
    "accounts/area": {"zhao", "yuan", "tang"},
    "accounts/tier": {"yuan", "tang"},
    "accounts/user": {"zhao", "yuan", "tang"},
    "dispatch/seat": {"zhao", "yuan", "tang"},
}


@pytest.mark.parametrize("name", ["zhao", "han", "yuan", "tang"])
@pytest.mark.parametrize("door", ALL)
def test_who_may_add(here, cast, name, door):
    may = name in EDITORS.get(door, ()) and (door, name) != ("accounts/agency", "yuan")
    assert look(desk(getattr(cast, name)), f"{door}/add/") == (200 if may else 403)


@pytest.mark.parametrize("name", ["zhao", "han", "tang"])
@pytest.mark.parametrize("door", [*CONFIGURED[:2], CONFIGURED[3], *LIVE])
def test_one_sees_the_rows_of_ones_agency_and_nobody_deletes(here, cast, name, door):
    browser = desk(getattr(cast, name))
    row = here.rows()[door]
    assert look(browser, f"{door}/{row.pk}/change/") == 200
    assert look(browser, f"{door}/{row.pk}/delete/") == 403
    body = {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"}
    send(browser, f"{door}/", body)
    assert type(row).objects.filter(pk=row.pk).exists()


@pytest.mark.parametrize("name", ["zhao", "han", "yuan", "tang"])
@pytest.mark.parametrize("door", LIVE)
def test_nobody_writes_what_happened(there, cast, name, door):
    row = there.rows()[door]
    before = type(row).objects.filter(pk=row.pk).values().get()
    browser = desk(getattr(cast, name))
    form = {f.name: "1" for f in type(row)._meta.fields}
    answer = send(browser, f"{door}/{row.pk}/change/", form)
    assert answer.status_code in (302, 403)  # 302: not there for this person
    assert type(row).objects.filter(pk=row.pk).values().get() == before


@pytest.mark.parametrize("door", [*CONFIGURED[:2], CONFIGURED[3], *LIVE])
@pytest.mark.parametrize("name", ["zhao", "han"])
def test_another_agencys_rows_are_not_there(here, there, cast, name, door):
    browser = desk(getattr(cast, name))
    mine, foreign = here.rows()[door], there.rows()[door]
    rows = admin.site._registry[type(mine)]
    found = browser.get(f"/admin/{door}/", secure=True).context["cl"].queryset
    assert mine in found
    assert foreign not in found
    assert look(browser, f"{door}/{foreign.pk}/change/") == 302
    if hasattr(type(foreign), "history"):
        assert look(browser, f"{door}/{foreign.pk}/history/") == 403
        version = foreign.history.first().history_id
        path = f"{door}/{foreign.pk}/history/{version}/"
        assert look(browser, path) == 403
    assert rows.actions is None


def test_the_ledger_is_seen_by_those_of_all_agencies_only(here, cast):
    ledger = Stream.objects.create(kind=StreamKind.LEDGER)
    assert look(desk(cast.han), f"reports/stream/{ledger.pk}/change/") == 302
    assert look(desk(cast.tang), f"reports/stream/{ledger.pk}/change/") == 200


# --- What is shown -------------------------------------------------------------------


@pytest.mark.parametrize(
    "door", ["accounts/caller/", "reports/incident/", "dispatch/call/"]
)
def test_a_number_is_masked_wherever_a_caller_is_shown(here, cast, door):
    row = here.rows()[door.removesuffix("/")]
    browser = desk(cast.tang)
    shown = text(browser, door) + text(browser, f"{door}{row.pk}/change/")
    assert "13800138000" not in shown
    if "call" not in door.removeprefix("accounts/caller"):
        assert "138****8000" in shown


def test_an_incident_shows_its_timeline(here, cast):
    say(here.incident, "second")
    door = text(desk(cast.zhao), f"reports/incident/{here.incident.pk}/change/")
    assert "message.posted" in door
    assert "words of 370602 &lt;b&gt;&amp;" in door
    assert door.index("words of 370602") < door.index("second")


def test_an_erased_body_is_said_to_be_erased(here, cast):
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM reports_entrybody")
    door = text(desk(cast.zhao), f"reports/incident/{here.incident.pk}/change/")
    assert "The content was erased" in door


def test_a_long_timeline_shows_its_newest_end(here, cast, monkeypatch):
    monkeypatch.setattr("reports.admin.TIMELINE_ENTRIES", 2)
    for word in ("second", "third", "fourth"):
        say(here.incident, word)
    door = text(desk(cast.zhao), f"reports/incident/{here.incident.pk}/change/")
    assert "second" not in door
    assert door.index("third") < door.index("fourth")
    assert "Older entries are left out here." in door


def test_secrets_of_a_call_are_not_shown(here, cast):
    door = text(desk(cast.tang), f"dispatch/call/{here.call.pk}/change/")
    assert "f" * 64 not in door
    assert "37.53300, 121.39000 (± 12 m)" in door


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


