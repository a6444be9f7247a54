"""The matcher, pure: who gets which call, whatever lines and seats there are."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.matching import FreeSeat, Overflow, WaitingCall, pair

MOMENT = datetime(2026, 8, 21, 12, 0, tzinfo=UTC)
AGENCIES = st.integers(1, 3)
AGES = st.integers(0, 90)


@st.composite
def halls(draw):
    """Draw lines, seats, tiers and refusals."""
    calls = [
        WaitingCall(
            pk, draw(AGENCIES), draw(st.integers(1, 4)), MOMENT - _seconds(draw(AGES))
        )
        for pk in range(1, draw(st.integers(0, 7)) + 1)
    ]
    seats = [
        FreeSeat(pk, draw(AGENCIES), MOMENT - _seconds(draw(AGES)))
        for pk in range(1, draw(st.integers(0, 6)) + 1)
    ]
    tiers = {
        agency: [
            Overflow(neighbour, draw(st.integers(1, 2)), draw(AGES))
            for neighbour in draw(st.sets(AGENCIES)) - {agency}
        ]
        for agency in draw(st.sets(AGENCIES))
    }
    staffed = frozenset(draw(st.sets(AGENCIES)) | {s.agency for s in seats})
    pairs = st.tuples(st.integers(1, 7), st.integers(1, 6))
    return calls, seats, tiers, staffed, frozenset(draw(st.sets(pairs, max_size=8)))


def _seconds(seconds):
    return timedelta(seconds=seconds)


def may_answer(call, seat, tiers, staffed, refused):
    """Say by the rules, and not by the code, whether this seat may get this call."""
    if (call.pk, seat.pk) in refused:
        return False
    if seat.agency == call.agency:
        return True
    waited = (MOMENT - call.queued_at).total_seconds()
    return any(
        tier.neighbour == seat.agency
        and (call.agency not in staffed or waited >= tier.after_seconds)
        for tier in tiers.get(call.agency, ())
    )


@settings(max_examples=300)
@given(halls())
def test_nobody_is_given_twice_and_nobody_who_may_not(hall):
    calls, seats, tiers, staffed, refused = hall
    pairs = pair(calls, seats, tiers, staffed, refused, MOMENT)
    by_call = {call.pk: call for call in calls}
    by_seat = {seat.pk: seat for seat in seats}

    assert len({call for call, _ in pairs}) == len(pairs)
    assert len({seat for _, seat in pairs}) == len(pairs)
    for call, seat in pairs:
        assert may_answer(by_call[call], by_seat[seat], tiers, staffed, refused)


@settings(max_examples=300)
@given(halls())
def test_no_call_waits_while_a_seat_that_may_answer_it_is_free(hall):
    calls, seats, tiers, staffed, refused = hall
    pairs = pair(calls, seats, tiers, staffed, refused, MOMENT)
    answered = {call for call, _ in pairs}
    taken = {seat for _, seat in pairs}

    for call in calls:
        for seat in seats:
            if call.pk not in answered and seat.pk not in taken:
                assert not may_answer(call, seat, tiers, staffed, refused)


@settings(max_examples=300)
@given(halls())
def test_nobody_is_passed_over_for_a_less_urgent_or_younger_call(hall):
    calls, seats, tiers, staffed, refused = hall
    pairs = dict(pair(calls, seats, tiers, staffed, refused, MOMENT))
    by_seat = {seat.pk: seat for seat in seats}
    order = sorted(calls, key=lambda c: (c.priority, c.queued_at, c.pk))

    for place, call in enumerate(order):
        if call.pk in pairs:
            continue
        for later in order[place + 1 :]:
            if later.pk in pairs:
                seat = by_seat[pairs[later.pk]]
                assert not may_answer(call, seat, tiers, staffed, refused)


@settings(max_examples=100)
@given(halls(), st.randoms())
def test_the_order_in_which_rows_come_does_not_matter(hall, dice):
    calls, seats, tiers, staffed, refused = hall
    before = pair(calls, seats, tiers, staffed, refused, MOMENT)
    dice.shuffle(calls)
    dice.shuffle(seats)

    assert pair(calls, seats, tiers, staffed, refused, MOMENT) == before


def call(pk, agency=1, priority=2, waited=0):
    return WaitingCall(pk, agency, priority, MOMENT - _seconds(waited))


def seat(pk, agency=1, idle=0):
    return FreeSeat(pk, agency, MOMENT - _seconds(idle))


def paired(calls, seats, tiers=None, staffed=(1,), refused=()):
    return pair(
        calls, seats, tiers or {}, frozenset(staffed), frozenset(refused), MOMENT
    )


def test_the_seat_that_idles_longest_is_asked_first():
    assert paired([call(1)], [seat(1, idle=5), seat(2, idle=50)]) == [(1, 2)]


def test_ones_own_seats_come_before_the_neighbours():
    tiers = {1: [Overflow(2, 1, 0)]}

    assert paired([call(1)], [seat(1, agency=2, idle=500), seat(2)], tiers) == [(1, 2)]


def test_the_nearer_neighbour_comes_first():
    tiers = {1: [Overflow(3, 2, 0), Overflow(2, 1, 0)]}

    assert paired([call(1)], [seat(1, agency=3, idle=9), seat(2, agency=2)], tiers) == [
        (1, 2)
    ]


def test_a_neighbour_waits_for_its_tier_unless_nobody_is_on_duty():
    tiers = {1: [Overflow(2, 1, 20)]}
    helper = [seat(1, agency=2)]

    assert paired([call(1, waited=19)], helper, tiers) == []
    assert paired([call(1, waited=20)], helper, tiers) == [(1, 1)]
    assert paired([call(1, waited=0)], helper, tiers, staffed=(2,)) == [(1, 1)]


def test_a_neighbour_helps_one_way_only():
    tiers = {1: [Overflow(2, 1, 0)]}

    assert paired([call(1, agency=2)], [seat(1, agency=1)], tiers, staffed=()) == []


def test_a_seat_that_refused_is_passed_over_for_this_call_only():
    assert paired([call(1), call(2)], [seat(1)], refused=[(1, 1)]) == [(2, 1)]


def test_an_urgent_call_comes_before_an_older_one():
    calls = [call(1, priority=2, waited=90), call(2, priority=1, waited=1)]

    assert paired(calls, [seat(1)]) == [(2, 1)]
