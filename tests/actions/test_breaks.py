"""Breaks where a supervisor allows them, and wrap-up of the agency's own length."""

from datetime import timedelta

import pytest

from accounts.models import Agency
from dispatch.errors import NobodyThere, NoBreakAsked
from dispatch.loops.matcher import match
from reports.clock import now
from tests.several import answer_break, pause


@pytest.fixture
def strict(world):
    Agency.objects.filter(pk=world.zhifu.pk).update(breaks_need_approval=True)
    world.books.open([world.zhifu])
    return world


def test_where_breaks_are_allowed_by_somebody_one_is_only_asked_for(strict):
    chen = strict.sit("chen")
    strict.choose(chen, "break", "lunch")
    seat = strict.seat("chen")
    assert (seat.availability, seat.break_asked) == ("ready", "lunch")
    assert seat.break_asked_at
    strict.tap()
    assert match() == 1  # it goes on working until it is told


def test_an_allowed_break_begins_and_a_refused_one_does_not(strict):
    chen, wu = strict.sit("chen"), strict.sit("wu")
    strict.choose(chen, "break", "lunch")
    strict.choose(wu, "break", "call home")
    answer_break(strict, "chen", allow=True)
    answer_break(strict, "wu", allow=False)
    chens, wus = strict.seat("chen"), strict.seat("wu")
    assert (chens.availability, chens.reason) == ("break", "lunch")
    assert (wus.availability, wus.break_asked_at) == ("ready", None)
    with pytest.raises(NoBreakAsked) as refusal:
        answer_break(strict, "chen", allow=True)
    assert refusal.value.facts == {"operator": "Chen", "availability": "break"}


def test_who_chooses_ready_asks_no_more(strict):
    chen = strict.sit("chen")
    strict.choose(chen, "break", "lunch")
    strict.choose(chen, "ready")
    with pytest.raises(NoBreakAsked):
        answer_break(strict, "chen", allow=True)
    assert strict.seat("chen").availability == "ready"


def test_who_leaves_the_seat_asks_no_more_and_neither_does_the_next(strict):
    chen = strict.sit("chen")
    strict.choose(chen, "break", "lunch")
    strict.act_on("leave_seat", chen)
    with pytest.raises(NobodyThere):
        answer_break(strict, "chen", allow=True)
    strict.sit("wu", "chen")
    with pytest.raises(NoBreakAsked):
        answer_break(strict, "chen", allow=True)


def test_a_break_that_a_supervisor_ordered_needs_no_second_word(strict):
    chen = strict.sit("chen")
    strict.choose(chen, "break", "lunch")
    pause(strict, "chen")
    assert strict.seat("chen").break_asked_at is None
    strict.choose(chen, "break", "lunch, then")  # on a break already: only its reason
    assert strict.seat("chen").availability == "break"


def test_elsewhere_a_break_is_ones_own(world):
    chen = world.sit("chen")
    world.choose(chen, "break", "tea")
    seat = world.seat("chen")
    assert (seat.availability, seat.break_asked_at) == ("break", None)


def test_wrap_up_lasts_as_long_as_the_agency_says(world):
    Agency.objects.filter(pk=world.zhifu.pk).update(wrap_up_seconds=90)
    chen, tapped = world.connected()
    world.end(chen, tapped.call)
    until = world.seat("chen").wrap_up_until
    assert timedelta(seconds=80) < until - now() <= timedelta(seconds=90)


def test_off_is_no_way_around_the_one_who_allows_breaks(strict):
    chen = strict.sit("chen")
    strict.choose(chen, "off")
    seat = strict.seat("chen")
    assert (seat.availability, bool(seat.break_asked_at)) == ("ready", True)
    assert seat.break_asked == ""
    strict.tap()
    assert match() == 1
    strict.accept(chen)
    answer_break(strict, "chen", allow=True)
    seat = strict.seat("chen")
    assert (seat.availability, seat.reason, seat.break_asked_at) == ("off", "", None)


def test_a_wish_to_be_off_is_refused_like_a_break(strict):
    chen = strict.sit("chen")
    strict.choose(chen, "off", "in a minute")
    answer_break(strict, "chen", allow=False)
    seat = strict.seat("chen")
    assert (seat.availability, seat.break_asked_at) == ("ready", None)


def test_of_two_wishes_the_newer_one_counts_and_is_answered(strict):
    chen = strict.sit("chen")
    strict.choose(chen, "break", "lunch")
    strict.choose(chen, "off")
    assert strict.seat("chen").break_asked == ""
    strict.choose(chen, "break")  # without a reason it is no wish to be off
    assert strict.seat("chen").break_asked == "rest"
    answer_break(strict, "chen", allow=True)
    assert strict.seat("chen").availability == "break"
    strict.choose(chen, "off")  # it is answered no call already
    assert strict.seat("chen").availability == "off"


def test_who_has_just_sat_down_is_off_without_asking(strict):
    chen = strict.sit("chen", ready=False)
    strict.choose(chen, "off", "in a minute")
    assert strict.seat("chen").break_asked_at is None
