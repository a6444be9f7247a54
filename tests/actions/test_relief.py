"""Shift change, in mid call too: the seat stays, who sits there is another."""

from uuid import uuid4

import msgspec
import pytest

from dispatch.errors import EpochStale, NotYours, ReliefNotOpen, SeatBusy, SeatHeld
from dispatch.models import Participant, Shift
from dispatch.snapshots.console import resume
from reports.models import Entry
from tests import several
from tests.several import let_in, open_relief, place, relieve, roles


def test_a_colleague_sits_down_in_mid_call_and_the_caller_keeps_the_room(world):
    chen, tapped = world.connected()
    world.say(tapped.incident, chen)
    open_relief(world, chen)
    wu = relieve(world, "wu", "chen")

    assert roles(tapped) == {"caller": "guest", "wu": "host"}
    call = world.call(tapped)
    assert (call.state, call.seat_id) == ("connected", chen.seat_id)
    assert wu.epoch == chen.epoch + 1
    ended = Shift.objects.get(seat_id=chen.seat_id, epoch=chen.epoch)
    assert ended.end_reason == "relieved"
    entry = Entry.objects.get(stream__uuid=tapped.incident, kind="call.transferred")
    body = msgspec.json.decode(entry.body.text)
    assert (body["how"], body["from_operator"]) == ("relief", "Chen")
    assert body["call"]["operator"] == "Wu"
    world.say(tapped.incident, wu)
    with pytest.raises(EpochStale):
        world.say(tapped.incident, chen)
    zhifu, seat = frozenset({world.zhifu.pk}), world.seats["chen"].uuid
    with pytest.raises(EpochStale) as told:
        resume(world.staff["chen"], zhifu, seat, chen.epoch)
    assert (told.value.facts["why"], told.value.facts["by"]) == ("relieved", "Wu")
    world.end(wu, tapped.call)


def test_each_operators_time_as_host_stands_under_their_own_epoch(world):
    chen, tapped = world.connected()
    open_relief(world, chen)
    wu = relieve(world, "wu", "chen")
    hosts = Participant.objects.filter(call__uuid=tapped.call, role="host")
    assert [
        (str(p.operator), p.epoch, p.left_at is None) for p in hosts.order_by("pk")
    ] == [("Chen", chen.epoch, False), ("Wu", wu.epoch, True)]


def test_without_the_colleagues_leave_nobody_sits_down(world):
    chen, tapped = world.connected()
    with pytest.raises(ReliefNotOpen) as refusal:
        relieve(world, "wu", "chen")
    assert refusal.value.facts["operator"] == "Chen"
    open_relief(world, chen)
    open_relief(world, chen, on=False)
    with pytest.raises(ReliefNotOpen):
        relieve(world, "wu", "chen")
    with pytest.raises(SeatHeld):
        world.sit("wu", "chen")
    assert roles(tapped)["chen"] == "host"


def test_somebody_without_the_right_relieves_nobody(world):
    chen, tapped = world.connected()
    open_relief(world, chen)
    with pytest.raises(NotYours):
        relieve(world, "ma", "chen")
    assert roles(tapped)["chen"] == "host"


def test_relief_allows_one_and_is_closed_then(world):
    chen, _ = world.connected()
    open_relief(world, chen)
    relieve(world, "wu", "chen")
    assert not world.seat("chen").relief_open
    with pytest.raises(ReliefNotOpen) as refusal:
        relieve(world, "chen", "chen")
    assert refusal.value.facts["operator"] == "Wu"


def test_who_relieves_leaves_their_own_idle_seat_but_not_their_own_call(world):
    chen, _ = world.connected()
    open_relief(world, chen)
    wu = world.sit("wu")
    mei = world.tap("mei")
    world.take(wu, mei.call)
    with pytest.raises(SeatBusy):
        relieve(world, "wu", "chen")
    world.end(wu, mei.call)
    relieve(world, "wu", "chen")
    assert world.seat("wu").availability == "off"


def test_while_a_call_is_being_offered_the_seat_does_not_change_hands(world):
    chen, _ = world.offered()
    open_relief(world, chen)
    with pytest.raises(SeatBusy):
        relieve(world, "wu", "chen")
    world.accept(chen)
    relieve(world, "wu", "chen")


def test_an_interpreters_seat_changes_hands_in_the_room(world):
    chen, tapped = world.connected()
    wu = let_in(world, chen, tapped, "wu", role="interpreter")
    open_relief(world, wu)
    uuid = place(tapped, wu).uuid
    zhao = world.staff["zhao"]
    world.staff["relief"] = zhao
    from accounts.actions.roles import give_role
    from accounts.states import RoleKind

    give_role(zhao, RoleKind.OPERATOR, world.zhifu)
    world.seats["relief"] = world.seats["wu"]
    new = relieve(world, "relief", "wu")
    assert roles(tapped) == {
        "caller": "guest",
        "chen": "host",
        "zhao": "interpreter",
    }
    assert place(tapped, new).uuid != uuid


def test_relief_of_an_idle_seat_keeps_it_ready_and_of_one_on_a_break_closes_it(world):
    chen = world.sit("chen")
    open_relief(world, chen)
    wu = relieve(world, "wu", "chen")
    assert world.seat("chen").availability == "ready"
    world.choose(wu, "break", "tea")
    open_relief(world, wu)
    relieve(world, "chen", "chen")
    assert world.seat("chen").availability == "off"


def test_a_relief_repeated_gets_its_old_answer(world):
    chen, tapped = world.connected()
    open_relief(world, chen)
    command = uuid4()
    first = relieve(world, "wu", "chen", command=command)
    assert relieve(world, "wu", "chen", command=command) == first
    assert Shift.objects.filter(ended_at=None).count() == 1
    assert roles(tapped)["wu"] == "host"


def test_a_transfer_that_rings_is_taken_back_by_the_shift_change(world):
    chen, tapped = world.connected()
    world.sit("ma")
    several.transfer(world, chen, tapped, "ma")
    open_relief(world, chen)
    relieve(world, "wu", "chen")
    assert world.offer_to("ma") is None
    assert world.seat("ma").activity == "idle"
