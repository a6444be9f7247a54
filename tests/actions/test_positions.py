"""Positions: claims of the phone, which move a waiting call to its ground."""

from datetime import timedelta
from uuid import uuid4

import pytest

from dispatch.errors import EpochStale
from dispatch.loops.matcher import match
from dispatch.states import ESCALATE_SECONDS
from reports.clock import now
from reports.models import Entry
from tests.ground import AT_SEA, IN_LAIZHOU, IN_ZHIFU


def kinds(stream):
    return list(
        Entry.objects.filter(stream__uuid=stream)
        .order_by("seq")
        .values_list("kind", flat=True)
    )


def test_a_waiting_call_moves_to_the_line_of_its_ground(world):
    tapped = world.tap()
    before = world.call(tapped).queued_at
    world.report(world.place(tapped), IN_LAIZHOU)

    call = world.call(tapped)
    assert (call.agency, call.incident.agency) == (world.laizhou, world.laizhou)
    assert call.queued_at == before
    assert "call.rerouted" in kinds(tapped.incident)
    assert call.incident.flags == ["unverified"]
    world.sit("chen")
    world.sit("ma")
    assert match() == 1
    assert world.offer_to("ma").call == call


def test_a_phone_on_a_border_is_escalated_though_it_moves_again_and_again(world):
    tapped = world.tap()
    for place in (IN_LAIZHOU, IN_ZHIFU) * 3:
        world.passes(ESCALATE_SECONDS / 5)
        world.report(world.place(tapped), place)
    assert world.call(tapped).escalations == 1


@pytest.mark.parametrize("state", ["offered", "connected"])
def test_a_call_that_a_seat_has_stays_there(world, state):
    _, tapped = getattr(world, state)()
    world.report(world.place(tapped), IN_LAIZHOU)

    call = world.call(tapped)
    assert (call.agency, call.state) == (world.zhifu, state)
    assert call.area_name_en == "Laizhou"


def test_outside_every_area_it_stays_and_is_flagged(world):
    tapped = world.tap(position=IN_ZHIFU)
    world.report(world.place(tapped), AT_SEA)

    call = world.call(tapped)
    assert call.agency == world.zhifu
    assert "position_outside" in call.incident.flags
    world.report(world.place(tapped), IN_ZHIFU)
    assert "position_outside" not in world.call(tapped).incident.flags


def test_the_phones_clock_is_only_a_claim(world):
    """What it says of the position's age is kept as said; the time is ours."""
    tapped = world.tap()
    begun = now()
    recorded = world.report(
        world.place(tapped), {**IN_ZHIFU, "age_ms": 24 * 60 * 60 * 1000}
    )

    call = world.call(tapped)
    assert begun <= call.position_at <= now()
    assert abs(recorded.at - now()) < timedelta(seconds=5)
    _, snapshot = _incident(tapped)
    assert snapshot["position"]["age_ms"] == 24 * 60 * 60 * 1000
    assert snapshot["position"]["at"] >= begun.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _incident(tapped):
    from dispatch.snapshots import incident_snapshot

    return incident_snapshot(tapped.incident, for_caller=False)


def test_the_same_report_again_is_written_once(world):
    tapped = world.tap()
    place, command = world.place(tapped), uuid4()
    first = world.report(place, IN_ZHIFU, command)

    assert world.report(place, IN_ZHIFU, command) == first
    assert kinds(tapped.incident).count("position.reported") == 1


def test_the_trail_keeps_the_last_fifty(world):
    chen, tapped = world.connected()
    place = world.place(tapped)
    for step in range(52):
        world.report(place, {**IN_ZHIFU, "accuracy_mm": step})

    _, snapshot = _incident(tapped)
    assert [p["accuracy_mm"] for p in snapshot["trail"]] == list(range(2, 52))
    world.say(tapped.incident, chen)


def _lapse(world, chen, tapped):
    world.passes(3, sweep=False)
    world.lives(seats=[chen])
    world.passes(0)


BACK = {
    "declined": ("offered", lambda w, chen, tapped: w.decline(chen)),
    "unanswered": ("offered", _lapse),
    "seat lost while offered": ("offered", lambda w, chen, tapped: w.passes(9)),
    "seat lost while connected": ("connected", lambda w, chen, tapped: w.passes(9)),
}


@pytest.mark.parametrize("name", BACK)
def test_a_call_that_moved_returns_to_the_new_line(world, name):
    """A place that became known while a seat had the call is not lost."""
    state, back = BACK[name]
    chen, tapped = getattr(world, state)()
    before = world.call(tapped).queued_at
    world.report(world.place(tapped), IN_LAIZHOU)
    world.tap(position=IN_LAIZHOU)  # and once more, merged: nothing doubles
    span = world.call(tapped).queued_at - before
    back(world, chen, tapped)

    call = world.call(tapped)
    assert (call.state, call.agency) == ("waiting", world.laizhou)
    assert call.incident.agency == world.laizhou
    assert span == timedelta(0)
    told = kinds(tapped.incident)
    assert told.count("call.rerouted") == 1
    assert told[told.index("call.returned") :][:3] == [
        "call.returned",
        "call.rerouted",
        "incident.updated",
    ]
    world.check()
    line = world.books.books[world.zhifu.uuid, "seat"].snapshot["line"]
    assert str(tapped.call) not in line
    world.sit("wu")
    world.sit("ma")
    assert match() == 1
    assert world.offer_to("ma").call == call


@pytest.mark.parametrize("place", [None, IN_ZHIFU, AT_SEA])
def test_a_call_on_its_own_ground_or_on_none_returns_to_its_old_line(world, place):
    chen, tapped = world.offered()
    if place is not None:
        world.report(world.place(tapped), place)
    world.decline(chen)

    assert world.call(tapped).agency == world.zhifu
    assert "call.rerouted" not in kinds(tapped.incident)


def test_a_made_up_alarm_never_leaves_its_line(world):
    """The canary's call must ring at no real seat, whatever it claims of its place."""
    chen, tapped = world.offered()
    world.report(world.place(tapped), IN_LAIZHOU)
    world.zhifu.is_synthetic, world.zhifu.is_default = True, False
    world.zhifu.save()
    world.decline(chen)

    assert world.call(tapped).agency == world.zhifu


def test_a_position_from_an_older_window_is_refused(world):
    tapped = world.tap()

    with pytest.raises(EpochStale):
        world.report(world.place(tapped, 5), IN_ZHIFU)
    assert world.call(tapped).lat_e7 is None


def test_a_position_after_the_end_is_kept(world):
    tapped = world.tap()
    place = world.place(tapped)
    world.hang_up(place)
    world.report(place, IN_ZHIFU)

    assert kinds(tapped.incident)[-2:] != ["call.ended", "call.ended"]
    assert "position.reported" in kinds(tapped.incident)
