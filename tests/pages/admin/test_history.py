"""An old version is put back as an edit: same rights, same checks, history grows."""

import pytest
from django.db import connection

from accounts.models import Agency, Tier
from dispatch.models import Seat, Shift
from tests.pages.admin.test_configuration import agency_form, seat_form
from tests.pages.admin.world import desk, look, send, text

pytestmark = pytest.mark.django_db


def versions(row):
    """Return the paths of a row's versions, oldest first."""
    door = f"{row._meta.app_label}/{row._meta.model_name}/{row.pk}/history"
    ids = row.history.order_by("history_id").values_list("history_id", flat=True)
    return [f"{door}/{pk}/" for pk in ids]


def test_an_old_version_of_a_seat_is_put_back_and_its_state_is_not(here, cast):
    Shift.objects.all().delete()
    connection.run_on_commit.clear()
    seat = here.seat
    send(
        desk(cast.zhao), f"dispatch/seat/{seat.pk}/change/", seat_form(seat, label="新")
    )
    Seat.objects.filter(pk=seat.pk).update(epoch=7, availability="off")
    connection.run_on_commit.clear()
    browser = desk(cast.zhao)
    assert look(browser, f"dispatch/seat/{seat.pk}/history/") == 200
    oldest = versions(seat)[0]
    shown = text(browser, oldest)
    assert "Press the" in shown
    assert send(browser, oldest, seat_form(seat)).status_code == 302
    seat.refresh_from_db()
    assert (seat.label, seat.epoch) == ("", 7)
    assert seat.history.count() == 3
    assert seat.history.first().history_user == cast.zhao


def test_an_old_version_is_checked_like_any_edit(here, there, cast):
    """A seat in use is not closed by going back to a version that was closed."""
    Seat.objects.filter(pk=here.seat.pk).update(is_active=False)
    here.seat.refresh_from_db()
    here.seat.save()  # an old version: out of service
    Seat.objects.filter(pk=here.seat.pk).update(is_active=True)
    form = seat_form(here.seat)
    del form["is_active"]
    path = versions(here.seat)[-1]
    answer = desk(cast.zhao).post(f"/admin/{path}", form, secure=True, follow=True)
    assert "This seat is taken." in answer.content.decode()
    here.seat.refresh_from_db()
    assert here.seat.is_active


def test_who_may_only_look_puts_nothing_back(here, there, cast):
    for name, row in (("han", here.seat), ("zhao", there.seat), ("zhao", here.agency)):
        browser = desk(getattr(cast, name))
        answer = send(browser, versions(row)[0], seat_form(here.seat, label="x"))
        assert answer.status_code in (302, 403)  # 302: not there for this person
    assert not Seat.objects.filter(label="x").exists()
    shown = text(desk(cast.han), versions(here.seat)[0])
    assert "Press the" not in shown


def test_going_back_takes_only_what_the_form_shows(here, there, cast):
    """The default is a matter of all agencies: an old version brings none back."""
    agency = Agency.objects.get(pk=cast.laizhou.pk)
    agency.is_default = True
    agency.save()
    old = versions(agency)[-1]
    agency.is_default = False
    agency.save()
    form = agency_form(agency, is_default="on")
    assert send(desk(cast.yuan), old, form).status_code == 302
    agency.refresh_from_db()
    assert not agency.is_default


def test_of_a_person_it_is_put_back_who_they_are_and_no_right(cast):
    chen = cast.chen
    chen.display_name, chen.skills = "Chen Jing", ["en"]
    chen.save()
    chen.is_active = False  # closed since; an old version opens nobody's door
    chen.save()
    browser = desk(cast.tang)
    oldest = versions(chen)[0]
    shown = text(browser, oldest)
    assert "Press the" in shown
    assert 'name="is_active"' not in shown
    assert "roles-TOTAL_FORMS" not in shown
    form = {"username": "chen", "display_name": "Chen", "staff_number": ""}
    answer = send(browser, oldest, form | {"is_active": "on", "password": "x"})
    assert answer.status_code == 302
    held = list(chen.roles.values_list("kind", "agency__code"))
    before = chen.password
    chen.refresh_from_db()
    assert (chen.display_name, chen.skills) == ("Chen", [])
    assert not chen.is_active
    assert chen.password == before
    assert held == [("operator", "370602")]
    newest = chen.history.first()
    assert (newest.display_name, newest.is_active) == ("Chen", False)


def test_a_person_is_put_back_only_with_power_over_all_their_roles(cast):
    path = versions(cast.chen)[0]
    form = {"username": "chen", "display_name": "other", "staff_number": ""}
    for name in ("chen", "han", "ma"):
        assert send(desk(getattr(cast, name)), path, form).status_code in (302, 403)
    cast.chen.refresh_from_db()
    assert cast.chen.display_name != "other"


def test_a_tier_comes_back_into_use(here, cast):
    tier = Tier.objects.get()
    tier.is_active = False
    tier.save()
    form = {
        "agency": tier.agency_id,
        "neighbour": tier.neighbour_id,
        "rank": 1,
        "after_seconds": 20,
        "is_active": "on",
    }
    assert send(desk(cast.tang), versions(tier)[0], form).status_code == 302
    tier.refresh_from_db()
    assert tier.is_active
