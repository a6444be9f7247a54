"""Clients that stop reading: a socket or a download that takes nothing any more.

async with DeafSocket.open(served, "seat", cookies) as deaf:
    await deaf.say("hello", cursors={})
    seconds = await deaf.gone(20)
"""

import asyncio
import base64
import contextlib
import os
import socket
import ssl
import struct
import time
from collections.abc import AsyncIterator
from typing import Any

import msgspec

from tests.served import Served

SMALL = 4 * 1024  # bytes that the kernel may keep for us
MASKED, TEXT = 0x80, 0x81
LONG = 126


class Deaf:
    """A connection that sends and never reads, its window as small as can be."""

    def __init__(self, line: ssl.SSLSocket) -> None:
        self.line = line
        self.since = time.monotonic()

    @classmethod
    async def open(cls, served: Served) -> "Deaf":
        """Connect, shake hands, and stop reading."""
        return await asyncio.to_thread(cls._open, served)

    @classmethod
    def _open(cls, served: Served) -> "Deaf":
        raw = socket.socket()
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL)
        raw.connect(("127.0.0.1", served.port))
        context = served.ssl_context()
        assert context is not None
        return cls(context.wrap_socket(raw, server_hostname="127.0.0.1"))

    async def send(self, data: bytes) -> None:
        """Send bytes; nothing if the other end is gone."""
        with contextlib.suppress(OSError):
            await asyncio.to_thread(self.line.sendall, data)

    async def request(self, served: Served, path: str, **headers: str) -> None:
        """Ask for something, and do not take it."""
        said = {"Host": served.url.partition("://")[2], "Origin": served.url, **headers}
        lines = "".join(f"{name}: {value}\r\n" for name, value in said.items())
        await self.send(f"GET {path} HTTP/1.1\r\n{lines}\r\n".encode())

    async def become_socket(self, served: Served, side: str, cookies: str) -> None:
        """Ask for a socket, and read no further than its acceptance."""
        key = base64.b64encode(os.urandom(16)).decode()
        await self.request(
            served, f"/ws/{side}", Cookie=cookies, Upgrade="websocket",
            Connection="Upgrade",
            **{"Sec-WebSocket-Key": key, "Sec-WebSocket-Version": "13",
               "Sec-WebSocket-Protocol": "alarm110.v1"},
        )  # fmt: skip
        head = await asyncio.to_thread(self.line.recv, 400)
        assert b" 101 " in head, head
        self.since = time.monotonic()

    async def say(self, kind: str, **fields: Any) -> None:
        """Send a frame."""
        body = msgspec.json.encode({"type": kind, **fields})
        size = (
            bytes([MASKED | len(body)])
            if len(body) < LONG
            else struct.pack("!BH", MASKED | LONG, len(body))
        )
        # A mask of zeros leaves the bytes as they are.
        await self.send(bytes([TEXT]) + size + bytes(4) + body)

    async def gone(self, seconds: float) -> float:
        """Return after how long the server gave this up; ``seconds`` if it did not."""
        until = time.monotonic() + seconds
        while _is_established(self.line) and time.monotonic() < until:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        return time.monotonic() - self.since

    def close(self) -> None:
        """Hang up."""
        self.line.close()


def _is_established(line: ssl.SSLSocket) -> bool:
    """Ask the kernel: reading would tell the server that somebody reads."""
    try:
        info = line.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 8)
    except OSError:
        return False
    return info[0] == 1  # TCP_ESTABLISHED


@contextlib.asynccontextmanager
async def deaf_sockets(
    served: Served, *sides: tuple[str, str]
) -> AsyncIterator[dict[str, Deaf]]:
    """Open sockets of these (side, cookies) that read nothing."""
    opened: dict[str, Deaf] = {}
    try:
        for side, cookies in sides:
            opened[side] = await Deaf.open(served)
            await opened[side].become_socket(served, side, cookies)
        yield opened
    finally:
        for deaf in opened.values():
            deaf.close()
