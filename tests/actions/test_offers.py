"""Offers: the seat is reserved at once, and connected is only ever an accept."""

from uuid import uuid4

import pytest

from dispatch.actions.assigning import Pair, assign
from dispatch.errors import CallTaken, EpochStale, NotYours, OfferGone
from dispatch.loops.matcher import match
from dispatch.models import Offer
from dispatch.states import AUTO_ACCEPT_SECONDS, RING_SECONDS
from tests.ground import IN_LAIZHOU


def test_a_waiting_call_is_offered_to_the_seat_that_idles_longest(world):
    world.sit("chen")
    world.sit("wu")
    tapped = world.tap()

    assert match() == 1
    assert world.offer_to("chen").call == world.call(tapped)
    assert world.offer_to("wu") is None
    assert world.seat("chen").activity == "offered"


def test_calls_are_offered_in_their_order_of_urgency_and_age(world):
    chen = world.sit("chen", ready=False)
    urgent = world.tap("lin")
    world.take(chen, urgent.call)
    world.save(chen, urgent.incident, priority=1)
    oldest = world.tap("mei")
    world.passes(9)  # Chen's console died: the urgent call is back in the line
    world.sit("chen")

    assert match() == 1
    assert world.offer_to("chen").call.uuid == urgent.call
    assert world.call(oldest).state == "waiting"


@pytest.mark.parametrize("choice", ["off", "break"])
def test_a_seat_that_is_not_ready_is_offered_nothing(world, choice):
    holder = world.sit("chen")
    world.choose(holder, choice, "tea")
    world.tap()

    assert match() == 0


def test_what_moved_on_since_the_matcher_looked_is_skipped(world):
    chen = world.sit("chen")
    wu = world.sit("wu")
    tapped = world.tap()
    pair = Pair(world.call(tapped).pk, chen.seat_id, world.zhifu.pk)
    world.take(wu, tapped.call)

    assert assign([pair]) == 0
    assert world.seat("chen").activity == "idle"


@pytest.mark.parametrize("helps", [True, False])
def test_a_call_rerouted_since_the_matcher_looked_is_skipped(world, helps):
    """A seat of the line it left is not given a call of strange ground."""
    name = "fu" if helps else "chen"
    holder, tapped = world.sit(name), world.tap()
    pair = Pair(world.call(tapped).pk, holder.seat_id, world.zhifu.pk)
    world.report(world.place(tapped), IN_LAIZHOU)

    assert assign([pair]) == 0
    assert world.seat(name).activity == "idle"
    assert world.call(tapped).state == "waiting"


def test_one_wave_never_gives_a_seat_two_calls_or_a_call_two_seats(world):
    chen, wu = world.sit("chen"), world.sit("wu")
    lin, mei = world.call(world.tap("lin")), world.call(world.tap("mei"))

    made = assign(
        [
            Pair(lin.pk, chen.seat_id, lin.agency_id),
            Pair(mei.pk, chen.seat_id, lin.agency_id),
            Pair(lin.pk, wu.seat_id, lin.agency_id),
        ]
    )
    assert made == 1


def test_an_accepted_call_is_connected(world):
    chen, tapped = world.offered()
    world.accept(chen)

    call = world.call(tapped)
    assert (call.state, call.seat_id) == ("connected", chen.seat_id)
    assert call.connected_at is not None
    assert world.seat("chen").activity == "on_call"


def test_an_offer_is_not_anothers_to_accept_or_decline(world):
    chen, _ = world.offered()
    wu, ma = world.sit("wu"), world.sit("ma")
    offer = world.offer_to("chen").uuid

    for holder in (wu, ma):
        with pytest.raises(NotYours):
            world.accept(holder, offer)
        with pytest.raises(NotYours):
            world.decline(holder, offer)
    with pytest.raises(NotYours):
        world.accept(chen, uuid4())


def test_a_declined_call_keeps_its_place_and_goes_to_another_seat(world):
    chen, tapped = world.offered()
    world.sit("wu")
    later = world.tap("mei")
    before = world.call(tapped).queued_at
    world.decline(chen)

    assert (world.call(tapped).state, world.call(tapped).queued_at) == (
        "waiting",
        before,
    )
    assert match() == 2  # Chen is asked for the next one, not for the same again
    assert world.offer_to("wu").call.uuid == tapped.call
    assert world.offer_to("chen").call.uuid == later.call


@pytest.mark.parametrize(
    ("mode", "seconds"), [("auto", AUTO_ACCEPT_SECONDS), ("ring", RING_SECONDS)]
)
def test_an_offer_lapses_by_the_agencys_answer_mode(world, mode, seconds):
    world.zhifu.answer_mode = mode
    world.zhifu.save()
    world.books.open([world.zhifu])
    chen, tapped = world.offered()
    place = world.place(tapped)

    world.passes(seconds - 1, sweep=False)
    world.lives(seats=[chen], guests=[place])
    assert world.passes(0)["offers"] == 0
    world.passes(1.5, sweep=False)
    world.lives(seats=[chen], guests=[place])
    assert world.passes(0)["offers"] == 1

    assert Offer.objects.get().state == "unanswered"
    assert world.call(tapped).state == "waiting"
    assert world.seat("chen").activity == "idle"
    assert match() == 0  # a seat that slept is not asked for the same call at once


def test_who_accepts_a_lapsed_offer_is_told_that_it_is_gone(world):
    chen, _ = world.offered()
    offer = world.offer_to("chen").uuid
    world.passes(AUTO_ACCEPT_SECONDS + 1)

    with pytest.raises(OfferGone):
        world.accept(chen, offer)
    with pytest.raises(OfferGone):
        world.decline(chen, offer)


def test_who_accepts_too_late_is_told_who_has_the_call(world):
    chen, tapped = world.offered()
    offer = world.offer_to("chen").uuid
    world.decline(chen)
    wu = world.sit("wu")
    world.take(wu, tapped.call)

    with pytest.raises(CallTaken) as refused:
        world.accept(chen, offer)
    assert refused.value.facts["operator"] == "Wu"
    assert refused.value.facts["seat_label_en"] == "Zhifu 8"
    assert "8" in refused.value.detail


def test_who_accepts_after_the_caller_hung_up_is_told(world):
    chen, tapped = world.offered()
    offer = world.offer_to("chen").uuid
    world.hang_up(world.place(tapped))

    with pytest.raises(OfferGone):
        world.accept(chen, offer)
    assert world.seat("chen").activity == "idle"


def test_an_older_epoch_can_neither_accept_nor_decline(world):
    old, _ = world.offered()
    new = world.sit("chen", ready=False, take_over=True)

    with pytest.raises(EpochStale):
        world.accept(old)
    with pytest.raises(EpochStale):
        world.decline(old)
    world.accept(new)


def test_a_busy_agencys_call_goes_to_the_neighbour_after_its_tier(world):
    world.choose(world.sit("chen"), "break", "tea")  # on duty, so the tier counts
    fu = world.sit("fu")
    tapped = world.tap()
    assert match() == 0

    world.passes(21, sweep=False)
    world.lives(seats=[fu], guests=[world.place(tapped)])
    assert match() == 1
    world.accept(fu)
    assert world.call(tapped).agency == world.zhifu
    world.check()
    world.end(fu, tapped.call)


def test_a_neighbour_helps_at_once_where_nobody_is_on_duty(world):
    world.sit("fu")
    world.tap()

    assert match() == 1


def test_another_agencys_call_is_never_offered_to_ma(world):
    world.sit("ma")
    world.tap()
    assert match() == 0

    world.tap("mei", position=IN_LAIZHOU)
    assert match() == 1
    assert world.offer_to("ma").call.agency == world.laizhou
