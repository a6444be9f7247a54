"""A supervisor in a room: how they take part, who sees it, and when it ends."""

import json
from uuid import uuid4

import pytest

from accounts.actions.roles import give_role
from accounts.states import RoleKind
from dispatch.actions import listening, supervision
from dispatch.actions.supervision import Supervisor
from dispatch.errors import (
    NotConnected,
    NotInRoom,
    NotYours,
    SeatBusy,
)
from dispatch.events import rendering
from dispatch.models import Notice, Participant
from dispatch.states import Stance
from reports import journal
from reports.models import Entry
from tests import several
from tests.actions.listening import listened
from tests.several import (
    enter,
    free,
    go,
    let_in,
    move,
    order,
    pause,
    place,
    roles,
    room,
)


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
