"""Staff at the desk: nobody hands out, or touches, more than they hold."""

import pytest

from accounts.models import Agency, Caller, Role, User
from accounts.snapshots import rights_of
from accounts.states import RoleKind
from tests.accounts.cast import PASSWORD
from tests.pages.admin.world import desk, look, send, text

pytestmark = pytest.mark.django_db


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


def test_the_way_to_a_new_password_is_shown_to_who_may_give_one(cast):
    door = f"accounts/user/{cast.chen.pk}/change/"
    assert "../password/" in text(desk(cast.zhao), door)
    assert look(desk(cast.zhao), f"accounts/user/{cast.chen.pk}/password/") == 200
    assert "../password/" not in text(desk(cast.han), door)


def test_roles_are_named_and_many_are_counted(cast):
    for n in range(4):
        agency = Agency.objects.create(code=f"37070{n}", name=f"县{n}")
        Role.objects.create(user=cast.han, kind=RoleKind.AUDITOR, agency=agency)
    page = text(desk(cast.tang), "accounts/user/")
    assert "operator (Zhifu)" in page
    assert "auditor (5 agencies)" in page
    assert "administrator (all agencies)" in page
    door = f"accounts/user/{cast.chen.pk}/change/"
    assert ">all agencies</option>" in text(desk(cast.tang), door)
    assert ">all agencies</option>" not in text(desk(cast.zhao), door)


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


def test_a_right_in_one_agency_gives_nothing_in_another(cast):
    Role.objects.create(user=cast.yuan, kind=RoleKind.SUPERVISOR, agency=cast.zhifu)
    row = {"kind": "administrator", "agency": cast.zhifu.pk}
    answer = send(desk(cast.yuan), "accounts/user/add/", NEW | roles_form(row))
    assert "This role is not yours to give or take." in answer.content.decode()
    assert not User.objects.filter(username="new").exists()


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
