"""The relay's only door: a unix socket for the web process of the same user."""

import asyncio
import contextlib
import fcntl
import logging
import os
import tempfile
from pathlib import Path
from time import monotonic

import msgspec

from accounts.metrics import dropped, failed
from dispatch.media.interface import MediaError, MediaEvent
from dispatch.media.relay import counting, wire
from dispatch.media.relay.peer import peer_of
from dispatch.media.relay.rooms import Rooms

log = logging.getLogger(__name__)

ALONE_SECONDS = 120.0  # without a web process until the calls are given up


class AlreadyRunsError(Exception):
    """Another relay serves this data folder."""


def _make_socket_path(home: Path) -> Path:
    path = home / wire.SOCKET
    if len(os.fsencode(path)) > wire.MAX_PATH_BYTES:
        path = Path(tempfile.mkdtemp(prefix="alarm110-")) / wire.SOCKET  # 0700
        new = home / f"{wire.PATH}.new"
        new.write_text(f"{path}\n", encoding="utf-8")
        new.replace(home / wire.PATH)
    path.unlink(missing_ok=True)  # of a relay that was killed: we hold the lock
    return path


class Door:
    """Takes requests and tells events to every web process that is connected."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._rooms: Rooms | None = None
        self._lines: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None
        self._lock: int | None = None
        self._path: Path | None = None
        self._alone_since = monotonic()

    def lock(self) -> None:
        """Make sure that no other relay serves this data folder."""
        self._lock = os.open(self._home / "relay.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise AlreadyRunsError from error

    async def open(self, rooms: Rooms) -> None:
        """Begin to listen; the socket is for this user alone."""
        self._rooms = rooms
        self._path = _make_socket_path(self._home)
        self._server = await asyncio.start_unix_server(
            self._serve, str(self._path), limit=wire.MAX_LINE_BYTES
        )
        self._path.chmod(0o600)

    async def close(self) -> None:
        """Stop listening; whoever is connected notices."""
        if self._server is not None:
            self._server.close()
        for writer in self._lines:
            writer.close()
        if self._path is not None:
            self._path.unlink(missing_ok=True)
            if self._path.parent != self._home:
                (self._home / wire.PATH).unlink(missing_ok=True)
                with contextlib.suppress(OSError):
                    self._path.parent.rmdir()

    def tell(self, event: MediaEvent) -> None:
        """Tell every web process."""
        text = wire.line(wire.Told(event))
        for writer in self._lines:
            writer.write(text)

    async def watch(self) -> None:
        """Give the calls up when no web process came back: nobody can end them."""
        while True:
            await asyncio.sleep(1)
            if self._lines:
                self._alone_since = monotonic()
            elif monotonic() - self._alone_since > ALONE_SECONDS and self._rooms:
                self._rooms.close_all("media_away")

    async def _serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        if peer_of(writer).uid != os.getuid():
            dropped("relay line", "another user's")
            log.warning("another user's process knocked")
            writer.close()
            return
        self._lines.add(writer)
        try:
            while text := await reader.readline():
                self._take(text, writer)
        except (OSError, ValueError):  # cut off, or a line without end
            pass
        finally:
            self._lines.discard(writer)
            writer.close()

    def _take(self, text: bytes, writer: asyncio.StreamWriter) -> None:
        try:
            request = wire.read_request(text)
        except msgspec.MsgspecError:
            dropped("relay request", "not understood")
            log.warning("a request that is none")
            return
        task = asyncio.get_running_loop().create_task(self._answer(request, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _answer(
        self, request: wire.Request, writer: asyncio.StreamWriter
    ) -> None:
        try:
            answer = await self._perform(request)
        except MediaError as error:
            answer = wire.Answer(request.n, error=error.code)
        except Exception:  # one leg's; the others' packets pass through here, too
            failed("relay request")
            log.exception("a request failed")
            answer = wire.Answer(request.n, error=MediaError.code)
        with contextlib.suppress(OSError, RuntimeError):
            writer.write(wire.line(answer))

    async def _perform(self, request: wire.Request) -> wire.Answer:
        rooms = self._rooms
        assert rooms is not None
        match request:
            case wire.Offer(call=call, who=who, leg=leg, sdp=sdp, policy=policy):
                answer = await rooms.offer(call, who, leg, sdp, policy)
                return wire.Answer(request.n, sdp=answer)
            case wire.AddCandidate(call=call, leg=leg, candidate=text):
                await rooms.add_candidate(call, leg, text)
            case wire.SetPolicy(call=call, policy=policy):
                rooms.set_policy(call, policy)
            case wire.Kick(call=call, who=who, leg=one):
                rooms.kick(call, who, one)
            case wire.CloseRoom(call=call):
                rooms.close_room(call)
            case wire.AskHealth():
                return wire.Answer(request.n, health=await rooms.health())
            case wire.AskMetrics():
                rooms.count()
                return wire.Answer(request.n, metrics=counting.text())
        return wire.Answer(request.n)
