"""A whole alarm without a socket: commands by POST, everything else by long poll."""

import asyncio
import time
from uuid import uuid4

from tests.clients import JPEG, Phone
from tests.doors.poller import Poller
from tests.sockets.stage import alarm, joined, on_duty


async def test_a_whole_alarm_without_a_socket(served):
    async with (
        on_duty(served, "li") as li,
        Poller(Phone(served), mode="silent", text="Hidden in the wardrobe.") as lin,
    ):
        welcome = (await lin.poll())["welcome"]
        assert welcome["you"]["read_only"] is False
        assert welcome["epoch"] == lin.epoch
        snapshot = welcome["snapshots"][lin.phone.call["stream"]]
        assert [m["text"] for m in snapshot["messages"]] == ["Hidden in the wardrobe."]
        place = await lin.poll_for("place")
        assert place["place"] >= 1

        room = await joined(li, lin.phone)
        assert room["snapshot"]["call"]["mode"] == "silent"
        connected = await lin.poll_for("call.connected")
        assert connected["data"]["call"]["seat_label_en"]

        await lin.command("post_message", text="He is in the kitchen.")
        heard = await li.wait_for("message.posted")
        assert heard["data"]["text"] == "He is in the kitchen."
        await lin.command(
            "report_position",
            position={"lat_e7": 375_400_000, "lon_e7": 1_213_900_000,
                      "accuracy_mm": 5000, "age_ms": 0},
        )  # fmt: skip
        await li.wait_for("position.reported")
        await lin.command("set_mode", mode="normal")
        await li.wait_for("call.mode_changed")

        assert (await lin.send("still", n=4, age_ms=1, jpeg=JPEG)).status == 200
        picture = await li.wait_for("still")
        assert (picture["n"], picture["jpeg"]) == (4, JPEG)
        await lin.poll_for("still_seen")
        await li.still(9)
        assert (await lin.poll_for("still"))["n"] == 9
        await lin.send("still_seen", n=9)
        await li.wait_for(lambda f: f.get("type") == "still_seen" and f["n"] == 9)

        await li.command("post_message", text="Two minutes.")
        await lin.settle()
        texts = [
            e["data"]["text"] for e in lin.entries if e.get("type") == "message.posted"
        ]
        assert texts == ["He is in the kitchen.", "Two minutes."]
        await li.command("end_call", call=lin.phone.call["call"])
        ended = await lin.poll_for("call.ended")
        assert ended["data"]["call"]["end_reason"] == "seat_ended"


async def test_the_same_command_again_is_done_once(served):
    async with Poller(Phone(served)) as lin:
        sent = str(uuid4())
        first = await lin.send("post_message", id=sent, text="once")
        again = await lin.send("post_message", id=sent, text="once")
        assert first.json() == again.json()
        await lin.poll()
        known = lin.after
        assert first.json()["seq"] == known


async def test_a_poll_is_answered_when_something_happens_and_in_time_when_not(served):
    async with on_duty(served, "li") as li, Poller(Phone(served)) as lin:
        await lin.poll()
        await joined(li, lin.phone)
        await lin.poll_for("call.connected")
        await lin.settle()

        began = time.monotonic()
        body = await lin.poll(60)
        waited = time.monotonic() - began
        assert body["entries"] == body["ephemeral"] == []
        assert 3.5 <= waited <= 5

        poll = asyncio.create_task(lin.poll(4))
        await asyncio.sleep(0.5)
        assert not poll.done()
        began = time.monotonic()
        await li.command("post_message", text="Wake up.")
        body = await poll
        assert time.monotonic() - began < 1
        assert [e["data"]["text"] for e in body["entries"]] == ["Wake up."]

        poll = asyncio.create_task(lin.poll(4))
        await asyncio.sleep(0.3)
        began = time.monotonic()
        await li.line.send("typing")
        assert [f["type"] for f in (await poll)["ephemeral"]] == ["typing"]
        assert time.monotonic() - began < 1


async def test_a_mailbox_keeps_the_last_sixty_four(served):
    async with on_duty(served, "li") as li, Poller(Phone(served)) as lin:
        await lin.poll()
        await joined(li, lin.phone)
        await lin.poll_for("call.connected")
        await lin.settle()
        for count in (35, 40):  # a socket's budget: 40 at once, 20 a second
            for _ in range(count):
                await li.line.send("typing")
            await asyncio.sleep(2.2)
        body = await lin.poll(0)
        assert [frame["type"] for frame in body["ephemeral"]] == ["typing"] * 64


async def test_taking_over_by_post_makes_the_socket_read_only(served):
    async with alarm(served) as lin:
        poller = Poller(lin)
        old = poller.epoch = lin.call["epoch"]
        told = lin.line.expect(lambda f: f.get("code") == "epoch_stale")
        demoted = lin.line.expect("welcome")
        ack = await poller.command("take_over")
        assert ack["epoch"] > old
        await told
        assert (await demoted)["epoch"] is None

        stale = await poller.send("post_message", id=str(uuid4()), text="late")
        assert stale.status == 409
        assert stale.json()["code"] == "epoch_stale"
        poller.epoch = ack["epoch"]
        heard = lin.line.expect("message.posted")  # read-only, but it reads
        await poller.command("post_message", text="from the second door")
        assert (await heard)["data"]["text"] == "from the second door"

        back = lin.line.expect("welcome")  # and the socket may take it back
        await lin.command("take_over")
        assert (await back)["epoch"] > ack["epoch"]
        body = await poller.poll(0)
        assert body["epoch"] is None
        assert body["welcome"]["you"]["read_only"] is True


async def test_a_poll_of_another_window_takes_nothing_from_the_socket(served):
    async with alarm(served) as lin:
        reader = Poller(lin)
        for epoch in (b"", b"none", b"\xb2", b"1\xb9", b"9" * 30, b"-1"):
            answer = await lin.http.raw(
                f"GET {reader.path}/inbox?after=-1&wait=0 HTTP/1.1\r\n"
                f"Host: {lin.http.authority}\r\n"
                f"Alarm110-Capability: {lin.call['capability']}\r\n"
                "Alarm110-Epoch: ".encode()
                + epoch
                + b"\r\n\r\n"
            )
            assert answer.status == 200, epoch
            assert answer.json()["epoch"] is None, epoch
        await lin.command("post_message", text="I still hold it.")


async def test_a_wrong_capability_finds_nothing_anywhere(served):
    async with alarm(served) as lin, alarm(served) as other, Phone(served) as nobody:
        foreign = {"Alarm110-Capability": other.call["capability"]}
        wrong = {"Alarm110-Capability": "x" * 43}
        path = f"/api/v1/calls/{lin.call['call']}"
        frame = {"type": "hang_up", "id": str(uuid4())}
        for phone, headers in (
            (nobody, {}), (nobody, wrong), (nobody, foreign), (other, {}),
            (other, foreign), (lin, wrong), (lin, foreign),
        ):  # fmt: skip
            headers = {**headers, "Alarm110-Epoch": "1"}
            done = await phone.http.post_json(f"{path}/commands", frame, headers)
            seen = await phone.http.request(
                "GET", f"{path}/inbox?after=-1&wait=0", headers=headers
            )
            for answer in (done, seen):
                assert (answer.status, answer.json()["code"]) == (404, "not_found")
        unknown = f"/api/v1/calls/{uuid4()}"
        answer = await lin.http.post_json(f"{unknown}/commands", frame)
        assert (answer.status, answer.json()["code"]) == (404, "not_found")
        await lin.command("post_message", text="It goes on.")


async def test_what_no_phone_sends_is_answered_as_json_with_a_code(served):
    before = len(served.log())
    async with alarm(served) as lin:
        poller = Poller(lin)
        poller.epoch = lin.call["epoch"]
        headers = {**poller.headers, "Content-Type": "application/json"}
        for raw, status, code in (
            (b"", 400, "malformed"),
            (b"[" * 10_000, 400, "malformed"),
            (b"\x00\xff", 400, "malformed"),
            (b'{"type": "take_seat", "id": 1}', 400, "malformed"),
            (b'{"type": "post_message", "text": "no id"}', 400, "malformed"),
            (b'{"type": "post_message", "x": "' + b"y" * 70_000 + b'"}', 413,
             "too_large"),
            (b'{"type": "hello", "cursors": {"a": -1}}', 400, "malformed"),
        ):  # fmt: skip
            answer = await lin.http.request(
                "POST", f"{poller.path}/commands", raw, headers
            )
            assert (answer.status, answer.json()["code"]) == (status, code), raw[:40]

        for query in (
            "after=x", "after=-2", "after=1e3", "after=99999999999999999999",
            "wait=x", "wait=nan", "wait=-1", "wait=inf",
        ):  # fmt: skip
            answer = await lin.http.request(
                "GET", f"{poller.path}/inbox?{query}", headers=poller.headers
            )
            assert (answer.status, answer.json()["code"]) == (400, "malformed"), query

        for method, path in (("GET", "commands"), ("POST", "inbox"), ("PUT", "inbox")):
            answer = await lin.http.request(
                method, f"{poller.path}/{path}", headers=poller.headers
            )
            assert (answer.status, answer.json()["code"]) == (405, "malformed")

        foreign = {**headers, "Origin": "https://evil.example"}
        frame = {"type": "hang_up", "id": str(uuid4())}
        answer = await lin.http.post_json(f"{poller.path}/commands", frame, foreign)
        assert (answer.status, answer.json()["code"]) == (403, "foreign_origin")

        for path in ("/api/v1/calls/1/commands", "/api/v1/calls/", "/api/v1/calls/x"):
            answer = await lin.http.post_json(path, {})
            assert (answer.status, answer.json()["code"]) == (404, "not_found"), path
        await lin.command("post_message", text="It goes on.")
    assert "Traceback" not in served.log()[before:]
