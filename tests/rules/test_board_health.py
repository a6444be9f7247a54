"""What a board is told of the service: whom nobody hears, what nobody moved on."""

from datetime import timedelta

import pytest
from django.db.models import F

from dispatch.loops.board import figures_frame, health_by_agency, last_canary
from dispatch.models import Shift
from dispatch.statistics import Figures


def test_a_healthy_agency_is_not_mentioned(world):
    world.connected()
    assert health_by_agency() == {}


@pytest.mark.parametrize(("seconds", "is_late"), [(3, False), (5, True)])
def test_a_seat_not_heard_for_half_its_lease_is_late(world, seconds, is_late):
    world.sit("chen")
    world.passes(seconds, sweep=False)
    late = [seat for health in health_by_agency().values() for seat in health.late]
    assert late == ([world.seats["chen"].uuid] if is_late else [])


def test_what_nobody_moved_on_is_counted_where_it_is(world):
    world.offered("chen")
    world.sit("ma")
    world.passes(120, sweep=False)
    found = health_by_agency()
    assert found[world.zhifu.uuid].stuck >= 2  # the offer, the shift, the escalation
    assert found[world.laizhou.uuid].stuck == 1  # the shift
    world.passes(0)
    assert all(health.stuck == 0 for health in health_by_agency().values())


def test_a_seat_that_was_given_up_is_counted_for_an_hour(world):
    world.sit("chen")
    world.passes(9)
    assert health_by_agency()[world.zhifu.uuid].lapsed == 1
    ago = timedelta(hours=1, seconds=1)
    Shift.objects.update(started_at=F("started_at") - ago, ended_at=F("ended_at") - ago)
    assert health_by_agency() == {}


def test_without_a_canary_nothing_is_claimed(world):
    world.tap()
    assert last_canary() == (None, False)


def test_times_on_shift_change_only_each_ten_seconds():
    """They grow by themselves; each change is sent to every board."""
    frames = [
        figures_frame(None, Figures(shift_ms=ms, wait_ms=1234)).figures
        for ms in (20_000, 29_999, 30_000)
    ]
    assert frames[0] == frames[1] != frames[2]
    assert frames[0]["wait_ms"] == 1234
