"""The inbox of a phone whose sockets fail: what a socket would have sent, kept to be
fetched. In memory, one a call and process; entries are read from the database."""

import asyncio
from collections import deque
from uuid import UUID

from accounts.metrics import dropped
from dispatch import broadcast as rooms
from dispatch import metrics
from dispatch.actions.budget import Budget
from dispatch.events.frames import ServerFrame
from reports import broadcast
from reports.broadcast import Published
from reports.clock import monotonic

MAX_EPHEMERAL = 64
FORGOTTEN_SECONDS = 20.0


class Mailbox:
    """Stands in for a socket between two polls."""

    def __init__(self, call: UUID, incident: UUID) -> None:
        self.call = call
        self.incident = incident
        self.ephemeral: deque[ServerFrame] = deque(maxlen=MAX_EPHEMERAL)
        self.arrived = asyncio.Event()
        self.budget = Budget()
        self._fetched_at = monotonic()
        broadcast.registry().follow(incident, self)
        rooms.live.add(self)

    def deliver(self, entry: Published) -> None:
        """Wake the poll that waits; it reads the entries itself."""
        self.arrived.set()

    def show(self, frame: ServerFrame) -> None:
        """Keep an unnumbered frame; the oldest goes where there are too many."""
        if len(self.ephemeral) == MAX_EPHEMERAL:
            dropped("inbox frame", "inbox full")
        self.ephemeral.append(frame)
        self.arrived.set()

    def beat(self, at: str) -> None:
        """Forget this mailbox once nobody fetches from it any more."""
        if monotonic() - self._fetched_at > FORGOTTEN_SECONDS:
            self.close()

    async def wait(self, seconds: float) -> None:
        """Wait until something arrives, at most so long."""
        self._fetched_at = monotonic()
        try:
            async with asyncio.timeout(seconds):
                await self.arrived.wait()
        except TimeoutError:
            return
        finally:
            self._fetched_at = monotonic()

    def fetch(self) -> list[ServerFrame]:
        """Return and forget the unnumbered frames."""
        self._fetched_at = monotonic()
        frames = list(self.ephemeral)
        self.ephemeral.clear()
        return frames

    def close(self) -> None:
        """Leave the room and the stream."""
        broadcast.registry().unfollow(self.incident, self)
        rooms.live.discard(self)
        rooms.leave(self.call, self)
        if _mailboxes.get(self.call) is self:
            del _mailboxes[self.call]
            metrics.sockets.labels("inbox").dec()


_mailboxes: dict[UUID, Mailbox] = {}


def mailbox(call: UUID, incident: UUID) -> Mailbox:
    """Return the call's mailbox, made if needed."""
    found = _mailboxes.get(call)
    if found is None:
        found = _mailboxes[call] = Mailbox(call, incident)
        metrics.sockets.labels("inbox").inc()
    return found
