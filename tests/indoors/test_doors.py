"""The HTTP doors: the tap is never refused, and life goes on without a socket."""

import asyncio
import json
from uuid import UUID, uuid4

import msgspec
import pytest
from channels.testing import HttpCommunicator

from alarm110.asgi import application
from dispatch.actions.tap import capability
from dispatch.api import mailbox
from dispatch.events.frames import TypingShown
from dispatch.models import Call
from reports.models import Entry, Incident
from tests.held import database_held
from tests.house import ORIGIN, Phone, device_cookie
from tests.world import AT_SEA, IN_LAIZHOU, IN_ZHIFU

TAP = "/api/v1/calls"
JPEG = "/9j/4AAQSkZJRg=="


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

    assert (first.status, again.status) == (201, 200)
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


# --- The second door -----------------------------------------------------------------


class Door:
    """A phone whose sockets fail."""

    def __init__(self, house, call):
        self.house, self.call, self.epoch = house, call, call["epoch"]
        self.capability = call["capability"]

    @property
    def headers(self):
        epoch = {} if self.epoch is None else {"Alarm110-Epoch": str(self.epoch)}
        return {"Alarm110-Capability": self.capability, **epoch}

    async def post(self, kind, **fields):
        frame = {"type": kind, "id": str(uuid4()), **fields}
        return await self.house.post(
            f"{TAP}/{self.call['call']}/commands", frame, headers=self.headers
        )

    async def pass_on(self, kind, **fields):
        return await self.house.post(
            f"{TAP}/{self.call['call']}/commands",
            {"type": kind, **fields},
            headers=self.headers,
        )

    async def poll(self, after=-1, wait=0):
        return await self.house.request(
            "GET",
            f"{TAP}/{self.call['call']}/inbox?after={after}&wait={wait}",
            headers=self.headers,
        )


async def test_every_command_goes_through_the_second_door(house):
    door = Door(house, await house.tap())
    chen = await house.console("chen")
    await chen.accept()
    for kind, more in (
        ("post_message", {"text": "He is at the door."}),
        ("report_position", {"position": IN_ZHIFU}),
        ("set_mode", {"mode": "silent"}),
        ("hang_up", {}),
    ):
        answer = await door.post(kind, **more)
        assert answer.status == 200, answer.body
        assert answer.json()["type"] == "ack"
        assert answer.json()["stream"] == door.call["stream"]
    await chen.wait_for("call.ended")
    assert (await door.post("hang_up")).status == 409


async def test_a_poll_brings_the_welcome_and_then_what_came_since(house):
    door = Door(house, await house.tap(text="Help"))
    told = (await door.poll()).json()
    stream = door.call["stream"]

    head = told["welcome"]["cursors"][stream]
    assert told["welcome"]["epoch"] == told["epoch"] == door.epoch
    assert [m["text"] for m in told["welcome"]["snapshots"][stream]["messages"]] == [
        "Help"
    ]
    await door.post("post_message", text="Quick")
    told = (await door.poll(head)).json()
    assert [e["seq"] for e in told["entries"]] == [head + 1]
    assert told["heartbeat"]["heads"] == {stream: head + 1}


async def test_a_poll_waits_for_what_comes_and_no_longer(house):
    door = Door(house, await house.tap())
    head = (await door.poll()).json()["heartbeat"]["heads"][door.call["stream"]]
    chen = await house.console("chen", ready=False)
    while (await door.poll(head)).json()["ephemeral"]:
        pass  # the places in line that gathered
    waiting = asyncio.create_task(door.poll(head, 4))
    await asyncio.sleep(0.2)
    began = asyncio.get_running_loop().time()
    await chen.command("take_call", call=door.call["call"])
    told = (await waiting).json()

    assert asyncio.get_running_loop().time() - began < 2
    kinds = [e.get("type") for e in told["entries"]]
    assert kinds == ["call.connected"] or told["ephemeral"]


async def test_pictures_and_words_in_passing_go_both_ways(house):
    door = Door(house, await house.tap())
    await door.poll()
    chen = await house.console("chen")
    chen.shows_stills = False
    await chen.accept()
    assert (await door.pass_on("still", n=1, age_ms=5, jpeg=JPEG)).status == 200
    shown = await chen.wait_for("still")
    assert (shown["n"], shown["jpeg"]) == (1, JPEG)

    await chen.send("still_seen", n=1)
    await chen.send("typing")
    await chen.send("still", n=7, age_ms=5, jpeg=JPEG)
    await asyncio.sleep(0.1)
    told = (await door.poll(10_000, 1)).json()
    kinds = [frame["type"] for frame in told["ephemeral"]]
    assert {"still_seen", "typing", "still"} <= set(kinds)
    again = (await door.poll(10_000, 0)).json()
    assert "still" not in [frame["type"] for frame in again["ephemeral"]]  # once


async def test_a_mailbox_is_bounded(house):
    call = await house.tap()
    door = Door(house, call)
    await door.poll()
    box = mailbox.mailbox(UUID(call["call"]), UUID(call["incident"]))
    for _ in range(80):
        box.show(TypingShown(call=UUID(call["call"])))

    told = (await door.poll(0)).json()
    assert len(told["ephemeral"]) == mailbox.MAX_EPHEMERAL


async def test_a_poll_keeps_the_place_alive_and_silence_loses_it(house):
    door = Door(house, await house.tap())
    for _ in range(3):
        await door.poll()
        await house.db(house.world.passes, 6, sweep=False)
        await door.poll()
        await asyncio.sleep(1.2)  # the keeper's next flush
    assert (await house.db(Call.objects.get)).lost_at is None
    await house.db(house.world.passes, 9)
    assert (await house.db(Call.objects.get)).lost_at is not None


async def test_taking_over_by_post_demotes_the_socket(house):
    lin = await house.phone()
    other = Door(house, {**lin.call, "epoch": None})
    assert (await other.post("post_message", text="x")).json()["code"] == "read_only"
    told, epoch = lin.expect("welcome"), lin.epoch
    answer = await other.post("take_over")
    assert answer.status == 200
    assert answer.json()["epoch"] > epoch

    assert (await told)["epoch"] is None
    other.epoch = answer.json()["epoch"]
    assert (await other.post("post_message", text="mine now")).status == 200
    stale = Door(house, lin.call)
    refused = await stale.post("hang_up")
    assert (refused.status, refused.json()["code"]) == (409, "epoch_stale")


async def test_a_foreign_or_missing_capability_finds_nothing(house):
    lin, mei = await house.tap("lin"), await house.tap("mei")
    foreign = [mei["capability"], capability(uuid4()), "", "x" * 2000]
    for secret in foreign:
        door = Door(house, lin)
        door.capability = secret
        for answer in (await door.post("hang_up"), await door.poll()):
            assert (answer.status, answer.json()["code"]) == (404, "not_found")
    nowhere = Door(house, {**lin, "call": str(uuid4())})
    assert (await nowhere.poll()).status == 404
    assert await house.db(Call.objects.filter(state="waiting").count) == 2


@pytest.mark.parametrize(
    "query",
    [
        "after=x",
        "after=-2",
        "wait=-1",
        "wait=nan",
        "wait=61",
        f"after={2**53}",
        "after=1e3",
    ],
)
async def test_a_poll_that_asks_for_nonsense_is_refused(house, errors, query):
    call = await house.tap()
    answer = await house.request(
        "GET",
        f"{TAP}/{call['call']}/inbox?{query}",
        headers={"Alarm110-Capability": call["capability"]},
    )

    assert (answer.status, answer.json()["code"]) == (400, "malformed")


async def test_a_command_that_is_nonsense_is_refused_and_the_call_goes_on(
    house, errors
):
    call = await house.tap()
    door = Door(house, call)
    path = f"{TAP}/{call['call']}/commands"
    for body, status in (
        (b"", 400),
        (b"\xff\x00", 400),
        (b"[" * 30_000, 400),
        (b'{"type":"end_call","id":"%s","call":"%s"}', 400),
        (b" " * 70_000, 413),
    ):
        filled = body.replace(b"%s", str(uuid4()).encode())
        answer = await house.request("POST", path, filled, headers=door.headers)
        assert answer.status == status
    assert (await door.post("post_message", text="still here")).status == 200


async def test_a_reload_finds_the_live_call_by_its_cookie(house):
    lin = await house.tap("lin")
    for device, found in (("lin", lin["call"]), ("mei", None)):
        answer = await house.request(
            "GET", f"{TAP}/mine", cookies=device_cookie(device)
        )
        live = answer.json()["live"]
        assert (live and live["call"]) == found
    forged = device_cookie("lin").replace("lin", "mei")
    answer = await house.request("GET", f"{TAP}/mine", cookies=forged)
    assert answer.json()["live"] is None


async def test_a_phone_falls_back_and_comes_back_to_its_socket(house):
    lin = await house.phone()
    epoch = lin.epoch
    await lin.close()
    door = Door(house, {**lin.call, "epoch": epoch})
    assert (await door.poll()).json()["epoch"] == epoch
    again = house.window(Phone(lin.call, "lin"))
    welcome = await again.open_line(epoch=epoch)

    assert welcome["epoch"] == epoch
    await again.command("post_message", text="back")


# --- Proving a number ----------------------------------------------------------------


async def test_a_number_is_proven_while_waiting(house, monkeypatch):
    from accounts import adapters

    codes = []
    monkeypatch.setattr(
        adapters.ConsoleCodeSender, "send", lambda self, phone, code: codes.append(code)
    )
    lin = await house.phone()
    cookie = device_cookie("lin")
    asked = await house.post(
        "/api/v1/caller/phone", {"phone": "138 1234 5678"}, cookies=cookie
    )
    assert asked.status in (202, 204), asked.body
    wrong = "000000" if codes[0] != "000000" else "111111"
    refused = await house.post("/api/v1/caller/code", {"code": wrong}, cookies=cookie)
    assert refused.json()["code"] == "wrong_code"
    verified = lin.expect("caller.verified")
    proven = await house.post("/api/v1/caller/code", {"code": codes[0]}, cookies=cookie)

    assert (proven.status, proven.json()["assurance"]) == (200, "phone")
    assert (await verified)["data"]["caller"]["phone_masked"] == "138****5678"
    assert "12345678" not in json.dumps([frame for _, frame in lin.heard])


async def test_a_proof_asked_for_with_nonsense_is_refused(house, errors):
    cookie = device_cookie("lin")
    await house.tap()
    for body in (
        b"",
        b"[]",
        b'{"phone":null}',
        b'{"phone":"12"}',
        b"[" * 5000,
        b"\xff",
    ):
        answer = await house.request(
            "POST", "/api/v1/caller/phone", body, cookies=cookie
        )
        assert 400 <= answer.status < 500, (body[:20], answer.status)
        assert answer.json()["type"] == "error"
