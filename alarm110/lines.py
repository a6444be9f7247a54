"""The short way of a frame between a socket and its application.

What daphne does with a frame (a queue, a task, a coroutine a reply, a turn of the
reactor to write) costs several times what we do with it. A socket that finds a
``Line`` in its scope (``extensions["alarm110.line"]``) is handed frames by a plain call
and writes them by another; under any other server it goes without.
"""

from collections.abc import Callable
from typing import Any

from daphne.ws_protocol import WebSocketProtocol
from twisted.internet import tcp

EXTENSION = "alarm110.line"

FINAL_TEXT, MASKED = 0x81, 0x80  # RFC 6455, 5.2: first and second byte of a frame
SHORT, TWO_BYTES, EIGHT_BYTES = 125, 126, 127  # its length, or how that is written
MAX_TWO_BYTES = 0xFFFF
MASK_BYTES = 4


class QuickTransport(tcp.Server):
    """Writes at once what the kernel takes at once; only the rest waits its turn."""

    def write(self, data: bytes) -> None:
        """Send, or queue behind what is queued."""
        is_idle = not self._tempDataBuffer and len(self.dataBuffer) == self.offset
        if is_idle and self.connected and not self.disconnecting and not self.TLS:
            sent = self.writeSomeData(data)
            if isinstance(sent, int):  # else: the connection is lost, found out below
                if sent == len(data):
                    return
                data = data[sent:]
        super().write(data)  # type: ignore[no-untyped-call]


class QuickPort(tcp.Port):
    """Listens for such connections."""

    transport = QuickTransport


class Line:
    """One open socket, as its application may use it from the event loop."""

    __slots__ = ("_protocol",)

    def __init__(self, protocol: "LineSocket") -> None:
        self._protocol = protocol

    def hear(self, take: Callable[[bytes, bool], None]) -> None:
        """From now on call ``take(payload, is_binary)`` for each message."""
        self._protocol.take = take

    def say(self, text: str) -> None:
        """Send a text frame; a socket that is closing takes no more."""
        protocol = self._protocol
        if protocol.state == protocol.STATE_OPEN:
            protocol.transport.write(text_frame(text.encode()))


class LineSocket(WebSocketProtocol):  # type: ignore[misc]
    """Reads whole text frames itself; everything rarer is left to autobahn."""

    take: Callable[[bytes, bool], None] | None = None

    def dataReceived(self, data: bytes) -> None:  # noqa: N802  twisted's name
        """Take what has come."""
        while (
            self.take is not None
            and self.state == self.STATE_OPEN
            and not (self.data or self.inside_message or self.current_frame)
            and (end := whole_text_frame(data))
        ):
            self.take(unmasked(data, end), False)
            data = data[end:]
            if not data:
                return
        self._dataReceived(data)

    def onMessage(self, payload: bytes, isBinary: bool) -> None:  # noqa: N802, N803
        """Hand a message on that autobahn put together."""
        if self.take is not None:
            self.take(payload, isBinary)
            return
        if not isBinary:
            try:
                payload.decode("utf-8")
            except UnicodeDecodeError:
                isBinary = True  # noqa: N806  an error can then be answered
        super().onMessage(payload, isBinary)


def give_line(protocol: Any, scope: dict[str, Any]) -> None:
    """Offer the application of a socket its line."""
    if isinstance(protocol, LineSocket):
        scope.setdefault("extensions", {})[EXTENSION] = Line(protocol)


def text_frame(payload: bytes) -> bytes:
    """Return an unmasked text frame."""
    size = len(payload)
    if size <= SHORT:
        return bytes((FINAL_TEXT, size)) + payload
    if size <= MAX_TWO_BYTES:
        return bytes((FINAL_TEXT, TWO_BYTES)) + size.to_bytes(2, "big") + payload
    return bytes((FINAL_TEXT, EIGHT_BYTES)) + size.to_bytes(8, "big") + payload


def whole_text_frame(data: bytes) -> int:
    """Return where the masked, final text frame at the start of ``data`` ends.

    0: it is of another kind, longer than 64 KiB, or not all there yet.
    """
    if len(data) < 2 or data[0] != FINAL_TEXT or data[1] <= MASKED:
        return 0
    size, start = data[1] - MASKED, 2
    if size == EIGHT_BYTES:
        return 0
    if size == TWO_BYTES:
        size, start = int.from_bytes(data[2:4], "big"), 4
    end = start + MASK_BYTES + size
    return end if end <= len(data) else 0


def unmasked(data: bytes, end: int) -> bytes:
    """Return the payload of the frame that ends there."""
    start = (2 if data[1] - MASKED < TWO_BYTES else 4) + MASK_BYTES
    size = end - start
    mask = (data[start - MASK_BYTES : start] * (size // MASK_BYTES + 1))[:size]
    mixed = int.from_bytes(data[start:end], "big") ^ int.from_bytes(mask, "big")
    return mixed.to_bytes(size, "big")
