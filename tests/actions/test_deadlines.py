"""Deadlines: every state that is not final is moved on by somebody, once."""

import pytest

from dispatch.leases import sweep
from dispatch.loops.matcher import match
from dispatch.models import Call, Offer, Seat, Shift
from dispatch.states import ESCALATE_SECONDS, RESTART_GRACE_SECONDS
from reports.clock import now
from reports.models import Entry
from tests import laws


def test_a_call_nobody_answers_is_escalated_again_and_again(world):
    tapped = world.tap()
    for turn in (1, 2, 3):
        world.passes(ESCALATE_SECONDS - 2)
        assert world.call(tapped).escalations == turn - 1
        world.passes(3)
        assert world.call(tapped).escalations == turn

    assert Entry.objects.filter(kind="call.escalated").count() == 3
    assert world.call(tapped).state == "waiting"


def test_a_call_that_is_offered_when_its_time_comes_is_escalated_too(world):
    world.zhifu.answer_mode = "ring"
    world.zhifu.save()
    world.books.open([world.zhifu])
    tapped = world.tap()
    world.passes(ESCALATE_SECONDS - 3)
    chen = world.sit("chen")
    assert match() == 1
    world.passes(4, sweep=False)
    world.lives(seats=[chen])
    world.passes(0)
    assert (world.call(tapped).state, world.call(tapped).escalations) == ("offered", 1)


@pytest.mark.parametrize("answer", ["declined", "unanswered"])
def test_a_call_that_one_seat_after_the_other_lets_ring_is_escalated(world, answer):
    """Each time it comes back its minute goes on; only one who talked begins anew."""
    world.zhifu.answer_mode = "ring"
    world.zhifu.save()
    world.books.open([world.zhifu])
    holders = world.hire(4)
    tapped = world.tap()
    place = world.place(tapped)
    for turn in range(len(holders)):
        assert world.call(tapped).escalations == 0, turn
        assert match() == 1
        for _ in range(3):
            world.passes(world.zhifu.ring_seconds / 3 + 0.1, sweep=False)
            world.lives(seats=holders, guests=[place])
        if answer == "declined":
            rings = Offer.objects.get(state="open").seat_id
            world.decline(next(h for h in holders if h.seat_id == rings))
        world.passes(0)
    assert world.call(tapped).escalations == 1


def test_a_call_that_comes_back_from_a_talk_waits_a_minute_of_its_own(world):
    _, tapped = world.connected()
    world.passes(ESCALATE_SECONDS + 1)
    assert (world.call(tapped).state, world.call(tapped).escalations) == ("waiting", 0)
    world.passes(ESCALATE_SECONDS + 1)
    assert world.call(tapped).escalations == 1


def test_a_connected_call_is_never_escalated(world):
    chen, tapped = world.connected()
    world.passes(ESCALATE_SECONDS * 2, sweep=False)
    world.lives(seats=[chen], guests=[world.place(tapped)])

    assert world.passes(0)["escalations"] == 0


def test_a_sweep_leaves_nothing_overdue_and_a_second_one_finds_nothing(world):
    world.connected("chen", "lin")
    world.offered("wu", "mei")
    chen_call = world.tap("hua")
    world.passes(500)
    laws.nothing_is_overdue(now())

    assert not any(sweep().values())
    assert world.call(chen_call).state == "waiting"
    assert not Shift.objects.filter(ended_at=None).exists()
    assert Seat.objects.exclude(activity="idle").count() == 0
    assert Call.objects.filter(state="waiting").count() == 3


# --- A restart costs nobody a seat ---------------------------------------------------


def test_a_restart_gives_every_open_place_ten_seconds(world):
    chen, tapped = world.connected()
    world.passes(7.9, sweep=False)
    assert world.restart() == 2  # the seat and the phone

    world.passes(RESTART_GRACE_SECONDS - 1, sweep=False)
    swept = world.passes(0)
    assert (swept["seats"], swept["lost"]) == (0, 0)
    world.lives(seats=[chen], guests=[world.place(tapped)])
    assert world.call(tapped).state == "connected"


def test_a_restart_gives_an_open_offer_its_time(world):
    chen, _ = world.offered()
    world.passes(1.9, sweep=False)
    world.restart()

    assert world.passes(5)["offers"] == 0
    world.check()
    world.accept(chen)


def test_after_a_restart_nobody_is_asked_whose_console_has_not_come_back(world):
    """Rung in vain, the one seat that is there would rest from the call for a while."""
    chen, wu = world.sit("chen"), world.sit("wu")
    tapped = world.tap()
    world.restart()
    assert match() == 0
    world.lives(seats=[wu])
    assert match() == 1
    assert world.offer_to("wu").call.uuid == tapped.call
    world.tap("another")
    world.lives(seats=[chen])
    assert match() == 1


def test_a_crash_loop_holds_no_seat(world):
    """Extended once between two signs of life, however often the process starts."""
    _, tapped = world.connected()
    world.passes(7.9, sweep=False)
    world.restart()
    world.passes(RESTART_GRACE_SECONDS - 1, sweep=False)
    assert world.restart() == 0
    world.passes(2, sweep=False)

    assert world.passes(0)["seats"] == 1
    assert world.call(tapped).state == "waiting"


def test_a_sign_of_life_earns_the_next_grace(world):
    chen, tapped = world.connected()
    world.passes(7.9, sweep=False)
    world.restart()
    world.lives(seats=[chen], guests=[world.place(tapped)])
    world.passes(7.9, sweep=False)

    assert world.restart() == 2


def test_a_neighbour_that_lives_means_that_this_start_is_no_restart(world):
    from uuid import uuid4

    from dispatch.leases import begin_process

    world.connected()
    begin_process(uuid4(), is_alone=False)  # nobody else was there: a restart
    world.passes(1, sweep=False)
    assert begin_process(uuid4(), is_alone=False) == 0
    world.passes(30, sweep=False)
    Shift.objects.update(is_extended=False)
    assert begin_process(uuid4(), is_alone=False) > 0


def test_an_offer_withdrawn_by_a_dead_console_is_no_miss(world):
    """Only a seat that let it ring is passed over for a while."""
    world.zhifu.answer_mode = "ring"
    world.zhifu.save()
    world.books.open([world.zhifu])
    world.offered()
    world.passes(9)
    assert Offer.objects.get().state == "withdrawn"
    world.sit("chen")
    assert match() == 1
