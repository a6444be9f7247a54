"""Daphne, with doors we open ourselves and the limits that an alarm needs.

Daphne's own command line would hide why a port cannot be opened, accept requests before
the loops run, and has no order at the end. Its protocol code is used as it is.
"""

import asyncio
import errno
import gc
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from daphne.http_protocol import HTTPFactory, WebRequest
from daphne.server import Server  # first: it installs the reactor that twisted uses
from OpenSSL import SSL
from twisted.internet import defer, reactor
from twisted.internet.error import CannotListenError
from twisted.internet.ssl import ContextFactory
from twisted.protocols.tls import TLSMemoryBIOFactory

from accounts.metrics import failed
from alarm110.counted import body_refusals
from alarm110.entrance import (
    Doorkeeper,
    Entrance,
    GuardedPort,
    connection_of,
    held_bytes,
    raise_descriptor_limit,
    share_of,
)
from alarm110.lines import LineSocket, give_line

NEVER = 10 * 365 * 24 * 60 * 60  # seconds
# Our heartbeats run every 2 s and know more than a protocol ping: daphne's are off.
SOCKET_LIMITS = {"ping_interval": NEVER, "ping_timeout": 0, "websocket_timeout": -1}
# A frame over this closes the socket (1009); below it the application answers.
MAX_FRAME = 1024 * 1024  # bytes
# Evidence arrives in chunks of 1 MiB at most; nothing else is nearly as large.
MAX_BODY = 2 * 1024 * 1024  # bytes
BACKLOG = 1024  # connections waiting: a whole city's phones reconnect after a restart
# The process that this one replaces may hold its port for a moment longer.
BIND_PATIENCE, BIND_PAUSE = 3.0, 0.2  # seconds
# An answer is handed on piece by piece; who takes nothing for so long is cut off.
PIECE = 64 * 1024  # bytes
STALLED, READ_PAUSE = 14.0, 0.01  # seconds
STOP_PATIENCE = 5.0  # seconds that the loops get to finish

__all__ = ["AlarmServer", "CannotListenError", "Certificate", "Door"]
log = logging.getLogger(__name__)
network: Any = reactor  # a module whose interfaces no type checker can see


@dataclass(frozen=True, slots=True)
class Door:
    """Where to listen; with ``tls``, behind that certificate."""

    host: str
    port: int
    tls: "Certificate | None" = None


class Certificate(ContextFactory):
    """The certificate on disk, read again when the file changes.

    So a renewed one is served without a restart, and no call is cut for it.
    """

    Unusable = SSL.Error

    def __init__(self, chain: Path, key: Path) -> None:
        self.chain, self.key = chain, key
        self.changed = chain.stat().st_mtime_ns
        self.context = self._load()

    def getContext(self) -> SSL.Context:  # noqa: N802  twisted's name
        """Return the context for one more connection."""
        try:
            changed = self.chain.stat().st_mtime_ns
            if changed != self.changed:
                self.changed = changed
                self.context = self._load()
        except (OSError, SSL.Error):
            log.exception("the new certificate cannot be used; keeping the old one")
        return self.context

    def _load(self) -> SSL.Context:
        context = SSL.Context(SSL.TLS_SERVER_METHOD)
        context.set_min_proto_version(SSL.TLS1_2_VERSION)
        context.set_options(SSL.OP_NO_COMPRESSION | SSL.OP_NO_RENEGOTIATION)
        context.set_cipher_list(b"ECDHE+AESGCM:ECDHE+CHACHA20")  # for TLS 1.2
        context.use_certificate_chain_file(str(self.chain))
        context.use_privatekey_file(str(self.key))
        context.check_privatekey()
        return context


class BoundedRequest(WebRequest):  # type: ignore[misc]
    """Refuses a large body before it is read: Twisted would keep all of it on disk.

    And a socket where descriptors are few and nobody idle gives way: a tap over HTTP
    must still find one.
    """

    taken = 0

    def gotLength(self, length: int | None) -> None:  # noqa: N802
        """Look at the announced length; None means that it comes in chunks."""
        if connection := connection_of(self.channel):
            connection.entrance.asked(connection)
        super().gotLength(length)
        if length is not None and length > MAX_BODY:
            self._refuse()

    def handleContentChunk(self, data: bytes) -> None:  # noqa: N802
        """Count what really comes."""
        self.taken += len(data)
        if self.taken > MAX_BODY:
            self._refuse()
        else:
            super().handleContentChunk(data)

    def process(self) -> Any:
        """Answer, now that all of it is here."""
        upgrade = (self.getHeader(b"upgrade") or b"").lower()
        connection = connection_of(self.channel)
        if (
            upgrade == b"websocket"
            and connection
            and not connection.entrance.admits_socket()
        ):
            return self._end(b"503 Service Unavailable\r\nRetry-After: 5")
        return super().process()

    def finish(self) -> None:
        """Leave the connection to the next request."""
        if connection := connection_of(self.channel):
            connection.entrance.answered(connection)
        super().finish()

    def _refuse(self) -> None:
        body_refusals.inc()  # not logged: anyone can send these, as often as they like
        self._end(b"413 Content Too Large")

    def _end(self, status: bytes) -> None:
        self.channel.transport.write(
            b"HTTP/1.1 " + status + b"\r\n"
            b"Connection: close\r\nContent-Length: 0\r\n\r\n"
        )
        if connection := connection_of(self.channel):
            connection.entrance.ending(connection)
        self.channel.loseConnection()


class BoundedFactory(HTTPFactory):  # type: ignore[misc]
    """Makes bounded requests."""

    def buildProtocol(self, addr: Any) -> Any:  # noqa: N802
        """Return the protocol of one connection."""
        protocol = super().buildProtocol(addr)
        protocol.requestFactory = BoundedRequest
        return protocol


class AlarmServer(Server):  # type: ignore[misc]
    """Opens its doors when ``start`` has returned; closes them before ``stop``.

    ``run()`` raises ``CannotListenError`` if a door cannot be opened. ``failure`` is
    what ``start`` raised, if it did. ``per_address``: how many connections one address
    may have; None behind a proxy, where all have one.
    """

    def __init__(
        self,
        application: Any,
        doors: Sequence[Door],
        *,
        per_address: int | None,
        start: Callable[[], Awaitable[None]],
        stop: Callable[[], Awaitable[None]],
    ) -> None:
        super().__init__(
            application,
            endpoints=["opened by _open_doors"],  # an empty list would end the program
            ready_callable=self._open_doors,
            request_buffer_size=64 * 1024,
            websocket_max_message_size=MAX_FRAME,
            websocket_max_frame_size=MAX_FRAME,
            server_name="",
            **SOCKET_LIMITS,
        )
        self.endpoints: list[str] = []
        self.doors = doors
        self.per_address = per_address
        self.start, self.wind_down = start, stop
        self.ports: list[Any] = []
        self.failure: Exception | None = None

    def _open_doors(self) -> None:
        """Listen, but accept nothing before the loops run."""
        # Say why (1009, 1002) before closing, so a client need not guess.
        self.ws_factory.setProtocolOptions(failByDrop=False, utf8validateIncoming=False)
        self.ws_factory.protocol = LineSocket
        descriptors = raise_descriptor_limit()
        share = share_of(descriptors, self.per_address)
        log.info(
            "up to %s files and connections may be open at once, %s connections "
            "from one address",
            descriptors,
            share or "any number of",
        )
        entrance = Entrance(
            per_address=share,
            descriptors=descriptors,
            call_later=network.callLater,
        )
        factory = BoundedFactory(self)
        for door in self.doors:
            port = _listen(door, factory, entrance)
            port.stopReading()
            self.ports.append(port)
        network.callWhenRunning(lambda: asyncio.ensure_future(self._begin()))

    async def _begin(self) -> None:
        try:
            await self.start()
        except Exception as error:  # told by whoever called run()
            self.failure = error
            self.stop()
            return
        # What the start left behind is here to stay: the collector need not walk
        # through it, a pause that every open call would feel.
        gc.collect()
        gc.freeze()
        for port in self.ports:
            port.startReading()

    async def handle_reply(self, protocol: Any, message: dict[str, Any]) -> None:
        """Send a part of an answer; more is taken when the reader has taken this.

        Daphne itself would keep all of it in memory, however slowly it is read.
        """
        body = message.get("body", b"")
        if message["type"] != "http.response.body" or len(body) <= PIECE:
            await super().handle_reply(protocol, message)
            await self._until_read(protocol)
            return
        for start in range(0, len(body), PIECE):
            piece = {**message, "body": body[start : start + PIECE]}
            if start + PIECE < len(body):
                piece["more_body"] = True
            await super().handle_reply(protocol, piece)
            await self._until_read(protocol)

    async def _until_read(self, protocol: Any) -> None:
        """Wait while the connection holds what was not taken; cut one that stands."""
        channel: Any = getattr(protocol, "channel", None)
        left, until = 0, 0.0
        while getattr(channel, "_waitingForTransport", False):
            held, moment = held_bytes(channel.transport), time.monotonic()
            if held != left:  # a thin line is slow, and takes something all the same
                left, until = held, moment + STALLED
            elif moment > until:
                log.info("an answer was not read for %s s: cut off", STALLED)
                channel.transport.abortConnection()
                return
            await asyncio.sleep(READ_PAUSE)

    def create_application(self, protocol: Any, scope: dict[str, Any]) -> Any:
        """Make the application of one connection."""
        give_line(protocol, scope)
        return super().create_application(protocol, scope)

    def kill_all_applications(self) -> "defer.Deferred[None]":
        """Close the doors, let the loops finish, then end what is still open.

        Daphne calls this before its reactor stops. In this order whoever waits for a
        commit that is under way still gets its answer.
        """
        return defer.Deferred.fromFuture(asyncio.ensure_future(self._finish()))

    async def _finish(self) -> None:
        for port in self.ports:
            port.stopListening()
        try:
            async with asyncio.timeout(STOP_PATIENCE):
                await self.wind_down()
        except TimeoutError:
            log.warning("the loops did not finish within %s s", STOP_PATIENCE)
        except Exception:  # whatever it was, what is open must still be ended
            failed("end of the loops")
            log.exception("the loops did not finish")
        open_ones = [
            details["application_instance"]
            for details in self.connections.values()
            if "application_instance" in details
        ]
        for instance in open_ones:
            instance.cancel()
        await asyncio.gather(*open_ones, return_exceptions=True)


def _listen(door: Door, factory: BoundedFactory, entrance: Entrance) -> Any:
    """Open one door; the loop does not run yet, so waiting holds up nobody."""
    deadline = time.monotonic() + BIND_PATIENCE
    context, whole = cast(Any, door.tls), cast(Any, factory)
    if context is not None:
        whole = TLSMemoryBIOFactory(context, False, whole)
    whole = cast(Any, Doorkeeper(entrance, whole))
    while True:
        try:
            port = GuardedPort(door.port, whole, BACKLOG, door.host, network)
            port.entrance = entrance
            port.startListening()
            return port
        except CannotListenError as error:
            in_use = error.socketError.errno == errno.EADDRINUSE
            if not in_use or time.monotonic() > deadline:
                raise
        time.sleep(BIND_PAUSE)
