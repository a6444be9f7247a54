"""Between a look and the lock somebody acts: what was due is looked at again."""

from datetime import timedelta

import pytest
from django.db import OperationalError

from dispatch import leases
from dispatch.actions.assigning import Pair, assign
from dispatch.actions.guests import end_lost
from dispatch.actions.switchboard import Switchboard
from dispatch.models import Call, Participant, Shift
from dispatch.states import CALLER_LOST_SECONDS, ESCALATE_SECONDS
from reports.clock import now
from reports.errors import Busy
from tests.several import free

LATER = timedelta(seconds=60)


def test_an_offer_that_a_restart_prolonged_is_not_withdrawn(world, meanwhile):
    world.offered()
    world.passes(2.5, sweep=False)
    meanwhile(leases.extend)
    assert leases.sweep()["offers"] == 0
    assert world.offer_to("chen") is not None


def test_a_console_heard_at_the_last_moment_keeps_its_seat_and_call(world, meanwhile):
    chen, tapped = world.connected()
    world.passes(9, sweep=False)
    world.lives(guests=[world.place(tapped)])
    meanwhile(lambda: Shift.objects.update(lease_until=now() + LATER))
    assert leases.sweep()["seats"] == 0
    assert world.call(tapped).seat_id == chen.seat_id


def test_a_wrap_up_that_got_longer_goes_on(world, meanwhile):
    chen, tapped = world.connected()
    world.end(chen, tapped.call)
    left = world.seat("chen").wrap_up_until - now()
    world.passes(left.total_seconds() + 1, sweep=False)
    world.lives(seats=[chen])
    meanwhile(lambda: world.act_on("extend_wrap_up", chen))
    leases.sweep()
    assert world.seat("chen").activity == "wrap_up"


def test_a_call_escalated_a_moment_ago_is_not_escalated_twice(world, meanwhile):
    tapped = world.tap()
    world.passes(ESCALATE_SECONDS + 1, sweep=False)
    world.lives(guests=[world.place(tapped)])  # else the first lock is another step's
    meanwhile(lambda: Call.objects.update(escalate_at=now() + LATER))
    leases.sweep()
    assert world.call(tapped).escalations == 0


def test_a_phone_heard_at_the_last_moment_is_not_lost(world, meanwhile):
    chen, tapped = world.connected()
    world.passes(30, sweep=False)
    world.lives(seats=[chen])
    meanwhile(lambda: Participant.objects.update(lease_until=now() + LATER))
    assert leases.sweep()["lost"] == 0
    assert world.call(tapped).lost_at is None


@pytest.mark.parametrize("is_told", [False, True])
def test_a_lost_caller_who_is_back_keeps_the_call(world, meanwhile, is_told):
    chen, tapped = world.connected()
    world.passes(30, sweep=False)
    world.lives(seats=[chen])
    world.passes(0)
    assert world.call(tapped).lost_at is not None
    world.passes(CALLER_LOST_SECONDS + 1, sweep=False)
    world.lives(seats=[chen])
    if is_told:
        meanwhile(lambda: world.lives(guests=[world.place(tapped)]))
    else:  # the lease is renewed, and the call's turn to be told comes a moment later
        meanwhile(lambda: Participant.objects.update(lease_until=now() + LATER))
    assert not end_lost(world.call(tapped).pk)
    assert world.call(tapped).state == "connected"


def test_a_seat_that_gets_a_call_this_moment_is_not_freed_with_it(world, meanwhile):
    chen, tapped = world.sit("chen"), world.tap()
    call = world.call(tapped)
    meanwhile(lambda: assign([Pair(call.pk, chen.seat_id, call.agency_id)]))
    with pytest.raises(Busy):
        free(world, "chen")
    assert Shift.objects.get(seat_id=chen.seat_id).ended_at is None


# --- The sweep, and a process that was held up ---------------------------------------


def test_a_step_that_fails_stops_no_other(monkeypatch, caplog):
    def broken(moment):
        raise ZeroDivisionError

    steps = {"bad": broken, "good": lambda moment: 3}
    monkeypatch.setattr(leases, "_STEPS", steps)
    assert leases.sweep() == {"good": 3}
    assert "the sweep of bad failed" in caplog.text


def test_a_row_that_is_held_costs_one_wait_and_the_next_sweep_begins_behind_it(
    monkeypatch,
):
    """It is told: the loop counts it. More waits would make the process seem dead."""

    def held(moment):
        raise OperationalError("canceling statement due to lock timeout")

    done = []

    def good(name):
        def step(moment):
            done.append(name)
            return 1

        return step

    steps = {"first": good("first"), "bad": held, "last": good("last")}
    monkeypatch.setattr(leases, "_STEPS", steps)
    for _ in range(2):
        with pytest.raises(OperationalError, match="lock timeout"):
            leases.sweep()
    assert done == ["first", "last", "first"]
    steps["bad"] = good("bad")
    assert leases.sweep() == {"last": 1, "first": 1, "bad": 1}
    assert list(leases.sweep()) == ["first", "bad", "last"]


def test_a_call_follows_the_arrows_alone(world):
    chen, tapped = world.connected()
    world.end(chen, tapped.call)
    call = world.call(tapped)
    board = Switchboard()
    with pytest.raises(RuntimeError, match="from ended to connected"):
        board._move(call, "connected")
