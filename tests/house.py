"""The whole project in this process: real loops, real doors, no network.

    async with House() as house:
        lin = await house.phone()          # tapped, its socket open
        chen = await house.console("chen") # signed in, seat taken, ready

A phone and a console here speak the wire of PROTOCOL.md through ASGI, with the same
book-keeping as over a real network (``tests/wire.py``): a gap fails whoever waits next.
"""

import asyncio
import contextlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar
from uuid import uuid4

import msgspec
from asgiref.sync import sync_to_async
from channels.testing import HttpCommunicator, WebsocketCommunicator
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.core import signing
from django.db import connections

from accounts.models import User
from alarm110 import loops
from tests.wire import Answer, Frame, Line, Refused
from tests.world import World

T = TypeVar("T")
ORIGIN = "https://127.0.0.1:8443"
BACKEND = "django.contrib.auth.backends.ModelBackend"


def device_cookie(value: str) -> str:
    """Return the cookie that names a phone, signed as the server signs it."""
    signed = signing.Signer(salt="alarm110.device").sign(value)
    return f"__Host-device={signed}"


# --- Sockets -------------------------------------------------------------------------


class Requester(HttpCommunicator):  # type: ignore[misc]
    """A request whose answer may be a stream: its last message has no body."""

    async def receive_output(  # Channels' own name for it
        self,
        timeout: float = 1,  # noqa: ASYNC109
    ) -> dict[str, Any]:
        """Return the next message, its body filled in."""
        message: dict[str, Any] = await super().receive_output(timeout)
        if message["type"] == "http.response.body":
            message.setdefault("body", b"")
        return message


class AsgiSocket:
    """What ``wire.Line`` expects of a socket, over an ASGI application."""

    def __init__(self, communicator: WebsocketCommunicator) -> None:
        self.communicator = communicator
        self.close_code: int | None = None

    @classmethod
    async def connect(
        cls, application: Any, path: str, headers: list[tuple[bytes, bytes]]
    ) -> "AsgiSocket":
        """Open a socket; raise ``ConnectionRefusedError`` where it is not accepted."""
        communicator = WebsocketCommunicator(
            application, path, headers, subprotocols=["alarm110.v1"]
        )
        is_open, chosen = await communicator.connect(timeout=10)
        if not is_open:
            raise ConnectionRefusedError(chosen)
        assert chosen == "alarm110.v1"
        return cls(communicator)

    async def send(self, text: str | bytes) -> None:
        """Send a text frame, or a binary one."""
        key = "text" if isinstance(text, str) else "bytes"
        await self.communicator.send_input({"type": "websocket.receive", key: text})

    def __aiter__(self) -> "AsgiSocket":
        return self

    async def __anext__(self) -> str:
        if self.close_code is not None:
            raise StopAsyncIteration
        message = await self.communicator.output_queue.get()
        if message["type"] == "websocket.close":
            self.close_code = message.get("code", 1000)
            raise StopAsyncIteration
        text: str = message["text"]
        return text

    async def close(self, code: int = 1000) -> None:
        """Go, as a page does that is closed."""
        if self.close_code is None:
            self.close_code = code
            await self.communicator.output_queue.put({"type": "websocket.close"})
        await self.communicator.send_input(
            {"type": "websocket.disconnect", "code": code}
        )
        await self.communicator.wait(10)


class Window(Line):
    """A line whose socket is in this process."""

    def __init__(self, door: str, cookies: str = "", **headers: str) -> None:
        super().__init__(door, ORIGIN, None, cookies=cookies)
        self.more = headers

    async def connect(self) -> None:
        """Open the socket without a word."""
        from alarm110.routing import websocket_application

        headers = {"origin": self.origin, "cookie": self.cookies, **self.more}
        self.socket = await AsgiSocket.connect(  # type: ignore[assignment]
            websocket_application,
            self.url,
            [(k.encode(), v.encode("latin-1")) for k, v in headers.items() if v],
        )
        self._fault = self.close_code = None
        self._reader = asyncio.create_task(self._read(self.socket))

    async def open(self, **hello: Any) -> Frame:
        """Connect, say hello, return the welcome."""
        await self.connect()
        return await self.hello(**hello)

    async def raw(self, text: str | bytes) -> None:
        """Send whatever it is."""
        assert self.socket is not None
        await self.socket.send(text)

    async def closed(self, seconds: float = 5.0) -> int | None:
        """Wait until the server closed the socket; return its code."""
        assert self._reader is not None
        async with asyncio.timeout(seconds):
            await asyncio.shield(self._reader)
        return self.close_code

    async def refused(self, kind: str, **fields: Any) -> Refused:
        """Do a command that must be refused; return how."""
        answer = await self.ask(kind, **fields)
        assert answer["type"] == "error", answer
        return Refused(answer)

    def kinds(self) -> list[str]:
        """Return what was heard, by type, heartbeats left out."""
        return [
            frame.get("type", "skip")
            for _, frame in self.heard
            if frame.get("type") != "heartbeat"
        ]


class Console(Window):
    """An operator's window."""

    def __init__(self, house: "House", name: str, session: str) -> None:
        super().__init__("/ws/seat", f"__Host-session={session}")
        self.house, self.name, self.session = house, name, session
        self.seat = (
            str(house.world.seats[name].uuid) if name in house.world.seats else ""
        )

    async def take_seat(self, *, take_over: bool = False, ready: bool = True) -> None:
        """Take one's seat and be ready."""
        welcome = self.expect("welcome")
        await self.command("take_seat", seat=self.seat, take_over=take_over)
        await welcome
        if ready:
            await self.command("set_availability", availability="ready")

    async def offer(self) -> Frame:
        """Return the offer to this seat."""

        def is_offer(frame: Frame) -> bool:
            return (
                frame.get("type") == "seat.updated"
                and frame["data"]["seat"]["seat"] == self.seat
                and bool(frame["data"]["seat"]["offer"])
            )

        offer: Frame = (await self.wait_for(is_offer))["data"]["seat"]["offer"]
        return offer

    async def accept(self) -> Frame:
        """Accept the offer and return what is followed then."""
        offer = await self.offer()
        followed = self.expect("followed")
        await self.command("accept_offer", offer=offer["offer"])
        return await followed


class Phone(Window):
    """A caller's window."""

    def __init__(self, call: Frame, device: str) -> None:
        super().__init__("/ws/caller", device_cookie(device))
        self.call, self.device = call, device

    async def open_line(self, **hello: Any) -> Frame:
        """Open the socket by the call's capability."""
        mine = {key: self.call[key] for key in ("call", "capability", "epoch")}
        return await self.open(**{**mine, **hello})

    @property
    def stream(self) -> str:
        """Return the incident's stream."""
        stream: str = self.call["stream"]
        return stream


# --- The house -----------------------------------------------------------------------


class House:
    """Loops and doors, and a thread that asks the database."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="test")
        self._windows: list[Window] = []

    async def __aenter__(self) -> "House":
        await loops.start()
        return self

    async def __aexit__(self, *exc: object) -> None:
        for window in self._windows:
            with contextlib.suppress(Exception):
                await window.close()
        await loops.stop()
        await sync_to_async(connections.close_all)()
        self._thread.submit(connections.close_all)
        self._thread.shutdown()

    async def db(self, work: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        """Ask the database, off the event loop."""
        return await asyncio.get_running_loop().run_in_executor(
            self._thread, lambda: work(*args, **kwargs)
        )

    # --- Doors -----------------------------------------------------------------------

    async def request(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        headers: dict[str, str] | None = None,
        cookies: str = "",
    ) -> Answer:
        """Send one request through the whole application."""
        from alarm110.asgi import application

        fields = {
            "host": "127.0.0.1:8443",
            "origin": ORIGIN,
            "content-type": "application/json",
            "content-length": str(len(body)),
            "cookie": cookies,
            **{name.lower(): value for name, value in (headers or {}).items()},
        }
        communicator = Requester(
            application,
            method,
            path,
            body,
            [(k.encode(), v.encode("latin-1")) for k, v in fields.items() if v],
        )
        communicator.scope["scheme"] = "https"
        communicator.scope["client"] = ("192.0.2.7", 50000)
        response = await communicator.get_response(timeout=20)
        await communicator.wait(1)
        return Answer(
            response["status"],
            {k.decode().lower(): v.decode() for k, v in response["headers"]},
            response["body"],
        )

    async def post(self, path: str, body: Any, **more: Any) -> Answer:
        """Post JSON."""
        return await self.request("POST", path, msgspec.json.encode(body), **more)

    async def tap(self, device: str = "lin", **fields: Any) -> Frame:
        """Raise the alarm and return what the phone is told."""
        body = {"id": str(uuid4()), **fields}
        answer = await self.post("/api/v1/calls", body, cookies=device_cookie(device))
        assert answer.status in (200, 201), answer.body
        call: Frame = answer.json()
        return call

    # --- People ----------------------------------------------------------------------

    async def phone(self, device: str = "lin", **fields: Any) -> Phone:
        """Tap on a phone and open its socket."""
        phone = self.window(Phone(await self.tap(device, **fields), device))
        await phone.open_line()
        return phone

    async def console(
        self,
        name: str,
        *,
        seat: bool = True,
        ready: bool = True,
        take_over: bool = False,
    ) -> Console:
        """Sign somebody in, open their console and let them take their seat."""
        session = await self.db(sign_in, self.world.staff[name])
        console = self.window(Console(self, name, session))
        await console.open()
        if seat:
            await console.take_seat(take_over=take_over, ready=ready)
        return console

    async def connected(self, device: str = "lin", name: str = "chen", **fields: Any):
        """Connect a phone with a console; (console, phone)."""
        console = await self.console(name)
        phone = await self.phone(device, **fields)
        await console.accept()
        await phone.wait_for(
            lambda f: (
                f.get("type") == "call.connected"
                or _state(f, phone.stream) == "connected"
            )
        )
        return console, phone

    def window(self, window: Any) -> Any:
        """Close this window at the end."""
        self._windows.append(window)
        return window


def _state(frame: Frame, stream: str) -> str | None:
    """Return the state of the call in a welcome's snapshot."""
    if frame.get("type") != "welcome" or stream not in frame["snapshots"]:
        return None
    state: str = frame["snapshots"][stream]["call"]["state"]
    return state


def sign_in(user: User) -> str:
    """Make a session for somebody, as the sign-in page does; return its key."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = BACKEND
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    assert session.session_key is not None
    return session.session_key
