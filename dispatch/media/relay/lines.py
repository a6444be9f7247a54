"""Which line of a leg carries whom: lines are few, and whoever leaves frees theirs.

Guest and host have lines of their own in every leg, always the same: a browser shows
the other side in its first lines, whatever becomes of the rest. Of parties each takes
a free line with the first frame that may pass to this leg; so whom this leg may not
hear never has one, and its browser never learns of them.
"""

from collections.abc import Callable
from dataclasses import dataclass

from dispatch.media.interface import GUEST, HOST, Track, Who
from dispatch.media.relay.description import OfferedLine
from dispatch.media.relay.outlet import Outlet


@dataclass(slots=True)
class Line:
    """One way out; ``who`` it carries now, which for a ``home`` line never changes."""

    mid: str
    kind: Track
    outlet: Outlet
    who: Who | None = None
    is_home: bool = False


class Lines:
    """A leg's ways out; ``changed`` is called whenever one carries somebody else."""

    def __init__(
        self,
        receiver: Who,
        offered: list[OfferedLine],
        *,
        may_pass: Callable[[Who, Track], bool],
        changed: Callable[[], None],
    ) -> None:
        self._changed = changed
        self.all: list[Line] = []
        homes = {kind: _homes(receiver) for kind in ("audio", "video")}
        for one in offered:
            line = _line(one, may_pass)
            if one.receives:
                if homes[one.kind]:
                    line.who, line.is_home = homes[one.kind].pop(0), True
                self.all.append(line)

    def of_mid(self, mid: str) -> Line | None:
        """Return a line by its SDP mid; None if the browser takes nothing on it."""
        return next((line for line in self.all if line.mid == mid), None)

    def carrying(self, who: Who, kind: Track) -> Line | None:
        """Return the line that carries this now."""
        return next((x for x in self.all if x.who == who and x.kind == kind), None)

    def give(self, who: Who, kind: Track) -> Line | None:
        """Return the line that carries this, a free one if need be; None: all taken."""
        line = self.carrying(who, kind)
        if line is None:
            free = (x for x in self.all if x.who is None and x.kind == kind)
            line = next(free, None)
            if line is not None:
                line.who = who
                self._changed()
        return line

    def free(self, is_gone: Callable[[Who], bool]) -> None:
        """Free the lines of whoever is gone; what still waits in them is dropped."""
        freed = [x for x in self.all if x.who and not x.is_home and is_gone(x.who)]
        for line in freed:
            line.who = None
            line.outlet.skip()
        if freed:
            self._changed()

    def carried(self) -> dict[str, Who]:
        """Return whom each line carries, by its mid; free ones are left out."""
        return {line.mid: line.who for line in self.all if line.who is not None}


def _homes(receiver: Who) -> list[Who]:
    return [who for who in (GUEST, HOST) if who != receiver]


def _line(offered: OfferedLine, may_pass: Callable[[Who, Track], bool]) -> Line:
    kind = offered.kind

    def may_leave() -> bool:
        return line.who is not None and may_pass(line.who, kind)

    line = Line(offered.mid, kind, Outlet(kind, may_leave))
    return line
