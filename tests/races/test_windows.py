"""A console's window hears news while it still reads: the newest says where it is."""

import asyncio
from typing import Any
from uuid import UUID

from dispatch import broadcast as rooms
from dispatch.consumers import seat as seat_socket
from dispatch.consumers.following import read


async def test_a_window_that_reads_of_a_call_that_is_over_enters_no_room(
    house, monkeypatch
):
    chen = await house.console("chen")
    lin = await house.phone()
    offer = await chen.offer()
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slow(stream: UUID, *args: Any) -> Any:
        found = await read(stream, *args)
        if str(stream) == lin.stream:
            begun.set()
            await go_on.wait()
        return found

    monkeypatch.setattr(seat_socket, "read", slow)
    followed = chen.expect("followed")
    await chen.command("accept_offer", offer=offer["offer"])
    await begun.wait()
    mark = chen.mark()
    await lin.command("hang_up")
    await chen.wait_for(
        lambda f: (
            f.get("type") == "seat.updated"
            and f["data"]["seat"]["activity"] == "wrap_up"
        ),
        since=mark,
    )
    go_on.set()
    await followed
    await chen.command("post_message", text="He has hung up.")  # all is done by now

    room = rooms.rooms().get(UUID(lin.call["call"]))
    assert room is None or room.host is None
