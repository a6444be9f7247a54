"""Clients for tests, benches and faults: a console and a phone over the real doors.

    async with Console(served, "chen") as chen, Phone(served) as lin:
        await chen.take_seat()
        await chen.ready()
        await lin.tap()
        await chen.accept()
        await lin.command("post_message", text="He is at the door.")
        await chen.wait_for("message.posted")

They speak the wire of PROTOCOL.md and nothing else: no model, no action is imported.
"""

import base64
import ssl
from pathlib import Path
from typing import Any, Protocol, Self
from uuid import uuid4

from tests.wire import PATIENCE, Frame, Http, Line, Refused, Wanted, sign_in

__all__ = ["JPEG", "Console", "Phone", "Refused", "Server"]

JPEG = base64.b64encode(b"\xff\xd8\xff\xe0 a picture \xff\xd9").decode()


class Server(Protocol):
    """What a client must know of a server; ``tests.served.Served`` is one."""

    url: str
    ca: Path

    def password(self, user: str) -> str:
        """Return a demo user's password."""


def tls_context(server: Server) -> ssl.SSLContext | None:
    """Return a context that trusts the server's own authority; None on plain HTTP."""
    if not server.url.startswith("https"):
        return None
    return ssl.create_default_context(cafile=str(server.ca))


class Client:
    """What a console and a phone have in common."""

    door: str

    def __init__(self, server: Server, *, keep: bool = True) -> None:
        self.server = server
        self.context = tls_context(server)
        self.http = Http(server.url, self.context)
        self.keep = keep
        self.line = self.new_line()

    def new_line(self) -> Line:
        """Make a fresh, unopened line with this client's cookies."""
        ws = self.server.url.replace("http", "ws", 1)
        return Line(
            f"{ws}{self.door}",
            self.server.url,
            self.context,
            cookies=self.http.cookie_header,
            keep=self.keep,
        )

    async def command(self, kind: str, **fields: Any) -> Frame:
        """Do a command; see ``Line.command``."""
        return await self.line.command(kind, **fields)

    async def wait_for(
        self, wanted: Wanted, seconds: float = PATIENCE, **k: Any
    ) -> Frame:
        """Wait for a frame; see ``Line.wait_for``."""
        return await self.line.wait_for(wanted, seconds, **k)

    async def still(self, n: int = 1, jpeg: str = JPEG) -> None:
        """Send a picture."""
        await self.line.send("still", n=n, age_ms=5, jpeg=jpeg)

    async def close(self) -> None:
        """Hang everything up."""
        await self.line.close()
        await self.http.close()

    async def __aexit__(self, *exc: object) -> None:
        await self.close()
        if exc[0] is None:
            self.line.check()


class Console(Client):
    """An operator's window. ``session`` (a cookie value) spares the sign-in."""

    door = "/ws/seat"

    def __init__(
        self,
        server: Server,
        user: str,
        *,
        session: str | None = None,
        keep: bool = True,
    ) -> None:
        super().__init__(server, keep=keep)
        self.user, self.seat = user, ""
        self.password: str | None = None  # None: what the server's demo.txt says
        if session is not None:
            self.http.cookies["__Host-session"] = session
            self.line = self.new_line()

    async def __aenter__(self) -> Self:
        if "__Host-session" not in self.http.cookies:
            password = self.password or self.server.password(self.user)
            await sign_in(self.http, self.user, password)
            await self.http.close()
        self.line = self.new_line()
        await self.line.open()
        return self

    def seats(self) -> list[Frame]:
        """Return the seats of the agencies in sight, as the last snapshots had them."""
        return [
            seat
            for snapshot in self.line.snapshots.values()
            for seat in snapshot.get("seats", {}).values()
        ]

    async def take_seat(
        self, seat: str | None = None, *, number: int | None = None, take_over=False
    ) -> Frame:
        """Take the seat with this uuid or number, else any free one; the welcome."""
        if seat is None:
            seat = next(
                one["seat"]
                for one in self.seats()
                if one["is_active"]
                and (one["operator_id"] is None if number is None else True)
                and number in (None, one["number"])
            )
        welcome = self.line.expect(
            lambda f: f.get("type") == "welcome" and f["you"]["seat"] == seat
        )
        try:
            await self.command("take_seat", seat=seat, take_over=take_over)
        except Refused:
            welcome.cancel()
            raise
        self.seat = seat
        return await welcome

    async def ready(self) -> None:
        """Be ready for calls."""
        await self.command("set_availability", availability="ready", reason="")

    async def rest(self, reason: str = "tea") -> None:
        """Take a break: no offers come, calls may still be taken by hand."""
        await self.command("set_availability", availability="break", reason=reason)

    async def offer(self, seconds: float = PATIENCE, *, since: int = 0) -> Frame:
        """Return the next offer to this seat."""

        def fits(frame: Frame) -> bool:
            return (
                frame.get("type") == "seat.updated"
                and frame["data"]["seat"]["seat"] == self.seat
                and frame["data"]["seat"]["offer"] is not None
            )

        frame = await self.wait_for(fits, seconds, since=since)
        offer: Frame = frame["data"]["seat"]["offer"]
        return offer

    async def accept(self, seconds: float = PATIENCE, *, since: int = 0) -> Frame:
        """Wait for an offer, accept it, return what the room brought (``followed``)."""
        offer = await self.offer(seconds, since=since)
        followed = self.line.expect("followed", seconds)
        await self.command("accept_offer", offer=offer["offer"])
        return await followed


class Phone(Client):
    """A caller's window."""

    door = "/ws/caller"

    def __init__(self, server: Server, *, keep: bool = True) -> None:
        super().__init__(server, keep=keep)
        self.call: Frame = {}

    async def __aenter__(self) -> Self:
        return self

    async def tap(
        self,
        *,
        headers: dict[str, str] | None = None,
        open_line: bool = True,
        **fields: Any,
    ) -> Frame:
        """Raise the alarm and, unless told not to, open the socket."""
        body = {"id": str(uuid4()), "mode": "normal", **fields}
        answer = await self.http.post_json("/api/v1/calls", body, headers)
        if answer.status not in (200, 201):
            raise Refused(answer.json())
        self.call = answer.json()
        if open_line:
            await self.open_line()
        return self.call

    async def open_line(self, **hello: Any) -> Frame:
        """Open a socket for the call, by its capability."""
        self.line = self.new_line()
        mine = {key: self.call[key] for key in ("call", "capability", "epoch")}
        return await self.line.open(**{**mine, **hello})
