"""A console is loaded anew while its seat is asked something (R27)."""

import pytest

from tests.house import Console, House
from tests.wire import Frame


async def reloaded(house: House, console: Console) -> tuple[Console, Frame]:
    """Close a console's window and open the next; return it and its welcome."""
    epoch = console.epoch
    await console.close()
    again = house.window(Console(house, console.name, console.session))
    return again, await again.open(seat=console.seat, epoch=epoch)


def seat_in(welcome: Frame, seat: str) -> Frame:
    """Return a seat as a welcome shows it."""
    [row] = [
        snapshot["seats"][seat]
        for snapshot in welcome["snapshots"].values()
        if seat in snapshot.get("seats", {})
    ]
    return row


@pytest.mark.parametrize(
    ("kind", "role"), [("invite_seat", "second"), ("transfer_call", "host")]
)
async def test_a_reload_while_it_rings_still_shows_what_is_asked(house, kind, role):
    chen, lin = await house.connected()
    wu = await house.console("wu")
    await chen.command(kind, call=lin.call["call"], seat=wu.seat)
    asked = await wu.offer()

    again, welcome = await reloaded(house, wu)

    shown = seat_in(welcome, wu.seat)["offer"]
    assert shown["offer"] == asked["offer"]
    followed = again.expect("followed")
    await again.command("accept_offer", offer=shown["offer"])
    assert (await followed)["snapshot"]["call"]["state"] == "connected"
    await lin.wait_for(lambda frame: frame.get("type") == _told(role))


async def test_a_reload_of_the_host_shows_whom_it_asked(house):
    chen, lin = await house.connected()
    wu = await house.console("wu")
    await chen.command("invite_seat", call=lin.call["call"], seat=wu.seat)
    await wu.offer()

    _, welcome = await reloaded(house, chen)

    [invitation] = welcome["snapshots"][lin.stream]["invitations"].values()
    assert (invitation["state"], invitation["seat"]) == ("open", wu.seat)


async def test_a_reload_of_the_second_seat_is_back_in_the_room(house):
    chen, lin = await house.connected()
    wu = await house.console("wu")
    await chen.command("invite_seat", call=lin.call["call"], seat=wu.seat)
    await wu.accept()

    again, welcome = await reloaded(house, wu)

    assert welcome["snapshots"][lin.stream]["call"]["state"] == "connected"
    assert seat_in(welcome, wu.seat)["room_role"] == "second"
    await again.command("leave_room", call=lin.call["call"])


def _told(role: str) -> str:
    return "call.transferred" if role == "host" else "room.changed"
