"""Service levels: what is counted, when, for whom; and how many seats that needs."""

from datetime import date, datetime, timedelta
from math import isclose
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from dispatch import statistics
from dispatch.models import Offer, Seat
from dispatch.statistics import (
    Figures,
    Interval,
    Question,
    erlang,
    levels,
    today,
    with_empty,
)
from dispatch.statistics.figures import percentile
from dispatch.statistics.slots import Slots, milliseconds
from reports.clock import now
from tests.past import Past, at

DAY = date(2026, 11, 3)  # a Tuesday
NOON = at("2026-11-03 12:00:00")


@pytest.fixture
def past(db) -> Past:
    return Past()


def asked(past: Past, interval=Interval.WHOLE, **more) -> list[statistics.Level]:
    return levels(Question(DAY, DAY, [past.agency.pk], interval, **more))


def whole(past: Past, **more) -> Figures:
    found = asked(past, **more)
    return found[0].figures if found else Figures()


# --- Waits ---------------------------------------------------------------------------


def test_the_clock_starts_at_the_tap_and_a_target_includes_its_second(past):
    for wait in (10.0, 10.001, 15.0, 15.001, 20.0, 20.001):
        past.call(NOON, wait=wait)
    found = whole(past)
    assert (found.in_10, found.in_15, found.in_20) == (1, 3, 5)
    assert (found.due_10, found.due_15, found.due_20) == (6, 6, 6)
    assert found.share_20 == pytest.approx(5 / 6)
    assert found.longest_ms == 20_001


def test_who_hangs_up_early_had_no_chance_and_who_waits_in_vain_counts(past):
    past.call(NOON, wait=5)
    past.call(NOON, lasts=12, end="caller_ended")  # due at 10 s, not at 15
    past.call(NOON, lasts=60, end="caller_lost")
    past.call(NOON, lasts=60, end="supervisor")  # ours to answer for, not abandoned
    found = whole(past)
    assert (found.offered, found.answered, found.abandoned_before) == (4, 1, 2)
    assert (found.due_10, found.due_15, found.due_20) == (4, 3, 3)
    assert found.share_15 == pytest.approx(1 / 3)


def test_an_end_from_the_callers_side_after_the_answer_is_told_apart(past):
    past.call(NOON, wait=5, end="caller_ended")
    past.call(NOON, wait=5, end="caller_lost")
    past.call(NOON, wait=5, end="seat_ended")
    found = whole(past)
    assert (found.abandoned_before, found.abandoned_after) == (0, 2)


def test_a_merged_call_is_the_other_call_unless_somebody_had_answered(past):
    past.call(NOON, lasts=40, end="merged")
    assert whole(past).offered == 0
    past.call(NOON, wait=4, end="merged")
    assert (whole(past).offered, whole(past).answered) == (1, 1)


def test_a_call_that_came_back_to_the_line_was_answered_when_it_first_was(past):
    call = past.call(NOON, wait=8, talk=30)
    other = Seat.objects.create(agency=past.agency, number=2)
    again = NOON + timedelta(seconds=60)
    call.participants.create(
        role="host",
        seat=other,
        operator=past.operator,
        joined_at=again,
        left_at=again + timedelta(seconds=50),
    )
    found = whole(past)
    assert (found.answered, found.wait_ms, found.talk_ms) == (1, 8000, 80_000)
    by_seat = {level.key: level.figures for level in asked(past, by="seat")}
    assert by_seat[past.seat.pk].answered == 1
    assert by_seat[other.pk].answered == 0
    assert by_seat[other.pk].busy_ms == 50_000


def test_the_canary_is_left_out(past):
    canary = Past("000000", is_synthetic=True)
    canary.call(NOON, wait=1)
    canary.shift(NOON, NOON + timedelta(hours=1))
    past.call(NOON, lasts=1, synthetic=True)
    both = [past.agency.pk, canary.agency.pk]
    assert levels(Question(DAY, DAY, both, Interval.WHOLE)) == []


@given(st.lists(st.integers(0, 10**6), min_size=1), st.sampled_from([50, 90, 95]))
def test_so_many_percent_do_not_exceed_the_percentile(waits, percent):
    found = percentile(sorted(waits), percent)
    assert found in waits
    assert sum(wait <= found for wait in waits) >= len(waits) * percent / 100
    assert sum(wait < found for wait in waits) < len(waits) * percent / 100


def test_channels_and_what_was_none(past):
    past.call(NOON, wait=1, source="page", disposition="false_alarm")
    past.call(NOON, wait=1, source="page", disposition="advice")
    past.call(NOON, wait=1, source="partner", disposition="test")
    found = {level.key: level.figures for level in asked(past, by="source")}
    assert (found["page"].offered, found["page"].share_invalid) == (2, 0.5)
    assert (found["partner"].offered, found["partner"].share_invalid) == (1, 1.0)


# --- Days and quarters ---------------------------------------------------------------


def test_a_day_begins_at_local_midnight(past):
    past.call(at("2026-11-03 00:00:00"), wait=1)
    past.call(at("2026-11-03 23:59:59"), wait=2)
    past.call(at("2026-11-02 23:59:59"), wait=4)
    past.call(at("2026-11-04 00:00:00"), wait=8)
    assert whole(past).wait_ms == 3000


def test_another_zone_has_other_days(past, settings):
    past.call(at("2026-11-03 01:00:00"), wait=1)  # the day before in Berlin
    settings.TIME_ZONE = "Europe/Berlin"
    assert whole(past).offered == 0


def test_calls_are_in_their_quarter_and_empty_quarters_are_left_out(past):
    past.call(at("2026-11-03 12:14:59"), wait=30)
    past.call(at("2026-11-03 12:15:00"), wait=1)
    found = asked(past, Interval.QUARTER)
    assert [level.start for level in found] == [NOON, at("2026-11-03 12:15:00")]
    assert [level.figures.in_15 for level in found] == [0, 1]


def filled(past, by, interval=Interval.DAY, first=DAY, last=DAY):
    question = Question(first, last, [past.agency.pk], interval, by=by)
    return with_empty(question, levels(question))


@pytest.mark.parametrize("by", ["all", "agency", "source"])
def test_a_dead_day_has_its_row(past, by):
    past.call(NOON - timedelta(days=2), wait=1)
    past.call(NOON, wait=1)
    found = filled(past, by, first=DAY - timedelta(days=3))
    assert len({level.key for level in found}) == 1
    offered = {level.start: level.figures.offered for level in found}
    assert [offered[day] for day in sorted(offered)] == [0, 1, 0, 1]
    assert len(found) == 4


def test_a_dead_day_of_seats_has_one_row_of_no_seat(past):
    past.call(NOON, wait=1)
    found = filled(past, "seat", first=DAY - timedelta(days=1))
    assert [(level.key, level.figures.offered) for level in found] == [
        (past.seat.pk, 1),
        ("", 0),
    ]


def test_a_quiet_hour_is_there_where_all_is_counted_together(past):
    past.call(NOON, wait=1)
    assert len(filled(past, "all", Interval.HOUR)) == 24
    assert len(filled(past, "agency", Interval.HOUR)) == 1
    assert len(filled(past, "all", Interval.WHOLE)) == 1


def test_what_is_to_come_is_not_empty(past):
    moment = now()
    past.call(moment, wait=0, talk=0)
    day = timezone.localtime(moment).date()
    found = filled(past, "all", first=day, last=day + timedelta(days=9))
    assert len(found) == 1
    hours = filled(past, "all", Interval.HOUR, first=day, last=day)
    assert max(level.start for level in hours) <= now()


@pytest.mark.parametrize(("day", "hours"), [((2026, 3, 29), 23), ((2026, 10, 25), 25)])
def test_the_day_the_clocks_change_has_its_own_length(day, hours):
    zone, when = ZoneInfo("Europe/Berlin"), date(*day)
    slots = Slots(when, when, Interval.HOUR, zone)
    assert len(slots.starts) == hours
    assert len(Slots(when, when, Interval.QUARTER, zone).starts) == 4 * hours
    [start] = Slots(when, when, Interval.DAY, zone).starts
    assert slots.end - start == timedelta(hours=hours)


@given(st.integers(-(10**8), 10**8), st.integers(0, 10**8))
def test_a_span_is_cut_without_losing_or_doubling_time(offset, length):
    slots = Slots(DAY, DAY, Interval.QUARTER, ZoneInfo("Asia/Shanghai"))
    first, end = milliseconds(slots.starts[0]), milliseconds(slots.end)
    since = first + offset
    within = max(min(since + length, end) - max(since, first), 0)
    pieces = list(slots.pieces(since, since + length))
    assert sum(part for _, part in pieces) == within
    assert all(0 <= piece < 96 and 0 < part <= 900_000 for piece, part in pieces)


# --- Seats ---------------------------------------------------------------------------


def test_occupancy_is_rooms_and_wrap_up_over_shifts_cut_at_midnight(past):
    past.shift(at("2026-11-02 22:00:00"), at("2026-11-03 02:00:00"))
    past.call(at("2026-11-02 23:50:00"), wait=0, talk=20 * 60)  # 10 min of it today
    found = whole(past)
    assert found.shift_ms == 2 * 3600 * 1000
    assert found.busy_ms == 10 * 60 * 1000
    assert found.wrap_up_ms == 30_000
    assert found.occupancy == pytest.approx(630 / 7200)
    assert found.offered == 0  # the tap was yesterday


def test_a_wrap_up_is_cut_by_the_next_call_and_by_the_end_of_the_shift(past):
    past.shift(NOON, NOON + timedelta(seconds=145))
    past.call(NOON, wait=0, talk=60)
    past.call(NOON, wait=70, talk=60)  # 10 s later, and left 15 s before the end
    found = whole(past)
    assert found.wrap_up_ms == 25_000
    assert found.wrap_ups == 2
    assert found.occupancy == pytest.approx(1.0)


def test_a_neighbours_seat_is_busy_there_and_the_call_counts_here(past):
    neighbour = Past("370613")
    past.call(NOON, wait=3, talk=60, seat=neighbour.seat)
    both = [past.agency.pk, neighbour.agency.pk]
    found = {
        level.key: level.figures
        for level in levels(Question(DAY, DAY, both, Interval.WHOLE, by="agency"))
    }
    assert (found[past.agency.pk].answered, found[past.agency.pk].busy_ms) == (1, 0)
    assert found[neighbour.agency.pk].busy_ms == 60_000
    assert found[neighbour.agency.pk].offered == 0


def test_what_a_seat_was_offered_and_missed(past):
    call = past.call(NOON, wait=20)
    for state in ("unanswered", "accepted"):
        Offer.objects.create(
            call=call,
            seat=past.seat,
            answer="ring",
            state=state,
            made_at=NOON,
            expires_at=NOON,
        )
    [found] = [level.figures for level in asked(past, by="seat")]
    assert (found.offers, found.missed) == (2, 1)


# --- Today ---------------------------------------------------------------------------


def test_today_has_every_agency_every_quarter_and_who_is_waiting(past):
    quiet = Past("370613")
    moment = now()
    past.call(moment - timedelta(seconds=1), is_live=True)
    found = today([past.agency.pk, quiet.agency.pk])
    assert found.keys() == {past.agency.pk, quiet.agency.pk}
    mine = found[past.agency.pk]
    zone = ZoneInfo("Asia/Shanghai")
    if (moment - timedelta(seconds=1)).astimezone(zone).date() != moment.astimezone(
        zone
    ).date():
        return  # a second after midnight: that call was yesterday's
    assert (mine.offered, mine.waiting, mine.answered) == (1, 1, 0)
    assert mine.longest_ms >= 1000
    assert sum(quarter.offered for quarter in mine.quarters) == 1
    assert len(mine.quarters) == len(found[quiet.agency.pk].quarters)
    assert mine.quarters[0].start.astimezone(zone).hour == 0


def test_more_calls_and_agencies_ask_no_more_queries(past):
    def count() -> int:
        agencies = list(Seat.objects.values_list("agency_id", flat=True).distinct())
        with CaptureQueriesContext(connection) as asked_:
            today(agencies)
            for by in ("all", "agency", "seat", "source"):
                levels(Question(DAY, DAY, agencies, Interval.QUARTER, by=by))
        return len(asked_)

    before = count()
    for n in range(3):
        other = Past(f"37069{n}")
        for minute in range(5):
            other.call(NOON + timedelta(minutes=minute), wait=1)
            other.call(now(), wait=1)
    assert count() == before
    assert before <= 4 * 4 + 5


# --- Erlang --------------------------------------------------------------------------

# Erlang B: seats, load → blocking 1 % (the classical traffic table).
B_TABLE = [(5, 1.361), (10, 4.461), (20, 12.03), (50, 37.90), (100, 84.06)]
# Erlang C, 100 calls in 30 minutes of 180 s each (10 erlangs), within 20 s; the worked
# example that call-centre handbooks print: seats, share waiting, share in time.
C_TABLE = [
    (11, 0.682, 0.389),
    (12, 0.449, 0.640),
    (13, 0.285, 0.796),
    (14, 0.174, 0.888),
]


@pytest.mark.parametrize(("seats", "load"), B_TABLE)
def test_erlang_b_is_the_traffic_table(seats, load):
    assert erlang.erlang_b(seats, load) == pytest.approx(0.01, rel=0.005)


@pytest.mark.parametrize(("seats", "waits", "in_time"), C_TABLE)
def test_erlang_c_is_the_printed_example(seats, waits, in_time):
    assert erlang.erlang_c(seats, 10) == pytest.approx(waits, abs=0.001)
    share = erlang.answered_within(20, seats=seats, load=10, handling_seconds=180)
    assert share == pytest.approx(in_time, abs=0.001)


def test_the_printed_example_needs_fourteen_seats_for_eighty_percent():
    found = erlang.seats_for(10, handling_seconds=180, within_seconds=20, share=0.8)
    assert found == 14
    wait = erlang.average_wait(seats=14, load=10, handling_seconds=180)
    assert wait == pytest.approx(7.8, abs=0.05)


@given(st.integers(1, 60), st.floats(0.01, 59.9))
def test_the_recursion_is_the_textbook_sum(seats, load):
    if seats <= load:
        return
    term, below = 1.0, 0.0
    for n in range(seats):
        below += term
        term *= load / (n + 1)
    top = term * seats / (seats - load)
    assert isclose(erlang.erlang_c(seats, load), top / (below + top), rel_tol=1e-9)


def test_thousands_of_seats_do_not_overflow():
    assert 0 < erlang.erlang_c(3100, 3000) < 1
    found = erlang.seats_for(3000, handling_seconds=180, within_seconds=15, share=0.9)
    assert 3000 < found < 3100


@given(st.floats(0.01, 200), st.floats(1, 600))
def test_one_seat_fewer_misses_the_target(load, handling):
    need = erlang.seats_for(
        load, handling_seconds=handling, within_seconds=15, share=0.9
    )
    facts = {"load": load, "handling_seconds": handling}
    assert erlang.answered_within(15, seats=need, **facts) >= 0.9
    assert erlang.answered_within(15, seats=need - 1, **facts) < 0.9


# --- Tomorrow ------------------------------------------------------------------------


def test_tomorrow_is_the_mean_of_the_same_weekday_and_hour(past):
    for week, calls in ((1, 6), (2, 2)):
        for n in range(calls):
            when = NOON - timedelta(weeks=week) + timedelta(minutes=n * 9)
            past.shift(when, when + timedelta(minutes=8))
            past.call(when, wait=1, talk=150)  # and 30 s of wrap-up
    past.call(NOON - timedelta(days=1), wait=1, talk=3000)  # a Monday says nothing
    plan = statistics.staffing(frozenset({past.agency.pk}), DAY)
    assert plan.weeks == 2
    need = plan.needs[12]
    assert need.start == NOON
    assert need.calls == 4
    assert need.handling_seconds == pytest.approx(180)
    assert need.load == pytest.approx(0.2)
    assert need.seats == 2
    assert need.expected_share > 0.9
    assert plan.needs[3].seats == 1  # nobody calls, and somebody is there


def test_without_a_past_the_plan_says_so(past):
    plan = statistics.staffing(frozenset({past.agency.pk}), DAY)
    assert plan.weeks == 0
    assert {need.seats for need in plan.needs} == {1}
    assert isinstance(plan.needs[0].start, datetime)
