"""Live media through the real sockets: who is admitted, and by which door.

The media server is the tests' own; whether packets flow is tested with the real one.
"""

import asyncio
from uuid import uuid4

import pytest

from accounts.metrics import drops
from dispatch.actions import media
from dispatch.actions.media import MAX_CANDIDATES
from dispatch.media.interface import (
    BadDescription,
    MediaAway,
    MediaFull,
    RoomPolicy,
)
from tests.ground import IN_LAIZHOU
from tests.house import Phone
from tests.indoors.fake_media import ANSWER
from tests.indoors.signals import (
    SDP,
    answered,
    call_of,
    offer,
    refused,
    send_offer,
    settle,
    until,
)
from tests.indoors.test_second_door import Door

OPEN = RoomPolicy(is_silent=False)


# --- Who may have a leg --------------------------------------------------------------


async def test_both_sides_of_a_conversation_are_answered(house, fake):
    chen, lin = await house.connected()
    theirs, hers = uuid4(), uuid4()
    for window, leg in ((chen, theirs), (lin, hers)):
        await send_offer(window, leg)
        told = await answered(window, leg)
        assert (told["type"], told["sdp"]) == ("signal", ANSWER)

    call = call_of(lin)
    assert fake.legs == {theirs: (call, "host"), hers: (call, "guest")}
    assert fake.policies[call] == OPEN
    fake.happens(hers, "up")
    told = await lin.wait_for("media")
    assert (told["leg"], told["state"]) == (str(hers), "up")
    assert "media" not in chen.kinds()


async def test_a_phone_prepares_while_a_seat_is_asked_and_not_before(house, fake):
    await house.db(lambda: type(house.world.zhifu).objects.update(answer_mode="ring"))
    lin = await house.phone()
    assert await refused(lin, uuid4()) == "not_now"
    chen = await house.console("chen")
    await chen.offer()
    await lin.wait_for("call.offered")
    leg = await offer(lin)

    assert fake.legs == {leg: (call_of(lin), "guest")}
    await send_offer(chen, uuid4())  # offered, not accepted: nobody's host yet
    await settle(house)
    assert list(fake.legs) == [leg]


async def test_nobody_else_gets_into_the_room(house, fake):
    """A window that watches, a colleague, Ma: not even an answer."""
    _, lin = await house.connected()
    watching = house.window(Phone(lin.call, "lin"))
    await watching.open_line(epoch=None)
    wu, ma = await house.console("wu"), await house.console("ma")
    for window in (watching, wu, ma):
        await send_offer(window, uuid4())
    await settle(house)

    assert fake.told == []
    for window in (watching, wu, ma):
        assert {"signal", "media"}.isdisjoint(window.kinds())


async def test_a_leg_id_of_the_other_side_or_of_another_call_is_refused(house, fake):
    chen, lin = await house.connected()
    ma, mei = await house.connected("mei", "ma", position=IN_LAIZHOU)
    hers = await offer(lin)
    await settle(house)
    before = list(fake.told)
    for window in (chen, ma, mei):
        await send_offer(window, hers)
        await window.send("signal", leg=str(hers), candidate={"candidate": "c"})
        await window.send("signal", leg=str(hers), bye=True)
    await settle(house)

    assert fake.told == before
    assert fake.legs == {hers: (call_of(lin), "guest")}


@pytest.mark.parametrize("error", [MediaFull(), MediaAway(), BadDescription()])
async def test_why_not_is_told_and_the_call_goes_on(house, fake, error):
    _, lin = await house.connected()
    fake.error = error
    assert await refused(lin, uuid4()) == error.code

    fake.error = None
    assert await offer(lin) in fake.legs
    await lin.command("post_message", text="Can you see me?")


async def test_without_a_media_server_it_is_away(house):
    _, lin = await house.connected()
    media.attach(None)

    assert await refused(lin, uuid4()) == "media_away"


async def test_a_new_leg_replaces_the_windows_former_one(house, fake):
    _, lin = await house.connected()
    first = await offer(lin)
    second = await offer(lin)
    closed = await lin.wait_for(
        lambda f: f.get("type") == "media" and f.get("leg") == str(first)
    )

    assert (closed["state"], closed["code"]) == ("closed", "replaced")
    assert list(fake.legs) == [second]
    await lin.send("signal", leg=str(first), candidate={"candidate": "late"})
    await settle(house)
    assert fake.kinds("candidate") == []


async def test_of_offers_that_wait_only_the_newest_is_made(house, fake):
    """Twenty offers a second keep nobody waiting, and none is answered too late."""
    _, lin = await house.connected()
    fake.gate.clear()
    legs = [uuid4() for _ in range(5)]
    await send_offer(lin, legs[0])
    await until(lambda: bool(fake.kinds("offer")))
    for leg in legs[1:]:
        await send_offer(lin, leg)
    await settle(house)
    fake.gate.set()
    for leg in legs[1:-1]:
        told = await answered(lin, leg)
        assert (told["state"], told["code"]) == ("refused", "replaced")
    await answered(lin, legs[-1])

    assert [told[3] for told in fake.kinds("offer")] == [legs[0], legs[-1]]
    assert list(fake.legs) == [legs[-1]]


# --- Candidates ----------------------------------------------------------------------


async def test_candidates_follow_their_offer_in_order(house, fake):
    _, lin = await house.connected()
    leg = uuid4()
    await lin.send("signal", leg=str(leg), candidate={"candidate": "too early"})
    fake.gate.clear()
    await send_offer(lin, leg)
    for n in range(3):
        await lin.send("signal", leg=str(leg), candidate={"candidate": f"c{n}"})
    await settle(house)
    assert fake.kinds("candidate") == []
    fake.gate.set()
    await until(lambda: len(fake.kinds("candidate")) == 3)

    assert [told[3] for told in fake.kinds("candidate")] == ["c0", "c1", "c2"]


async def test_candidates_of_a_refused_leg_go_nowhere(house, fake):
    _, lin = await house.connected()
    leg, fake.error = uuid4(), MediaFull()
    await refused(lin, leg)
    await lin.send("signal", leg=str(leg), candidate={"candidate": "c"})
    await settle(house)

    assert fake.kinds("candidate") == []


async def test_a_leg_has_at_most_sixty_four_candidates(house, fake):
    too_many = drops.labels("signal", "too many candidates")
    refused_before = too_many._value.get()
    _, lin = await house.connected()
    leg = await offer(lin)
    for n in range(MAX_CANDIDATES + 10):
        await lin.send("signal", leg=str(leg), candidate={"candidate": f"c{n}"})
        await asyncio.sleep(0.06)  # within the socket's own budget
    await settle(house)

    assert len(fake.kinds("candidate")) == MAX_CANDIDATES
    assert refused_before + 10 == too_many._value.get()
    await lin.send("signal", leg=str(leg), bye=True)  # that is never one too many
    await until(lambda: not fake.legs)


# --- The second door -----------------------------------------------------------------


async def test_signals_go_through_the_second_door_too(house, fake):
    door = Door(house, await house.tap())
    chen = await house.console("chen")
    await chen.accept()
    await door.poll()
    leg = uuid4()
    description = {"type": "offer", "sdp": SDP}
    sent = await door.pass_on("signal", leg=str(leg), description=description)
    assert (sent.status, sent.json()["type"]) == (200, "ack")
    await until(lambda: leg in fake.legs)
    fake.happens(leg, "up")
    told = (await door.poll(10_000, 1)).json()["ephemeral"]

    assert {"type": "signal", "leg": str(leg), "sdp": ANSWER} in told
    assert [f["state"] for f in told if f["type"] == "media"] == ["up"]


async def test_the_second_door_refuses_a_signal_that_is_none(house, fake):
    door = Door(house, await house.tap())
    for more in ({}, {"bye": True, "candidate": {"candidate": ""}}):
        answer = await door.pass_on("signal", leg=str(uuid4()), **more)
        assert (answer.status, answer.json()["code"]) == (400, "malformed")
    assert fake.told == []


async def test_a_phone_that_falls_back_keeps_its_picture(house, fake):
    """Its socket fails, its packets do not: the same window by the same epoch."""
    _, lin = await house.connected()
    leg = await offer(lin)
    epoch = lin.epoch
    await lin.close()
    door = Door(house, {**lin.call, "epoch": epoch})
    assert (await door.poll()).json()["epoch"] == epoch
    await settle(house)

    assert list(fake.legs) == [leg]
    await door.pass_on("signal", leg=str(leg), candidate={"candidate": "on"})
    await until(lambda: bool(fake.kinds("candidate")))


async def test_taking_over_at_the_second_door_ends_the_formers_picture(house, fake):
    _, lin = await house.connected()
    leg = await offer(lin)
    door = Door(house, {**lin.call, "epoch": None})
    await door.post("take_over")

    await until(lambda: leg not in fake.legs)
