"""The tap: never refused, wherever it comes from and whatever is wrong with it."""

import asyncio
from uuid import uuid4

import msgspec
import pytest
from channels.testing import HttpCommunicator

from alarm110.asgi import application
from dispatch.models import Call
from reports.models import Entry, Incident
from tests.ground import AT_SEA, IN_LAIZHOU, IN_ZHIFU
from tests.held import database_held
from tests.house import ORIGIN, device_cookie

TAP = "/api/v1/calls"


def tap_body(**fields):
    return msgspec.json.encode({"id": str(uuid4()), **fields})


# --- The tap -------------------------------------------------------------------------


async def test_a_tap_is_answered_with_all_a_phone_needs(house):
    answer = await house.request("POST", TAP, tap_body(), cookies=device_cookie("lin"))
    told = answer.json()

    assert answer.status == 201
    assert (told["state"], told["mode"], told["merged"]) == ("waiting", "normal", False)
    assert told["agency"]["phone_number"] == "110"
    assert told["cursor"] == 0
    assert len(told["capability"]) == 43
    assert answer.headers["cache-control"] == "no-store"
    assert "set-cookie" not in answer.headers  # the phone has its cookie


async def test_a_tap_without_a_cookie_gives_the_phone_one(house):
    answer = await house.request("POST", TAP, tap_body())
    cookie = answer.headers["set-cookie"]

    assert answer.status == 201
    for word in ("__Host-device=", "HttpOnly", "Secure", "SameSite=Lax", "Path=/"):
        assert word in cookie
    named = cookie.partition(";")[0]
    again = await house.request("POST", TAP, tap_body(), cookies=named)
    assert again.json()["call"] == answer.json()["call"]  # merged: the same phone


async def test_the_same_tap_again_is_the_same_alarm(house):
    body = tap_body()
    cookie = device_cookie("lin")
    first, second = await asyncio.gather(
        house.request("POST", TAP, body, cookies=cookie),
        house.request("POST", TAP, body, cookies=cookie),
    )
    third = await house.request("POST", TAP, body, cookies=cookie)

    calls = {answer.json()["call"] for answer in (first, second, third)}
    secrets = {answer.json()["capability"] for answer in (first, second, third)}
    assert len(calls) == len(secrets) == 1
    assert third.status == 200
    assert await house.db(Call.objects.count) == 1


BAD_BODIES = {
    "empty": b"",
    "not JSON": b"help",
    "an array": b"[]",
    "no id": b"{}",
    "an id that is none": b'{"id":"1"}',
    "unknown fields": b'{"id":"%s","priority":1}',
    "a raw NUL": b'{"id":"%s","text":"a\x00b"}',
    "binary": bytes(range(256)),
    "bad UTF-8": b'{"id":"%s","text":"\xff\xfe"}',
    "UTF-16": '{"id":"1"}'.encode("utf-16"),
    "deep nesting": b"[" * 30_000,
    "deep objects": b'{"a":' * 10_000,
}


@pytest.mark.parametrize("name", BAD_BODIES)
async def test_a_body_that_is_none_is_an_error_code(house, errors, name):
    body = BAD_BODIES[name].replace(b"%s", str(uuid4()).encode())
    answer = await house.request("POST", TAP, body)

    assert answer.status == 400
    assert answer.json()["type"] == "error"
    assert answer.json()["code"] == "malformed"
    assert answer.json()["detail"]
    assert await house.db(Call.objects.count) == 0


PARTS = {
    "floating degrees": (
        {"position": {"lat_e7": 37.1, "lon_e7": 121.1, "accuracy_mm": 1}},
        "position_unreadable",
    ),
    "a place off the Earth": (
        {"position": {"lat_e7": 999999999, "lon_e7": 0, "accuracy_mm": 1}},
        "position_unreadable",
    ),
    "a place that is none": ({"position": "here"}, "position_unreadable"),
    "NUL": ({"text": "a\x00b"}, "text_cut"),
    "too many words": ({"text": "x" * 5000}, "text_cut"),
    "words that are none": ({"text": {"a": [1]}}, "text_cut"),
    "a need that is none": ({"sign_language": None}, "position_missing"),
    "a mode that is none": ({"mode": None}, "position_missing"),
}


@pytest.mark.parametrize("name", PARTS)
async def test_a_part_that_cannot_be_read_never_refuses_the_alarm(house, errors, name):
    fields, flag = PARTS[name]
    answer = await house.request("POST", TAP, tap_body(**fields))

    assert answer.status == 201
    incident = await house.db(Incident.objects.get)
    assert flag in incident.flags
    assert await house.db(Call.objects.filter(state="waiting").count) == 1


@pytest.mark.parametrize("length", ["70000", "abc", "-1"])
async def test_a_body_that_is_too_large_or_lies_about_it_is_refused(
    house, errors, length
):
    body = b'{"id":"' + b"x" * 70_000 + b'"}'
    answer = await house.request("POST", TAP, body, headers={"content-length": length})

    assert (answer.status, answer.json()["code"]) == (413, "too_large")


async def test_a_body_without_a_length_is_read_up_to_its_limit(house, errors):
    for body, status in ((tap_body(), 201), (b" " * 70_000, 413)):
        communicator = HttpCommunicator(
            application,
            "POST",
            TAP,
            body,
            [(b"host", b"127.0.0.1:8443"), (b"origin", ORIGIN.encode())],
        )
        communicator.scope["scheme"] = "https"
        response = await communicator.get_response(timeout=10)
        await communicator.wait(1)
        assert response["status"] == status


async def test_only_our_own_pages_may_tap(house):
    for origin in ("", "null", "https://evil.example", "http://127.0.0.1:8443"):
        answer = await house.request(
            "POST", TAP, tap_body(), headers={"origin": origin}
        )
        assert (answer.status, answer.json()["code"]) == (403, "foreign_origin")
    assert await house.db(Call.objects.count) == 0


async def test_the_door_says_how_it_is_used(house):
    answer = await house.request("GET", TAP)

    assert (answer.status, answer.headers["allow"]) == (405, "POST")


# --- Where it goes, and that it stands -----------------------------------------------


@pytest.mark.parametrize(
    ("position", "agency", "flag"),
    [
        (None, "370602", "position_missing"),
        (AT_SEA, "370602", "position_outside"),
        ({"lat_e7": 0, "lon_e7": 0, "accuracy_mm": 0}, "370602", "position_outside"),
        (
            {"lat_e7": -900000000, "lon_e7": 1800000000, "accuracy_mm": 10**9},
            "370602",
            "position_outside",
        ),
        (IN_ZHIFU, "370602", None),
        (IN_LAIZHOU, "370683", None),
    ],
)
async def test_a_tap_from_anywhere_finds_a_line(house, position, agency, flag):
    await house.tap(**({"position": position} if position else {}))
    incident = await house.db(Incident.objects.select_related("agency").get)

    assert incident.agency.code == agency
    assert (flag in incident.flags) if flag else incident.flags == ["unverified"]


async def test_with_nobody_on_duty_the_alarm_stands_and_the_phone_is_told(house):
    lin = await house.phone()
    place = await lin.wait_for("place")

    assert (place["place"], place["seats_open"], place["wait_seconds"]) == (1, 0, None)
    assert lin.call["agency"]["phone_number"] == "110"
    assert (await house.db(Call.objects.get)).state == "waiting"


async def test_a_locked_database_is_503_and_then_exactly_one_alarm(house, errors):
    body, cookie = tap_body(text="Help"), device_cookie("lin")
    async with database_held("dispatch_call"):
        answer = await house.request("POST", TAP, body, cookies=cookie)
        assert answer.status == 503
        assert answer.json()["code"] == "try_again"
        assert int(answer.headers["retry-after"]) >= 1
    first = await house.request("POST", TAP, body, cookies=cookie)
    again = await house.request("POST", TAP, body, cookies=cookie)

    assert first.status in (200, 201)  # 200: the 503 was told, and yet it was written
    assert again.status == 200
    assert first.json()["call"] == again.json()["call"]
    assert await house.db(Call.objects.count) == 1
    assert await house.db(Entry.objects.filter(kind="message.posted").count) == 1


async def test_a_locked_database_refuses_commands_and_loses_none(house):
    lin = await house.phone()
    command = str(uuid4())
    async with database_held("reports_entry"):
        answer = await lin.ask("post_message", text="Help", id=command)
        assert (answer["type"], answer["code"]) == ("error", "try_again")
        through_http = await house.post(
            f"{TAP}/{lin.call['call']}/commands",
            {"type": "post_message", "id": command, "text": "Help"},
            headers={
                "Alarm110-Capability": lin.call["capability"],
                "Alarm110-Epoch": str(lin.epoch),
            },
        )
        assert through_http.status == 503
        assert through_http.headers["retry-after"]
    for _ in range(2):
        answer = await lin.ask("post_message", text="Help", id=command)
        assert answer["type"] == "ack"
    assert await house.db(Entry.objects.filter(kind="message.posted").count) == 1
