"""What an operator does at the console besides talking, through its socket."""

from uuid import uuid4

import pytest

from accounts.actions.roles import give_role
from accounts.states import RoleKind
from dispatch import commands
from dispatch.actions import seat_desk
from dispatch.actions.holding import Holder
from dispatch.actions.seat_desk import SeatPlace
from dispatch.models import Call
from tests.indoors.signals import call_of
from tests.indoors.test_board_commands import seat_is


async def test_the_record_gets_more_time(house):
    chen, lin = await house.connected()
    await chen.command("end_call", call=lin.call["call"])
    wraps = await chen.wait_for(seat_is(chen, activity="wrap_up"))
    longer = chen.expect(seat_is(chen, activity="wrap_up"))
    await chen.command("extend_wrap_up")
    until = [f["data"]["seat"]["wrap_up_until"] for f in (wraps, await longer)]
    assert until[0] < until[1]


async def test_a_colleague_relieves_who_allowed_it(house):
    chen, lin = await house.connected()
    await chen.command("open_relief", on=True)
    await chen.wait_for(seat_is(chen, relief_open=True))
    wu = await house.console("wu", seat=False)
    transferred = lin.expect("call.transferred")
    await wu.command("take_seat", seat=chen.seat, relieve=True)
    assert (await transferred)["data"]["how"] == "relief"


async def test_what_came_of_calling_back_is_noted_once(house):
    chen, lin = await house.connected()
    call = lin.call["call"]
    await chen.command("end_call", call=call)
    row = Call.objects.filter(uuid=call)
    await house.db(lambda: row.update(end_reason="caller_lost", needs_callback=True))
    noted = chen.expect(lambda f: _outcome(f, call) == "reached")
    about = {"call": call, "outcome": "reached", "note": "safe at home"}
    await chen.command("note_call_back", **about)
    assert not (await noted)["data"]["call"]["needs_callback"]
    again = await chen.refused("note_call_back", **about)
    assert (again.code, again.facts["operator"]) == ("called_back", "Chen")


def _outcome(frame, call):
    shown = frame["data"]["call"] if frame.get("type") == "line.updated" else {}
    return shown["callback_outcome"] if shown.get("call") == call else None


async def test_who_leaves_the_seat_may_do_nothing_there_any_more(house):
    wu = await house.console("wu")
    welcome = wu.expect("welcome")
    await wu.command("leave_seat")
    assert (await welcome)["epoch"] is None
    refused = await wu.refused("set_availability", availability="ready")
    assert refused.code == "no_seat"
    other = await house.console("wu")
    assert other.epoch is not None


async def test_an_invitation_is_taken_back_before_it_is_answered(house):
    wu = await house.console("wu", ready=False)
    chen, lin = await house.connected()
    await wu.command("set_availability", availability="ready")
    await chen.command("invite_seat", call=lin.call["call"], seat=wu.seat)
    offer = await wu.offer()
    free = wu.expect(seat_is(wu, activity="idle", offer=None))
    await chen.command("withdraw_invitation", offer=offer["offer"])
    await free
    refused = await wu.refused("accept_offer", offer=offer["offer"])
    assert (refused.code, refused.facts["state"]) == ("offer_gone", "withdrawn")


async def test_who_supervises_everywhere_takes_a_call_over_anywhere(house):
    """No sign of the host's life is waited for, and no agency is another's."""
    world = house.world
    await house.db(give_role, world.staff["wu"], RoleKind.SUPERVISOR, None)
    supervised = await house.db(seat_desk.supervised, world.staff["wu"])
    assert supervised == {agency.pk for agency in world.agencies}
    wu = await house.console("wu", ready=False)
    chen, lin = await house.connected()
    transferred = lin.expect("call.transferred")
    call = str(call_of(lin))
    await wu.command("take_over_call", call=call, reason="he speaks Korean")
    assert (await transferred)["data"]["how"] == "take_over"
    await chen.wait_for(seat_is(chen, activity="wrap_up"))


async def test_a_seat_does_nothing_that_is_a_phones(house):
    """No frame of a console says so; a verb put there by mistake moves nothing."""
    chen, _ = await house.connected()
    user, seat = house.world.staff["chen"], await house.db(house.world.seat, "chen")
    place = SeatPlace(user, frozenset({seat.agency_id}))
    place.holder = Holder(seat.pk, seat.epoch, user.uuid)
    with pytest.raises(TypeError, match="HangUp is not a seat's command"):
        await seat_desk.perform(place, commands.HangUp(id=uuid4()))
    assert "call.ended" not in chen.kinds()
