"""A call is taken over from a console that died: with a reason, by one of several."""

from uuid import uuid4

import pytest

from accounts.actions.roles import give_role
from accounts.states import RoleKind
from dispatch import broadcast as rooms
from dispatch import commands
from dispatch.actions import seat_desk
from dispatch.actions.seat_desk import SeatPlace
from dispatch.errors import (
    CallEnded,
    CallTaken,
    HostAlive,
    NotConnected,
    NotYours,
    SeatBusy,
)
from dispatch.models import Call
from reports.clock import monotonic
from reports.errors import Busy
from tests.actions.test_transfers import silent_for, told
from tests.several import let_in, roles, take_over


def test_a_call_of_a_silent_console_is_taken_over_with_a_reason(world):
    chen, tapped = world.connected()
    wu = world.sit("wu")
    silent_for(world, 5, alive=[wu], phones=[tapped])
    take_over(world, wu, tapped, reason="frozen screen")

    assert roles(tapped) == {"caller": "guest", "wu": "host"}
    [entry] = told(tapped)
    assert (entry["how"], entry["reason"]) == ("take_over", "frozen screen")
    assert entry["from_label_en"] == "Zhifu 7"
    assert world.seat("chen").activity == "wrap_up"  # its console is told, not dropped
    with pytest.raises(CallTaken):
        world.end(chen, tapped.call)


def test_a_restart_makes_nobodys_console_a_silent_one(world):
    _, tapped = world.connected()
    wu = world.sit("wu")
    silent_for(world, 5, phones=[tapped])
    world.restart()
    with pytest.raises(HostAlive):
        take_over(world, wu, tapped)


def test_who_supervises_the_agency_takes_a_healthy_seats_call(world):
    _, tapped = world.connected()
    wu = world.sit("wu")
    give_role(world.staff["wu"], RoleKind.SUPERVISOR, world.zhifu)
    take_over(world, wu, tapped, reason="my matter")
    assert roles(tapped)["wu"] == "host"


def test_a_second_seat_takes_over_from_inside_the_room(world):
    chen, tapped = world.connected()
    ma = let_in(world, chen, tapped, "ma")  # of another agency, but in the room
    silent_for(world, 5, alive=[ma], phones=[tapped])
    take_over(world, ma, tapped)
    assert roles(tapped) == {"caller": "guest", "ma": "host"}


def test_two_who_take_over_at_once_one_wins_and_the_other_is_told_who(world):
    chen, tapped = world.connected()
    wu = world.sit("wu")
    ma = let_in(world, chen, tapped, "ma")
    silent_for(world, 5, alive=[wu, ma], phones=[tapped])
    take_over(world, wu, tapped)
    with pytest.raises(HostAlive) as refusal:
        take_over(world, ma, tapped)
    assert refusal.value.facts["operator"] == "Wu"


def test_only_a_connected_call_is_taken_over_and_only_by_a_free_seat_that_sees_it(
    world,
):
    tapped = world.tap()
    wu = world.sit("wu")
    with pytest.raises(NotConnected) as refusal:
        take_over(world, wu, tapped)
    assert refusal.value.facts["call_state"] == "waiting"
    world.hang_up(world.place(tapped))
    with pytest.raises(CallEnded):
        take_over(world, wu, tapped)
    mei = world.tap("mei")
    world.take(wu, mei.call)
    bao = world.tap("bao")
    chen = world.sit("chen")
    world.take(chen, bao.call)
    ma = world.sit("ma")
    silent_for(world, 5, alive=[wu, ma], phones=[mei, bao])
    with pytest.raises(SeatBusy):
        take_over(world, wu, bao)
    with pytest.raises(NotYours):
        take_over(world, ma, bao)
    assert Call.objects.filter(state="connected").count() == 2


def test_nobody_is_taken_for_silent_while_no_sign_of_life_could_be_written(
    world, monkeypatch
):
    """The database stood still: every console looks dead by its lease, and none is."""
    _, tapped = world.connected()
    wu = world.sit("wu")
    silent_for(world, 5, alive=[wu], phones=[tapped])
    place = SeatPlace(world.staff["wu"], frozenset({world.zhifu.pk}), wu)
    command = commands.TakeOverCall(id=uuid4(), call=tapped.call, reason="dead")
    monkeypatch.setattr(rooms, "flushed_at", monotonic() - rooms.FRESH_SECONDS - 1)
    with pytest.raises(Busy):
        seat_desk._act(place, wu, command)
    assert roles(tapped) == {"caller": "guest", "chen": "host"}
    monkeypatch.setattr(rooms, "flushed_at", monotonic())
    seat_desk._act(place, wu, command)

    assert roles(tapped) == {"caller": "guest", "wu": "host"}
