"""The phone and code doors: device cookie, origin, limits, one shape of error."""

import pytest
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.test import Client

from accounts.api import device, errors
from accounts.models import Caller
from tests.accounts.test_verification import LIN, OTHER, Outbox, outbox, wait, wrong

__all__ = ["outbox"]
HERE = "https://testserver"
PHONE, CODE = "/api/v1/caller/phone", "/api/v1/caller/code"


class Phone(Client):
    """A browser with a device cookie, on our own page."""

    def __init__(self, value: str | None = "lin", origin: str | None = HERE) -> None:
        super().__init__(enforce_csrf_checks=True)
        self.headers = {"origin": origin} if origin else {}
        if value:
            response = HttpResponse()
            device.set_device(response, value)
            self.cookies.update(response.cookies)

    def ask(self, path, body):
        return self.post(
            path,
            body,
            content_type="application/json",
            secure=True,
            headers=self.headers,
        )


@pytest.fixture
def lin(transactional_db, outbox) -> Phone:
    """Lin's phone."""
    return Phone()


def test_a_number_is_asked_for_proven_and_masked(lin, outbox):
    answer = lin.ask(PHONE, {"phone": LIN})
    assert answer.status_code == 202
    assert answer.json() == {"type": "code_requested", "expires_in_seconds": 300}

    answer = lin.ask(CODE, {"code": outbox[0][1]})
    assert answer.status_code == 200
    assert answer.json() == {
        "type": "phone_verified",
        "phone": "138****8000",
        "assurance": "phone",
    }
    caller = Caller.objects.get()
    assert caller.device_hash == device.device_hash("lin")


def refusal(answer) -> tuple[int, str]:
    body = answer.json()
    assert set(body) == {"type", "code", "detail"}
    assert body["type"] == "error"
    assert body["detail"]
    return answer.status_code, body["code"]


@pytest.mark.parametrize(
    "origin", [None, "null", "https://evil.example", "http://testserver", HERE + ":99"]
)
def test_other_pages_are_refused(transactional_db, outbox, origin):
    answer = Phone(origin=origin).ask(PHONE, {"phone": LIN})
    assert refusal(answer) == (403, "foreign_origin")
    assert not outbox


def test_without_a_device_there_is_no_caller(transactional_db, outbox):
    assert refusal(Phone(None).ask(PHONE, {"phone": LIN})) == (403, "no_device")
    assert not Caller.objects.exists()


def test_a_device_of_ones_own_making_is_none(transactional_db, outbox):
    phone = Phone()
    phone.cookies[device.DEVICE_COOKIE] = "lin:forged"
    assert refusal(phone.ask(PHONE, {"phone": LIN})) == (403, "no_device")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (PHONE, b""),
        (PHONE, b"{"),
        (PHONE, b"\xff\xfe"),
        (PHONE, b"[" * 5000),
        (PHONE, b"[1]"),
        (PHONE, b"{}"),
        (PHONE, b'{"phone": null}'),
        (PHONE, b'{"phone": {"a": 1}}'),
        (PHONE, b'{"phone": "138\\u0000"}'),
        (CODE, b'{"code": "12345"}'),
        (CODE, b'{"code": "12345a"}'),
        (CODE, b'{"code": ["123456"]}'),
    ],
)
def test_malformed_bodies_are_answered_with_a_code(lin, outbox, path, body):
    answer = lin.generic(
        "POST", path, body, "application/json", secure=True, headers=lin.headers
    )
    assert refusal(answer)[0] == 400
    assert not outbox


def test_refusals_of_the_action_reach_the_phone(lin, outbox):
    assert refusal(lin.ask(PHONE, {"phone": "110"})) == (422, "bad_phone")
    assert refusal(lin.ask(CODE, {"code": "123456"})) == (422, "code_gone")
    lin.ask(PHONE, {"phone": LIN})
    answer = lin.ask(PHONE, {"phone": LIN})
    assert refusal(answer) == (429, "too_soon")
    assert 25 <= int(answer["Retry-After"]) <= 30
    assert refusal(lin.ask(CODE, {"code": wrong(outbox[0][1])})) == (422, "wrong_code")


def test_nobodys_phone_is_flooded_with_codes(transactional_db, outbox):
    for n in range(6):
        assert Phone(f"device {n}").ask(PHONE, {"phone": LIN}).status_code == 202
        wait(31)
    answer = Phone("one more").ask(PHONE, {"phone": f"+86 {LIN}"})
    assert refusal(answer) == (429, "throttled")
    assert int(answer["Retry-After"]) > 60
    assert len(outbox) == 6
    assert Phone("one more").ask(PHONE, {"phone": OTHER}).status_code == 202


def test_one_phone_cannot_try_for_ever(lin):
    codes = [lin.ask(CODE, {"code": "123456"}).status_code for _ in range(31)]
    assert codes == [422] * 30 + [429]
    assert Phone("another").ask(CODE, {"code": "123456"}).status_code == 422


def test_the_cookie_is_closed_to_scripts_and_other_hosts():
    response = HttpResponse()
    device.set_device(response, "value")
    cookie = response.cookies["__Host-device"]
    assert cookie["secure"]
    assert cookie["httponly"]
    assert cookie["path"] == "/"
    assert not cookie["domain"]
    assert cookie["samesite"] == "Lax"
    assert cookie["max-age"] == 400 * 24 * 3600


def test_a_socket_reads_the_same_device_from_its_raw_header():
    response = HttpResponse()
    value = device.new_device()
    device.set_device(response, value)
    signed = response.cookies[device.DEVICE_COOKIE].value
    request = HttpRequest()
    request.COOKIES[device.DEVICE_COOKIE] = signed
    assert device.read_device(request) == value
    header = f'a=1; {device.DEVICE_COOKIE}={signed}; b="x'
    assert device.read_device_header(header) == value
    assert device.read_device_header(None) is None
    assert device.read_device_header("garbage;;=;") is None
    assert device.read_device_header(header.replace(value, "other")) is None


def answer_to(error):
    answer = errors.error_answer(error, {"view": None})
    return answer.status_code, answer.data["code"]


def test_a_database_that_is_away_asks_to_come_back(caplog):
    answer = errors.error_answer(OperationalError("locked"), {"view": None})
    assert (answer.status_code, answer.data["code"]) == (503, "try_again")
    assert answer["Retry-After"] == "1"


def test_what_nobody_expected_says_nothing_of_its_inside(caplog):
    secret = KeyError("13800138000")
    answer = errors.error_answer(secret, {"view": None})
    assert (answer.status_code, answer.data["code"]) == (500, "internal_error")
    assert "13800138000" not in str(answer.data)
    assert "KeyError" in caplog.text


def test_missing_things_and_other_apps_errors_have_the_same_shape():
    class SeatTaken(Exception):
        code = "call_taken"
        detail = "Another seat has the call."

    assert answer_to(Http404("secret path")) == (404, "not_found")
    assert answer_to(SeatTaken()) == (409, "call_taken")


def test_the_outbox_is_the_sender(settings, outbox):
    assert settings.CODE_SENDER.endswith(Outbox.__name__)
