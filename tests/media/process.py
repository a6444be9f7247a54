"""The relay's process and the web process's end of it, for tests and the bench."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

from dispatch.media.client import RelayBackend
from dispatch.media.interface import LegState, MediaEvent
from tests.media.peers import Peer, until

BASE = Path(__file__).resolve().parents[2]


class Relay:
    """The relay process of one test."""

    def __init__(self, home: Path, **environment: str) -> None:
        self.home = home
        self.environment = environment
        self.process: subprocess.Popen | None = None

    def start(self) -> None:
        with (self.home / "relay.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "dispatch.media.relay"],
                cwd=BASE,
                stdin=subprocess.PIPE,
                stderr=log,
                env={
                    **os.environ,
                    "ALARM110_HOME": str(self.home),
                    "ALARM110_SUPERVISED": "1",
                    "HOST": "127.0.0.1",
                    **self.environment,
                },
            )

    def kill(self) -> float:
        """End it without a word; return when (UNIX seconds)."""
        self.process.send_signal(signal.SIGKILL)
        at = time.time()
        self._ended()
        return at

    def stop(self) -> int:
        """Ask it to end; return its status."""
        self.process.send_signal(signal.SIGTERM)
        return self._ended()

    def _ended(self) -> int:
        status = self.process.wait(10)
        self.process.stdin.close()
        return status

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    @property
    def log(self) -> str:
        return (self.home / "relay.log").read_text()


class Web:
    """The web process's end: the backend, what it heard, and the peers it admits."""

    def __init__(self, home: Path) -> None:
        self.backend = RelayBackend(home)
        self.events: list[MediaEvent] = []
        self.lines: dict[UUID, list[dict[str, str]]] = {}  # leg → as told, in order
        self.backend.listen(self._hear)
        self.peers: list[Peer] = []

    async def start(self) -> None:
        await self.backend.start()
        await until(lambda: self.backend.is_connected)

    def _hear(self, event: MediaEvent) -> None:
        if event.state == "lines":
            self.lines.setdefault(event.leg, []).append(event.lines)
        else:
            self.events.append(event)

    def peer(self, call, who, **tracks) -> Peer:
        """Make a phone (guest), a seat (host) or a party."""
        peer = Peer(self.backend, call, who, **tracks)
        self.peers.append(peer)
        return peer

    async def leg(self, peer: Peer) -> LegState | None:
        """Return how the relay sees a peer's leg."""
        health = await self.backend.health()
        return next((leg for leg in health.legs if leg.leg == peer.leg), None)

    async def stop(self) -> None:
        await asyncio.gather(*(peer.leave() for peer in self.peers))
        await self.backend.stop()


@contextlib.asynccontextmanager
async def carrying(relay: Relay, streams: int) -> AsyncIterator[Web]:
    """Let the relay carry so many streams and no more; the web process beside it."""
    relay.stop()
    relay.environment["ALARM110_RELAY_STREAMS"] = str(streams)
    relay.start()
    web = Web(relay.home)
    await web.start()
    try:
        yield web
    finally:
        await web.stop()
