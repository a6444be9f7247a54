"""Sides of a call whose windows are at another web process.

With several web processes the phone's socket may live in one and the seat's in another.
What is numbered comes to both from the database; pictures, typing and device states do
not. So each side that enters a room is announced to the other processes, which let a
stand-in in for it: ``Away``. What a stand-in is shown goes over the channel layer to
the window itself (``dispatch/loops/between.py``). An embedded process has no line, and
nothing of this happens.

The side that sends a picture keeps the lane: what was seen is told back to it. Of two
windows at one side the one of the higher rank has it: by the epoch of its place, then
by when it came. A socket may be dead for seconds before its process knows.
"""

from typing import Protocol
from uuid import UUID

from dispatch.events.frames import ServerFrame
from dispatch.sides import Side

# The epoch of a window's place (0: it has none), and when it came, in Unix seconds.
Rank = tuple[int, float]


class Line(Protocol):
    """The way to the other processes; takes what it is given and never waits."""

    def entered(self, call: UUID, side: Side, port: object) -> None:
        """Announce a window of ours."""

    def left(self, call: UUID, side: Side) -> None:
        """Say that it is gone."""

    def show(self, call: UUID, side: Side, frame: ServerFrame) -> None:
        """Bring a frame to a side."""

    def seen(self, call: UUID, side: Side, n: int) -> None:
        """Tell whoever sent picture ``n`` that a side of ours has shown it."""


class Away:
    """Stands in a room for a side whose window is at another web process."""

    __slots__ = ("call", "heard_at", "process", "rank", "side")

    def __init__(
        self, call: UUID, side: Side, process: str, rank: Rank, heard_at: float
    ) -> None:
        self.call, self.side, self.process, self.rank = call, side, process, rank
        self.heard_at = heard_at  # monotonic: when its process last said it is there

    def show(self, frame: ServerFrame) -> None:
        """Send a frame on to the window; it may be lost, as it may on any line."""
        if _line is not None:
            _line.show(self.call, self.side, frame)


_line: Line | None = None


def attach(line: Line | None) -> None:
    """Make this the process's line; None: it is alone."""
    global _line
    _line = line


def is_here(port: object) -> bool:
    """Say whether a window is one of this process."""
    return port is not None and not isinstance(port, Away)


def entered(call: UUID, side: Side, port: object) -> None:
    """Announce a window of ours that has taken a side."""
    if _line is not None and is_here(port):
        _line.entered(call, side, port)


def left(call: UUID, side: Side) -> None:
    """Say that the window of ours at a side is gone."""
    if _line is not None:
        _line.left(call, side)


def seen(call: UUID, side: Side, n: int) -> None:
    """A picture was shown at a side of ours that no lane of this process sent."""
    if _line is not None:
        _line.seen(call, side, n)
