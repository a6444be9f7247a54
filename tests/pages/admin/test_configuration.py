"""Configuration at the desk goes through the actions, within one's agencies."""

import json

import pytest
from django.db import connection

from accounts.models import Agency, Area, Tier
from dispatch.actions.regions import open_agency
from dispatch.models import Seat, Shift
from reports.models import Entry, Stream, StreamKind
from tests.accounts.cast import SQUARE
from tests.pages.admin.world import desk, goes_on, is_over, send

pytestmark = pytest.mark.django_db


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
        "break_reasons": "[]",
        "ring_seconds": 15,
        "wrap_up_seconds": 30,
        "misses_before_away": 3,
        "miss_rest_seconds": 5,
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


def test_an_agency_is_not_closed_while_its_calls_go_on(here, cast):
    path = f"/admin/accounts/agency/{cast.zhifu.pk}/change/"
    form = agency_form(cast.zhifu, name="改", is_default="")
    del form["is_active"]
    browser = desk(cast.tang)

    goes_on(here.call)
    answer = browser.post(path, form, secure=True, follow=True)
    assert "Zhifu has calls that go on" in answer.content.decode()
    cast.zhifu.refresh_from_db()
    assert (cast.zhifu.is_active, cast.zhifu.name) == (True, "芝罘")

    is_over(here.call)
    assert browser.post(path, form, secure=True).status_code == 302
    cast.zhifu.refresh_from_db()
    assert not cast.zhifu.is_active

    goes_on(here.call)  # one came in that moment: what is closed may still be renamed
    browser.post(path, {**form, "name": "再"}, secure=True)
    cast.zhifu.refresh_from_db()
    assert cast.zhifu.name == "再"


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
