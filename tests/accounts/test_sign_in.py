"""Staff sign in with a password; nobody signs up; who signs out is cut off."""

import html
import logging.config
import re
from urllib.parse import unquote

import pytest
from allauth.core.internal.ratelimit import get_rates
from django.core.management import call_command
from django.db import OperationalError
from django.test import Client

from accounts.actions import roles
from accounts.events import rights_revoked
from accounts.models import User
from accounts.states import RoleKind
from alarm110 import forbidden
from tests.accounts.cast import PASSWORD
from tests.rights import disable_staff

pytestmark = pytest.mark.django_db
LOGIN, LOGOUT = "/accounts/login/", "/accounts/logout/"


@pytest.fixture
def window() -> Client:
    """A browser over TLS."""
    return Client(headers={"accept-language": "en"})


def sign_in(window, username, password=PASSWORD, **more):
    body = {"login": username, "password": password}
    return window.post(LOGIN + more.pop("query", ""), body, secure=True, **more)


def who(window) -> str | None:
    pk = window.session.get("_auth_user_id")
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
def test_each_starts_at_the_page_of_their_work(cast, window, username, first_page):
    answer = sign_in(window, username)
    assert (answer.status_code, answer["Location"]) == (302, first_page)
    assert who(window) == username


def test_a_supervisor_who_also_operates_starts_at_the_console(cast, window):
    roles.give_role(cast.zhao, RoleKind.OPERATOR, cast.zhifu)
    assert sign_in(window, "zhao")["Location"] == "/console/"


def test_the_page_asked_for_comes_first_but_only_of_this_host(cast, window):
    assert sign_in(window, "tang", query="?next=/admin/accounts/user/")[
        "Location"
    ].endswith("/admin/accounts/user/")
    window.logout()
    answer = sign_in(window, "tang", query="?next=https://evil.example/")
    assert answer["Location"] == "/admin/"


def test_a_wrong_password_and_an_unknown_name_are_told_alike(cast, window):
    wrong = sign_in(window, "chen", "wrong")
    unknown = sign_in(window, "whoever", "wrong")
    assert wrong.status_code == unknown.status_code == 200
    assert wrong.context["form"].errors == unknown.context["form"].errors
    shown = wrong.content.decode()
    assert "The user name or the password is not right." in shown
    assert "ask your administrator" in shown
    assert who(window) is None


def test_wrong_passwords_are_counted(cast, window):
    for _ in range(5):
        sign_in(window, "chen", "wrong")
    answer = sign_in(window, "chen")  # right, and too late for now
    assert who(window) is None
    shown = answer.content.decode()
    assert "Too many wrong passwords: sign-in stays closed" in shown
    assert "5 minutes at most" in shown
    for action in ("login_failed", "login"):  # each that is told by this sentence
        for rate in get_rates(app="allauth.account", action=action):
            assert rate.duration <= 5 * 60


def test_after_a_wrong_password_one_types_the_password_again(cast, window):
    focus = r'<input id="id_(\w+)"[^>]* autofocus>'
    empty = window.get(LOGIN, secure=True).content.decode()
    assert re.findall(focus, empty) == ["login"]
    wrong = sign_in(window, "chen", "wrong").content.decode()
    assert re.findall(focus, wrong) == ["password"]


def test_a_closed_account_stays_out(cast, window):
    disable_staff(cast.chen)
    sign_in(window, "chen")
    assert who(window) is None


def test_closing_an_account_ends_its_session(cast, window):
    sign_in(window, "zhao")
    assert window.get("/admin/", secure=True).status_code == 200
    disable_staff(cast.zhao)
    assert window.get("/admin/", secure=True).status_code == 302


def test_a_verified_caller_has_no_way_in(cast, window):
    caller = User(username="caller-1")
    caller.set_unusable_password()
    caller.save()
    for password in ("", "!", caller.password):
        sign_in(window, "caller-1", password)
        assert who(window) is None


@pytest.mark.parametrize(
    ("username", "page", "place"),
    [
        ("chen", "/admin/?q=1", "/console/"),
        ("zhao", "/console/", "/admin/"),
        ("nobody", "/console/", None),
        ("chen", "/records/", "/console/"),
    ],
)
def test_who_may_not_see_a_page_is_told_who_they_are_and_the_ways_on(
    cast, window, username, page, place
):
    sign_in(window, username)
    answer = window.get(page, secure=True, follow=True)
    assert answer.status_code == 403
    shown = answer.content.decode()
    person = User.objects.get(username=username)
    assert f"You are signed in as {person}." in shown
    ways = re.findall(r'<a [^>]*href="([^"]+)"', shown)
    assert [way for way in ways if way in ("/console/", "/admin/")] == (
        [place] if place else []
    )
    assert LOGOUT in ways

    another = next(way for way in ways if way.startswith(f"{LOGOUT}?"))
    asked = window.get(another, secure=True)  # signing out may end a call: it asks
    assert "ends your work in every open window" in asked.content.decode()
    *_, back = re.findall(r'name="next" value="([^"]+)"', asked.content.decode())
    out = window.post(LOGOUT, {"next": html.unescape(back)}, secure=True)
    assert who(window) is None
    assert unquote(out["Location"]) == f"{LOGIN}?next={page}"
    body = {"login": "tang", "password": PASSWORD}
    signed_in = window.post(out["Location"], body, secure=True)
    assert (who(window), signed_in["Location"]) == ("tang", page)


def test_a_refused_page_needs_no_database(cast, window, monkeypatch):
    """It may be locked just then: the answer is still who may not, not a 500."""

    def away(request, user):
        raise OperationalError("database is locked")

    sign_in(window, "chen")
    monkeypatch.setattr(forbidden, "_ways_on", away)

    assert window.get("/records/", secure=True).status_code == 403


def test_a_refused_page_is_one_line_of_the_log(cast, window, settings, capsys):
    logging.config.dictConfig(settings.LOGGING)
    sign_in(window, "zhao")
    assert window.get("/console/", secure=True).status_code == 403
    written = capsys.readouterr().err
    assert written.count("Forbidden (Permission denied): /console/") == 1
    assert "Traceback" not in written


@pytest.mark.parametrize("path", ["signup/", "email/", "password/reset/"])
def test_nobody_signs_up_or_resets_by_mail(cast, window, path):
    answer = window.get(f"/accounts/{path}", secure=True)
    body = {"username": "new", "password1": PASSWORD, "password2": PASSWORD}
    window.post(f"/accounts/{path}", body, secure=True)
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


def test_signing_out_asks_first_then_cuts_every_socket(cast, window, revoked):
    sign_in(window, "chen")
    before = User.objects.get(username="chen").rights_version
    assert window.get(LOGOUT, secure=True).status_code == 200
    assert who(window) == "chen"
    assert revoked == []

    answer = window.post(LOGOUT, secure=True)
    assert answer["Location"] == LOGIN
    assert who(window) is None
    assert revoked == ["chen"]
    assert User.objects.get(username="chen").rights_version == before + 1


def test_a_changed_password_ends_other_sessions_and_keeps_this_one(cast, revoked):
    here, elsewhere = Client(), Client()
    for window in (here, elsewhere):
        sign_in(window, "zhao")
    new = "a-better-password-2"
    body = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    page = "/accounts/password/change/"
    assert here.post(page, body, secure=True).status_code == 302
    assert revoked == ["zhao"]
    assert here.get("/admin/", secure=True).status_code == 200
    assert elsewhere.get("/admin/", secure=True).status_code == 302
    assert User.objects.get(username="zhao").check_password(new)


def test_signing_in_writes_no_history_of_the_person(cast, window):
    before = User.history.count()
    sign_in(window, "chen")
    assert User.objects.get(username="chen").last_login is not None
    assert User.history.count() == before


def test_the_session_ends_with_the_browser(cast, window):
    sign_in(window, "chen")
    cookie = window.cookies["__Host-session"]
    assert cookie["secure"]
    assert cookie["httponly"]
    assert cookie["max-age"] == ""
    assert window.session.get_expiry_age() == 12 * 3600


@pytest.mark.parametrize("path", ["login/", "logout/", "password/change/", "inactive/"])
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_pages_are_ours_in_both_languages(cast, path, language):
    window = Client(headers={"accept-language": language})
    if path != "login/":
        window.force_login(cast.zhao)
    answer = window.get(f"/accounts/{path}", secure=True)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert f'lang="{"en" if language == "en" else "zh-Hans"}"' in page
    assert "accounts/account" in page
    assert "<script" not in page
    assert "style=" not in page


def test_the_language_is_switched_and_kept(cast, window):
    answer = window.post(
        "/i18n/setlang/", {"language": "zh-hans", "next": LOGIN}, secure=True
    )
    assert answer["Location"] == LOGIN
    assert 'lang="zh-Hans"' in window.get(LOGIN, secure=True).content.decode()


def test_somebody_made_at_the_machine_gets_in(db, window):
    call_command(
        "createsuperuser", username="root", email="", interactive=False, verbosity=0
    )
    root = User.objects.get(username="root")
    roles.set_password(root, PASSWORD)
    assert sign_in(window, "root")["Location"] == "/admin/"


def test_who_has_no_password_is_told_who_gives_one(cast, window):
    cast.chen.set_unusable_password()
    cast.chen.save()
    window.force_login(cast.chen)
    for ask in (window.get, window.post):
        answer = ask("/accounts/password/change/", secure=True)
        assert answer.status_code == 200
        assert "This account has no password" in answer.content.decode()
    cast.chen.refresh_from_db()
    assert not cast.chen.has_usable_password()
