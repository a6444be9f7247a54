"""What a supervisor does from the board: each act is theirs by name, and by right."""

import json
from uuid import uuid4

import msgspec
import pytest

from accounts.actions.roles import give_role
from accounts.states import RoleKind
from dispatch.actions import listening, supervision
from dispatch.actions.notices import withdraw_notice
from dispatch.actions.supervision import Supervisor
from dispatch.errors import (
    CallEnded,
    EpochStale,
    NobodyThere,
    NotConnected,
    NoticeOver,
    NotInRoom,
    NotYours,
    SeatBusy,
    SeatNotFree,
)
from dispatch.events import rendering
from dispatch.loops.matcher import match
from dispatch.models import Notice, Participant
from dispatch.snapshots import agency_snapshot, incident_snapshot
from dispatch.snapshots.console import resume
from dispatch.states import Stance
from reports import journal
from reports.actions.custody import LEDGER
from reports.models import Entry
from tests import several
from tests.ground import IN_LAIZHOU
from tests.several import enter, free, go, let_in, move, order, pause, place, roles


def bodies(stream, kind):
    rows = Entry.objects.filter(stream__uuid=stream, kind=kind).order_by("seq")
    return [msgspec.json.decode(entry.body.text) for entry in rows]


def listened():
    return [
        (body["state"], body["supervisor"], body["reason"])
        for body in bodies(LEDGER, "room.monitored")
    ]


def room(tapped, *, for_caller=False):
    return incident_snapshot(tapped.incident, for_caller=for_caller)[1]["room"]


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


# --- In the room ---------------------------------------------------------------------


def test_who_listens_is_seen_by_nobody_in_the_room_and_stands_in_the_ledger(world):
    _, tapped = world.connected()
    before = Entry.objects.filter(stream__uuid=tapped.incident).count()
    enter(world, tapped, "monitor", reason="training")
    go(world, tapped)

    assert Entry.objects.filter(stream__uuid=tapped.incident).count() == before
    assert room(tapped) == {"parties": [], "whispering": [], "people": {}}
    assert listened() == [("began", "Zhao", "training"), ("ended", "Zhao", "left")]


def test_a_whisper_is_known_to_the_seats_and_never_to_the_caller(world):
    _, tapped = world.connected()
    enter(world, tapped, "whisper")
    shown = room(tapped)
    assert (shown["parties"], len(shown["whispering"])) == ([], 1)
    assert list(shown["people"].values()) == ["Zhao"]
    assert room(tapped, for_caller=True) == {"parties": []}
    assert listened() == []


def seen_by_caller(tapped):
    """Return what the caller reads of the room, entry by entry; skipped ones too."""
    return [
        "skip" if '"skip":true' in text else json.loads(text)["data"]["parties"]
        for entry in journal.replay(tapped.incident, 0)
        if entry.kind == "room.changed"
        for text in [rendering.for_caller(entry)]
    ]


def test_a_whisper_that_begins_or_ends_is_a_skipped_number_to_the_caller(world):
    _, tapped = world.connected()
    enter(world, tapped, "whisper")
    order(world, listening.set_stance, call=tapped.call, stance=Stance.MONITOR)
    order(world, listening.set_stance, call=tapped.call, stance=Stance.WHISPER)
    go(world, tapped)
    assert seen_by_caller(tapped) == ["skip"] * 4

    enter(world, tapped, "whisper")
    order(world, listening.set_stance, call=tapped.call, stance=Stance.OPEN)
    order(world, listening.set_stance, call=tapped.call, stance=Stance.WHISPER)

    heard = seen_by_caller(tapped)[4:]
    assert [news if news == "skip" else len(news) for news in heard] == ["skip", 1, 0]


def test_a_stance_changes_and_each_change_is_told_to_whom_it_concerns(world):
    _, tapped = world.connected()
    enter(world, tapped, "monitor", reason="a complaint")
    uuid = place(tapped).uuid
    order(world, listening.set_stance, call=tapped.call, stance=Stance.OPEN)
    assert [p["participant"] for p in room(tapped)["parties"]] == [str(uuid)]
    assert room(tapped, for_caller=True)["parties"][0]["role"] == "supervisor"
    order(world, listening.set_stance, call=tapped.call, stance=Stance.MONITOR)
    assert room(tapped)["parties"] == []
    assert [state for state, _, _ in listened()] == ["began", "ended", "began"]


def test_a_supervisor_is_in_one_room_and_leaves_the_other_for_it(world):
    _, one = world.connected()
    _, two = world.connected("wu", "mei")
    enter(world, one, "open")
    enter(world, two, "monitor")
    assert room(one)["parties"] == []
    assert roles(two)["zhao"] == "supervisor"
    assert Participant.objects.filter(role="supervisor", left_at=None).count() == 1


def test_a_board_that_falls_silent_is_out_of_the_room_after_its_lease(world):
    chen, tapped = world.connected()
    enter(world, tapped, "open")
    world.passes(9, sweep=False)
    world.lives(seats=[chen], guests=[world.place(tapped)])
    world.passes(0)
    assert roles(tapped) == {"caller": "guest", "chen": "host"}
    assert room(tapped)["parties"] == []
    with pytest.raises(NotInRoom):
        go(world, tapped)
    with pytest.raises(NotInRoom):
        order(world, listening.set_stance, call=tapped.call, stance=Stance.OPEN)


def test_a_sign_of_life_of_the_board_keeps_the_place(world):
    from dispatch import leases

    chen, tapped = world.connected()
    enter(world, tapped, "monitor")
    world.passes(7, sweep=False)
    world.lives(seats=[chen], guests=[world.place(tapped)])
    leases.renew(seats=[], guests=[], supervisors=[place(tapped).uuid], boot_id=uuid4())
    world.passes(7)
    assert roles(tapped)["zhao"] == "supervisor"


def test_only_a_call_that_is_connected_has_a_room_to_enter(world):
    tapped = world.tap()
    with pytest.raises(NotConnected) as refusal:
        enter(world, tapped)
    assert refusal.value.facts["call_state"] == "waiting"


def test_the_end_of_the_call_ends_the_listening_in_the_ledger_too(world):
    chen, tapped = world.connected()
    enter(world, tapped, "monitor")
    world.end(chen, tapped.call)
    assert [state for state, _, _ in listened()] == ["began", "ended"]


def test_from_the_board_a_party_is_put_out(world):
    chen, tapped = world.connected()
    wu = let_in(world, chen, tapped, "wu")
    order(
        world,
        listening.remove_participant,
        call=tapped.call,
        participant=place(tapped, wu).uuid,
    )
    assert world.seat("wu").activity == "idle"


def test_the_host_puts_a_supervisor_out_but_not_one_it_cannot_see(world):
    chen, tapped = world.connected()
    enter(world, tapped, "monitor")
    uuid = place(tapped).uuid
    with pytest.raises(NotYours):
        several.remove(world, chen, tapped, uuid)
    order(world, listening.set_stance, call=tapped.call, stance=Stance.OPEN)
    several.remove(world, chen, tapped, uuid)
    assert roles(tapped) == {"caller": "guest", "chen": "host"}


def test_commands_of_the_board_repeated_get_their_old_answers(world):
    _, tapped = world.connected()
    for verb in (
        lambda command: pause(world, "chen", command=command),
        lambda command: enter(world, tapped, "monitor", command=command),
        lambda command: enter(world, tapped, "open", command=command),
        lambda command: go(world, tapped, command=command),
        lambda command: several.post_notice(world, command=command),
        lambda command: move(world, tapped, agency=world.zhifu.uuid, command=command),
        lambda command: free(world, "chen", command=command),
    ):
        command = uuid4()
        assert verb(command) == verb(command)
    assert Notice.objects.count() == 1


def test_a_right_that_is_gone_does_nothing_any_more(world):
    _, tapped = world.connected()
    nobody = Supervisor(world.staff["zhao"], frozenset())
    for attempt in (
        lambda: pause(world, "chen", by=nobody),
        lambda: enter(world, tapped, by=nobody),
        lambda: order(
            world, supervision.force_end, nobody, call=tapped.call, reason="no"
        ),
    ):
        with pytest.raises(NotYours):
            attempt()


def test_one_who_listens_from_the_board_does_not_come_in_at_a_seat_as_well(world):
    give_role(world.staff["zhao"], RoleKind.OPERATOR, world.zhifu)
    world.seats["zhao"] = world.seats["wu"]
    chen, tapped = world.connected()
    zhao = world.sit("zhao")
    enter(world, tapped, "monitor")
    several.invite(world, chen, tapped, "wu", role="supervisor")
    with pytest.raises(SeatBusy):
        world.accept(zhao)
    go(world, tapped)
    world.accept(zhao)
    assert roles(tapped)["zhao"] == "supervisor"
    with pytest.raises(SeatBusy):
        enter(world, tapped, "monitor")


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
