"""Lost callers stand in a list until somebody has called them back."""

from uuid import uuid4

import pytest

from dispatch.errors import CalledBack, NotYours
from dispatch.snapshots import agency_snapshot
from tests import several
from tests.several import call_back


def callbacks(world):
    return agency_snapshot(world.zhifu.uuid)[1]["callbacks"]


def lost(world):
    """Let Lin's phone die in mid call until the call ends; (holder, tapped)."""
    chen, tapped = world.connected()
    for _ in range(17):
        world.passes(8, sweep=False)
        world.lives(seats=[chen])
        world.passes(0)
    assert world.call(tapped).end_reason == "caller_lost"
    return chen, tapped


def test_a_lost_caller_stands_in_the_list_until_called_back(world):
    chen, tapped = lost(world)
    [shown] = callbacks(world).values()
    assert (shown["call"], shown["end_reason"]) == (str(tapped.call), "caller_lost")
    assert shown["ended_at"]
    call_back(world, chen, tapped, outcome="not_reached", note="no answer, twice")

    assert callbacks(world) == {}
    call = world.call(tapped)
    assert (call.callback_outcome, str(call.called_back_by)) == ("not_reached", "Chen")


def test_two_who_call_back_at_once_the_second_is_told_by_whom(world):
    chen, tapped = lost(world)
    wu = world.sit("wu")
    command = uuid4()
    first = call_back(world, chen, tapped, command=command)
    with pytest.raises(CalledBack) as refusal:
        call_back(world, wu, tapped)
    assert refusal.value.facts == {"operator": "Chen", "outcome": "reached"}
    assert call_back(world, chen, tapped, command=command) == first


def test_nobody_else_calls_back_and_not_a_call_that_needs_none(world):
    chen, tapped = lost(world)
    with pytest.raises(NotYours):
        call_back(world, world.sit("ma"), tapped)
    world.act_on("finish_wrap_up", chen)
    other = world.tap("mei")
    world.take(chen, other.call)
    world.end(chen, other.call)
    with pytest.raises(NotYours):
        call_back(world, chen, other)
    assert list(callbacks(world)) == [str(tapped.call)]


def test_a_number_proven_later_is_shown_in_the_list(world):
    from django.db import transaction

    from accounts.actions.verification import _verified

    _, tapped = lost(world)
    with transaction.atomic():
        _verified(world.call(tapped).caller, "+8613812345678")
    [shown] = callbacks(world).values()
    assert shown["phone_masked"].endswith("5678")
    world.books.check()


def test_the_supervisor_who_freed_the_seat_does_not_lose_the_list(world):
    _, tapped = lost(world)
    several.free(world, "chen")
    assert list(callbacks(world)) == [str(tapped.call)]
