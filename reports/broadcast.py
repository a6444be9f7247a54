"""The sockets of this process that follow a stream, and the doorbell to others.

Commit order is not publish order: entries are handed on strictly by number. What is
ahead is held; a hole older than 50 ms is read from the database. A follower joins
first and reads second, so an entry may reach it twice but is never missed. Losing a
publish costs time only: the safety poll and the heartbeats find it.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple, Protocol
from uuid import UUID

from accounts.metrics import dropped, failed
from reports import metrics
from reports.clock import monotonic
from reports.errors import Stopping

log = logging.getLogger(__name__)

HOLE_SECONDS = 0.05


class Published(NamedTuple):
    """A committed entry on its way to whoever follows its stream."""

    stream: UUID
    seq: int
    at: datetime
    kind: str
    author_kind: str
    text: str
    client_id: UUID | None


class Follower(Protocol):
    """Somebody who follows streams: a socket, a mailbox."""

    def deliver(self, entry: Published) -> None:
        """Take the next entry; must neither block nor raise."""


class _Followed:
    """One stream followed in this process."""

    __slots__ = ("ahead", "followers", "hole_timer", "last")

    def __init__(self) -> None:
        self.followers: set[Follower] = set()
        self.last: int | None = None
        self.ahead: dict[int, Published] = {}
        self.hole_timer: asyncio.TimerHandle | None = None


Replay = Callable[[UUID, int], "asyncio.Future[list[Published]]"]


class Registry:
    """Who follows what in this process; lives in one event loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop, replay: Replay) -> None:
        self.loop = loop
        self._replay = replay
        self._streams: dict[UUID, _Followed] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def follow(self, stream: UUID, follower: Follower) -> None:
        """Hand entries of ``stream`` to ``follower``, who reads next, then ``saw``."""
        self._streams.setdefault(stream, _Followed()).followers.add(follower)

    def saw(self, stream: UUID, cursor: int) -> None:
        """Note that a follower read the database up to ``cursor``."""
        followed = self._streams.get(stream)
        if followed is not None and followed.last is None:
            followed.last = cursor
            self._drain(stream, followed)

    def unfollow(self, stream: UUID, follower: Follower) -> None:
        """Stop handing entries of ``stream`` to ``follower``."""
        followed = self._streams.get(stream)
        if followed is None:
            return
        followed.followers.discard(follower)
        if not followed.followers:
            if followed.hole_timer is not None:
                followed.hole_timer.cancel()
            del self._streams[stream]

    def streams(self) -> list[UUID]:
        """Return the streams followed here."""
        return list(self._streams)

    def accept(self, entries: Sequence[Published]) -> None:
        """Take committed entries, in whatever order they come."""
        for entry in entries:
            followed = self._streams.get(entry.stream)
            if followed is None:
                continue
            if followed.last is None:
                # Nobody has read yet: all followers are still catching up and hold it.
                self._hand(followed, entry)
            elif entry.seq == followed.last + 1:
                followed.last = entry.seq
                self._hand(followed, entry)
                if followed.ahead:
                    self._drain(entry.stream, followed)
            elif entry.seq > followed.last:
                followed.ahead[entry.seq] = entry
                self._watch_hole(entry.stream, followed)

    def accept_fresh(self, entries: Sequence[Published], since: float) -> None:
        """Take entries committed at ``since`` (monotonic), and note how late it is."""
        self.accept(entries)
        metrics.fan_out_seconds.observe(monotonic() - since)

    def heads(self, heads: dict[UUID, int]) -> None:
        """Compare with the database's heads; read what never arrived."""
        for stream, head in heads.items():
            followed = self._streams.get(stream)
            if followed and followed.last is not None and head > followed.last:
                self._read(stream, "head")

    def _hand(self, followed: _Followed, entry: Published) -> None:
        followers = tuple(followed.followers)
        for follower in followers:
            follower.deliver(entry)
        metrics.deliveries.inc(len(followers))

    def _drain(self, stream: UUID, followed: _Followed) -> None:
        """Hand on what was held and now is next."""
        assert followed.last is not None
        while (entry := followed.ahead.pop(followed.last + 1, None)) is not None:
            followed.last = entry.seq
            self._hand(followed, entry)
        for seq in [seq for seq in followed.ahead if seq <= followed.last]:
            del followed.ahead[seq]
        if followed.ahead:
            self._watch_hole(stream, followed)

    def _watch_hole(self, stream: UUID, followed: _Followed) -> None:
        if followed.hole_timer is None:
            followed.hole_timer = self.loop.call_later(
                HOLE_SECONDS, self._hole_is_old, stream
            )

    def _hole_is_old(self, stream: UUID) -> None:
        followed = self._streams.get(stream)
        if followed is not None:
            followed.hole_timer = None
            if followed.ahead:
                self._read(stream, "hole")

    def _read(self, stream: UUID, why: str) -> None:
        task = self.loop.create_task(self._read_missing(stream, why))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _read_missing(self, stream: UUID, why: str) -> None:
        followed = self._streams.get(stream)
        if followed is None or followed.last is None:
            return
        try:
            missing = await self._replay(stream, followed.last)
            metrics.found_late.labels(why).inc(len(missing))
            self.accept(missing)
        except Exception:  # the safety poll will come back to it
            failed("reading missed entries")
            log.warning("entries of %s could not be read", stream, exc_info=True)


_registry: Registry | None = None
_doorbell: Callable[[dict[UUID, int]], None] | None = None


def attach(
    registry: Registry | None,
    doorbell: Callable[[dict[UUID, int]], None] | None = None,
) -> None:
    """Make ``registry`` this process's; ``doorbell`` rings at other processes."""
    global _registry, _doorbell
    _registry, _doorbell = registry, doorbell
    metrics.followed_streams.set_function(
        lambda: float(len(registry.streams())) if registry is not None else 0.0
    )


def registry() -> Registry:
    """Return this process's registry.

    Raises:
        Stopping: no sockets are served here, or not any more.
    """
    if _registry is None:
        raise Stopping
    return _registry


def publish(entries: Iterable[Published]) -> None:
    """Hand committed entries to this process's sockets and ring elsewhere.

    Called from database threads after the commit. Where no sockets are served (a
    management command), the web processes' safety poll finds the entries.
    """
    batch = list(entries)
    for entry in batch:
        metrics.entries.labels(entry.kind).inc()
    if _registry is None:
        return
    try:
        _registry.loop.call_soon_threadsafe(_registry.accept_fresh, batch, monotonic())
        if _doorbell is not None:
            heads: dict[UUID, Any] = {}
            for entry in batch:
                heads[entry.stream] = entry.seq
            _registry.loop.call_soon_threadsafe(_doorbell, heads)
    except RuntimeError:  # the loop is closing: its sockets are gone too
        dropped("publish", "the process stops", len(batch))
        log.info("entries were committed while the process stopped")
