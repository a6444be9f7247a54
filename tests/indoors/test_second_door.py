"""The second door: life goes on without a socket."""

import asyncio
import json
from uuid import UUID, uuid4

import pytest

from dispatch.actions.tap import capability
from dispatch.api import mailbox
from dispatch.events.frames import TypingShown
from dispatch.models import Call
from tests.ground import IN_ZHIFU
from tests.house import Phone, device_cookie

TAP = "/api/v1/calls"
JPEG = "/9j/4AAQSkZJRg=="

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
        ("set_needs", {"sign_language": True}),
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
