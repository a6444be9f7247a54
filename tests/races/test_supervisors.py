"""A supervisor acts from the board while others act: one room, and fresh leases."""

import asyncio
from datetime import timedelta

import pytest
from django.db import transaction

from accounts.models import User
from accounts.states import RoleKind
from dispatch.actions import seats
from dispatch.actions.holding import Holder
from dispatch.actions.switchboard import Switchboard
from dispatch.errors import SeatBusy
from dispatch.models import Participant
from dispatch.states import OfferState
from reports.clock import now
from reports.journal import SYSTEM
from tests import several
from tests.indoors.test_board import opened
from tests.races.together import at_once, refused
from tests.rights import take_role
from tests.world import World


def zhao_sits_down(world: World) -> Holder:
    """Let the supervisor work at Wu's seat."""
    zhao: User = world.staff["zhao"]
    holder, _ = seats.take_seat(
        operator=zhao,
        seat=world.seats["wu"].uuid,
        agencies=frozenset({world.zhifu.pk}),
        take_over=False,
        client_id=zhao.uuid,
    )
    world.choose(holder, "ready")
    return holder


def test_who_is_in_a_room_from_the_board_is_not_in_another_from_a_seat(world):
    chen, lin = world.connected()
    zhao = zhao_sits_down(world)
    several.enter(world, lin, "monitor")
    several.invite(world, chen, lin, "wu", role="supervisor")

    with pytest.raises(SeatBusy):
        world.accept(zhao)

    several.go(world, lin)
    world.accept(zhao)
    assert several.roles(lin)["zhao"] == "supervisor"


def test_a_supervisor_comes_into_one_room_from_board_and_seat_at_once(world):
    chen, lin = world.connected()
    zhao = zhao_sits_down(world)
    several.invite(world, chen, lin, "wu", role="supervisor")

    asked = world.offer_to("wu").uuid
    given = at_once(
        lambda: world.accept(zhao, asked), lambda: several.enter(world, lin, "open")
    )

    [refusal] = refused(given)
    assert isinstance(refusal, SeatBusy)
    rows = Participant.objects.filter(role="supervisor", left_at=None)
    assert rows.count() == 1


def test_a_lease_renewed_during_an_act_is_not_set_back_by_it(world):
    wu, lin = world.offered("wu")
    world.passes(7, sweep=False)
    renewed = now() + timedelta(seconds=8)
    with transaction.atomic():
        board = Switchboard.lock(seats=[wu.seat_id], calls=[world.call(lin).pk])
        # As a flush does, which waits for no lock of a seat or a call.
        Participant.objects.filter(role="guest").update(lease_until=renewed)
        [seat], [call] = board.seats.values(), board.calls.values()
        board.settle_offer(board.offers[0], OfferState.ACCEPTED)
        board.connect(call, seat, SYSTEM, None)
        board.commit()

    assert Participant.objects.get(role="guest").lease_until == renewed


async def test_who_may_no_more_is_out_of_the_room_with_the_socket(house):
    board = await opened(house)
    _, lin = await house.connected()
    await board.command(
        "enter_room", call=lin.call["call"], stance="monitor", reason="a complaint"
    )

    zhao = house.world.staff["zhao"]
    await house.db(take_role, zhao, RoleKind.SUPERVISOR, house.world.zhifu)
    await board.closed(seconds=10)

    for _ in range(60):  # 3 s; the lease alone would keep the place for eight
        if not await house.db(_is_inside):
            break
        await asyncio.sleep(0.05)
    assert not await house.db(_is_inside)


def _is_inside() -> bool:
    rows = Participant.objects.filter(role="supervisor", left_at=None)
    return rows.exists()
