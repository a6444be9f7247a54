"""A line that can be cut: a TCP proxy before the server, TLS passes through it.

    with Proxy(target_port=served.port, port=served.front_ports[0]) as line:
        line.hang()       # packets vanish, nothing is closed: a phone in a lift
        line.cut()        # connections break, new ones are refused: no network
        line.restore()

It runs in a thread of its own, so that a test may wait for something else meanwhile.
"""

import asyncio
import contextlib
import socket
import struct
import threading
from collections.abc import Coroutine
from typing import Any, Self

PATIENCE = 5.0  # seconds for the proxy itself to answer
PIECE = 64 * 1024  # bytes


class Proxy:
    """One line. What was sent while it hangs arrives late, as TCP does it."""

    def __init__(self, *, target_port: int, port: int = 0) -> None:
        self.target_port, self.port = target_port, port
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="line", daemon=True)
        self._flows = asyncio.Event()
        self._server: asyncio.Server | None = None
        self._ends: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[Any]] = set()

    @property
    def url(self) -> str:
        """The server's address as it is reached through this line."""
        return f"https://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        self._thread.start()
        self._do(self._open())
        return self

    def __exit__(self, *exc: object) -> None:
        self._do(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(PATIENCE)
        self._loop.close()

    # --- Faults ---------------------------------------------------------------------

    def cut(self) -> None:
        """Break every connection and refuse new ones."""
        self._do(self._cut())

    def hang(self) -> None:
        """Let nothing through, either way; connections stay open, new ones hang too."""
        self._do(self._hang())

    def restore(self, *, fresh: bool = False) -> None:
        """Let everything through again; ``fresh``: what was open before is broken."""
        self._do(self._restore(fresh=fresh))

    # --- Inside ---------------------------------------------------------------------

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()

    def _do(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(PATIENCE)

    async def _open(self) -> None:
        self._flows.set()
        self._server = await asyncio.start_server(
            self._accept, "127.0.0.1", self.port, limit=PIECE
        )
        self.port = self._server.sockets[0].getsockname()[1]

    async def _cut(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        self._break()

    async def _hang(self) -> None:
        self._flows.clear()

    async def _restore(self, *, fresh: bool) -> None:
        if fresh:
            self._break()
        self._flows.set()
        if self._server is None:
            await self._open()

    async def _close(self) -> None:
        ends, tasks = list(self._ends), list(self._tasks)
        await self._cut()
        for task in tasks:
            task.cancel()
        closed = [end.wait_closed() for end in ends]
        await asyncio.gather(*tasks, *closed, return_exceptions=True)

    def _break(self) -> None:
        for end in self._ends:
            _reset(end)
        self._ends.clear()

    def _accept(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        # A task of our own: asyncio's own for this takes a cancellation for an error.
        task = self._loop.create_task(self._serve(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._ends.add(writer)
        await self._flows.wait()
        try:
            far_reader, far_writer = await asyncio.open_connection(
                "127.0.0.1", self.target_port, limit=PIECE
            )
        except OSError:
            _reset(writer)
            return
        self._ends.add(far_writer)
        await asyncio.gather(
            self._pump(reader, far_writer), self._pump(far_reader, writer)
        )
        for end in (writer, far_writer):
            self._ends.discard(end)
            end.close()

    async def _pump(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        with contextlib.suppress(OSError):
            while piece := await reader.read(PIECE):
                await self._flows.wait()
                writer.write(piece)
                await writer.drain()
            await self._flows.wait()
            if writer.can_write_eof():
                writer.write_eof()


def _reset(writer: asyncio.StreamWriter) -> None:
    """Close with RST, as a network that has forgotten the connection answers."""
    carrier = writer.get_extra_info("socket")
    if carrier is not None:
        with contextlib.suppress(OSError):
            carrier.setsockopt(
                socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
            )
    writer.transport.abort()
