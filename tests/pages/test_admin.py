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

pytestmark = pytest.mark.django_db

CONFIGURED = ["accounts/agency", "accounts/area", "accounts/tier", "dispatch/seat"]
LIVE = [
    "accounts/caller",
    "dispatch/call",
    "dispatch/offer",
    "dispatch/participant",
    "dispatch/shift",
    "reports/incident",
    "reports/stream",
    "reports/entry",
]
ALL = [*CONFIGURED, "accounts/user", *LIVE]


@dataclass
class Matter:
    """One alarm of an agency, with all that hangs on it."""

    agency: Agency
    seat: Seat
    area: Area
    caller: Caller
    incident: Incident
    call: Call
    shift: Shift

    def rows(self):
        """Return one row of each kind, by its page."""
        stream = Stream.objects.get(uuid=self.incident.uuid)
        return {
            "accounts/agency": self.agency,
            "accounts/area": self.area,
            "dispatch/seat": self.seat,
            "accounts/caller": self.caller,
            "dispatch/call": self.call,
            "dispatch/participant": self.call.participants.get(),
            "dispatch/offer": self.call.offers.get(),
            "dispatch/shift": self.shift,
            "reports/incident": self.incident,
            "reports/stream": stream,
            "reports/entry": stream.entries.first(),
        }


def happen(agency: Agency, operator: User, phone: str) -> Matter:
    """Let one alarm happen in an agency."""
    open_streams([agency.uuid], StreamKind.AGENCY)
    moment = now()
    seat = Seat.objects.create(agency=agency, number=7)
    area = Area.objects.create(agency=agency, code="1", name="a", polygon=SQUARE)
    caller = Caller.objects.create(phone=phone, phone_index=blind_index(phone))
    incident = Incident.objects.create(
        number=f"{agency.code}-20261122-0001",
        agency=agency,
        caller=caller,
        opened_at=moment,
    )
    call = Call.objects.create(
        client_id=uuid4(),
        incident=incident,
        caller=caller,
        agency=agency,
        queued_at=moment,
        escalate_at=moment,
        capability_hash="f" * 64,
        lat_e7=375330000,
        lon_e7=1213900000,
        accuracy_mm=12000,
    )
    call.participants.create(role="guest", caller=caller, joined_at=moment)
    call.offers.create(
        seat=seat, answer="auto", made_at=moment, expires_at=moment, state="withdrawn"
    )
    shift = seat.shifts.create(
        operator=operator,
        epoch=1,
        started_at=moment,
        lease_until=moment + timedelta(seconds=8),
    )
    open_streams([incident.uuid], StreamKind.INCIDENT)
    say(incident, f"words of {agency.code} <b>&")
    return Matter(agency, seat, area, caller, incident, call, shift)


def say(incident: Incident, text: str) -> None:
    # All entries of a test share its transaction, where only one act may record.
    connection.run_on_commit.clear()
    record(
        incident.uuid,
        Author("caller", str(incident.caller.uuid)),
        MessagePosted(side="caller", text=text, client_id=uuid4()),
        subject=("incident", str(incident.uuid)),
    )


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


def desk(user: User | None) -> Client:
    """Return a browser in which this person is signed in."""
    browser = Client(headers={"accept-language": "en"})
    if user:
        browser.force_login(user)
    return browser


def look(browser: Client, door: str) -> int:
    return browser.get(f"/admin/{door}", secure=True).status_code


def text(browser: Client, door: str) -> str:
    answer = browser.get(f"/admin/{door}", secure=True)
    assert answer.status_code == 200, door
    return answer.content.decode()


def send(browser: Client, door: str, body: dict):
    return browser.post(f"/admin/{door}", body, secure=True)


# --- Doors ---------------------------------------------------------------------------


@pytest.mark.parametrize("door", ["", *(f"{name}/" for name in ALL)])
def test_who_is_not_signed_in_is_sent_to_the_staff_sign_in(cast, door):
    answer = desk(None).get(f"/admin/{door}", secure=True, follow=True)
    assert answer.redirect_chain[-1][0].startswith("/accounts/login/?next=")


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


# --- What is configured --------------------------------------------------------------


def seat_form(seat: Seat, **changes):
    form = {
        "number": seat.number,
        "label": seat.label,
        "label_en": seat.label_en,
        "is_active": "on",
    }
    return {**form, **changes}


def test_a_supervisor_renames_a_seat_and_its_agency_is_told(here, cast):
    Shift.objects.all().delete()
    connection.run_on_commit.clear()
    door = f"dispatch/seat/{here.seat.pk}/change/"
    answer = send(desk(cast.zhao), door, seat_form(here.seat, label="窗边"))
    assert answer.status_code == 302
    here.seat.refresh_from_db()
    assert here.seat.label == "窗边"
    entry = Entry.objects.get(stream__uuid=here.agency.uuid)
    assert entry.kind == "seat.updated"
    assert here.seat.history.first().history_user == cast.zhao


def test_a_seat_in_use_is_not_closed_and_the_page_says_so(here, cast):
    form = seat_form(here.seat)
    del form["is_active"]
    browser = desk(cast.zhao)
    answer = browser.post(
        f"/admin/dispatch/seat/{here.seat.pk}/change/", form, secure=True, follow=True
    )
    assert "This seat is taken." in answer.content.decode()
    here.seat.refresh_from_db()
    assert here.seat.is_active


def test_a_supervisor_adds_a_seat_only_where_they_supervise(here, there, cast):
    connection.run_on_commit.clear()
    browser = desk(cast.zhao)
    form = {"number": 8, "label": "", "label_en": "", "is_active": "on"}
    refused = send(browser, "dispatch/seat/add/", form | {"agency": cast.laizhou.pk})
    assert refused.status_code == 200
    assert "agency" in refused.context["adminform"].form.errors
    added = send(browser, "dispatch/seat/add/", form | {"agency": cast.zhifu.pk})
    assert added.status_code == 302
    assert [s.agency for s in Seat.objects.filter(number=8)] == [cast.zhifu]


def area_form(agency: Agency, polygon: object):
    return {
        "agency": agency.pk,
        "code": "2",
        "name": "b",
        "name_en": "",
        "source": "",
        "is_active": "on",
        "polygon": json.dumps(polygon),
    }


def test_a_polygon_that_routes_nobody_is_refused_on_the_form(here, cast):
    form = area_form(cast.zhifu, {"type": "Point", "coordinates": [121, 37]})
    answer = send(desk(cast.zhao), "accounts/area/add/", form)
    assert "polygon" in answer.context["adminform"].form.errors
    assert not Area.objects.filter(code="2").exists()
    answer = send(desk(cast.zhao), "accounts/area/add/", area_form(cast.zhifu, SQUARE))
    assert answer.status_code == 302
    assert Area.objects.get(code="2").history.first().history_user == cast.zhao


def agency_form(agency: Agency, **changes):
    form = {
        "name": agency.name,
        "name_en": agency.name_en,
        "phone_number": "110",
        "answer_mode": "auto",
        "is_active": "on",
        "categories": "[]",
        "phrases": "[]",
    }
    return {**form, **changes}


def test_an_administrator_changes_their_own_agency_only(here, there, cast):
    browser = desk(cast.yuan)
    door = "accounts/agency/{}/change/"
    send(browser, door.format(cast.laizhou.pk), agency_form(cast.laizhou, name="莱"))
    send(browser, door.format(cast.zhifu.pk), agency_form(cast.zhifu, name="偷"))
    assert Agency.objects.get(pk=cast.laizhou.pk).name == "莱"
    assert Agency.objects.get(pk=cast.zhifu.pk).name == "芝罘"


def test_the_default_is_set_by_those_of_all_agencies(here, cast):
    door = f"accounts/agency/{cast.laizhou.pk}/change/"
    form = agency_form(cast.laizhou, is_default="on")
    send(desk(cast.yuan), door, form)
    assert not Agency.objects.filter(is_default=True).exists()
    send(desk(cast.tang), door, form)
    assert Agency.objects.get(is_default=True) == cast.laizhou


@pytest.mark.parametrize(
    "phrases", ["{}", '["a"]', '[{"text": 1}]', '[{"text": "a", "x": "b"}]', "[{}]"]
)
def test_a_list_of_the_wrong_shape_is_refused_on_the_form(cast, phrases):
    door = f"accounts/agency/{cast.zhifu.pk}/change/"
    answer = send(desk(cast.tang), door, agency_form(cast.zhifu, phrases=phrases))
    assert "phrases" in answer.context["adminform"].form.errors


def test_a_new_agency_gets_its_stream(cast):
    form = agency_form(Agency(name="新"), code="370699")
    assert send(desk(cast.tang), "accounts/agency/add/", form).status_code == 302
    agency = Agency.objects.get(code="370699")
    assert Stream.objects.get(uuid=agency.uuid).kind == StreamKind.AGENCY
    open_agency(agency)  # again: still one
    assert Stream.objects.filter(uuid=agency.uuid).count() == 1


def test_an_agency_is_not_its_own_neighbour(cast):
    form = {
        "agency": cast.laizhou.pk,
        "neighbour": cast.laizhou.pk,
        "rank": 1,
        "after_seconds": 20,
        "is_active": "on",
    }
    answer = send(desk(cast.yuan), "accounts/tier/add/", form)
    assert answer.context["adminform"].form.errors
    form["neighbour"] = cast.zhifu.pk  # not theirs to configure, but free to help
    assert send(desk(cast.yuan), "accounts/tier/add/", form).status_code == 302
    assert Tier.objects.get().neighbour == cast.zhifu


def test_history_is_looked_at_and_not_brought_back(here, cast):
    seat = here.seat
    version = seat.history.first().history_id
    browser = desk(cast.zhao)
    assert look(browser, f"dispatch/seat/{seat.pk}/history/") == 200
    path = f"dispatch/seat/{seat.pk}/history/{version}/"
    assert look(browser, path) == 200
    assert send(browser, path, seat_form(seat, label="x")).status_code == 403
    seat.refresh_from_db()
    assert seat.label == ""


# --- Staff ---------------------------------------------------------------------------


def roles_form(*rows: dict, initial: int = 0):
    form = {
        "roles-TOTAL_FORMS": len(rows),
        "roles-INITIAL_FORMS": initial,
        "roles-MIN_NUM_FORMS": 0,
        "roles-MAX_NUM_FORMS": 1000,
    }
    for n, row in enumerate(rows):
        form |= {f"roles-{n}-{name}": value for name, value in row.items()}
    return form


def staff_form(user: User, *rows: dict, initial: int = 0, **changes):
    form = {
        "username": user.username,
        "display_name": user.display_name,
        "staff_number": user.staff_number,
        "is_active": "on",
        **roles_form(*rows, initial=initial),
    }
    return {**form, **changes}


NEW = {
    "username": "new",
    "display_name": "",
    "staff_number": "",
    "password1": PASSWORD,
    "password2": PASSWORD,
    "usable_password": "true",
}


def operator_of(agency: Agency) -> dict:
    return {"kind": "operator", "agency": agency.pk}


def test_a_supervisor_takes_on_an_operator(cast):
    form = NEW | roles_form(operator_of(cast.zhifu))
    answer = send(desk(cast.zhao), "accounts/user/add/", form)
    assert answer.status_code == 302
    new = User.objects.get(username="new")
    assert new.check_password(PASSWORD)
    assert rights_of(new).operator_agencies == {cast.zhifu.pk}
    assert not new.is_staff


@pytest.mark.parametrize(
    "role",
    [
        {"kind": "operator", "agency": "LAIZHOU"},
        {"kind": "supervisor", "agency": "ZHIFU"},
        {"kind": "administrator", "agency": "ZHIFU"},
        {"kind": "administrator", "agency": ""},
        {"kind": "operator", "agency": ""},
    ],
)
def test_a_supervisor_gives_nothing_more(cast, role):
    pks = {"LAIZHOU": cast.laizhou.pk, "ZHIFU": cast.zhifu.pk}
    row = role | {"agency": pks.get(role["agency"], "")}
    answer = send(desk(cast.zhao), "accounts/user/add/", NEW | roles_form(row))
    assert answer.status_code == 200
    assert not User.objects.filter(username="new").exists()


def test_nobody_is_taken_on_without_a_role(cast):
    answer = send(desk(cast.tang), "accounts/user/add/", NEW | roles_form())
    assert "Give at least one role." in answer.content.decode()
    assert not User.objects.filter(username="new").exists()


def test_only_an_administrator_of_all_gives_a_role_everywhere(cast):
    row = {"kind": "auditor", "agency": ""}
    send(desk(cast.yuan), "accounts/user/add/", NEW | roles_form(row))
    assert not User.objects.filter(username="new").exists()
    send(desk(cast.tang), "accounts/user/add/", NEW | roles_form(row))
    assert rights_of(User.objects.get(username="new")).is_everywhere(RoleKind.AUDITOR)


@pytest.mark.parametrize(
    ("editor", "person", "may"),
    [
        ("zhao", "chen", True),
        ("zhao", "zhao", False),  # supervisors are made by administrators
        ("zhao", "han", False),
        ("yuan", "ma", True),
        ("tang", "ma", True),
        ("tang", "yuan", True),
        ("tang", "nobody", True),
        ("han", "chen", False),
    ],
)
def test_who_may_change_whom(cast, editor, person, may):
    user = getattr(cast, person)
    held = user.roles.first()
    rows = [{"id": held.pk, "user": user.pk}] if held else []
    form = staff_form(user, *rows, initial=len(rows), display_name="New Name")
    browser = desk(getattr(cast, editor))
    send(browser, f"accounts/user/{user.pk}/change/", form)
    changed = User.objects.get(pk=user.pk).display_name == "New Name"
    assert changed is may
    door = f"accounts/user/{user.pk}/password/"
    form = {"password1": "a-new-one-12", "password2": "a-new-one-12"}
    send(browser, door, form | {"usable_password": "true"})
    changed = User.objects.get(pk=user.pk).check_password("a-new-one-12")
    assert changed is may


@pytest.mark.parametrize("person", ["ma", "yuan", "tang", "nobody"])
def test_people_of_other_agencies_are_not_there(cast, person):
    user = getattr(cast, person)
    assert look(desk(cast.zhao), f"accounts/user/{user.pk}/change/") == 302
    assert look(desk(cast.zhao), f"accounts/user/{user.pk}/history/") == 403
    assert f">{user.username}<" not in text(desk(cast.zhao), "accounts/user/")


def test_a_right_elsewhere_protects_a_person_from_a_supervisor(cast):
    Role.objects.create(
        user=cast.chen, kind=RoleKind.ADMINISTRATOR, agency=cast.laizhou
    )
    door = f"accounts/user/{cast.chen.pk}/password/"
    form = {"password1": "a-new-one-12", "password2": "a-new-one-12"}
    assert send(desk(cast.zhao), door, form).status_code == 403
    assert send(desk(cast.yuan), door, form).status_code == 403
    assert User.objects.get(pk=cast.chen.pk).check_password(PASSWORD)


def test_who_was_made_at_the_machine_is_changed_by_the_same_only(cast):
    root = User.objects.create_superuser("root", password=PASSWORD)
    door = f"accounts/user/{root.pk}/password/"
    form = {"password1": "a-new-one-12", "password2": "a-new-one-12"}
    assert send(desk(cast.tang), door, form).status_code == 403
    assert look(desk(root), f"accounts/user/{cast.tang.pk}/change/") == 200


def test_a_role_is_taken_and_the_account_closed_in_one_act(cast):
    held = cast.chen.roles.get()
    before = cast.chen.rights_version
    row = {"id": held.pk, "user": cast.chen.pk, "DELETE": "on"}
    form = staff_form(cast.chen, row, initial=1)
    del form["is_active"]
    send(desk(cast.zhao), f"accounts/user/{cast.chen.pk}/change/", form)
    chen = User.objects.get(pk=cast.chen.pk)
    assert not chen.is_active
    assert not chen.roles.exists()
    assert chen.rights_version == before + 1


def test_verified_callers_are_not_among_the_staff(here, cast):
    user = User.objects.create(username="caller-1")
    Caller.objects.filter(pk=here.caller.pk).update(user=user)
    assert "caller-1" not in text(desk(cast.tang), "accounts/user/")
    assert look(desk(cast.tang), f"accounts/user/{user.pk}/change/") == 302


def test_ones_own_password_is_changed_on_the_staff_page(cast):
    browser = desk(cast.zhao)
    answer = browser.get("/admin/password_change/", secure=True)
    assert answer["Location"] == "/accounts/password/change/"
    door = f"accounts/user/{cast.zhao.pk}/password/"
    assert look(browser, door) == 403
