"""What a supervisor does from the board: each act is theirs by name, and by right."""

from uuid import uuid4

import msgspec
import pytest

from dispatch.actions import supervision
from dispatch.actions.notices import withdraw_notice
from dispatch.errors import (
    CallEnded,
    EpochStale,
    NobodyThere,
    NoticeOver,
    NotYours,
    SeatNotFree,
)
from dispatch.loops.matcher import match
from dispatch.models import Notice
from dispatch.snapshots import agency_snapshot
from dispatch.snapshots.console import resume
from reports.models import Entry
from tests import several
from tests.actions.listening import bodies
from tests.ground import IN_LAIZHOU
from tests.several import enter, free, let_in, move, order, pause, roles

# --- Seats ---------------------------------------------------------------------------


def test_a_seat_is_paused_and_comes_back_by_itself(world):
    chen = world.sit("chen")
    pause(world, "chen", "drink something")
    seat = world.seat("chen")
    assert (seat.availability, seat.reason) == ("break", "drink something · Zhao")
    world.tap()
    assert match() == 0
    world.choose(chen, "ready")
    assert match() == 1


def test_a_pause_does_not_touch_the_call_that_goes_on(world):
    chen, tapped = world.connected()
    pause(world, "chen")
    assert world.call(tapped).seat_id == chen.seat_id
    assert world.seat("chen").activity == "on_call"


def test_a_freed_seats_call_waits_at_its_old_place_and_its_console_is_told_why(world):
    chen, tapped = world.connected()
    queued = world.call(tapped).queued_at
    free(world, "chen", "taken ill")

    call = world.call(tapped)
    assert (call.state, call.queued_at) == ("waiting", queued)
    assert world.seat("chen").availability == "off"
    with pytest.raises(EpochStale) as told:
        resume(
            world.staff["chen"],
            frozenset({world.zhifu.pk}),
            world.seats["chen"].uuid,
            chen.epoch,
        )
    assert told.value.facts["why"] == "freed"
    assert told.value.facts["reason"] == "taken ill · Zhao"
    with pytest.raises(NobodyThere):
        free(world, "chen")
    with pytest.raises(NobodyThere):
        pause(world, "chen")


def test_a_freed_seats_call_goes_on_with_the_second_seat(world):
    chen, tapped = world.connected()
    let_in(world, chen, tapped, "wu")
    free(world, "chen")
    assert roles(tapped) == {"caller": "guest", "wu": "host"}


def test_why_a_shift_was_ended_outlives_what_the_next_one_there_chooses(world):
    chen = world.sit("chen")
    free(world, "chen", "take a rest")
    wu = world.sit("wu", at="chen")
    world.choose(wu, "break", "tea")
    uuid, agencies = world.seats["chen"].uuid, frozenset({world.zhifu.pk})
    with pytest.raises(EpochStale) as refusal:
        resume(world.staff["chen"], agencies, uuid, chen.epoch)
    assert refusal.value.facts["reason"] == "take a rest · Zhao"


def test_another_agencys_seats_and_calls_are_not_there(world):
    world.sit("ma")
    tapped = world.tap("mei", position=IN_LAIZHOU)
    for attempt in (
        lambda: pause(world, "ma"),
        lambda: free(world, "ma"),
        lambda: several.answer_break(world, "ma", allow=True),
        lambda: move(world, tapped, agency=world.zhifu.uuid),
        lambda: enter(world, tapped),
        lambda: several.post_notice(world, agency=world.laizhou.uuid),
    ):
        with pytest.raises(NotYours):
            attempt()
    assert world.call(tapped).agency_id == world.laizhou.pk


# --- Calls ---------------------------------------------------------------------------


def test_a_waiting_call_is_offered_to_the_seat_that_is_named(world):
    tapped = world.tap()
    ma = world.sit("ma")
    move(world, tapped, "ma", reason="speaks her language")
    offer = world.offer_to("ma")
    assert (offer.kind, offer.call.uuid) == ("call", tapped.call)
    world.accept(ma)
    assert roles(tapped)["ma"] == "host"


def test_an_offered_call_is_taken_from_the_seat_that_sleeps_on_it(world):
    chen, tapped = world.offered()
    world.sit("wu")
    move(world, tapped, "wu")
    assert (world.offer_to("chen"), world.seat("chen").activity) == (None, "idle")
    assert world.offer_to("wu").call.uuid == tapped.call
    with pytest.raises(SeatNotFree):
        move(world, tapped, "wu")
    assert chen.seat_id


def test_a_connected_call_is_moved_when_the_other_seat_accepts(world):
    _, tapped = world.connected()
    wu = world.sit("wu")
    move(world, tapped, "wu", reason="she knows him")
    assert roles(tapped)["chen"] == "host"
    world.accept(wu)
    [moved] = bodies(tapped.incident, "call.transferred")
    assert (moved["how"], moved["reason"]) == ("moved", "she knows him")


@pytest.mark.parametrize("state", ["waiting", "offered", "connected"])
def test_a_call_in_any_state_goes_to_another_line(world, state):
    if state == "waiting":
        tapped = world.tap()
    elif state == "offered":
        _, tapped = world.offered()
    else:
        _, tapped = world.connected()
    queued = world.call(tapped).queued_at
    move(world, tapped, agency=world.laizhou.uuid)
    call = world.call(tapped)
    assert (call.state, call.agency_id) == ("waiting", world.laizhou.pk)
    assert call.queued_at == queued
    assert call.incident.agency_id == world.laizhou.pk
    if state != "waiting":
        expected = "idle" if state == "offered" else "wrap_up"
        assert world.seat("chen").activity == expected
    with pytest.raises(NotYours):  # it is Laizhou's now
        move(world, tapped, agency=world.zhifu.uuid)


def test_a_raised_priority_goes_first_and_keeps_its_queue_time(world):
    first, second = world.tap("lin"), world.tap("mei")
    queued = world.call(second).queued_at
    order(
        world,
        supervision.set_priority,
        call=second.call,
        priority=1,
        reason="shots heard",
    )
    assert world.call(second).queued_at == queued
    assert world.call(second).incident.priority == 1
    assert bodies(second.incident, "call.priority_changed")[0]["why"] == "shots heard"
    world.sit("chen")
    match()
    assert world.offer_to("chen").call.uuid == second.call
    assert world.call(first).state == "waiting"


def test_a_call_ended_from_the_board_says_by_whom_and_why(world):
    chen, tapped = world.connected()
    let_in(world, chen, tapped, "wu")
    order(world, supervision.force_end, call=tapped.call, reason="a test alarm")
    call = world.call(tapped)
    assert (call.state, call.end_reason) == ("ended", "supervisor")
    assert world.seat("chen").activity == "wrap_up"
    assert world.seat("wu").activity == "idle"
    entry = Entry.objects.get(stream__uuid=tapped.incident, kind="call.ended")
    assert entry.author_id == str(world.staff["zhao"].uuid)
    assert msgspec.json.decode(entry.body.text)["why"] == "a test alarm"
    for attempt in (
        lambda: order(world, supervision.force_end, call=tapped.call, reason="again"),
        lambda: move(world, tapped, agency=world.laizhou.uuid),
        lambda: enter(world, tapped),
    ):
        with pytest.raises(CallEnded):
            attempt()


# --- Notices -------------------------------------------------------------------------


def notices(world):
    return agency_snapshot(world.zhifu.uuid)[1]["notices"]


def test_a_notice_is_shown_until_it_is_taken_back(world):
    several.post_notice(world, "Storm tide tonight.")
    [shown] = notices(world).values()
    assert (shown["text"], shown["posted_by"]) == ("Storm tide tonight.", "Zhao")
    by = several.supervisor(world)
    take_back = {
        "author": by.author,
        "agencies": by.agencies,
        "notice": Notice.objects.get().uuid,
    }
    withdraw_notice(**take_back, client_id=uuid4())
    assert notices(world) == {}
    with pytest.raises(NoticeOver):
        withdraw_notice(**take_back, client_id=uuid4())


def test_a_notice_ends_by_itself_and_that_is_told_once(world):
    several.post_notice(world, minutes=1)
    world.passes(61)
    world.passes(1)
    assert notices(world) == {}
    told = bodies(world.zhifu.uuid, "notice.updated")
    assert [body["notice"]["is_withdrawn"] for body in told] == [False, True]
