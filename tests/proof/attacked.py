"""A server that is attacked in one hall, while in another an honest call goes on."""

import contextlib
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

from tests.clients import Console, Phone
from tests.halls import Hall, write_region
from tests.served import Served, serve
from tests.wire import Line, Refused, sign_in

HONEST = Hall(1, staff=1)
ATTACKED = Hall(2, staff=3, seats=3, has_supervisor=True)
KIB = 1024
_sessions: dict[tuple[str, str], str] = {}


@contextlib.contextmanager
def server(folder: Path) -> Iterator[Served]:
    """Serve both halls, and nothing else."""
    region = write_region(folder, [HONEST, ATTACKED], default=True)
    with serve(extra_env={"ALARM110_REGION": str(region)}) as served:
        yield served


def where(hall: Hall) -> dict[str, int]:
    """Return a position in a hall's square."""
    lat, lon = hall.place
    return {"lat_e7": round(lat * 1e7), "lon_e7": round(lon * 1e7), "accuracy_mm": 9}


async def tap(phone: Phone, hall: Hall, **more: Any) -> None:
    """Raise an alarm in a hall, as often as a busy server asks to try again."""
    tap_id = str(uuid4())
    for _ in range(20):
        try:
            await phone.tap(id=tap_id, position=where(hall), **more)
        except Refused as refused:
            if refused.code != "try_again":
                raise
        else:
            return


async def signed_in(served: Served, user: str) -> str:
    """Return the cookies of somebody's session; one sign-in a server."""
    key = served.url, user
    if key not in _sessions:
        console = Console(served, user)
        await sign_in(console.http, user, served.password(user))
        await console.http.close()
        _sessions[key] = console.http.cookies["__Host-session"]
    return f"__Host-session={_sessions[key]}"


async def board(served: Served, **line: Any) -> Line:
    """Return the attacked hall's board, not open yet."""
    cookies = await signed_in(served, ATTACKED.supervisor)
    return Line(
        f"{served.ws}/ws/board",
        served.url,
        served.ssl_context(),
        cookies=cookies,
        **line,
    )


@contextlib.asynccontextmanager
async def honest_call(served: Served) -> AsyncIterator[SimpleNamespace]:
    """Let a call be connected in the honest hall while the block lasts."""
    [user] = HONEST.operators
    session = (await signed_in(served, user)).partition("=")[2]
    async with (
        Console(served, user, session=session) as console,
        Phone(served) as phone,
    ):
        await console.take_seat()
        await tap(phone, HONEST)
        followed = console.line.expect("followed")
        await console.command("take_call", call=phone.call["call"])
        await followed
        try:
            yield SimpleNamespace(console=console, phone=phone)
        finally:
            await console.command("end_call", call=phone.call["call"])
            await console.command("leave_seat")


def resident(served: Served) -> int:
    """Return the bytes of memory that the web process has in use."""
    status = Path(f"/proc/{served.serve_pid()}/status").read_text(encoding="ascii")
    found = re.search(r"^VmRSS:\s+(\d+) kB", status, re.MULTILINE)
    assert found is not None
    return int(found[1]) * KIB
