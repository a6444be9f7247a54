"""Live media through the real sockets: who is admitted, and what may flow.

The media server is the tests' own; whether packets flow is tested with the real one.
"""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from uuid import UUID, uuid4

import pytest
from django.db.models import F
from django.test import override_settings

from dispatch.actions import media
from dispatch.actions.media import MAX_CANDIDATES, MediaDesk
from dispatch.loops.media import Media
from dispatch.media.interface import (
    BadDescription,
    Health,
    MediaAway,
    MediaFull,
    RoomPolicy,
)
from dispatch.models import Participant
from dispatch.snapshots.media import standing_of
from reports.errors import Busy
from tests.ground import IN_LAIZHOU
from tests.house import Phone
from tests.indoors.fake_media import ANSWER, FakeMedia
from tests.indoors.test_second_door import Door

SDP = "v=0\r\ns=the offer\r\n"
OPEN = RoomPolicy(is_silent=False)


@pytest.fixture
async def fake(house):
    """A desk of this process with the tests' own media server behind it."""
    fake = FakeMedia()
    media.attach(MediaDesk(fake))
    yield fake
    media.attach(None)


async def offer(window, leg=None) -> UUID:
    """Send an offer and wait for its answer, or for why not."""
    leg = leg or uuid4()
    await send_offer(window, leg)
    await answered(window, leg)
    return leg


async def send_offer(window, leg):
    description = {"type": "offer", "sdp": SDP}
    await window.send("signal", leg=str(leg), description=description)


async def answered(window, leg):
    return await window.wait_for(
        lambda f: f.get("type") in ("signal", "media") and f.get("leg") == str(leg)
    )


async def refused(window, leg) -> str:
    await send_offer(window, leg)
    told = await answered(window, leg)
    assert (told["type"], told["state"]) == ("media", "refused"), told
    code: str = told["code"]
    return code


async def until(holds: Callable[[], bool]) -> None:
    for _ in range(1000):
        if holds():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it did not happen")


async def settle(house) -> None:
    """Let what was sent be done: a question through the same threads and loop."""
    for _ in range(3):
        await asyncio.sleep(0.05)
        await house.db(lambda: None)


async def lapse(house, console, phone) -> None:
    """The console is cut off, and its seat's lease runs out."""
    await console.close()
    for _ in range(10):  # its last sign of life may be flushed after the clock moved
        await house.db(house.world.passes, 9, sweep=False)
        with suppress(TimeoutError):
            await phone.wait_for("call.returned", seconds=3)
            return
    raise AssertionError("the call never came back")


def call_of(phone) -> UUID:
    return UUID(phone.call["call"])


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
    _, lin = await house.connected()
    leg = await offer(lin)
    for n in range(MAX_CANDIDATES + 10):
        await lin.send("signal", leg=str(leg), candidate={"candidate": f"c{n}"})
        await asyncio.sleep(0.06)  # within the socket's own budget
    await settle(house)

    assert len(fake.kinds("candidate")) == MAX_CANDIDATES
    assert media._desk.refused == 10
    await lin.send("signal", leg=str(leg), bye=True)  # that is never one too many
    await until(lambda: not fake.legs)


# --- What may flow -------------------------------------------------------------------


async def test_the_policy_follows_silence_and_mutings(house, fake):
    chen, lin = await house.connected()
    await offer(lin)
    await offer(chen)
    call = call_of(lin)
    await lin.command("set_mode", mode="silent")
    await until(lambda: fake.policies[call].is_silent)
    await chen.command("set_muted", who="guest", track="audio", is_muted=True)
    await chen.command("set_muted", who="host", track="video", is_muted=True)
    both = frozenset({("guest", "audio"), ("host", "video")})
    await until(lambda: fake.policies[call].muted == both)
    await chen.command("set_muted", who="guest", track="audio", is_muted=False)
    await lin.command("set_mode", mode="normal")

    await until(
        lambda: fake.policies[call] == RoomPolicy(False, frozenset({("host", "video")}))
    )


async def test_who_begins_silent_is_silent_from_the_first_packet(house, fake):
    _, lin = await house.connected(mode="silent")
    await offer(lin)

    await until(lambda: bool(fake.kinds("policy")))
    assert all(
        told[-1].is_silent for told in fake.told if told[0] in ("offer", "policy")
    )


async def test_silence_that_came_during_an_offer_stands_after_it(house, fake):
    """The offer was asked for with sound; what stays must be what was decided last."""
    chen, lin = await house.connected()
    await offer(lin)
    fake.gate.clear()
    leg = uuid4()
    await send_offer(chen, leg)
    await until(lambda: len(fake.kinds("offer")) == 2)
    await lin.command("set_mode", mode="silent")
    await settle(house)
    fake.gate.set()
    await answered(chen, leg)

    await until(lambda: fake.policies[call_of(lin)].is_silent)
    await settle(house)
    assert fake.policies[call_of(lin)].is_silent


async def test_of_two_looks_the_later_decides(house, fake, monkeypatch):
    """The first look is slow: it must not undo what the second one found."""
    _, lin = await house.connected()
    await offer(lin)
    look, first = standing_of, [True]

    def slow(call):
        found = look(call)
        if first.pop() if first else False:
            time.sleep(0.4)
        return found

    monkeypatch.setattr(media, "standing_of", slow)
    await lin.command("set_mode", mode="silent")
    await lin.command("set_mode", mode="normal")
    await lin.command("set_mode", mode="silent")
    await asyncio.sleep(0.8)

    assert fake.policies[call_of(lin)].is_silent


async def test_silence_waits_for_no_offer(house, fake):
    """The room's turn is taken by an offer that the media server does not answer."""
    chen, lin = await house.connected()
    await offer(lin)
    await chen.command("set_muted", who="host", track="video", is_muted=True)
    muted = frozenset({("host", "video")})
    await until(lambda: fake.policies[call_of(lin)].muted == muted)
    fake.gate.clear()
    await send_offer(chen, uuid4())
    await until(lambda: len(fake.kinds("offer")) == 2)
    await lin.command("set_mode", mode="silent")
    await until(lambda: fake.policies[call_of(lin)] == RoomPolicy(True, muted))
    fake.gate.set()


async def test_a_look_from_before_the_silence_does_not_break_it(
    house, fake, monkeypatch
):
    chen, lin = await house.connected()
    await offer(lin)
    look, first = standing_of, [True]

    def slow(call):
        found = look(call)
        if first.pop() if first else False:
            time.sleep(0.5)
        return found

    monkeypatch.setattr(media, "standing_of", slow)
    await chen.command("set_muted", who="host", track="video", is_muted=True)
    await until(lambda: not first)
    await lin.command("set_mode", mode="silent")
    await until(lambda: fake.policies[call_of(lin)].is_silent)
    silent_at = len(fake.told)
    await asyncio.sleep(1)

    assert len(fake.told) > silent_at
    told = [told[-1] for told in fake.told[silent_at:] if told[0] == "policy"]
    assert all(policy.is_silent for policy in told)
    await lin.command("set_mode", mode="normal")
    await until(lambda: not fake.policies[call_of(lin)].is_silent)


async def test_a_busy_database_is_asked_again(house, fake, monkeypatch):
    chen, lin = await house.connected()
    await offer(lin)
    monkeypatch.setattr(media, "BUSY_SECONDS", 0.05)
    looks = []

    def busy(call):
        looks.append(call)
        if len(looks) <= 3:
            raise Busy
        return standing_of(call)

    monkeypatch.setattr(media, "standing_of", busy)
    await chen.command("set_muted", who="host", track="video", is_muted=True)
    muted = frozenset({("host", "video")})
    await until(lambda: fake.policies[call_of(lin)].muted == muted)


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
    await until(lambda: bool(fake.kinds("close")))

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

    await until(lambda: bool(fake.kinds("close")) and not fake.legs)


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
