"""Ends: the caller hangs up in any state, the seat ends, wrap-up is over by itself."""

from uuid import uuid4

import pytest

from dispatch.errors import CallEnded, EpochStale, NotInWrapUp, NotYours
from dispatch.loops.matcher import match
from dispatch.models import Participant
from dispatch.states import WRAP_UP_EXTENSION_SECONDS, WRAP_UP_SECONDS


def test_a_caller_hangs_up_while_waiting(world):
    tapped = world.tap()
    world.hang_up(world.place(tapped))

    call = world.call(tapped)
    assert (call.state, call.end_reason) == ("ended", "caller_ended")
    assert not call.needs_callback
    assert call.escalate_at is None


def test_a_caller_hangs_up_while_offered_and_the_seat_is_free_again(world):
    _, tapped = world.offered()
    world.hang_up(world.place(tapped))

    assert world.offer_to("chen") is None
    assert world.seat("chen").activity == "idle"
    assert world.call(tapped).seat_id is None
    world.tap("mei")
    assert match() == 1


def test_a_caller_hangs_up_while_connected_and_the_seat_wraps_up(world):
    chen, tapped = world.connected()
    world.hang_up(world.place(tapped))

    seat = world.seat("chen")
    assert (seat.activity, seat.wrap_up_call.uuid) == ("wrap_up", tapped.call)
    assert world.call(tapped).seat_id == chen.seat_id  # who hosted it stays known


def test_a_call_ends_once(world):
    tapped = world.tap()
    place = world.place(tapped)
    world.hang_up(place)

    with pytest.raises(CallEnded):
        world.hang_up(place)
    with pytest.raises(CallEnded):
        world.set_mode(place, "silent")


def test_the_seat_ends_its_call(world):
    chen, tapped = world.connected()
    world.end(chen, tapped.call)

    call = world.call(tapped)
    assert (call.state, call.end_reason) == ("ended", "seat_ended")
    assert world.seat("chen").activity == "wrap_up"
    assert not Participant.objects.filter(left_at=None).exists()


def test_nobody_else_ends_it(world):
    _, tapped = world.connected()
    wu, ma = world.sit("wu"), world.sit("ma")

    for holder in (wu, ma):
        with pytest.raises(NotYours):
            world.end(holder, tapped.call)
    with pytest.raises(NotYours):
        world.end(wu, uuid4())


def test_a_seat_that_ends_a_call_the_caller_ended_is_told(world):
    chen, tapped = world.connected()
    world.hang_up(world.place(tapped))

    with pytest.raises(CallEnded):
        world.end(chen, tapped.call)


def test_an_older_epoch_ends_nothing(world):
    old, tapped = world.connected()
    world.sit("chen", ready=False, take_over=True)

    with pytest.raises(EpochStale):
        world.end(old, tapped.call)
    assert world.call(tapped).state == "connected"


def test_wrap_up_is_over_by_itself(world):
    chen, tapped = world.connected()
    world.end(chen, tapped.call)
    world.passes(WRAP_UP_SECONDS - 1, sweep=False)
    world.lives(seats=[chen])
    assert world.passes(0)["wrap_ups"] == 0

    world.passes(2, sweep=False)
    world.lives(seats=[chen])
    assert world.passes(0)["wrap_ups"] == 1
    assert world.seat("chen").activity == "idle"
    world.tap("mei")
    assert match() == 1


def test_wrap_up_is_extended_and_finished(world):
    chen, tapped = world.connected()
    world.end(chen, tapped.call)
    world.act_on("extend_wrap_up", chen)
    world.passes(WRAP_UP_SECONDS + WRAP_UP_EXTENSION_SECONDS - 1, sweep=False)
    world.lives(seats=[chen])
    assert world.passes(0)["wrap_ups"] == 0

    world.act_on("finish_wrap_up", chen)
    assert world.seat("chen").activity == "idle"


def test_there_is_no_wrap_up_to_extend_or_finish_otherwise(world):
    chen = world.sit("chen")

    for verb in ("extend_wrap_up", "finish_wrap_up"):
        with pytest.raises(NotInWrapUp):
            world.act_on(verb, chen)


def test_a_seat_in_wrap_up_is_offered_nothing(world):
    chen, tapped = world.connected()
    world.end(chen, tapped.call)
    world.tap("mei")

    assert match() == 0
