"""The streams one socket follows: joined first, read second, handed on by number."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from dispatch.actions.running import run
from reports import journal
from reports.broadcast import Published

FAR_BEHIND = 1000  # entries; beyond it a fresh snapshot is cheaper


class Following:
    """One followed stream: where it stands, and what waits while it is read."""

    __slots__ = ("cursor", "held")

    def __init__(self) -> None:
        self.cursor = 0
        self.held: list[Published] | None = []  # None once caught up

    def take(self, entry: Published) -> list[Published]:
        """Return the entries that may be handed on now, in order."""
        if self.held is not None:
            self.held.append(entry)
            return []
        if entry.seq <= self.cursor:
            return []
        self.cursor = entry.seq
        return [entry]

    def caught_up(self, cursor: int) -> list[Published]:
        """The database was read up to ``cursor``; return what came meanwhile."""
        self.cursor = cursor
        held, self.held = self.held or [], None
        ready = []
        for entry in sorted(held, key=lambda e: e.seq):
            ready += self.take(entry)
        return ready


Snapshot = Callable[[UUID], tuple[int, dict[str, Any]]]


async def read(
    stream: UUID, cursor: int | None, snapshot: Snapshot
) -> tuple[int, dict[str, Any] | None, list[Published]]:
    """Return (cursor, snapshot, missed entries) for a follower who stood at ``cursor``.

    Near the head the missed entries come, else a fresh snapshot.
    """
    if cursor is not None:
        missed = await run(_missed, stream, cursor)
        if missed is not None:
            return (missed[-1].seq if missed else cursor), None, missed
    head, fresh = await run(snapshot, stream)
    return head, fresh, []


def _missed(stream: UUID, cursor: int) -> list[Published] | None:
    """Return the entries above ``cursor``; None where a snapshot is due.

    A cursor beyond the head is a claim of the client's, perhaps from before a restore:
    believing it would hold back every entry up to it.
    """
    if cursor > journal.heads([stream]).get(stream, -1):
        return None
    missed = journal.replay(stream, cursor, FAR_BEHIND + 1)
    return missed if len(missed) <= FAR_BEHIND else None
