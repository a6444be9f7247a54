"""Rooms at the stock Channels server: two sockets in a group."""

import asyncio
import contextlib
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from alarm110.server import NEVER
from tests.bench.load import Load, Room
from tests.served import ROOT, free_ports

START_PATIENCE = 30.0  # seconds
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder().decode


@dataclass
class StockServer:
    """One daphne with the stock consumer."""

    port: int
    pid: int


@contextlib.contextmanager
def stock_server(
    database_url: str, redis_url: str, *, keeps_connections: bool
) -> Iterator[StockServer]:
    """Run it while the block lasts; pings and time-outs off, as in our own server."""
    (port,) = free_ports(1)
    env = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.bench.stock.settings",
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "STOCK_KEEPS_CONNECTIONS": "1" if keeps_connections else "",
    }
    subprocess.run(
        [sys.executable, "-m", "django", "migrate", "--run-syncdb", "--verbosity=0"],
        cwd=ROOT,
        env=env,
        check=True,
    )
    command = [sys.executable, "-m", "daphne", "-v", "0", "-b", "127.0.0.1"]
    command += ["-p", str(port), "--ping-interval", str(NEVER)]
    command += ["--websocket_timeout", "-1", "tests.bench.stock.asgi:application"]
    with tempfile.TemporaryFile() as log:  # its layer complains at length when it ends
        process = subprocess.Popen(
            command, cwd=ROOT, env=env, stdin=subprocess.DEVNULL,
            stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
        try:
            if not _answers(port, process):
                log.seek(0)
                raise RuntimeError(f"the stock server did not start:\n{log.read()!r}")
            yield StockServer(port, process.pid)
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _answers(port: int, process: subprocess.Popen[bytes]) -> bool:
    deadline = time.monotonic() + START_PATIENCE
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        with (
            contextlib.suppress(OSError),
            socket.create_connection(("127.0.0.1", port)),
        ):
            return True
        time.sleep(0.05)
    return False


class StockRooms:
    """Pairs of sockets, a pair a room."""

    def __init__(self, server: StockServer, count: int) -> None:
        self._url = f"ws://127.0.0.1:{server.port}/ws"
        self._count = count
        self._sockets: list[ClientConnection] = []
        self._readers: list[asyncio.Task[None]] = []

    async def enter(self, load: Load) -> list[Room]:
        """Connect everybody; what arrives at the other end goes to ``load``."""
        rooms = []
        for n in range(self._count):
            ends = []
            for side, other in (("caller", "seat"), ("seat", "caller")):
                line = await connect(
                    f"{self._url}/{n}/{side}",
                    compression=None,
                    ping_interval=None,
                    proxy=None,
                )
                self._sockets.append(line)
                self._readers.append(asyncio.create_task(_hear(line, load, other)))
                ends.append(partial(_post, line))
            rooms.append(Room(ends))
        return rooms

    async def leave(self) -> None:
        """Go."""
        await asyncio.gather(*(line.close() for line in self._sockets))
        await asyncio.gather(*self._readers)
        self._sockets, self._readers = [], []


async def _hear(line: ClientConnection, load: Load, other: str) -> None:
    try:
        async for text in line:
            at = time.perf_counter()
            frame = _decode(text)
            if frame["side"] == other:
                load.arrived(frame["id"], at)
    except ConnectionClosed:
        return


async def _post(line: ClientConnection, message: str, text: str) -> None:
    await line.send(_encode({"id": message, "text": text}).decode())
