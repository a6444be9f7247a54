"""Who may open which door of the supervisor's desk."""

import pytest
from django.contrib import admin

from reports.models import Stream, StreamKind
from tests.pages.admin.world import ALL, CONFIGURED, LIVE, desk, look, send

pytestmark = pytest.mark.django_db


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
