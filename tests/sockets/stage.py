"""People on the shared server, who leave it as they found it.

    async with on_duty(served, "li") as li, alarm(served) as lin:
        await joined(li, lin)

Nobody is ready unless a test says so: calls are taken by hand, so no test's call rings
at another's seat.
"""

import asyncio
import contextlib
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any
from uuid import UUID, uuid4

from tests.clients import Console, Phone, Refused
from tests.served import Served
from tests.wire import PATIENCE, Frame

_sessions: dict[tuple[str, str], str] = {}


@contextlib.asynccontextmanager
async def window(served: Served, user: str) -> AsyncIterator[Console]:
    """Open one more window of an operator; the sign-in is done once a run."""
    console = Console(served, user, session=_sessions.get((served.url, user)))
    async with console:
        _sessions[served.url, user] = console.http.cookies["__Host-session"]
        yield console


@contextlib.asynccontextmanager
async def on_duty(served: Served, user: str) -> AsyncIterator[Console]:
    """Sit an operator at a free seat; in the end it is empty, whatever happened."""
    async with window(served, user) as console:
        await console.take_seat()
        try:
            yield console
        finally:
            await console.close()
            await vacate(served, user)


async def vacate(served: Served, user: str) -> None:
    """End what an operator still has on the server: offer, call, seat."""
    async with window(served, user) as console:
        me = console.line.you["operator"]["id"]
        for seat in console.seats():
            if seat["operator_id"] != me:
                continue
            await console.take_seat(seat["seat"], take_over=True)
            await console.command("set_availability", availability="off", reason="")
            if seat["call"] is not None and seat["activity"] == "on_call":
                await quietly(console, "end_call", call=seat["call"])
            if seat["offer"] is not None:
                await quietly(console, "decline_offer", offer=seat["offer"]["offer"])
            await console.command("leave_seat")


async def quietly(client: Console | Phone, kind: str, **fields: Any) -> None:
    """Do a command that may have become needless."""
    with contextlib.suppress(Refused):
        await client.command(kind, **fields)


@contextlib.asynccontextmanager
async def alarm(served: Served, **fields: Any) -> AsyncIterator[Phone]:
    """Raise an alarm; in the end the caller has hung up."""
    async with Phone(served) as phone:
        await phone.tap(**fields)
        try:
            yield phone
        finally:
            await hang_up(phone)


async def hang_up(phone: Phone, call: Frame | None = None) -> None:
    """End a call through the second door, which needs no place or socket."""
    call = call or phone.call
    taken = await post(phone, "take_over", call=call)
    if taken["type"] == "ack":
        await post(phone, "hang_up", call=call, epoch=taken["epoch"])


async def post(
    phone: Phone,
    kind: str,
    *,
    call: Frame | None = None,
    epoch: int | None = None,
    **fields: Any,
) -> Frame:
    """Do a command through the second door; return the frame it answers with."""
    call = call or phone.call
    headers = {"Alarm110-Capability": call["capability"]}
    if epoch is not None:
        headers["Alarm110-Epoch"] = str(epoch)
    path = f"/api/v1/calls/{call['call']}/commands"
    frame = {"type": kind, "id": str(uuid4()), **fields}
    answer = await phone.http.post_json(path, frame, headers)
    decoded: Frame = answer.json()
    return decoded


async def joined(console: Console, phone: Phone) -> Frame:
    """Take the phone's call by hand; return what the room brought."""
    followed = console.line.expect("followed")
    await console.command("take_call", call=phone.call["call"])
    return await followed


async def still_works(console: Console, phone: Phone) -> None:
    """A message passes each way, and no number is missing on either side."""
    for sender, hearer in ((phone, console), (console, phone)):
        text = f"still here {uuid4()}"
        heard = hearer.line.expect(says(text))
        await sender.command("post_message", text=text)
        await heard
        hearer.line.check()


def says(text: str) -> Callable[[Frame], bool]:
    """Return what recognises the message with this text."""
    return lambda frame: (
        frame.get("type") == "message.posted" and frame["data"]["text"] == text
    )


async def closed(console: Console | Phone, seconds: float = PATIENCE) -> int | None:
    """Wait until the server has closed a client's socket; return its close code."""
    async with asyncio.timeout(seconds):
        assert console.line.socket is not None
        await console.line.socket.wait_closed()
    await asyncio.sleep(0)
    return console.line.socket.close_code


@contextlib.contextmanager
def database(served: Served) -> Iterator[sqlite3.Connection]:
    """Open the server's database beside it."""
    path = served.home / "alarm110.sqlite3"
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA busy_timeout = 5000")
        yield connection


def calls_with(served: Served, *taps: str) -> int:
    """Return how many calls these taps made."""
    keys = [UUID(tap).hex for tap in taps]
    marks = ",".join("?" * len(keys))
    sql = f"SELECT count(*) FROM dispatch_call WHERE client_id IN ({marks})"  # noqa: S608
    with database(served) as connection:
        return int(connection.execute(sql, keys).fetchone()[0])
