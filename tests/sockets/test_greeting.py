"""Hello and welcome, cursors, and what a caller never gets to see."""

import asyncio
import json
from uuid import uuid4

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from tests.clients import Console, Phone
from tests.sockets.stage import alarm, closed, joined, on_duty
from tests.wire import SUBPROTOCOL, Refused, sign_in


async def test_both_sides_are_told_where_they_stand(served):
    async with on_duty(served, "li") as li, alarm(served, text="At home.") as lin:
        stream = lin.call["stream"]
        welcome = await lin.line.hello(
            call=lin.call["call"], capability=lin.call["capability"],
            epoch=lin.line.epoch,
        )  # fmt: skip
        snapshot = welcome["snapshots"][stream]
        assert welcome["you"] == {
            "side": "caller", "call": lin.call["call"], "read_only": False,
        }  # fmt: skip
        assert snapshot["call"]["state"] == "waiting"
        assert [m["text"] for m in snapshot["messages"]] == ["At home."]
        assert welcome["cursors"] == {stream: 3}  # opened, queued, message

        agency = li.line.snapshots[li.line.you["agencies"][0]]
        assert li.line.you["operator"]["name"] == "李娜 Li"
        assert li.line.you["seat"] == li.seat
        assert agency["agency"]["code"] == "370600"
        assert agency["agency"]["categories"]
        assert agency["agency"]["phrases"]
        assert len(agency["seats"]) == 6

        room = await joined(li, lin)
        assert room["stream"] == stream
        assert room["snapshot"]["incident"]["number"] == lin.call["number"]


async def test_a_caller_sees_neither_notes_nor_who_the_operator_is(served):
    secret = f"his brother is known to us {uuid4()}"
    async with on_duty(served, "li") as li, alarm(served) as lin:
        await joined(li, lin)
        who = li.line.you["operator"]["id"]
        skipped = lin.line.expect(lambda f: f.get("skip") is True)
        await li.command(
            "update_incident", incident=lin.call["incident"], notes=secret,
            persons="张三", category="0105", place="room 4",
        )  # fmt: skip
        await li.command("post_message", text="I am here.")
        await lin.wait_for("message.posted")

        hidden = await skipped
        assert set(hidden) == {"stream", "seq", "skip"}
        async with Phone(served) as fresh:  # nor does a snapshot tell
            fresh.call = lin.call
            await fresh.open_line(epoch=None)
            said = [frame for line in (lin.line, fresh.line) for _, frame in line.heard]
        told = json.dumps(said, ensure_ascii=False)
        for word in (secret, "张三", '"0105"', "room 4", who, "李娜", "370600-01"):
            assert word not in told
        shown = await li.wait_for("incident.updated")
        assert shown["data"]["incident"]["notes"] == secret


async def test_without_a_hello_the_socket_is_closed(served):
    async def wait_at(door: str) -> int | None:
        async with connect(
            f"{served.ws}/ws/{door}", origin=served.url, ssl=Phone(served).context,
            subprotocols=[SUBPROTOCOL], proxy=None,
        ) as socket:  # fmt: skip
            async with asyncio.timeout(7):
                await socket.wait_closed()
            return socket.close_code

    codes = await asyncio.gather(wait_at("caller"), wait_at("seat"))
    assert set(codes) == {4400}


async def test_a_first_frame_that_is_no_hello_is_refused_by_its_id(served):
    phone, sent = Phone(served), str(uuid4())
    async with connect(
        f"{served.ws}/ws/caller", origin=served.url, ssl=phone.context,
        subprotocols=[SUBPROTOCOL], proxy=None,
    ) as socket:  # fmt: skip
        await socket.send(
            json.dumps({"type": "post_message", "id": sent, "text": "help"})
        )
        answer = json.loads(await socket.recv())
        assert (answer["type"], answer["code"]) == ("error", "malformed")
        assert answer["id"] == sent
        await socket.wait_closed()
        assert socket.close_code == 4400


async def test_a_stranger_finds_no_call(served):
    async with alarm(served) as lin, alarm(served) as other:
        tries = (
            {"call": lin.call["call"], "capability": other.call["capability"]},
            {"call": lin.call["call"], "capability": "x" * 43},
            {"call": lin.call["call"]},
            {"call": str(uuid4()), "capability": lin.call["capability"]},
        )
        for hello in tries:
            assert await turned_away(Phone(served), **hello) == ("not_found", 4401)


async def test_who_is_not_signed_in_has_no_console(served):
    for cookies in ("", "__Host-session=made-up"):
        nobody = Console(served, "nobody")
        nobody.line.cookies = cookies
        assert await turned_away(nobody) == ("not_found", 4401)


async def test_a_person_without_an_operators_role_has_no_console(served):
    auditor = Console(served, "han")
    await sign_in(auditor.http, "han", served.password("han"))
    auditor.line = auditor.new_line()
    assert await turned_away(auditor) == ("not_found", 4401)


async def turned_away(client: Console | Phone, **hello) -> tuple[str, int | None]:
    """Say hello; return the error's code and the close code that answered it."""
    try:
        with pytest.raises((ConnectionError, ConnectionClosed)):
            await client.line.open(**hello)
        return client.line.heard[0][1]["code"], await closed(client)
    finally:
        await client.close()


async def test_a_call_that_is_over_can_be_read_but_not_written(served):
    async with alarm(served) as lin:
        await lin.command("hang_up")
        await lin.wait_for("call.ended")
        await lin.close()
        welcome = await lin.open_line(epoch=None)
        assert welcome["epoch"] is None
        snapshot = welcome["snapshots"][lin.call["stream"]]
        assert snapshot["call"]["end_reason"] == "caller_ended"
        with pytest.raises(Refused) as refused:
            await lin.command("post_message", text="One more thing.")
        assert refused.value.code in ("call_ended", "read_only")
