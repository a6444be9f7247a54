"""What the media relay of a server itself counts, asked at its own door."""

import socket
import time

from dispatch.media.interface import LegState
from dispatch.media.relay import wire
from tests.served import Served

PATIENCE = 5.0  # seconds


def legs(served: Served) -> dict[str, LegState]:
    """Return the legs of the only call there is: guest and host."""
    with socket.socket(socket.AF_UNIX) as line:
        line.settimeout(PATIENCE)
        line.connect(str(wire.socket_path(served.home)))
        line.sendall(wire.line(wire.AskHealth(1)))
        deadline = time.monotonic() + PATIENCE
        with line.makefile("rb") as replies:
            while text := replies.readline():  # events of the call come in between
                reply = wire.read_reply(text)
                if isinstance(reply, wire.Answer) and reply.health:
                    return {leg.who: leg for leg in reply.health.legs}
                assert time.monotonic() < deadline, "the relay does not answer"
    raise ConnectionError("the relay hung up")
