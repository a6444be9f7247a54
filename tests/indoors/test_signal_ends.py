"""When live media end, and what a hanging or a restarted media server costs."""

import asyncio
from uuid import uuid4

import pytest
from django.db.models import F
from django.test import override_settings

from dispatch.actions import media
from dispatch.actions.media import MediaDesk
from dispatch.loops.media import Media
from dispatch.media.interface import (
    Health,
    MediaAway,
    RoomPolicy,
)
from dispatch.models import Participant
from tests.house import Phone
from tests.indoors.signals import (
    answered,
    call_of,
    lapse,
    offer,
    refused,
    send_offer,
    settle,
    until,
)

OPEN = RoomPolicy(is_silent=False)


# --- Ends ----------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["caller", "seat"])
async def test_the_end_of_the_call_closes_the_room(house, fake, who):
    chen, lin = await house.connected()
    await offer(lin)
    await offer(chen)
    if who == "seat":
        await chen.command("end_call", call=lin.call["call"])
    else:
        await lin.command("hang_up")
    await until(lambda: not media._desk._calls)

    assert fake.legs == {}
    assert media._desk._legs == media._desk._calls == {}
    assert await refused(lin, uuid4()) == "not_now"


async def test_an_offer_that_was_answered_after_the_end_leaves_no_leg(house, fake):
    _, lin = await house.connected()
    fake.gate.clear()
    await send_offer(lin, uuid4())
    await until(lambda: bool(fake.kinds("offer")))
    await lin.command("hang_up")
    await settle(house)
    fake.gate.set()

    # The second one has waited for the offer's turn; the first was at once.
    await until(lambda: len(fake.kinds("close")) >= 2 and not fake.legs)


async def test_the_end_waits_for_no_offer(house, fake):
    """The room's turn is taken by an offer that the media server does not answer."""
    chen, lin = await house.connected()
    await offer(lin)
    fake.gate.clear()
    await send_offer(chen, uuid4())
    await until(lambda: len(fake.kinds("offer")) == 2)
    await lin.command("hang_up")

    await until(lambda: not fake.legs)
    fake.gate.set()


async def test_a_call_back_in_the_line_loses_its_host_not_its_guest(house, fake):
    chen, lin = await house.connected()
    hers, theirs = await offer(lin), await offer(chen)
    await lapse(house, chen, lin)
    await until(lambda: theirs not in fake.legs)

    assert hers in fake.legs


async def test_bye_ends_ones_own_leg_only(house, fake):
    chen, lin = await house.connected()
    hers, theirs = await offer(lin), await offer(chen)
    await lin.send("signal", leg=str(hers), bye=True)
    await until(lambda: hers not in fake.legs)

    assert list(fake.legs) == [theirs]


async def test_a_leg_that_was_lost_is_told_to_whichever_socket_its_side_has(
    house, fake
):
    _, lin = await house.connected()
    leg = await offer(lin)
    await lin.close()
    again = house.window(Phone(lin.call, "lin"))
    await again.open_line(epoch=lin.epoch)
    fake.happens(leg, "lost")

    assert (await again.wait_for("media"))["state"] == "lost"
    assert leg in fake.legs  # a socket that comes back cuts no picture


async def test_a_window_that_takes_over_ends_the_formers_picture(house, fake):
    """Not only its words: what it hears and shows ends with its place."""
    _, lin = await house.connected()
    leg = await offer(lin)
    other = house.window(Phone(lin.call, "lin"))
    await other.open_line(epoch=None)
    await other.command("take_over")
    await until(lambda: leg not in fake.legs)

    mine = await offer(other)
    assert list(fake.legs) == [mine]
    await send_offer(lin, uuid4())
    await settle(house)
    assert list(fake.legs) == [mine]


async def test_a_console_continued_elsewhere_ends_the_formers_picture(house, fake):
    chen, lin = await house.connected()
    theirs, hers = await offer(chen), await offer(lin)
    await house.console("chen", take_over=True, ready=False)
    await until(lambda: theirs not in fake.legs)

    assert list(fake.legs) == [hers]


@pytest.mark.parametrize("side", ["guest", "host"])
async def test_a_window_replaced_at_another_process_begins_no_leg(house, fake, side):
    """Its own process has not heard of it; the rows have."""
    chen, lin = await house.connected()
    await offer(window := lin if side == "guest" else chen)
    before = list(fake.legs)
    place = Participant.objects.filter(
        call__uuid=call_of(lin), role=side, left_at__isnull=True
    )
    await house.db(lambda: place.update(epoch=F("epoch") + 1))

    assert await refused(window, uuid4()) == "replaced"
    # The former leg may be ended by now: its epoch is an old one.
    assert set(fake.legs) <= set(before)
    await house.db(lambda: place.update(epoch=F("epoch") - 1))
    assert await offer(window) in fake.legs


# --- A relay that hangs --------------------------------------------------------------


async def test_nothing_is_compared_with_a_server_that_does_not_answer(house, fake):
    _, lin = await house.connected()
    await offer(lin)
    await settle(house)
    before = list(fake.told)

    async def hangs():
        return Health(is_alive=False)

    fake.health = hangs
    assert not await media._desk.reconcile()
    assert fake.told == before


async def test_the_loop_turns_while_the_media_server_hangs(fake, tmp_path):
    with override_settings(HOME=tmp_path):
        loop = Media()
    asked = []

    async def hangs():
        asked.append(1)
        await asyncio.Event().wait()

    fake.health, fake.is_connected = hangs, True
    loop.backend, loop.desk = fake, MediaDesk(fake)
    for _ in range(3):
        loop._due_at = 0.0
        await asyncio.wait_for(loop.turn(), 0.2)
        await asyncio.sleep(0)
    assert asked == [1]
    await asyncio.wait_for(loop.stop(), 2)


# --- A restart -----------------------------------------------------------------------


async def test_legs_outlive_the_web_process_and_what_was_decided_is_told(house, fake):
    chen, lin = await house.connected()
    hers, theirs = await offer(lin), await offer(chen)
    media.attach(None)  # no desk hears the next two
    await lin.command("set_mode", mode="silent")
    await chen.command("set_muted", who="host", track="audio", is_muted=True)
    fake.policies.clear()
    media.attach(desk := MediaDesk(fake))
    await desk.reconcile()

    policy = RoomPolicy(True, frozenset({("host", "audio")}))
    assert fake.policies == {call_of(lin): policy}
    assert set(fake.legs) == {hers, theirs}
    await lin.send("signal", leg=str(hers), candidate={"candidate": "known again"})
    await until(lambda: bool(fake.kinds("candidate")))
    await chen.command("set_muted", who="host", track="audio", is_muted=False)
    await until(lambda: not fake.policies[call_of(lin)].muted)
    # Both come back to the places they have, as after a restart: no picture stops.
    await chen.hello(seat=chen.seat, epoch=chen.epoch)
    await lin.hello(call=lin.call["call"], capability=lin.call["capability"], epoch=1)
    await settle(house)
    assert set(fake.legs) == {hers, theirs}


async def test_a_leg_from_before_is_older_than_one_that_waits_for_its_turn(house, fake):
    """Else a window that begins anew after a restart is told that it was replaced."""
    _, lin = await house.connected()
    before = await offer(lin)
    media.attach(desk := MediaDesk(fake))
    async with desk._turn(call_of(lin)):
        await send_offer(lin, fresh := uuid4())
        await until(lambda: fresh in desk._legs)
        compared = asyncio.create_task(desk.reconcile())
        await until(lambda: before in desk._legs)
    told = await answered(lin, fresh)
    await compared

    assert told["type"] == "signal", told
    assert list(fake.legs) == [fresh]


async def test_what_ended_while_no_process_looked_is_closed(house, fake):
    chen, lin = await house.connected()
    await offer(lin)
    await offer(chen)
    media.attach(None)
    await lin.command("hang_up")
    stray = uuid4()
    fake.legs[stray] = (uuid4(), "guest")  # of a call nobody knows
    media.attach(desk := MediaDesk(fake))
    await desk.reconcile()

    assert fake.legs == {}
    assert {told[1] for told in fake.kinds("close")} >= {call_of(lin)}


async def test_a_host_whose_call_went_back_meanwhile_is_put_out(house, fake):
    chen, lin = await house.connected()
    hers, theirs = await offer(lin), await offer(chen)
    media.attach(None)
    await lapse(house, chen, lin)
    media.attach(desk := MediaDesk(fake))
    await desk.reconcile()

    assert list(fake.legs) == [hers]
    assert theirs not in fake.legs


async def test_one_call_that_fails_keeps_no_other_from_being_told(house, fake):
    _, lin = await house.connected()
    await offer(lin)
    strays = [uuid4() for _ in range(3)]
    for stray in strays:
        fake.legs[uuid4()] = (stray, "guest")
    close = fake.close_room

    async def fails_for_strays(call):
        if call in strays:
            raise MediaAway
        await close(call)

    fake.close_room = fails_for_strays
    fake.policies.clear()
    media.attach(desk := MediaDesk(fake))
    await desk.reconcile()

    assert fake.policies[call_of(lin)] == OPEN
