"""The legs this process knows of, and the windows they belong to."""

import asyncio
from dataclasses import dataclass, field
from itertools import count
from uuid import UUID

from dispatch import broadcast as rooms
from dispatch.abroad import is_here
from dispatch.broadcast import Port
from dispatch.events.frames import MediaLinesShown
from dispatch.media.interface import HOST, Who
from dispatch.sides import epoch_of

_numbers = count()
FROM_BEFORE = -1  # the number of a leg that was there before this process


@dataclass(slots=True)
class Leg:
    """A leg that was asked for here; ``turn`` keeps its signals in their order."""

    call: UUID
    who: Who
    number: int = field(default_factory=lambda: next(_numbers))
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    candidates: int = 0
    epoch: int = 0  # of the place it was begun from; 0: not known
    seat: UUID | None = None  # of a host
    lines: dict[str, Who] = field(default_factory=dict)  # SDP mid → whom it carries
    shown: tuple[int, dict[str, Who]] | None = None  # to which window, what

    @property
    def side(self) -> tuple[UUID, Who]:
        """Return whose it is."""
        return self.call, self.who

    def is_begun_by(self, port: Port) -> None:
        """Note by what right the window has its place."""
        self.epoch = epoch_of(port, self.who)
        self.seat = getattr(port, "seat", None) if self.who == HOST else None


class Legs(dict[UUID, Leg]):
    """All legs, by the ids that their windows made."""

    def of_side(self, call: UUID, who: Who) -> dict[UUID, Leg]:
        """Return the legs of one side of a room."""
        return {u: leg for u, leg in self.items() if leg.side == (call, who)}

    def of_call(self, call: UUID) -> dict[UUID, Leg]:
        """Return the legs of a room."""
        return {u: leg for u, leg in self.items() if leg.call == call}

    def learn_lines(self, uuid: UUID, lines: dict[str, Who]) -> None:
        """Note whom a leg's lines carry, and tell its window."""
        leg = self.get(uuid)
        if leg is not None:
            leg.lines = lines
            show_lines(uuid, leg)


def holder(call: UUID, who: Who) -> Port | None:
    """Return the window of this process that holds a side of the room."""
    room = rooms.rooms().get(call)
    port = room.port_of(who) if room is not None else None
    return port if is_here(port) else None


def show_lines(uuid: UUID, leg: Leg) -> None:
    """Tell the window whom its leg carries, unless this very one knows it."""
    port = holder(leg.call, leg.who)
    shown = (id(port), leg.lines)
    if port is None or not leg.lines or leg.shown == shown:
        return
    leg.shown = shown
    port.show(MediaLinesShown(leg=uuid, lines=leg.lines))
