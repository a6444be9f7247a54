"""Seats that are asked, reserved, away or left: nobody gets two, nobody is stuck."""

import pytest

from dispatch import leases
from dispatch.actions import assigning, holding
from dispatch.actions.dropping import drop_seats
from dispatch.errors import CallEnded, EpochStale, SeatBusy, SeatNotFree
from dispatch.leases import sweep
from dispatch.loops import matcher
from dispatch.loops.matcher import match
from dispatch.models import Offer, Participant, Seat
from dispatch.states import ShiftEnd
from reports.clock import now
from tests import several
from tests.races.together import at_once, meanwhile, refused
from tests.world import World


def talking(world: World, name: str, phone: str):
    """Connect a phone with somebody, by hand; (holder, tapped)."""
    holder = world.sit(name, ready=False)
    tapped = world.tap(phone)
    world.take(holder, tapped.call)
    return holder, tapped


# --- A seat that is asked is nobody else's (R1, R9, R11) -----------------------------


def test_of_two_hosts_who_ask_for_one_seat_one_gets_it(world):
    chen, lin = talking(world, "chen", "lin")
    wu, mei = talking(world, "wu", "mei")
    world.sit("fu")

    given = at_once(
        lambda: several.invite(world, chen, lin, "fu"),
        lambda: several.transfer(world, wu, mei, "fu"),
    )

    [refusal] = refused(given)
    assert isinstance(refusal, SeatNotFree)
    assert refusal.facts["activity"] == "offered"
    assert Offer.objects.filter(seat=world.seats["fu"], state="open").count() == 1


def test_a_seat_that_is_asked_in_is_not_offered_a_call_too(world):
    chen, lin = talking(world, "chen", "lin")
    world.sit("wu")
    world.tap("mei")

    given = at_once(match, lambda: several.invite(world, chen, lin, "wu"))

    offers = Offer.objects.filter(seat=world.seats["wu"], state="open")
    assert offers.count() == 1
    is_invited = offers.get().kind == "invite"
    assert bool(refused(given)) == (not is_invited)


def test_a_seat_that_accepts_takes_no_other_call_by_hand(world):
    wu, lin = world.offered("wu")
    mei = world.tap("mei")

    asked = world.offer_to("wu").uuid
    given = at_once(lambda: world.accept(wu, asked), lambda: world.take(wu, mei.call))

    [refusal] = refused(given)
    assert isinstance(refusal, SeatBusy)
    assert Participant.objects.get(role="host", left_at=None).call.uuid == lin.call


def test_two_matchers_at_once_offer_each_call_and_seat_once(world):
    world.sit("chen")
    world.sit("wu")
    world.taps(("lin", {}), ("mei", {}), ("bo", {}))

    given = at_once(match, match, match)

    assert sum(given) == 2
    assert Offer.objects.filter(state="open").count() == 2


def test_the_matcher_does_not_override_a_person(world, monkeypatch):
    wu = world.sit("wu")
    tapped = world.tap()
    with meanwhile(monkeypatch, assigning, lambda: world.take(wu, tapped.call)):
        assert match() == 0

    assert several.roles(tapped)["wu"] == "host"


# --- Whoever is invited and dies blocks nobody (R12, R15, R18, R19) ------------------


@pytest.mark.parametrize("ask", [several.invite, several.transfer])
def test_a_seat_that_dies_before_it_comes_in_is_free_of_it(world, ask):
    chen, lin = world.connected()
    fu = world.sit("fu")
    ask(world, chen, lin, "fu")

    world.passes(9, sweep=False)
    world.lives(seats=[chen], guests=[world.place(lin)])
    sweep()

    assert world.offer_to("fu") is None
    assert world.seat("fu").availability == "off"
    assert several.roles(lin) == {"caller": "guest", "chen": "host"}
    with pytest.raises(EpochStale):
        world.accept(fu, Offer.objects.get(seat=world.seats["fu"]).uuid)


@pytest.mark.parametrize("ask", [several.invite, several.transfer])
def test_a_caller_who_hangs_up_leaves_no_seat_ringing(world, ask):
    chen, lin = world.connected()
    world.sit("fu")
    ask(world, chen, lin, "fu")

    world.hang_up(world.place(lin))

    assert world.offer_to("fu") is None
    assert world.seat("fu").activity == "idle"


def test_an_invitation_that_nobody_answers_ends_by_itself(world):
    chen, lin = world.connected()
    fu = world.sit("fu")
    several.invite(world, chen, lin, "fu")

    for _ in range(31):
        world.passes(1, sweep=False)
        world.lives(seats=[chen, fu], guests=[world.place(lin)])
        sweep()

    assert world.seat("fu").activity == "idle"
    assert (
        world.seat("fu").misses == 0
    )  # somebody's question is no call that was missed


# --- Misses never shut anybody out (R16, R10) ----------------------------------------


def test_who_misses_every_call_is_away_and_comes_back_with_a_word(world):
    wu = world.sit("wu")
    world.tap()
    for _ in range(world.zhifu.misses_before_away):
        world.passes(20, sweep=False)  # a rest, and a refusal, are over
        world.lives(seats=[wu])
        assert match() == 1
        world.passes(3, sweep=False)
        world.lives(seats=[wu])
        sweep()

    assert world.seat("wu").availability == "away"
    world.choose(wu, "ready")
    world.passes(20, sweep=False)
    world.lives(seats=[wu])
    assert match() == 1


def test_sitting_down_again_while_a_call_is_offered_locks_nobody_out(world):
    wu, _ = world.offered("wu")
    again = world.sit("wu", take_over=True, ready=False)

    with pytest.raises(EpochStale):
        world.accept(wu)
    world.accept(again)

    assert world.seat("wu").activity == "on_call"


def test_a_seat_whose_shift_lapsed_while_away_begins_anew(world):
    wu = world.sit("wu")
    Seat.objects.filter(pk=wu.seat_id).update(misses=2)
    world.passes(9)
    assert world.seat("wu").availability == "off"

    world.sit("wu")

    assert (world.seat("wu").misses, world.seat("wu").rest_until) == (0, None)
    world.tap()
    assert match() == 1


def test_seats_that_are_off_or_away_count_for_nobody_in_the_line(world):
    wu = world.sit("wu", ready=False)
    tapped = world.tap()

    places = matcher.places_in_line(None)
    assert places[tapped.call].seats_open == 0
    world.choose(wu, "ready")
    assert matcher.places_in_line(None)[tapped.call].seats_open == 1


# --- Nobody else's window says how a seat stands (R17) -------------------------------


def test_an_older_window_changes_nothing_about_the_seat(world):
    old = world.sit("wu")
    world.sit("wu", take_over=True)

    for act in (
        lambda: world.choose(old, "break", "lunch"),
        lambda: world.act_on("leave_seat", old),
        lambda: several.open_relief(world, old),
    ):
        with pytest.raises(EpochStale):
            act()

    assert world.seat("wu").availability == "ready"


def test_signs_of_life_of_an_older_window_keep_no_seat(world):
    old = world.sit("wu")
    world.sit("wu", take_over=True)
    world.passes(7, sweep=False)
    world.lives(seats=[old])

    world.passes(2)

    assert world.seat("wu").availability == "off"


# --- A timer acts only on what it was set for (R31, R29) -----------------------------


def test_an_old_deadline_does_not_withdraw_the_next_offer(world, monkeypatch):
    wu, lin = world.offered("wu")
    world.passes(3, sweep=False)
    world.lives(seats=[wu])

    def it_is_offered_anew():
        world.decline(wu)
        several.move(world, lin, "wu")

    with meanwhile(monkeypatch, leases, it_is_offered_anew):
        assert leases._withdraw_offers(now()) == 0

    assert world.offer_to("wu") is not None


def test_an_old_wrap_up_does_not_end_the_next_one(world, monkeypatch):
    wu, lin = world.connected("wu")
    world.end(wu, lin.call)
    world.passes(31, sweep=False)
    world.lives(seats=[wu])

    def another_call_is_over():
        world.act_on("finish_wrap_up", wu)
        mei = world.tap("mei")
        world.take(wu, mei.call)
        world.end(wu, mei.call)

    with meanwhile(monkeypatch, leases, another_call_is_over):
        leases._finish_wrap_ups(now())

    assert world.seat("wu").activity == "wrap_up"


def test_a_console_that_is_back_at_the_last_moment_keeps_seat_and_call(
    world, monkeypatch
):
    wu, lin = world.connected("wu")
    world.passes(9, sweep=False)
    world.lives(guests=[world.place(lin)])

    def it_is_heard():
        world.lives(seats=[wu])

    with meanwhile(monkeypatch, holding, it_is_heard):
        assert drop_seats([wu.seat_id], ShiftEnd.LAPSED, lapsed_only=True) == 0

    assert several.roles(lin)["wu"] == "host"


def test_a_call_that_comes_while_a_seat_is_dropped_is_left_with_nobody_never(
    world, monkeypatch
):
    wu = world.sit("wu")
    tapped = world.tap()
    world.passes(9, sweep=False)

    with meanwhile(monkeypatch, holding, lambda: world.take(wu, tapped.call)):
        drop_seats([wu.seat_id], ShiftEnd.LAPSED, lapsed_only=True)
    world.check()
    sweep()

    call = world.call(tapped)
    assert (call.state, call.seat) == ("waiting", None)


def test_the_end_of_a_call_that_is_over_does_not_end_the_next(world):
    wu, lin = world.connected("wu")
    world.hang_up(world.place(lin))
    world.act_on("finish_wrap_up", wu)
    mei = world.tap("mei")
    world.take(wu, mei.call)

    with pytest.raises(CallEnded):
        world.end(wu, lin.call)

    assert world.call(mei).state == "connected"
