"""Taking a waiting call by hand: one winner, and every loser is told who."""

from uuid import uuid4

import pytest
from django.utils import translation

from dispatch.errors import CallEnded, CallTaken, EpochStale, NotYours, SeatBusy
from dispatch.loops.matcher import match


def test_a_call_can_be_taken_from_any_availability_while_idle(world):
    for name, choice in (("chen", "break"), ("wu", "off")):
        holder = world.sit(name)
        world.choose(holder, choice, "tea" if choice == "break" else "")
        tapped = world.tap(f"phone of {name}")
        world.take(holder, tapped.call)

        assert world.call(tapped).seat_id == holder.seat_id


def test_the_loser_is_told_who_won(world):
    chen, wu = world.sit("chen"), world.sit("wu")
    tapped = world.tap()
    world.take(chen, tapped.call)

    with pytest.raises(CallTaken) as refused:
        world.take(wu, tapped.call)
    assert refused.value.facts["operator"] == "Chen"
    assert refused.value.facts["seat_label"] == "芝罘 7"
    assert world.seat("wu").activity == "idle"


def test_a_call_that_is_offered_elsewhere_is_not_taken_away(world):
    world.offered()
    wu = world.sit("wu")
    tapped_call = world.offer_to("chen").call.uuid

    with pytest.raises(CallTaken) as refused:
        world.take(wu, tapped_call)
    assert refused.value.facts["seat_label_en"] == "Zhifu 7"
    with translation.override("en"):
        assert refused.value.default_detail() == "The call was taken by Zhifu 7."


def test_one_seat_takes_one_call(world):
    chen = world.sit("chen", ready=False)
    first, second = world.tap("lin"), world.tap("mei")
    world.take(chen, first.call)

    with pytest.raises(SeatBusy):
        world.take(chen, second.call)
    assert world.call(second).state == "waiting"


def test_a_seat_with_an_offer_or_in_wrap_up_takes_nothing(world):
    chen, tapped = world.offered()
    other = world.tap("mei")
    with pytest.raises(SeatBusy):
        world.take(chen, other.call)

    world.accept(chen)
    world.end(chen, tapped.call)
    with pytest.raises(SeatBusy):
        world.take(chen, other.call)


def test_a_call_that_is_over_cannot_be_taken(world):
    chen = world.sit("chen", ready=False)
    tapped = world.tap()
    world.hang_up(world.place(tapped))

    with pytest.raises(CallEnded):
        world.take(chen, tapped.call)


def test_another_agencys_call_does_not_exist_for_ma(world):
    ma = world.sit("ma")
    tapped = world.tap()

    with pytest.raises(NotYours):
        world.take(ma, tapped.call)
    with pytest.raises(NotYours):
        world.take(ma, uuid4())


def test_an_older_epoch_takes_nothing(world):
    old = world.sit("chen", ready=False)
    world.sit("chen", ready=False, take_over=True)
    tapped = world.tap()

    with pytest.raises(EpochStale):
        world.take(old, tapped.call)
    assert match() == 0
    assert world.call(tapped).state == "waiting"
