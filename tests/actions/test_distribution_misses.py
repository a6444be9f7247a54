"""Offers nobody answers: a rest, away after some, and never anybody shut out (R24)."""

import msgspec
import pytest

from accounts.models import Tier
from dispatch.actions import transfers
from dispatch.loops.matcher import match
from dispatch.loops.neighbours import waiting_at_neighbours
from dispatch.models import Offer
from reports.models import Entry


def passes(world, seconds, *holders, tapped=()):
    """Let time pass while consoles and phones live; then what is due is done."""
    world.passes(seconds, sweep=False)
    world.lives(seats=holders, guests=[world.place(one) for one in tapped])
    return world.passes(0)


def misses(world, holder, times):
    """Let the seat sleep through so many offers of one call."""
    for _ in range(times):
        assert match() == 1
        assert passes(world, 2.5, holder)["offers"] == 1
        passes(world, 15, holder)  # its rest, and until it may be asked again


def rules(world, agency, **rules):
    """Change an agency's rules, and what a console starts with."""
    for name, value in rules.items():
        setattr(agency, name, value)
    agency.save()
    world.books.open([agency])


# --- A miss and its rest -------------------------------------------------------------


def test_a_seat_that_missed_an_offer_rests_and_then_gets_the_next_call(world):
    chen, lin = world.offered()
    mei = world.tap("mei")
    passes(world, 2.5, chen, tapped=[lin, mei])

    assert world.seat("chen").misses == 1
    assert match() == 0
    passes(world, 4, chen, tapped=[lin, mei])
    assert match() == 0
    passes(world, 1, chen, tapped=[lin, mei])
    assert match() == 1
    assert world.offer_to("chen").call.uuid == mei.call


def test_after_a_long_rest_too_the_call_slept_through_goes_elsewhere_first(world):
    rules(world, world.zhifu, miss_rest_seconds=30)
    chen, lin = world.offered()
    passes(world, 2.5, chen, tapped=[lin])
    passes(world, 31, chen, tapped=[lin])
    assert match() == 0  # it could be asked, but not for this one
    mei = world.tap("mei")
    assert match() == 1
    assert world.offer_to("chen").call.uuid == mei.call
    world.decline(chen)
    passes(world, 10, chen, tapped=[lin, mei])

    assert match() == 1  # nobody is shut out for ever
    assert world.offer_to("chen").call.uuid == lin.call


def test_who_missed_a_call_is_named_in_the_trace_of_who_was_asked_instead(world):
    chen, lin = world.offered()
    mei, wu = world.tap("mei"), world.sit("wu")
    passes(world, 2.5, chen, wu, tapped=[lin, mei])

    assert match() == 1
    assert world.offer_to("wu").call.uuid == lin.call
    passed = world.offer_to("wu").trace["passed"]
    assert passed == [{"seat": str(world.seats["chen"].uuid), "why": "unanswered"}]


def test_a_rest_does_not_keep_a_person_from_taking_a_call_by_hand(world):
    chen, lin = world.offered()
    passes(world, 2.5, chen, tapped=[lin])
    world.take(chen, lin.call)

    assert world.call(lin).state == "connected"
    assert (world.seat("chen").misses, world.seat("chen").rest_until) == (0, None)


@pytest.mark.parametrize("way", ["accept", "ready", "another shift"])
def test_whoever_is_there_again_starts_without_misses(world, way):
    chen = world.sit("chen")
    lin = world.tap()
    misses(world, chen, 2)
    assert world.seat("chen").misses == 2
    match way:
        case "accept":
            assert match() == 1
            world.accept(chen)
        case "ready":
            world.choose(chen, "ready")
        case _:
            world.act_on("leave_seat", chen)
            world.sit("chen", ready=False)

    assert world.seat("chen").misses == 0
    assert world.call(lin).state in ("waiting", "connected")


# --- Away ----------------------------------------------------------------------------


def test_after_three_misses_in_a_row_the_seat_is_away_and_told_why(world):
    chen = world.sit("chen")
    world.tap()
    misses(world, chen, 3)
    seat = world.seat("chen")

    assert (seat.availability, seat.reason, seat.misses) == ("away", "missed", 3)
    told = Entry.objects.filter(kind="seat.updated").select_related("body")
    bodies = [msgspec.json.decode(entry.body.text) for entry in told.order_by("pk")]
    away = [b for b in bodies if b["seat"]["availability"] == "away"]
    assert away[0]["why"] == "missed"
    assert away[0]["seat"]["misses"] == 3
    assert match() == 0


def test_who_is_away_comes_back_by_choosing_ready(world):
    chen = world.sit("chen")
    lin = world.tap()
    misses(world, chen, 3)
    world.choose(chen, "ready")

    assert world.seat("chen").misses == 0
    assert match() == 1
    world.accept(chen)
    assert world.call(lin).state == "connected"


def test_misses_count_by_the_rules_of_the_seats_own_agency(world):
    rules(world, world.fushan, misses_before_away=1, miss_rest_seconds=0)
    rules(world, world.zhifu, misses_before_away=9)
    fu = world.sit("fu")
    world.tap()  # Zhifu's, where nobody sits
    misses(world, fu, 1)

    assert world.seat("fu").availability == "away"


def test_a_break_chosen_while_it_rang_stands(world):
    rules(world, world.zhifu, misses_before_away=1)
    chen, _ = world.offered()
    world.choose(chen, "break", "tea")
    passes(world, 2.5, chen)

    assert (world.seat("chen").availability, world.seat("chen").reason) == (
        "break",
        "tea",
    )


def test_an_offer_that_a_restart_prolonged_is_no_miss(world):
    chen, lin = world.offered()
    assert world.restart() > 0
    passes(world, 11, chen, tapped=[lin])

    assert Offer.objects.get().state == "unanswered"
    assert world.seat("chen").misses == 0
    assert world.seat("chen").rest_until is None


def test_a_declined_offer_is_no_miss(world):
    chen, _ = world.offered()
    world.decline(chen)

    assert world.seat("chen").misses == 0


# --- The agency's seconds ------------------------------------------------------------


def test_an_agency_says_how_long_it_rings_and_how_long_wrap_up_is(world):
    rules(world, world.zhifu, answer_mode="ring", ring_seconds=5, wrap_up_seconds=90)
    chen, lin = world.offered()
    assert passes(world, 4, chen, tapped=[lin])["offers"] == 0
    assert passes(world, 2, chen, tapped=[lin])["offers"] == 1
    world.take(chen, lin.call)
    world.end(chen, lin.call)

    assert passes(world, 85, chen)["wrap_ups"] == 0
    assert passes(world, 6, chen)["wrap_ups"] == 1


# --- The line goes on ----------------------------------------------------------------


def test_a_call_everybody_refused_does_not_keep_the_next_ones_waiting(world):
    chen, wu = world.sit("chen"), world.sit("wu")
    lin = world.tap()
    for holder in (chen, wu):
        assert match() == 1
        world.decline(holder)
    mei = world.tap("mei")

    assert match() == 1
    assert world.offer_to("chen").call.uuid == mei.call
    assert world.call(lin).state == "waiting"


def test_nobody_is_blocked_for_ever_for_a_call_it_refused(world):
    chen, lin = world.offered()
    world.decline(chen)
    assert match() == 0
    passes(world, 15.5, chen, tapped=[lin])

    assert match() == 1
    assert world.offer_to("chen").call.uuid == lin.call


def test_a_seat_that_never_answers_holds_up_neither_its_call_nor_the_others(world):
    """The longest-idle rule must not ask the same sleeper again and again."""
    chen, lin = world.offered()
    wu = world.sit("wu")
    mei = world.tap("mei")
    assert match() == 1  # mei at Wu's seat, while Lin rings at the sleeper's
    world.accept(wu)
    passes(world, 2.5, chen, wu, tapped=[lin, mei])
    world.end(wu, mei.call)
    world.act_on("finish_wrap_up", wu)

    assert match() == 1
    assert world.offer_to("wu").call.uuid == lin.call


def test_who_sent_a_call_on_is_not_asked_for_it_again_at_once(world):
    Tier.objects.create(agency=world.fushan, neighbour=world.zhifu, after_seconds=0)
    chen, lin = world.connected()
    world.act(
        transfers.transfer_call,
        chen,
        None,
        call=lin.call,
        seat=None,
        agency=world.fushan.uuid,
        reason="theirs",
    )
    world.act_on("finish_wrap_up", chen)
    assert match() == 0  # nobody sits in Fushan, so Zhifu helps, but not this seat
    passes(world, 15.5, chen, tapped=[lin])

    assert match() == 1
    assert world.offer_to("chen").call.uuid == lin.call


def test_a_console_that_died_is_asked_again_as_soon_as_it_is_back(world):
    _, lin = world.connected()
    world.passes(9, sweep=False)
    world.lives(guests=[world.place(lin)])
    world.passes(0)
    assert world.call(lin).state == "waiting"
    world.sit("chen")

    assert match() == 1
    assert world.offer_to("chen").call.uuid == lin.call


def test_a_call_that_comes_back_stands_before_who_came_later(world):
    chen, lin = world.offered()
    before = world.call(lin).queued_at
    mei = world.tap("mei")
    world.decline(chen)
    assert world.call(lin).queued_at == before
    world.sit("wu")
    world.choose(chen, "break", "tea")

    assert match() == 1
    assert world.offer_to("wu").call.uuid == lin.call
    assert world.call(mei).state == "waiting"


def test_a_seat_that_slept_hides_no_caller_from_whoever_helps(world):
    """Chen has walked off: Fushan, on a break, is told at once."""
    rules(world, world.zhifu, miss_rest_seconds=5)
    chen, fu = world.sit("chen"), world.sit("fu")
    world.choose(fu, "break", "tea")
    tapped = world.tap()
    assert match() == 1
    passes(world, 21, chen, fu, tapped=[tapped])
    assert world.seat("chen").misses == 1
    assert waiting_at_neighbours()[world.fushan.uuid][0] == 1
    passes(world, 16, chen, fu, tapped=[tapped])
    assert waiting_at_neighbours() == {}, "Chen is about to be asked once more"
    assert match() == 1
