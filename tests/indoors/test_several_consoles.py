"""Consoles of a room with several parties, over their sockets: who follows it."""

import asyncio
from uuid import UUID

from dispatch import broadcast as rooms
from tests.house import Console, House, Phone
from tests.indoors.signals import until
from tests.wire import Frame


async def connected(house: House) -> tuple[Phone, Console]:
    """Let Lin's call be hosted by Chen, over the wire."""
    chen = await house.console("chen")
    lin = await house.phone()
    await chen.accept()
    return lin, chen


async def asked_in(house: House, chen: Console, lin: Phone, name: str) -> Console:
    """Let Chen ask somebody in over the wire, who accepts."""
    other = await house.console(name)
    await chen.command("invite_seat", call=lin.call["call"], seat=other.seat)
    await other.accept()
    return other


def room_of(lin: Phone) -> rooms.Room:
    return rooms.rooms()[UUID(lin.call["call"])]


def has_role(console: Console, role: str):
    """Return a test for the entry that says what this seat is in the room."""

    def is_it(frame: Frame) -> bool:
        if frame.get("type") != "seat.updated":
            return False
        seat = frame["data"]["seat"]
        return seat["seat"] == console.seat and seat["room_role"] == role

    return is_it


async def test_a_second_seat_follows_the_incident_and_writes_there(house):
    lin, chen = await connected(house)
    wu = await asked_in(house, chen, lin, "wu")
    await lin.wait_for("room.changed")
    await wu.command("post_message", text="I speak Korean")
    message = await lin.wait_for("message.posted")

    assert message["data"]["text"] == "I speak Korean"
    await until(lambda: len(room_of(lin).parties) == 1)
    refused = await wu.refused("end_call", call=lin.call["call"])
    assert refused.code == "call_taken"
    refused = await wu.refused("set_muted", who="guest", track="audio", is_muted=True)
    assert refused.code == "no_seat"


async def test_the_phones_device_and_pictures_reach_everybody_in_the_room(house):
    lin, chen = await connected(house)
    wu = await asked_in(house, chen, lin, "wu")
    await until(lambda: len(room_of(lin).parties) == 1)
    both = [window.expect("device") for window in (chen, wu)]
    await lin.send("report_device", camera="on", microphone="on", position="on")
    for shown in both:
        assert (await shown)["camera"] == "on"
    pictures = [window.expect("still") for window in (chen, wu)]
    await lin.send("still", n=1, age_ms=0, jpeg="AAAA")
    for picture in pictures:
        assert (await picture)["n"] == 1
    await wu.send("still_seen", n=1)
    await chen.send("still_seen", n=1)
    second = wu.expect("still")
    await asyncio.sleep(0.25)  # four pictures a second, no more
    await lin.send("still", n=2, age_ms=0, jpeg="AAAA")
    assert (await second)["n"] == 2


async def test_who_is_put_out_is_told_so_and_sees_no_more(house):
    lin, chen = await connected(house)
    wu = await asked_in(house, chen, lin, "wu")
    await until(lambda: len(room_of(lin).parties) == 1)
    [participant] = room_of(lin).parties
    gone = wu.expect("unfollowed")
    await chen.command(
        "remove_participant", call=lin.call["call"], participant=str(participant)
    )

    assert (await gone)["stream"] == lin.stream
    assert room_of(lin).parties == {}
    before = len(wu.entries("message.posted"))
    await chen.command("post_message", text="now we are alone")
    await lin.wait_for("message.posted")
    assert len(wu.entries("message.posted")) == before
    assert (await wu.refused("post_message", text="?")).code == "no_seat"


async def test_a_warm_transfer_changes_who_is_host_in_the_room_too(house):
    lin, chen = await connected(house)
    wu = await asked_in(house, chen, lin, "wu")
    await until(lambda: len(room_of(lin).parties) == 1)
    [participant] = room_of(lin).parties
    chens_port = room_of(lin).host
    turned = wu.expect(has_role(wu, "host"))
    await chen.command("hand_over", call=lin.call["call"], participant=str(participant))
    await turned
    await until(lambda: room_of(lin).host not in (None, chens_port))
    assert room_of(lin).parties == {}
    told = await lin.wait_for("call.transferred")
    assert told["data"]["call"]["seat_label_en"] == "Zhifu 8"
    assert told["data"]["how"] == "warm"

    picture = lin.expect("still")
    await wu.send("still", n=1, age_ms=0, jpeg="AAAA")
    await picture
    await wu.command("end_call", call=lin.call["call"])


async def test_a_transferred_call_comes_to_a_console_that_was_not_there(house):
    lin, chen = await connected(house)
    wu = await house.console("wu")
    await chen.command("transfer_call", call=lin.call["call"], seat=wu.seat)
    followed = await wu.accept()
    assert followed["stream"] == lin.stream
    await lin.wait_for("call.transferred")
    await until(lambda: room_of(lin).host is not None)
    refused = await chen.refused("end_call", call=lin.call["call"])
    assert refused.code == "call_taken"
    await wu.command("end_call", call=lin.call["call"])


async def test_a_second_seat_that_reloads_comes_back_into_the_room(house):
    lin, chen = await connected(house)
    wu = await asked_in(house, chen, lin, "wu")
    await until(lambda: len(room_of(lin).parties) == 1)
    [participant] = room_of(lin).parties
    await wu.close()
    await until(lambda: room_of(lin).parties == {})
    await wu.open(seat=wu.seat, epoch=wu.epoch)
    await until(lambda: list(room_of(lin).parties) == [participant])
    await wu.command("leave_room", call=lin.call["call"])
    await chen.command("end_call", call=lin.call["call"])
