"""Who is asked for a call: tiers, hours, skills, and the trace that says why."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Agency, Tier
from dispatch.actions import guests
from dispatch.actions.assigning import Pair, assign
from dispatch.errors import CallEnded, EpochStale
from dispatch.loops.matcher import handling_seconds, match, places_in_line
from dispatch.loops.neighbours import waiting_at_neighbours
from dispatch.models import Call, Offer, Seat
from reports.clock import wire_time
from tests.ground import IN_FUSHAN, IN_LAIZHOU


def closes(world, *, agency="zhifu", stand_in="laizhou"):
    """Let an agency's hours be over, with somebody to answer outside them."""
    at = timezone.localtime()
    closed = getattr(world, agency)
    closed.opens_at = (at + timedelta(hours=1)).time()
    closed.closes_at = (at + timedelta(hours=2)).time()
    closed.after_hours = getattr(world, stand_in)
    closed.save()


def skills(world, **by_name):
    """Say what operators can do."""
    for name, able in by_name.items():
        world.staff[name].skills = able
        world.staff[name].save(update_fields=["skills"])


def ages(world, seconds, *, seats=(), tapped=()):
    """Let calls wait, while consoles and phones give signs of life."""
    world.passes(seconds, sweep=False)
    world.lives(seats=seats, guests=[world.place(one) for one in tapped])


# --- Tiers and hours -----------------------------------------------------------------


def test_each_neighbour_helps_after_its_own_waiting_time_the_nearer_first(world):
    Tier.objects.create(
        agency=world.zhifu, neighbour=world.laizhou, rank=2, after_seconds=40
    )
    world.choose(world.sit("chen"), "break", "tea")  # on duty, so the tiers count
    fu, ma = world.sit("fu", ready=False), world.sit("ma")
    tapped = world.tap()

    ages(world, 39, seats=[fu, ma], tapped=[tapped])
    assert match() == 0
    world.choose(fu, "ready")
    assert match() == 1
    assert world.offer_to("fu").call.uuid == tapped.call
    world.decline(fu)
    ages(world, 2, seats=[fu, ma], tapped=[tapped])
    assert match() == 1
    assert world.offer_to("ma").call.uuid == tapped.call


def test_a_tier_that_is_not_in_use_helps_nobody(world):
    Tier.objects.update(is_active=False)
    world.sit("fu")
    world.tap()

    assert match() == 0


def test_after_hours_the_stand_in_answers_at_once_and_ones_own_come_first(world):
    closes(world)
    world.choose(world.sit("chen"), "break", "tea")
    ma = world.sit("ma")
    tapped = world.tap()

    assert match() == 1
    world.accept(ma)
    assert world.call(tapped).agency == world.zhifu
    world.sit("wu")
    later = world.tap("mei")
    assert match() == 1
    assert world.offer_to("wu").call.uuid == later.call


def test_at_night_a_closed_stand_in_is_stood_in_for(world):
    Tier.objects.all().delete()
    closes(world)
    closes(world, agency="laizhou", stand_in="fushan")
    world.sit("fu")
    tapped = world.tap()

    [place] = places_in_line(None).values()
    assert place.seats_open == 1
    assert match() == 1
    assert world.offer_to("fu").call.uuid == tapped.call


def test_an_open_stand_in_is_not_stood_in_for(world):
    Tier.objects.all().delete()
    closes(world)
    world.laizhou.after_hours = world.fushan
    world.laizhou.save()
    world.sit("fu")
    world.tap()

    assert match() == 0


def test_within_the_hours_the_stand_in_is_not_asked(world):
    closes(world)
    world.zhifu.opens_at, world.zhifu.closes_at = None, None
    world.zhifu.save()
    world.choose(world.sit("chen"), "break", "tea")
    world.sit("ma")
    world.tap()

    assert match() == 0


def test_a_seat_that_is_away_does_not_make_its_callers_wait_for_the_tier(world):
    world.sit("chen")
    Seat.objects.filter(pk=world.seats["chen"].pk).update(availability="away")
    world.books.open([world.zhifu])
    world.sit("fu")
    world.tap()

    assert match() == 1


def test_the_canary_rings_at_no_real_seat_and_no_real_call_at_its(world):
    closes(world, stand_in="laizhou")
    Tier.objects.update(is_active=False)
    Tier.objects.create(agency=world.laizhou, neighbour=world.fushan, after_seconds=0)
    Tier.objects.create(agency=world.zhifu, neighbour=world.laizhou, after_seconds=0)
    world.tap("canary", position=IN_LAIZHOU)
    Agency.objects.filter(pk=world.laizhou.pk).update(is_synthetic=True)
    world.books.open(world.agencies)
    world.sit("fu")
    assert match() == 0
    ma = world.sit("ma")
    world.tap()

    assert match() == 1  # its own call, and not the one of Zhifu
    assert world.offer_to("ma").call.agency == world.laizhou
    world.accept(ma)


# --- Skills --------------------------------------------------------------------------


def test_who_speaks_the_callers_language_is_asked_before_who_idles_longer(world):
    skills(world, wu=["en-US"])
    world.sit("chen")
    world.sit("wu")
    tapped = world.tap(language="en-GB")

    assert match() == 1
    assert world.offer_to("wu").call.uuid == tapped.call
    assert world.offer_to("wu").trace["won"] == "skills"


def test_nobody_waits_for_a_skill(world):
    skills(world, fu=["sign"])
    world.sit("chen")
    world.sit("fu")
    tapped = world.tap(sign_language=True)

    assert match() == 1
    assert world.offer_to("chen").call.uuid == tapped.call
    assert world.offer_to("chen").trace["unmet"] == ["sign"]


def test_a_need_named_while_waiting_chooses_the_seat_and_is_shown_to_it(world):
    skills(world, wu=["sign"])
    tapped = world.tap(language="zh-CN")
    assert world.call(tapped).needs == []
    world.set_needs(world.place(tapped), True)
    world.sit("chen")
    world.sit("wu")

    assert match() == 1
    assert world.offer_to("wu").call.uuid == tapped.call
    world.books.catch_up()
    shown = world.books.books[world.zhifu.uuid, "seat"].snapshot
    offer = shown["seats"][str(world.seats["wu"].uuid)]["offer"]
    assert offer["needs"] == ["sign"]
    assert shown["line"][str(tapped.call)]["needs"] == ["sign"]
    call = world.books.books[tapped.incident, "caller"].snapshot["call"]
    assert call["needs"] == ["sign"]


def test_a_need_can_be_taken_back_and_languages_stay(world):
    tapped = world.tap(language="en", sign_language=True)
    assert world.call(tapped).needs == ["en", "sign"]
    world.set_needs(world.place(tapped), False)

    assert world.call(tapped).needs == ["en"]


def test_a_second_tap_adds_its_need_to_the_living_call(world):
    tapped = world.tap()
    assert world.tap(sign_language=True).call == tapped.call

    assert world.call(tapped).needs == ["sign"]


def test_an_old_window_or_a_call_that_is_over_needs_nothing_any_more(world):
    tapped = world.tap()
    place = world.place(tapped)
    guests.take_place(place.call_id)
    with pytest.raises(EpochStale):
        world.set_needs(place, True)
    new = world.place(tapped, 2)
    world.hang_up(new)
    with pytest.raises(CallEnded):
        world.set_needs(new, True)


# --- The trace -----------------------------------------------------------------------


def test_an_offer_keeps_who_was_considered_who_was_passed_over_and_who_won(world):
    chen, wu, fu = world.sit("chen"), world.sit("wu"), world.sit("fu")
    tapped = world.tap()
    ages(world, 25, seats=[chen, wu, fu], tapped=[tapped])
    assert match() == 1
    world.decline(chen)
    assert match() == 1

    trace = world.offer_to("wu").trace
    names = {name: str(world.seats[name].uuid) for name in ("chen", "wu")}
    assert trace["seat"] == names["wu"]
    assert trace["passed"] == [{"seat": names["chen"], "why": "declined"}]
    assert trace["lines"] == [
        {"agency": "370602", "why": "own", "free": 2},
        {"agency": "370611", "why": "waited_20", "free": 1},
    ]
    assert (trace["candidates"], trace["won"], trace["line"]) == (
        3,
        "longest_idle",
        "own",
    )
    assert trace["waited"] in (25, 26)


def test_a_call_taken_by_hand_has_no_offer_and_needs_no_trace(world):
    chen = world.sit("chen")
    world.take(chen, world.tap().call)

    assert not Offer.objects.exists()


# --- A stale look at the hall never overrides a person (R5) --------------------------


@pytest.mark.parametrize("meanwhile", ["break", "off", "leave", "hang_up", "take"])
def test_what_a_person_did_since_the_matcher_looked_stands(world, meanwhile):
    chen, tapped = world.sit("chen"), world.tap()
    pair = Pair(world.call(tapped).pk, chen.seat_id, world.zhifu.pk)
    other = world.tap("mei")
    match meanwhile:
        case "leave":
            world.act_on("leave_seat", chen)
        case "hang_up":
            world.hang_up(world.place(tapped))
        case "take":
            world.take(chen, other.call)
        case choice:
            world.choose(chen, choice, "tea")
    before = world.seat("chen").activity

    assert assign([pair]) == 0
    assert world.seat("chen").activity == before
    assert not Offer.objects.exists()


# --- One wave, whatever its size -----------------------------------------------------


def test_a_wave_of_twenty_costs_the_queries_of_one(world):
    counts = []
    for size in (1, 20):
        holders = world.hire(size)
        taps = world.taps(*((f"phone{n}", {}) for n in range(size)))
        with CaptureQueriesContext(connection) as queries:
            assert match() == size
        counts.append(len(queries))
        for holder, tapped in zip(holders, taps, strict=True):
            world.hang_up(world.place(tapped))
            world.choose(holder, "break", "tea")

    assert counts[0] == counts[1]


def test_the_places_of_a_long_line_cost_the_queries_of_a_short_one(world):
    world.hire(3)
    counts = []
    for size in (1, 12):
        world.taps(*((f"phone{n}", {}) for n in range(size)))
        with CaptureQueriesContext(connection) as queries:
            assert len(places_in_line(60.0)) == size
        counts.append(len(queries))

    assert counts[0] == counts[1] <= 4


# --- What a caller is told -----------------------------------------------------------


def test_the_estimate_shares_who_is_ahead_among_the_seats_that_would_answer(world):
    """Fushan's one seat has an older call of its own, and helps Zhifu's two."""
    world.hire(2)
    world.sit("fu")
    older = world.tap("older", position=IN_FUSHAN)
    mine = [world.tap(f"phone{n}") for n in range(3)]
    places = places_in_line(60.0)

    assert (places[older.call].place, places[older.call].wait_seconds) == (1, 60)
    assert [places[tapped.call].place for tapped in mine] == [1, 2, 3]
    assert [places[tapped.call].wait_seconds for tapped in mine] == [40, 60, 80]
    assert {places[tapped.call].seats_open for tapped in mine} == {3}


def test_who_is_on_a_break_is_not_counted_on(world):
    """ "You are next" for minutes would be no truth: the phone names the number."""
    world.choose(world.sit("fu"), "break", "tea")
    tapped = world.tap()
    place = places_in_line(60.0)[tapped.call]
    assert (place.seats_open, place.wait_seconds) == (0, None)
    world.sit("chen")
    assert places_in_line(60.0)[tapped.call].seats_open == 1


def test_whoever_helps_learns_who_waits_for_nobody(world):
    def waits():
        return waiting_at_neighbours().get(world.fushan.uuid)

    fu = world.sit("fu")
    world.choose(fu, "break", "tea")
    assert waits() is None
    tapped = world.tap()
    assert waits() is None, "a ready seat would have it by now, or nobody has"
    world.passes(seconds=4)
    queued = Call.objects.get(uuid=tapped.call).queued_at
    assert waits() == (1, wire_time(queued))
    assert world.zhifu.uuid not in waiting_at_neighbours(), "they see their own line"
    world.choose(fu, "ready")
    assert waits() is None, "it is offered there"


def test_whoever_helps_learns_it_once_their_turn_has_begun_and_all_are_busy(world):
    """Zhifu's one seat is ready, and talks; Fushan helps after 20 s."""
    world.connected()
    world.choose(world.sit("fu"), "break", "tea")
    world.tap("hua")
    world.passes(10, sweep=False)
    assert waiting_at_neighbours() == {}
    world.passes(11, sweep=False)
    assert waiting_at_neighbours()[world.fushan.uuid][0] == 1


def test_nothing_is_estimated_of_which_nothing_is_known(world):
    tapped = world.tap()
    alone = places_in_line(60.0)[tapped.call]
    assert (alone.wait_seconds, alone.seats_open) == (None, 0)
    world.hire(1)

    assert places_in_line(None)[tapped.call].wait_seconds is None
    assert handling_seconds() is None


def test_handling_is_talk_and_the_agencys_wrap_up_of_the_latest_calls(world):
    world.zhifu.wrap_up_seconds = 90
    world.zhifu.save()
    chen = world.sit("chen", ready=False)
    for n in range(5):
        tapped = world.tap(f"phone{n}")
        world.take(chen, tapped.call)
        world.end(chen, tapped.call)
        world.act_on("finish_wrap_up", chen)

    assert 90 <= (handling_seconds() or 0) < 95
