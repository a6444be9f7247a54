"""The tap: one alarm whatever is sent, none where nothing was asked for."""

import asyncio
import json
from uuid import uuid4

import pytest

from tests.clients import Phone
from tests.sockets.stage import alarm, calls_with, database, hang_up
from tests.wire import Answer

TAP = "/api/v1/calls"
JSON = {"Content-Type": "application/json"}
ZHIFU = {"lat_e7": 375_400_000, "lon_e7": 1_213_900_000}
NULL_ISLAND = {"lat_e7": 0, "lon_e7": 0}
CLOSE = {"accuracy_mm": 12_000, "age_ms": 300}


def filed(served, call: dict) -> tuple[str, list[str]]:
    """Return the agency's code and the incident's flags, as stored."""
    sql = """SELECT a.code, i.flags FROM dispatch_call c
             JOIN reports_incident i ON i.id = c.incident_id
             JOIN accounts_agency a ON a.id = c.agency_id WHERE c.uuid = ?"""
    with database(served) as connection:
        key = call["call"].replace("-", "")
        code, flags = connection.execute(sql, [key]).fetchone()
    return code, json.loads(flags)


def alarms(served) -> int:
    """Return how many alarms there are."""
    with database(served) as connection:
        return int(
            connection.execute("SELECT count(*) FROM dispatch_call").fetchone()[0]
        )


async def tap(phone: Phone, body: bytes | str, **headers: str) -> Answer:
    """Post a body as it is."""
    raw = body if isinstance(body, bytes) else body.encode()
    return await phone.http.request("POST", TAP, raw, {**JSON, **headers})


async def test_an_empty_form_is_an_alarm(served):
    async with alarm(served) as lin:
        assert lin.call["state"] == "waiting"
        assert lin.call["mode"] == "normal"
        assert lin.call["merged"] is False
        assert lin.call["epoch"] == 1
        assert len(lin.call["capability"]) == 43
        assert lin.call["agency"]["name_en"] == "Yantai Police Command Centre"
        assert lin.call["agency"]["phone_number"] == "110"
        assert lin.call["number"].startswith("370600-")
        code, flags = filed(served, lin.call)
        assert (code, set(flags)) == ("370600", {"unverified", "position_missing"})


async def test_nobody_on_duty_is_told_and_the_alarm_stands(served):
    async with alarm(served) as lin:
        place = await lin.wait_for("place")
        assert place["place"] >= 1
        assert place["seats_open"] == 0
        assert place["wait_seconds"] is None
        assert filed(served, lin.call)[0] == "370600"


@pytest.mark.parametrize(
    ("place", "code", "flags"),
    [
        (ZHIFU, "370602", set()),
        (NULL_ISLAND, "370600", {"position_outside"}),
        ({"lat_e7": 399_000_000, "lon_e7": 1_164_000_000}, "370600",
         {"position_outside"}),  # Beijing
        ({"lat_e7": -900_000_000, "lon_e7": 1_800_000_000}, "370600",
         {"position_outside"}),
        (None, "370600", {"position_missing"}),
    ],
)  # fmt: skip
async def test_the_ground_decides_the_agency(served, place, code, flags):
    position = {**place, **CLOSE} if place else None
    async with alarm(served, position=position, text="Come.") as lin:
        found, said = filed(served, lin.call)
        assert found == code
        assert set(said) == flags | {"unverified"}
        assert lin.call["number"].startswith(f"{code}-")
        snapshot = lin.line.snapshots[lin.call["stream"]]
        assert [m["text"] for m in snapshot["messages"]] == ["Come."]
        if place:
            assert place.items() <= snapshot["position"].items()


async def test_the_same_tap_again_is_the_same_alarm(served):
    tap_id = str(uuid4())
    async with alarm(served, id=tap_id, mode="silent") as lin, Phone(served) as again:
        repeated = await tap(lin, json.dumps({"id": tap_id, "mode": "silent"}))
        stranger = await tap(again, json.dumps({"id": tap_id}))  # its cookie was lost
        for answer in (repeated, stranger):
            assert answer.status == 200
            same = ("call", "incident", "number", "capability", "mode")
            assert [answer.json()[k] for k in same] == [lin.call[k] for k in same]
            assert answer.json()["merged"] is False
        assert calls_with(served, tap_id) == 1


async def test_ten_at_once_are_one_alarm(served):
    tap_id = str(uuid4())
    phones = [Phone(served) for _ in range(10)]
    try:
        answers = await asyncio.gather(
            *(tap(phone, json.dumps({"id": tap_id})) for phone in phones)
        )
        assert {answer.status for answer in answers} <= {200, 201}
        assert len({(a.json()["call"], a.json()["capability"]) for a in answers}) == 1
        assert calls_with(served, tap_id) == 1
    finally:
        await hang_up(phones[0], answers[0].json())
        for phone in phones:
            await phone.close()


async def test_a_second_tap_of_a_phone_in_a_call_is_merged_into_it(served):
    other = str(uuid4())
    async with alarm(served, text="first") as lin:
        merged = lin.line.expect("message.posted")
        answer = await tap(lin, json.dumps({"id": other, "text": "second"}))
        assert answer.status == 200
        assert answer.json()["merged"] is True
        assert answer.json()["call"] == lin.call["call"]
        assert (await merged)["data"]["text"] == "second"
        assert calls_with(served, other) == 0
        found = await lin.http.request("GET", f"{TAP}/mine")
        assert found.json()["live"]["call"] == lin.call["call"]
        assert found.json()["live"]["capability"] == lin.call["capability"]
        assert found.json()["live"]["epoch"] is None

    assert (await lin.http.request("GET", f"{TAP}/mine")).json() == {"live": None}
    await lin.close()


async def test_a_phone_that_is_not_known_has_no_live_call(served):
    async with alarm(served), Phone(served) as stranger:
        for cookie in ({}, {"Cookie": "__Host-device=forged:signature"}):
            found = await stranger.http.request("GET", f"{TAP}/mine", headers=cookie)
            assert (found.status, found.json()) == (200, {"live": None})


def body(**fields: object) -> str:
    """Return a tap's body with a fresh id."""
    return json.dumps({"id": str(uuid4()), **fields})


MALFORMED = {
    "nothing": "",
    "not JSON": "help me",
    "a form": "id=1&mode=normal",
    "a list": "[]",
    "half": '{"id": "',
    "no id": "{}",
    "an id that is none": '{"id": "1"}',
    "unknown field": body(is_admin=True),
    "binary": b"\x00\xff\xfe\x01",
    "bad UTF-8": b'{"id": "5d2a7f0e-6a3c-4a58-9b39-0c1f5a0d9c11", "text": "\xff"}',
    "deep": "[" * 10_000,
}


# Beside a good id: the alarm stands, what could not be read is flagged.
DAMAGED = {
    "NUL": body(text="a\0b"),
    "empty text": body(text=""),
    "text too long": body(text="x" * 2001),
    "half an emoji": body(text="X").replace("X", "\\ud83d"),
    "beyond the pole": body(position={"lat_e7": 900_000_001, "lon_e7": 0, **CLOSE}),
    "a fraction": body(position={"lat_e7": 37.5, "lon_e7": 0, **CLOSE}),
    "a huge number": body(position={"lat_e7": 10**400, "lon_e7": 0, **CLOSE}),
    "infinity": body(text="X").replace('"X"', "1e999"),
    "a list for a position": body(position=[]),
    "a list for text": body(text=["help"]),
}


async def test_an_emergency_is_never_refused_for_a_part_that_cannot_be_read(served):
    for name, sent in DAMAGED.items():
        async with Phone(served) as phone:
            answer = await tap(phone, sent)
            assert answer.status == 201, name
            phone.call = answer.json()
            flag = "position_unreadable" if "lat_e7" in sent else "text_cut"
            if "position" in name:
                flag = "position_unreadable"
            agency, flags = filed(served, phone.call)
            assert (agency, flag in flags) == ("370600", True), name
            await phone.open_line()
            if name == "text too long":
                (words,) = phone.line.snapshots[phone.call["stream"]]["messages"]
                assert words["text"] == "x" * 2000
            await phone.command("hang_up")


async def test_what_no_page_sends_is_refused_and_raises_nothing(served):
    before, count = len(served.log()), alarms(served)
    async with Phone(served) as phone:
        for name, sent in MALFORMED.items():
            answer = await tap(phone, sent)
            assert answer.status == 400, name
            assert answer.headers["content-type"] == "application/json", name
            assert answer.json()["type"] == "error", name
            assert answer.json()["code"] == "malformed", name
        for size in (65_537, 130_000, 1_000_000):
            answer = await tap(phone, body(text="x" * size))
            assert (answer.status, answer.json()["code"]) == (413, "too_large")
    assert alarms(served) == count
    assert "Traceback" not in served.log()[before:]


async def test_a_large_body_that_hides_its_length_is_refused_too(served):
    count = alarms(served)
    async with Phone(served) as phone:
        sent = body(text="x" * 100_000).encode()
        answer = await phone.http.raw(
            f"POST {TAP} HTTP/1.1\r\nHost: {phone.http.authority}\r\n"
            f"Origin: {served.url}\r\nContent-Type: application/json\r\n"
            f"Transfer-Encoding: chunked\r\n\r\n{len(sent):x}\r\n".encode()
            + sent + b"\r\n0\r\n\r\n"
        )  # fmt: skip
    assert (answer.status, answer.json()["code"]) == (413, "too_large")
    assert alarms(served) == count


async def test_only_our_own_pages_may_tap(served):
    count, port = alarms(served), served.port
    async with Phone(served) as phone:
        for origin in (
            "null", "", "https://evil.example", f"http://127.0.0.1:{port}",
            f"https://127.0.0.1:{port}.evil.example", f"https://evil@127.0.0.1:{port}",
            "https://127.0.0.1", f"https://127.0.0.1:{port}/", f"ftp://127.0.0.1:{port}",
        ):  # fmt: skip
            answer = await tap(phone, body(), Origin=origin)
            assert answer.status == 403, origin
            assert answer.json()["code"] == "foreign_origin", origin

        answer = await phone.http.raw(
            f"POST {TAP} HTTP/1.1\r\nHost: {phone.http.authority}\r\n"
            f"Content-Length: 2\r\n\r\n{{}}".encode()
        )  # no Origin at all
        assert (answer.status, answer.json()["code"]) == (403, "foreign_origin")
    assert alarms(served) == count


async def test_other_methods_are_named_as_such(served):
    async with Phone(served) as phone:
        for method in ("GET", "PUT", "DELETE", "PATCH", "OPTIONS"):
            answer = await phone.http.request(method, TAP)
            assert answer.status == 405
            assert answer.headers["allow"] == "POST"
            assert answer.json()["code"] == "malformed"
