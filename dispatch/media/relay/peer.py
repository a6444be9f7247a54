"""Which process is at the other end of the relay's socket: the kernel's word for it."""

import asyncio
import contextlib
import os
import signal
import socket
import struct
from pathlib import Path
from typing import NamedTuple

MODULE = b"dispatch.media.relay"  # in a relay's command line


class Peer(NamedTuple):
    """A process and its user; ``pid`` 0: not known."""

    pid: int
    uid: int


def peer_of(writer: asyncio.StreamWriter) -> Peer:
    """Return who is at the other end; macOS has no such option, and 0600."""
    if not hasattr(socket, "SO_PEERCRED"):
        return Peer(0, os.getuid())
    line: socket.socket = writer.get_extra_info("socket")
    size = struct.calcsize("3i")
    pid, uid, _gid = struct.unpack(
        "3i", line.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, size)
    )
    return Peer(int(pid), int(uid))


def end_relay(writer: asyncio.StreamWriter) -> bool:
    """Kill the relay at the other end, if that is what it is: it no longer answers.

    Its supervisor starts the next one. While the line is open its process exists, so
    the number cannot have become another's.
    """
    pid = peer_of(writer).pid
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes() if pid else b""
    except OSError:
        return False
    if MODULE not in command.split(b"\0"):
        return False
    with contextlib.suppress(OSError):
        os.kill(pid, signal.SIGKILL)
        return True
    return False
