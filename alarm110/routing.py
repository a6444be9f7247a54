"""Which socket is which door. No slash at the end of a path."""

from typing import Any

from channels.sessions import CookieMiddleware, SessionMiddleware

from alarm110.asgi_types import Receive, Scope, Send
from dispatch.consumers.board import BoardSocket
from dispatch.consumers.caller import CallerSocket
from dispatch.consumers.seat import SeatSocket


async def _caller(scope: Scope, receive: Receive, send: Send) -> None:
    await CallerSocket()(scope, receive, send)


async def _seat(scope: Scope, receive: Receive, send: Send) -> None:
    await SeatSocket()(scope, receive, send)


async def _board(scope: Scope, receive: Receive, send: Send) -> None:
    await BoardSocket()(scope, receive, send)


async def _nowhere(scope: Scope, receive: Receive, send: Send) -> None:
    """Refuse an unknown path quietly; Channels would raise a traceback."""
    await receive()
    await send({"type": "websocket.close"})


_doors: dict[str, Any] = {
    "/ws/caller": _caller,
    "/ws/seat": CookieMiddleware(SessionMiddleware(_seat)),
    "/ws/board": CookieMiddleware(SessionMiddleware(_board)),
}


async def websocket_application(scope: Scope, receive: Receive, send: Send) -> None:
    """Route a socket to its door."""
    await _doors.get(scope["path"], _nowhere)(scope, receive, send)
