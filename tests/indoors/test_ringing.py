"""What a seat is told before a person accepts, and whose console is not heard."""

from datetime import timedelta

import pytest

from dispatch import broadcast as rooms
from dispatch.loops.silence import silent_seats
from dispatch.models import Shift
from reports.clock import now, wire_time
from tests.house import Console, House, Phone
from tests.indoors.signals import until
from tests.wire import Frame

DEVICE = {
    "camera": "refused",
    "microphone": "on",
    "position": "on",
    "rung": "voice",
    "why": "camera_refused",
}


@pytest.fixture
async def ringing(house):
    """Zhifu's calls ring: a person accepts."""
    await house.db(lambda: type(house.world.zhifu).objects.update(answer_mode="ring"))
    return house


def says(*words: str):
    """Return a test for the frame with just these lines."""

    def is_it(frame: Frame) -> bool:
        if frame.get("type") != "offer_words":
            return False
        return [line["text"] for line in frame["words"]] == list(words)

    return is_it


async def rings_at_chens(house: House) -> tuple[Console, Console, Phone]:
    """Ring at Chen's, while Wu and Ma sit and listen; (Chen, Wu, Lin)."""
    wu = await house.console("wu", ready=False)
    await house.console("ma", ready=False)
    chen = await house.console("chen")
    lin = await house.phone(text="A man is at the door")
    await chen.wait_for(says("A man is at the door"))
    return chen, wu, lin


# --- The caller's words --------------------------------------------------------------


async def test_the_seat_that_rings_reads_what_the_caller_wrote_and_nobody_else(ringing):
    chen, _, lin = await rings_at_chens(ringing)
    offer = await chen.offer()
    await lin.command("post_message", text="He has a knife")
    told = await chen.wait_for(says("A man is at the door", "He has a knife"))

    assert (told["offer"], told["call"]) == (offer["offer"], lin.call["call"])
    assert (told["rung"], told["why"]) == ("", "")
    await lin.send("report_device", **DEVICE)
    told = await chen.wait_for(lambda f: f.get("rung") == "voice")
    assert told["why"] == "camera_refused"
    assert len(told["words"]) == 2
    for window in ringing._windows:
        if window is not chen:
            assert "offer_words" not in window.kinds()


async def test_what_does_not_ring_here_any_more_is_not_told(ringing):
    chen, wu, lin = await rings_at_chens(ringing)
    told = chen.kinds().count("offer_words")
    await chen.command("decline_offer", offer=(await chen.offer())["offer"])
    await wu.command("set_availability", availability="ready")
    await wu.wait_for(says("A man is at the door"))
    await lin.command("post_message", text="Please")
    await wu.wait_for(says("A man is at the door", "Please"))

    assert chen.kinds().count("offer_words") == told
    await wu.command("accept_offer", offer=(await wu.offer())["offer"])
    await wu.wait_for("followed")
    await lin.command("post_message", text="Are you there?")
    await wu.wait_for("message.posted")
    assert not any(says("Please", "Are you there?")(frame) for _, frame in wu.heard)
    [room] = rooms.rooms().values()
    assert room.ringing is None


async def test_a_reload_while_it_rings_brings_the_words_again(ringing):
    chen, _, lin = await rings_at_chens(ringing)
    again = ringing.window(Console(ringing, "chen", chen.session))
    await again.open(seat=chen.seat, epoch=chen.epoch)
    await again.wait_for(says("A man is at the door"))
    await lin.command("post_message", text="Quick")

    await again.wait_for(says("A man is at the door", "Quick"))


async def test_a_console_that_accepts_by_itself_is_told_nothing_before(house):
    chen, _ = await house.connected(text="Help")
    assert "offer_words" not in chen.kinds()


# --- Silent consoles -----------------------------------------------------------------


async def test_seats_learn_whose_console_is_silent_and_when_it_is_heard_again(house):
    wu = await house.console("wu", ready=False)
    ma = await house.console("ma", ready=False)
    chen, _ = await house.connected()
    assert await house.db(silent_seats) == {}
    assert "silent_seats" not in wu.kinds()
    await chen.close()
    await until(lambda: len(rooms.seated()) == 2)
    # 3 s of its lease are left: not heard for 5 s.
    soon = now() + timedelta(seconds=3)
    await house.db(
        Shift.objects.filter(seat=house.world.seats["chen"]).update, lease_until=soon
    )
    told = await wu.wait_for("silent_seats")

    assert told["seats"] == [chen.seat]
    assert "silent_seats" not in ma.kinds()
    heard = wu.expect("silent_seats")
    back = house.window(Console(house, "chen", chen.session))
    await back.open(seat=chen.seat, epoch=chen.epoch)
    assert (await heard)["seats"] == []


async def test_a_seat_on_a_break_learns_who_waits_next_door_for_nobody(house):
    fu = await house.console("fu", ready=False)
    ma = await house.console("ma", ready=False)
    await house.db(house.world.tap)
    told = await fu.wait_for("neighbours_wait", seconds=8)
    assert told["count"] == 1
    assert told["oldest_at"] <= wire_time(now())
    assert "neighbours_wait" not in ma.kinds(), "Laizhou helps nobody at once"
    over = fu.expect("neighbours_wait")
    await fu.command("set_availability", availability="ready")
    last = await over
    assert (last["count"], last["oldest_at"]) == (0, None)


async def test_a_supervisor_at_a_seat_is_told_what_may_be_taken_over_at_any_time(house):
    def supervises(world):
        from accounts.actions import roles
        from accounts.states import RoleKind

        roles.give_role(world.staff["wu"], RoleKind.SUPERVISOR, world.zhifu)

    await house.db(supervises, house.world)
    wu = await house.console("wu", ready=False)
    chen = await house.console("chen", ready=False)

    assert wu.you["supervises"] == [str(house.world.zhifu.uuid)]
    assert chen.you["supervises"] == []
