"""Ground, help and hours that would leave a caller alone are refused, and where."""

import json

import pytest
from django.db import connection
from django.utils import translation
from shapely.geometry import Polygon, box, mapping, shape

from accounts.models import Agency, Area, Tier, User
from dispatch.actions.regions.answering import unanswered
from dispatch.actions.regions.datum import DATUMS, looks_like, moved
from dispatch.actions.regions.ground_check import Piece, ground_faults
from dispatch.actions.regions.polygons import districts_near
from dispatch.models import Seat, Shift
from tests.pages.admin.test_configuration import agency_form, area_form, seat_form
from tests.pages.admin.world import desk, send

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


def faults(polygon, *others, agency="370602"):
    rest = [Piece(f"other {n}", code, p) for n, (code, p) in enumerate(others)]
    return list(ground_faults(Piece("mine", agency, polygon), rest, datum=False))


HOLE = Polygon(
    [(121, 37), (122, 37), (122, 38), (121, 38)],
    [[(121.4, 37.4), (121.6, 37.4), (121.6, 37.6), (121.4, 37.6)]],
)


def test_a_hole_is_a_fault_unless_somebody_answers_there():
    assert faults(HOLE) == ["37.50000, 121.50000: a hole that nobody answers for"]
    assert faults(HOLE, ("370613", box(121.4, 37.4, 121.6, 37.6))) == []
    [fault] = faults(HOLE, ("370613", box(121.4, 37.4, 121.5, 37.6)))
    assert fault.startswith("37.50000, 121.55000: a hole")


def test_ground_that_crosses_a_border_is_a_fault_and_a_city_in_its_county_is_none():
    mine = box(121, 37, 122, 38)
    [fault] = faults(mine, ("370613", box(121.8, 37, 122.8, 38)))
    assert fault == "37.50000, 121.90000: it overlaps other 0 (20 % of the smaller)"
    assert faults(mine, ("370613", box(121.4, 37.4, 121.6, 37.6))) == []
    assert faults(mine, ("370613", box(121.99, 37, 122.99, 38))) == []  # a sliver
    assert len(faults(mine, ("370613", mine))) == 1  # whose is it?
    assert faults(mine, ("370602", mine)) == []  # one agency's own


def test_swapped_axes_and_far_away_ground_are_told_apart():
    urumqi = box(87.4, 43.7, 87.7, 43.9)
    near = ("650102", box(87.7, 43.7, 88, 43.9))
    turned = box(43.7, 87.4, 43.9, 87.7)
    assert faults(urumqi, near, agency="650104") == []
    [fault] = faults(turned, near, agency="650104")
    assert "swapped" in fault
    [fault] = faults(box(10, 37, 11, 38), near, agency="650104")
    assert "1,000 km" in fault


@pytest.mark.parametrize("datum", [None, *DATUMS])
def test_the_datum_a_polygon_was_drawn_on_is_recognised(datum):
    known = [shape(geometry) for geometry in districts_near("370602")]
    for district in known:
        # Another hand drew it: coarser by up to 100 m.
        drawn = district.simplify(0.001)
        polygon = moved(drawn, DATUMS[datum]) if datum else drawn
        assert looks_like(polygon, known) == datum


def test_ground_of_ones_own_drawing_is_not_guessed_at():
    known = [shape(geometry) for geometry in districts_near("370602")]
    assert looks_like(box(121.3, 37.4, 121.4, 37.5), known) is None
    assert looks_like(box(10, 50, 11, 51), known) is None


def test_the_form_says_where_ground_does_not_fit(here, cast):
    Seat.objects.create(agency=cast.laizhou, number=1)
    other = mapping(box(121.05, 37.0, 121.25, 37.1))
    Area.objects.create(agency=cast.laizhou, code="9", name="c", polygon=other)
    polygon = json.loads(json.dumps(mapping(box(121.15, 37.0, 121.45, 37.1))))
    answer = send(desk(cast.zhao), "accounts/area/add/", area_form(cast.zhifu, polygon))
    said, *more = answer.context["adminform"].form.errors["polygon"]
    assert more == []
    assert said.startswith("37.05000, 121.20000: it overlaps 370683/9")
    assert not Area.objects.filter(code="2").exists()


# --- Nobody answers ------------------------------------------------------------------


def test_agencies_without_seats_that_help_each_other_are_a_loop(db):
    square = mapping(box(121, 37, 122, 38))
    loop = [Agency.objects.create(code=f"37060{n}", name=str(n)) for n in range(3)]
    for n, agency in enumerate(loop):
        Area.objects.create(agency=agency, code="1", name="a", polygon=square)
        Tier.objects.create(agency=agency, neighbour=loop[(n + 1) % 3])
    assert list(unanswered()) == loop
    Seat.objects.create(agency=loop[1], number=1)
    assert list(unanswered()) == [loop[2]]  # 0 is helped by 1, and 2 only by 0
    Tier.objects.create(agency=loop[2], neighbour=loop[1])
    assert not unanswered().exists()
    Seat.objects.update(is_active=False)
    assert unanswered().count() == 3


def test_the_last_seat_of_an_agency_with_ground_is_not_closed(here, cast):
    Shift.objects.all().delete()
    connection.run_on_commit.clear()
    form = seat_form(here.seat)
    del form["is_active"]
    browser = desk(cast.zhao)
    path = f"/admin/dispatch/seat/{here.seat.pk}/change/"
    answer = browser.post(path, form, secure=True, follow=True)
    assert "nobody could answer the calls of Zhifu" in answer.content.decode()
    here.seat.refresh_from_db()
    assert here.seat.is_active
    Seat.objects.create(agency=cast.laizhou, number=1)  # a neighbour that has one
    connection.run_on_commit.clear()
    assert browser.post(path, form, secure=True).status_code == 302
    here.seat.refresh_from_db()
    assert not here.seat.is_active


def test_the_only_help_of_an_agency_without_seats_is_not_taken_away(here, cast):
    Shift.objects.all().delete()
    Seat.objects.filter(agency=cast.zhifu).update(is_active=False)
    Seat.objects.create(agency=cast.laizhou, number=1)
    tier = Tier.objects.get()
    form = {
        "agency": tier.agency_id,
        "neighbour": tier.neighbour_id,
        "rank": 1,
        "after_seconds": 20,
    }
    browser = desk(cast.tang)
    door = f"/admin/accounts/tier/{tier.pk}/change/"
    answer = browser.post(door, form, secure=True, follow=True)
    assert "nobody could answer" in answer.content.decode()
    tier.refresh_from_db()
    assert tier.is_active


def test_ground_before_seats_is_taken_with_a_warning(cast):
    polygon = json.loads(json.dumps(mapping(box(121.15, 37.0, 121.45, 37.1))))
    answer = desk(cast.zhao).post(
        "/admin/accounts/area/add/",
        area_form(cast.zhifu, polygon),
        secure=True,
        follow=True,
    )
    assert Area.objects.filter(code="2").exists()
    assert "its callers would wait" in answer.content.decode()


def test_agencies_do_not_wait_for_each_other_after_hours(here, cast):
    cast.laizhou.after_hours = cast.zhifu
    cast.laizhou.save()
    hours = {"opens_at": "08:00", "closes_at": "20:00", "is_default": ""}
    door = f"accounts/agency/{cast.zhifu.pk}/change/"
    form = agency_form(cast.zhifu, after_hours=cast.laizhou.pk, **hours)
    answer = send(desk(cast.tang), door, form)
    [said] = answer.context["adminform"].form.errors["after_hours"]
    assert said.endswith("Zhifu → Laizhou → Zhifu.")
    half = agency_form(cast.zhifu, opens_at="08:00")
    answer = send(desk(cast.tang), door, half)
    assert "Give both hours" in str(answer.context["adminform"].form.errors)
    third = Agency.objects.create(code="370613", name="莱山", name_en="Laishan")
    form = agency_form(cast.zhifu, after_hours=third.pk, **hours)
    assert send(desk(cast.tang), door, form).status_code == 302
    cast.zhifu.refresh_from_db()
    assert (cast.zhifu.after_hours, cast.zhifu.opens_at.hour) == (third, 8)


@pytest.mark.parametrize(
    ("field", "value"),
    [("ring_seconds", 2), ("wrap_up_seconds", 601), ("misses_before_away", 0)],
)
def test_rules_of_the_seats_stay_within_reason(cast, field, value):
    form = agency_form(cast.zhifu, **{field: value})
    answer = send(desk(cast.tang), f"accounts/agency/{cast.zhifu.pk}/change/", form)
    assert answer.context["adminform"].form.errors


def test_languages_are_ticked_and_an_unknown_one_stays(cast):
    cast.chen.skills = ["tlh"]
    cast.chen.save()
    form = {
        "username": "chen",
        "display_name": "",
        "staff_number": "",
        "is_active": "on",
        "skills": ["sign", "en", "tlh"],
        "roles-TOTAL_FORMS": 1,
        "roles-INITIAL_FORMS": 1,
        "roles-0-id": cast.chen.roles.get().pk,
        "roles-0-user": cast.chen.pk,
    }
    door = f"accounts/user/{cast.chen.pk}/change/"
    assert send(desk(cast.zhao), door, form).status_code == 302
    assert User.objects.get(pk=cast.chen.pk).skills == ["sign", "en", "tlh"]
    answer = send(desk(cast.zhao), door, form | {"skills": ["x y"]})
    assert "skills" in answer.context["adminform"].form.errors
