"""Those in a room besides host and caller: what they may, and how they go."""

from uuid import uuid4

import pytest

from dispatch.actions import listening
from dispatch.errors import (
    CallTaken,
    EpochStale,
    NoSeat,
    NotInRoom,
    NotYours,
    SeatBusy,
    SeatNotFree,
)
from dispatch.models import Participant
from dispatch.snapshots import incident_snapshot
from tests import room_acts, several
from tests.several import leave, let_in, mute, place, remove, roles


def shown(tapped):
    return incident_snapshot(tapped.incident, for_caller=False)[1]["room"]


def test_a_second_seat_leaves_and_idles_without_wrap_up(world):
    chen, tapped = world.connected()
    wu = let_in(world, chen, tapped, "wu")
    leave(world, wu, tapped)

    seat = world.seat("wu")
    assert (seat.activity, seat.availability) == ("idle", "ready")
    assert roles(tapped) == {"caller": "guest", "chen": "host"}
    with pytest.raises(NotInRoom):
        leave(world, wu, tapped)
    with pytest.raises(NotYours):
        leave(world, chen, tapped)  # a host ends, transfers or hands over


def test_the_host_puts_somebody_out(world):
    chen, tapped = world.connected()
    wu = let_in(world, chen, tapped, "wu")
    uuid = place(tapped, wu).uuid
    remove(world, chen, tapped, uuid)

    assert world.seat("wu").activity == "idle"
    assert Participant.objects.get(uuid=uuid).left_at
    with pytest.raises(NotInRoom) as refusal:
        remove(world, chen, tapped, uuid)
    assert refusal.value.facts["operator"] == "Wu"
    with pytest.raises(NoSeat):
        world.say(tapped.incident, wu)  # not a word from outside


def test_the_caller_cannot_be_put_out_and_neither_can_the_host(world):
    chen, tapped = world.connected()
    wu = let_in(world, chen, tapped, "wu")
    for participant in Participant.objects.filter(role__in=["host", "guest"]):
        for attempt in (remove, mute):
            with pytest.raises(NotYours):
                attempt(world, chen, tapped, participant.uuid)
        with pytest.raises(NotYours):
            several.order(
                world,
                listening.remove_participant,
                call=tapped.call,
                participant=participant.uuid,
            )
    assert set(roles(tapped)) == {"caller", "chen", "wu"}
    assert wu.seat_id


def test_only_the_host_puts_out_and_mutes(world):
    chen, tapped = world.connected()
    wu = let_in(world, chen, tapped, "wu")
    ma = let_in(world, chen, tapped, "ma")
    for attempt in (remove, mute):
        with pytest.raises(CallTaken):
            attempt(world, wu, tapped, place(tapped, ma).uuid)
    assert roles(tapped)["ma"] == "second"


def test_who_is_muted_is_shown_so_and_keeps_it_when_others_come_and_go(world):
    chen, tapped = world.connected()
    wu = let_in(world, chen, tapped, "wu")
    uuid = place(tapped, wu).uuid
    mute(world, chen, tapped, uuid)
    ma = let_in(world, chen, tapped, "ma")
    muted = {p["participant"]: p["is_muted"] for p in shown(tapped)["parties"]}
    assert muted == {str(uuid): True, str(place(tapped, ma).uuid): False}
    mute(world, chen, tapped, uuid, is_muted=False)
    assert not any(p["is_muted"] for p in shown(tapped)["parties"])


def test_a_second_seat_writes_but_neither_ends_mutes_nor_warns(world):
    chen, tapped = world.connected()
    wu = let_in(world, chen, tapped, "wu")
    world.say(tapped.incident, wu)
    for act in (room_acts.warn, room_acts.mute):
        with pytest.raises(NoSeat):
            act(world, wu, tapped.incident, tapped.call)
    with pytest.raises(CallTaken):
        world.end(wu, tapped.call)
    with pytest.raises(NotYours):
        world.save(wu, tapped.incident, notes="mine")
    assert world.call(tapped).state == "connected"


def test_who_is_in_a_room_gets_no_call_and_does_not_leave_the_seat(world):
    chen, tapped = world.connected()
    wu = let_in(world, chen, tapped, "wu")
    mei = world.tap("mei")
    with pytest.raises(SeatBusy):
        world.take(wu, mei.call)
    with pytest.raises(SeatBusy):
        world.act_on("leave_seat", wu)
    with pytest.raises(SeatNotFree):
        several.invite(world, chen, tapped, "wu")


def test_a_party_that_moves_to_another_computer_keeps_its_place(world):
    chen, tapped = world.connected()
    old = let_in(world, chen, tapped, "wu")
    uuid = place(tapped, old).uuid
    new = world.sit("wu", take_over=True)
    assert place(tapped, new).uuid == uuid
    assert place(tapped, new).epoch == new.epoch
    with pytest.raises(EpochStale):
        leave(world, old, tapped)
    leave(world, new, tapped)


def test_acts_repeated_get_their_old_answers(world):
    chen, tapped = world.connected()
    wu = let_in(world, chen, tapped, "wu")
    uuid, one, two = place(tapped, wu).uuid, uuid4(), uuid4()
    first = mute(world, chen, tapped, uuid, command=one)
    assert mute(world, chen, tapped, uuid, command=one) == first
    out = remove(world, chen, tapped, uuid, command=two)
    assert remove(world, chen, tapped, uuid, command=two) == out


def test_who_is_asked_in_again_has_a_new_place(world):
    chen, tapped = world.connected()
    wu = let_in(world, chen, tapped, "wu")
    first = place(tapped, wu).uuid
    remove(world, chen, tapped, first)
    several.invite(world, chen, tapped, "wu")
    world.accept(wu)
    assert place(tapped, wu).uuid != first
