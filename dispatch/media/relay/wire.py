"""What the web process and the relay say to each other: one JSON object a line.

Every request has a number and gets one answer with it, so several may be under way.
Events come unasked. Both ends are started from the same code: there are no versions.
"""

import contextlib
import os
from pathlib import Path
from typing import cast
from uuid import UUID

import msgspec
from msgspec import Struct

from dispatch.media.interface import Health, MediaEvent, RoomPolicy, Who

SOCKET = "relay.sock"
PATH = "relay.path"  # where the socket is, if the data folder's path is too long
MAX_PATH_BYTES = 100  # of a unix socket's address; Linux takes 107
MAX_LINE_BYTES = 1024 * 1024  # a health report of a full relay is some ten KiB


class Offer(Struct, frozen=True, tag="offer"):
    """Admit a leg."""

    n: int
    call: UUID
    who: Who
    leg: UUID
    sdp: str
    policy: RoomPolicy


class AddCandidate(Struct, frozen=True, tag="candidate"):
    """Add a leg's remote candidate."""

    n: int
    call: UUID
    leg: UUID
    candidate: str


class SetPolicy(Struct, frozen=True, tag="policy"):
    """Change what may flow in a room."""

    n: int
    call: UUID
    policy: RoomPolicy


class Kick(Struct, frozen=True, tag="kick"):
    """Close a participant's leg."""

    n: int
    call: UUID
    who: Who
    leg: UUID | None


class CloseRoom(Struct, frozen=True, tag="close_room"):
    """Close all legs of a call."""

    n: int
    call: UUID


class AskHealth(Struct, frozen=True, tag="health"):
    """Ask how the relay is."""

    n: int


class AskMetrics(Struct, frozen=True, tag="metrics"):
    """Ask what the relay has counted."""

    n: int


Request = Offer | AddCandidate | SetPolicy | Kick | CloseRoom | AskHealth | AskMetrics


class Answer(Struct, frozen=True, tag="answer", omit_defaults=True):
    """The answer to request ``n``: an error's code, or what was asked for."""

    n: int
    error: str = ""
    sdp: str = ""
    health: Health | None = None
    metrics: str = ""  # in the text format of Prometheus


class Told(Struct, frozen=True, tag="event"):
    """Something that happened by itself."""

    event: MediaEvent


Reply = Answer | Told

_request = msgspec.json.Decoder(Request)
_reply = msgspec.json.Decoder(Reply)


def line(thing: Request | Reply) -> bytes:
    """Return ``thing`` as a line."""
    return msgspec.json.encode(thing) + b"\n"


def read_request(text: bytes) -> Request:
    """Return a request, or raise ``msgspec.MsgspecError``."""
    return cast(Request, _request.decode(text))


def read_reply(text: bytes) -> Reply:
    """Return an answer or an event, or raise ``msgspec.MsgspecError``."""
    return cast(Reply, _reply.decode(text))


def socket_path(home: Path) -> Path:
    """Return where the socket of a data folder is, for whoever connects."""
    path = home / SOCKET
    if len(os.fsencode(path)) > MAX_PATH_BYTES:
        with contextlib.suppress(OSError):
            return Path((home / PATH).read_text(encoding="utf-8").strip())
    return path
