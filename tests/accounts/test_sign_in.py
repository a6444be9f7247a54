"""Staff sign in with a password; nobody signs up; who signs out is cut off."""

import pytest
from django.core.management import call_command
from django.test import Client

from accounts.actions import roles
from accounts.events import rights_revoked
from accounts.models import User
from accounts.states import RoleKind
from tests.accounts.cast import PASSWORD

pytestmark = pytest.mark.django_db
LOGIN, LOGOUT = "/accounts/login/", "/accounts/logout/"


@pytest.fixture
def browser() -> Client:
    """A browser over TLS."""
    return Client(headers={"accept-language": "en"})


def sign_in(browser, username, password=PASSWORD, **more):
    body = {"login": username, "password": password}
    return browser.post(LOGIN + more.pop("query", ""), body, secure=True, **more)


def who(browser) -> str | None:
    pk = browser.session.get("_auth_user_id")
    return User.objects.get(pk=pk).username if pk else None


@pytest.mark.parametrize(
    ("username", "first_page"),
    [
        ("chen", "/console/"),
        ("ma", "/console/"),
        ("zhao", "/admin/"),
        ("han", "/admin/"),
        ("tang", "/admin/"),
        ("nobody", "/console/"),
    ],
)
def test_each_starts_at_the_page_of_their_work(cast, browser, username, first_page):
    answer = sign_in(browser, username)
    assert (answer.status_code, answer["Location"]) == (302, first_page)
    assert who(browser) == username


def test_a_supervisor_who_also_operates_starts_at_the_console(cast, browser):
    roles.give_role(cast.zhao, RoleKind.OPERATOR, cast.zhifu)
    assert sign_in(browser, "zhao")["Location"] == "/console/"


def test_the_page_asked_for_comes_first_but_only_of_this_host(cast, browser):
    assert sign_in(browser, "tang", query="?next=/admin/accounts/user/")[
        "Location"
    ].endswith("/admin/accounts/user/")
    browser.logout()
    answer = sign_in(browser, "tang", query="?next=https://evil.example/")
    assert answer["Location"] == "/admin/"


def test_a_wrong_password_and_an_unknown_name_are_told_alike(cast, browser):
    wrong = sign_in(browser, "chen", "wrong")
    unknown = sign_in(browser, "whoever", "wrong")
    assert wrong.status_code == unknown.status_code == 200
    assert wrong.context["form"].errors == unknown.context["form"].errors
    assert wrong.context["form"].errors
    assert who(browser) is None


def test_wrong_passwords_are_counted(cast, browser):
    for _ in range(5):
        sign_in(browser, "chen", "wrong")
    answer = sign_in(browser, "chen")  # right, and too late for now
    assert who(browser) is None
    assert "Too many failed" in answer.content.decode()


def test_a_closed_account_stays_out(cast, browser):
    roles.disable_staff(cast.chen)
    sign_in(browser, "chen")
    assert who(browser) is None


def test_closing_an_account_ends_its_session(cast, browser):
    sign_in(browser, "zhao")
    assert browser.get("/admin/", secure=True).status_code == 200
    roles.disable_staff(cast.zhao)
    assert browser.get("/admin/", secure=True).status_code == 302


def test_a_verified_caller_has_no_way_in(cast, browser):
    caller = User(username="caller-1")
    caller.set_unusable_password()
    caller.save()
    for password in ("", "!", caller.password):
        sign_in(browser, "caller-1", password)
        assert who(browser) is None


@pytest.mark.parametrize("path", ["signup/", "email/", "password/reset/"])
def test_nobody_signs_up_or_resets_by_mail(cast, browser, path):
    answer = browser.get(f"/accounts/{path}", secure=True)
    body = {"username": "new", "password1": PASSWORD, "password2": PASSWORD}
    browser.post(f"/accounts/{path}", body, secure=True)
    assert answer.status_code == 404
    assert not User.objects.filter(username="new").exists()


@pytest.fixture
def revoked():
    """Who was cut off."""
    heard = []

    def hear(user, **_):
        heard.append(user.username)

    rights_revoked.connect(hear)
    yield heard
    rights_revoked.disconnect(hear)


def test_signing_out_asks_first_then_cuts_every_socket(cast, browser, revoked):
    sign_in(browser, "chen")
    before = User.objects.get(username="chen").rights_version
    assert browser.get(LOGOUT, secure=True).status_code == 200
    assert who(browser) == "chen"
    assert revoked == []

    answer = browser.post(LOGOUT, secure=True)
    assert answer["Location"] == LOGIN
    assert who(browser) is None
    assert revoked == ["chen"]
    assert User.objects.get(username="chen").rights_version == before + 1


def test_a_changed_password_ends_other_sessions_and_keeps_this_one(cast, revoked):
    here, elsewhere = Client(), Client()
    for browser in (here, elsewhere):
        sign_in(browser, "zhao")
    new = "a-better-password-2"
    body = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    page = "/accounts/password/change/"
    assert here.post(page, body, secure=True).status_code == 302
    assert revoked == ["zhao"]
    assert here.get("/admin/", secure=True).status_code == 200
    assert elsewhere.get("/admin/", secure=True).status_code == 302
    assert User.objects.get(username="zhao").check_password(new)


def test_signing_in_writes_no_history_of_the_person(cast, browser):
    before = User.history.count()
    sign_in(browser, "chen")
    assert User.objects.get(username="chen").last_login is not None
    assert User.history.count() == before


def test_the_session_ends_with_the_browser(cast, browser):
    sign_in(browser, "chen")
    cookie = browser.cookies["__Host-session"]
    assert cookie["secure"]
    assert cookie["httponly"]
    assert cookie["max-age"] == ""
    assert browser.session.get_expiry_age() == 12 * 3600


@pytest.mark.parametrize("path", ["login/", "logout/", "password/change/", "inactive/"])
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_pages_are_ours_in_both_languages(cast, path, language):
    browser = Client(headers={"accept-language": language})
    if path != "login/":
        browser.force_login(cast.zhao)
    answer = browser.get(f"/accounts/{path}", secure=True)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert f'lang="{"en" if language == "en" else "zh-Hans"}"' in page
    assert "accounts/account" in page
    assert "<script" not in page
    assert "style=" not in page


def test_the_language_is_switched_and_kept(cast, browser):
    answer = browser.post(
        "/i18n/setlang/", {"language": "zh-hans", "next": LOGIN}, secure=True
    )
    assert answer["Location"] == LOGIN
    assert 'lang="zh-Hans"' in browser.get(LOGIN, secure=True).content.decode()


def test_somebody_made_at_the_machine_gets_in(db, browser):
    call_command(
        "createsuperuser", username="root", email="", interactive=False, verbosity=0
    )
    root = User.objects.get(username="root")
    roles.set_password(root, PASSWORD)
    assert sign_in(browser, "root")["Location"] == "/admin/"
