"""The matcher, pure: who gets which call, whatever lines and seats there are."""

import json
from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.matching import (
    MAX_PASSED,
    FreeSeat,
    Line,
    Overflow,
    WaitingCall,
    is_open,
    missing,
    needs_of,
    pair,
)

MOMENT = datetime(2026, 8, 21, 12, 0, tzinfo=UTC)
AGENCIES = st.integers(1, 3)
AGES = st.integers(0, 90)
NEEDS = st.frozensets(st.sampled_from(["en", "ja", "sign"]))


@st.composite
def halls(draw):
    """Draw calls, seats, lines and refusals."""
    calls = [
        WaitingCall(
            pk,
            draw(AGENCIES),
            draw(st.integers(1, 4)),
            MOMENT - _seconds(draw(AGES)),
            draw(NEEDS),
        )
        for pk in range(1, draw(st.integers(0, 7)) + 1)
    ]
    seats = [
        FreeSeat(
            pk,
            draw(AGENCIES),
            MOMENT - _seconds(draw(AGES)),
            draw(NEEDS),
            draw(st.sampled_from([None, MOMENT, MOMENT + _seconds(1)])),
            f"seat {pk}",
        )
        for pk in range(1, draw(st.integers(0, 6)) + 1)
    ]
    lines = {
        agency: Line(
            f"line {agency}",
            draw(st.booleans()),
            draw(st.sampled_from([None, *{1, 2, 3} - {agency}])),
            [
                Overflow(neighbour, draw(st.integers(1, 2)), draw(AGES))
                for neighbour in draw(st.sets(AGENCIES)) - {agency}
            ],
        )
        for agency in draw(st.sets(AGENCIES))
    }
    pairs = st.tuples(st.integers(1, 7), st.integers(1, 6))
    refused = dict.fromkeys(draw(st.sets(pairs, max_size=8)), "declined")
    return calls, seats, lines, refused


def _seconds(seconds):
    return timedelta(seconds=seconds)


def may_answer(call, seat, lines, refused):
    """Say by the rules, and not by the code, whether this seat may get this call."""
    if (call.pk, seat.pk) in refused:
        return False
    if seat.rest_until is not None and seat.rest_until > MOMENT:
        return False
    if seat.agency == call.agency:
        return True
    line = lines.get(call.agency)
    if line is None:
        return False
    waited = (MOMENT - call.queued_at).total_seconds()
    return stands_in(seat.agency, call.agency, lines) or any(
        tier.neighbour == seat.agency
        and (not line.is_staffed or waited >= tier.after_seconds)
        for tier in line.tiers
    )


def stands_in(helper, agency, lines):
    """Say whether so many steps after hours lead from one to the other."""
    reached = {agency}
    for _ in range(3):  # as many as there are agencies
        reached |= {lines[one].stand_in for one in reached if one in lines}
    return helper in reached


@settings(max_examples=300)
@given(halls())
def test_nobody_is_given_twice_and_nobody_who_may_not(hall):
    calls, seats, lines, refused = hall
    matches = pair(calls, seats, lines, refused, MOMENT)
    by_call = {call.pk: call for call in calls}
    by_seat = {seat.pk: seat for seat in seats}

    assert len({m.call for m in matches}) == len(matches)
    assert len({m.seat for m in matches}) == len(matches)
    for m in matches:
        assert may_answer(by_call[m.call], by_seat[m.seat], lines, refused)
        assert m.agency == by_call[m.call].agency


@settings(max_examples=300)
@given(halls())
def test_no_call_waits_while_a_seat_that_may_answer_it_is_free(hall):
    """Neither for a skill nor for anything else."""
    calls, seats, lines, refused = hall
    matches = pair(calls, seats, lines, refused, MOMENT)
    answered = {m.call for m in matches}
    taken = {m.seat for m in matches}

    for call in calls:
        for seat in seats:
            if call.pk not in answered and seat.pk not in taken:
                assert not may_answer(call, seat, lines, refused)


@settings(max_examples=300)
@given(halls())
def test_nobody_is_passed_over_for_a_less_urgent_or_younger_call(hall):
    calls, seats, lines, refused = hall
    given_to = {m.call: m.seat for m in pair(calls, seats, lines, refused, MOMENT)}
    by_seat = {seat.pk: seat for seat in seats}
    order = sorted(calls, key=lambda c: (c.priority, c.queued_at, c.pk))

    for place, call in enumerate(order):
        if call.pk in given_to:
            continue
        for later in order[place + 1 :]:
            if later.pk in given_to:
                seat = by_seat[given_to[later.pk]]
                assert not may_answer(call, seat, lines, refused)


@settings(max_examples=100)
@given(halls(), st.randoms())
def test_the_order_in_which_rows_come_does_not_matter(hall, dice):
    calls, seats, lines, refused = hall
    before = pair(calls, seats, lines, refused, MOMENT)
    dice.shuffle(calls)
    dice.shuffle(seats)

    assert pair(calls, seats, lines, refused, MOMENT) == before


@settings(max_examples=100)
@given(halls())
def test_every_match_says_why_in_plain_json(hall):
    calls, seats, lines, refused = hall
    names = {seat.pk: seat.name for seat in seats}

    for m in pair(calls, seats, lines, refused, MOMENT):
        assert json.loads(json.dumps(m.trace)) == m.trace
        assert m.trace["seat"] == names[m.seat]
        passed = [one["seat"] for one in m.trace["passed"]]
        assert m.trace["seat"] not in passed
        assert m.trace["candidates"] > len(passed)


# --- One rule at a time --------------------------------------------------------------


def call(pk, agency=1, priority=2, waited=0, needs=()):
    return WaitingCall(
        pk, agency, priority, MOMENT - _seconds(waited), frozenset(needs)
    )


def seat(pk, agency=1, idle=0, skills=(), rests=None):
    rest_until = None if rests is None else MOMENT + _seconds(rests)
    idle_since = MOMENT - _seconds(idle)
    return FreeSeat(pk, agency, idle_since, frozenset(skills), rest_until, f"s{pk}")


def matched(calls, seats, tiers=(), *, staffed=True, stand_in=None, refused=None):
    """Match where agency 1 has these helpers; the others have none."""
    lines = {
        1: Line("one", staffed, stand_in, tiers),
        2: Line("two"),
        3: Line("three"),
    }
    return pair(calls, seats, lines, refused or {}, MOMENT)


def paired(*args, **more):
    return [(m.call, m.seat) for m in matched(*args, **more)]


def test_the_seat_that_idles_longest_is_asked_first():
    assert paired([call(1)], [seat(1, idle=5), seat(2, idle=50)]) == [(1, 2)]


def test_ones_own_seats_come_before_the_neighbours():
    tiers = [Overflow(2, 1, 0)]

    assert paired([call(1)], [seat(1, agency=2, idle=500), seat(2)], tiers) == [(1, 2)]


def test_the_nearer_neighbour_comes_first():
    tiers = [Overflow(3, 2, 0), Overflow(2, 1, 0)]

    assert paired([call(1)], [seat(1, agency=3, idle=9), seat(2, agency=2)], tiers) == [
        (1, 2)
    ]


def test_a_neighbour_waits_for_its_tier_unless_nobody_is_on_duty():
    tiers = [Overflow(2, 1, 20)]
    helper = [seat(1, agency=2)]

    assert paired([call(1, waited=19)], helper, tiers) == []
    assert paired([call(1, waited=20)], helper, tiers) == [(1, 1)]
    assert paired([call(1, waited=0)], helper, tiers, staffed=False) == [(1, 1)]


def test_a_neighbour_helps_one_way_only():
    tiers = [Overflow(2, 1, 0)]

    assert paired([call(1, agency=2)], [seat(1)], tiers) == []


def test_a_seat_that_refused_is_passed_over_for_this_call_only():
    refused = {(1, 1): "declined"}

    assert paired([call(1), call(2)], [seat(1)], refused=refused) == [(2, 1)]


def test_an_urgent_call_comes_before_an_older_one():
    calls = [call(1, priority=2, waited=90), call(2, priority=1, waited=1)]

    assert paired(calls, [seat(1)]) == [(2, 1)]


def test_a_seat_rests_until_its_moment_and_not_longer():
    assert paired([call(1)], [seat(1, rests=1)]) == []
    assert paired([call(1)], [seat(1, rests=0)]) == [(1, 1)]
    assert paired([call(1)], [seat(1, idle=9, rests=1), seat(2)]) == [(1, 2)]


def test_outside_the_hours_the_stand_in_answers_at_once_behind_ones_own():
    tiers = [Overflow(3, 1, 0)]
    others = [seat(2, agency=2), seat(3, agency=3, idle=99)]

    assert paired([call(1)], others, tiers, stand_in=2) == [(1, 2)]
    assert paired([call(1)], [seat(1), *others], tiers, stand_in=2) == [(1, 1)]
    assert paired([call(1)], others, tiers) == [(1, 3)]


def test_where_the_stand_in_is_closed_too_the_next_one_answers():
    def given_to(*seats, last=None):
        lines = {1: Line(stand_in=2), 2: Line(stand_in=3), 3: Line(stand_in=last)}
        return [m.seat for m in pair([call(1)], seats, lines, {}, MOMENT)]

    assert given_to(seat(3, agency=3)) == [3]
    assert given_to(seat(3, agency=3, idle=99), seat(2, agency=2)) == [2]
    assert given_to(seat(3, agency=3), last=1) == [3]  # a loop of all
    assert given_to(seat(4, agency=4), last=2) == []  # and one of two


def test_a_skill_chooses_among_the_seats_of_a_line():
    seats = [seat(1, idle=50), seat(2, idle=5, skills=["en"]), seat(3, idle=90)]

    assert paired([call(1, needs=["en"])], seats) == [(1, 2)]
    assert paired([call(1)], seats) == [(1, 3)]


def test_a_skill_neither_makes_a_caller_wait_nor_goes_past_the_own_line():
    tiers = [Overflow(2, 1, 0)]
    seats = [seat(1), seat(2, agency=2, skills=["sign"])]

    assert paired([call(1, needs=["sign"])], seats, tiers) == [(1, 1)]


def test_who_can_do_more_of_what_is_needed_comes_first():
    seats = [seat(1, idle=9), seat(2, idle=5, skills=["en"])]

    assert paired([call(1, needs=["en", "sign"])], seats) == [(1, 2)]


# --- The trace -----------------------------------------------------------------------


def test_the_trace_says_who_was_passed_over_and_why():
    tiers = [Overflow(2, 1, 20), Overflow(3, 2, 60)]
    seats = [
        seat(1, idle=9),
        seat(2, idle=8, rests=3),
        seat(3, agency=2, idle=70),
        seat(4, agency=2, idle=60, skills=["en"]),
    ]
    [match] = matched(
        [call(1, waited=30, needs=["en"])], seats, tiers, refused={(1, 1): "unanswered"}
    )

    assert match.trace == {
        "waited": 30,
        "lines": [
            {"agency": "one", "why": "own", "free": 2},
            {"agency": "two", "why": "waited_20", "free": 2},
        ],
        "closed": [{"agency": "three", "why": "after_60"}],
        "candidates": 4,
        "seat": "s4",
        "line": "waited_20",
        "needs": ["en"],
        "unmet": [],
        "won": "skills",
        "passed": [
            {"seat": "s1", "why": "unanswered"},
            {"seat": "s2", "why": "resting"},
            {"seat": "s3", "why": "skills"},
        ],
    }


def test_the_trace_stays_small_and_says_how_much_it_left_out():
    resting = [seat(pk, idle=99, rests=5) for pk in range(1, MAX_PASSED + 6)]
    [match] = matched([call(1)], [*resting, seat(99)])

    assert len(match.trace["passed"]) == MAX_PASSED
    assert match.trace["more"] == 5
    assert match.trace["won"] == "longest_idle"


# --- Needs and hours -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("ours", "language", "sign", "needs"),
    [
        ("zh-hans", None, False, []),
        ("zh-hans", "", False, []),
        ("zh-hans", "zh-CN", False, []),
        ("zh-hans", "zh-Hant-TW", True, ["sign"]),
        ("zh-hans", "en-GB", False, ["en"]),
        ("zh-hans", "KO", True, ["ko", "sign"]),
        ("en", "en-GB", False, []),
        ("en", "zh-CN", True, ["zh", "sign"]),
    ],
)
def test_what_a_phone_speaks_becomes_a_need_where_others_speak(
    ours, language, sign, needs
):
    assert needs_of(language, ours=ours, sign_language=sign) == needs


def test_a_language_is_met_whatever_its_region():
    assert missing(["en", "sign"], ["en-US"]) == {"sign"}
    assert missing(["en"], ["eng", "english"]) == {"en"}


@pytest.mark.parametrize(
    ("opens", "closes", "open_at", "closed_at"),
    [
        ("08:00", "18:00", ["08:00", "17:59"], ["07:59", "18:00", "23:00"]),
        ("20:00", "06:00", ["20:00", "23:59", "00:00", "05:59"], ["06:00", "19:59"]),
        ("00:00", "00:00", ["00:00", "12:00"], []),
    ],
)
def test_hours_may_pass_over_midnight(opens, closes, open_at, closed_at):
    begin, end = time.fromisoformat(opens), time.fromisoformat(closes)

    assert all(is_open(begin, end, time.fromisoformat(at)) for at in open_at)
    assert not any(is_open(begin, end, time.fromisoformat(at)) for at in closed_at)
    assert is_open(None, None, begin)
