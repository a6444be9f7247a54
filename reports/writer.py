"""The group-commit writer: whatever queued while the last commit ran goes into one.

One task and one thread a process. A *batch function* belongs to an app's ``actions``;
this module knows none. The steps of all functions run together, then one
``record_many``; a future resolves only after the commit, so an answer given on it is
true. A batch that breaks a constraint is tried again one by one, so that one bad item
does not fail its neighbours.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol, runtime_checkable

from django.db import (
    IntegrityError,
    InterfaceError,
    OperationalError,
    connection,
    models,
    transaction,
)

from accounts import logs
from accounts.metrics import failed, is_away
from reports import metrics
from reports.clock import monotonic
from reports.errors import Busy, Stopping
from reports.models.hot import lock_rows

log = logging.getLogger(__name__)

MAX_BATCH = 400  # items in one transaction
# A commit costs much the same for one item as for ten. So they start this far apart,
# unless many wait: a lone item goes at once, a stream of them in fewer commits, each
# later by less than anyone can notice.
INTERVAL = 0.04  # seconds
MANY = 64  # items; so many are not kept waiting
SLOW = 2.0  # seconds; a commit that takes longer is told in the log
MAX_QUEUE = 20_000  # items; beyond it the phone keeps what it has


@dataclass(slots=True)
class Attempt:
    """One try to write one item. ``outcome`` or ``error`` is what its sender gets."""

    item: Any
    outcome: Any = None
    error: Exception | None = None

    @property
    def is_open(self) -> bool:
        """Return whether nothing was decided yet."""
        return self.outcome is None and self.error is None


class BatchFunction(Protocol):
    """Writes many items of one sort in somebody else's transaction.

    The writer makes one instance a transaction, so steps may keep what they found.
    """

    # Functions that lock calls run before those that lock counters (one lock order).
    rank: ClassVar[int]
    # Urgent ones (alarms) go first and in a transaction of their own: what others hold
    # or flood must not delay them.
    is_urgent: ClassVar[bool]

    def lock(self, attempts: Sequence[Attempt]) -> None:
        """Take the locks; settle items already known by their client id."""

    def write(self, attempts: Sequence[Attempt]) -> None:
        """Write the rows of the open items; may settle some with an error."""

    def entries(self, attempts: Sequence[Attempt]) -> list[tuple[Attempt, Any]]:
        """Return the entries of the open items; an item's first one is its ack."""

    def finish(self, attempts: Sequence[Attempt]) -> None:
        """Turn what the items have into outcomes, numbers known."""


@runtime_checkable
class SharesRows(Protocol):
    """A batch function that locks rows of a sort that others lock too.

    The rows of all of them are locked at once, by their ids, before the first looks at
    any: of two transactions that each did it function by function, one could wait for
    the other's first row while the other waits for its second.
    """

    shares: ClassVar[type[models.Model]]

    def rows(self, attempts: Sequence[Attempt]) -> set[int]:
        """Return the ids of the rows to be locked."""


Pair = tuple[type[BatchFunction], Any]
# ``journal.record_many``: drafts in, where they came to stand out. Handed in, as the
# journal stands above this module.
Record = Callable[[list[Any]], Sequence[Any]]


def commit(pairs: Sequence[Pair], record: Record) -> list[Attempt]:
    """Write the items now, in this thread; return one attempt each, in their order."""
    try:
        return _commit_together(pairs, record)
    except Exception as error:  # tried again below, one by one
        if _is_gone(error):
            raise
        metrics.batches_split.inc()
        # Most often another process wrote the same tap or message a moment earlier:
        # the second try finds it by its client id and gives the old answer. But also
        # one item nobody foresaw must not refuse its neighbours' alarms.
        log.warning(
            "a batch of %d failed (%s); one by one", len(pairs), type(error).__name__
        )
    attempts = []
    for pair in pairs:
        try:
            attempts += _commit_together([pair], record)
        except Exception as error:  # its sender is told; its neighbours are written
            if _is_gone(error):
                raise
            if not isinstance(error, IntegrityError | OperationalError):
                failed("writer item")
                log.exception("an item of %s could not be written", pair[0].__name__)
            attempts.append(
                Attempt(pair[1], error=Busy() if _is_passing(error) else error)
            )
    return attempts


def _is_gone(error: Exception) -> bool:
    """Return whether the connection is of no more use; a lock that took too long is."""
    if isinstance(error, InterfaceError):
        return True
    if not isinstance(error, OperationalError):
        return False
    return connection.vendor == "sqlite" or not connection.is_usable()


def _commit_together(pairs: Sequence[Pair], record: Record) -> list[Attempt]:
    """One transaction for all; raises IntegrityError with nothing written."""
    attempts = [Attempt(item) for _, item in pairs]
    groups: dict[type[BatchFunction], list[Attempt]] = {}
    for (kind, _), attempt in zip(pairs, attempts, strict=True):
        groups.setdefault(kind, []).append(attempt)
    ordered = [
        (kind(), group)
        for kind, group in sorted(groups.items(), key=lambda item: item[0].rank)
    ]
    with transaction.atomic():
        shared = _shared_rows(ordered)
        for function, group in ordered:
            if isinstance(function, SharesRows) and function.shares in shared:
                lock_rows(function.shares, shared.pop(function.shares))
            function.lock(group)
        for function, group in ordered:
            function.write([a for a in group if a.is_open])
        drafts: list[tuple[Attempt, Any]] = []
        for function, group in ordered:
            drafts += function.entries([a for a in group if a.is_open])
        recorded = record([draft for _, draft in drafts])
        for (attempt, _), where in zip(drafts, recorded, strict=True):
            if attempt.outcome is None:
                attempt.outcome = where
        for function, group in ordered:
            function.finish([a for a in group if a.error is None])
    return attempts


def _shared_rows(
    ordered: Sequence[tuple[BatchFunction, Sequence[Attempt]]],
) -> dict[type[models.Model], set[int]]:
    """Return which rows of each sort the functions of one transaction lock."""
    shared: dict[type[models.Model], set[int]] = {}
    for function, group in ordered:
        if isinstance(function, SharesRows):
            shared.setdefault(function.shares, set()).update(function.rows(group))
    return shared


class Writer:
    """The task that commits what has queued; one a process."""

    def __init__(self, record: Record) -> None:
        self._record = record
        self._queue: list[tuple[type[BatchFunction], Any, asyncio.Future[Any]]] = []
        self._wake = asyncio.Event()
        self._crowded = asyncio.Event()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="writer")
        self._task: asyncio.Task[None] | None = None
        self._is_stopping = False
        self.ticked_at = monotonic()
        self._next_at = 0.0
        self.batches = 0
        self.items = 0

    def start(self) -> None:
        """Begin to write."""
        self._task = asyncio.get_running_loop().create_task(self._run())
        self._task.add_done_callback(self._has_ended)

    def _has_ended(self, task: asyncio.Task[None]) -> None:
        if not self._is_stopping and not task.cancelled():
            failed("writer")
            log.critical("the writer died", exc_info=task.exception())

    async def stop(self) -> None:
        """Write what has queued, then stop."""
        if self._task is None:
            return
        # Not cancelled: whoever waits for the commit under way must get its answer.
        self._is_stopping = True
        self._wake.set()
        await asyncio.gather(self._task, return_exceptions=True)
        # ``connection`` is each thread's own: look it up there, not here.
        self._thread.submit(lambda: connection.close())
        self._thread.shutdown(wait=True)

    async def submit(self, function: type[BatchFunction], item: Any) -> Any:
        """Return the item's outcome once it is committed.

        Raises:
            Busy: the database is locked or away, or too much has queued.
            Stopping: the last batch is written; the next process takes it.
            Exception: what the batch function settled the item with.
        """
        if self._task is not None and self._task.done():
            if not self._is_stopping:  # it died; ``start`` has said of what
                metrics.writer_items.labels("dead").inc()
                raise Busy
            metrics.writer_items.labels("stopping").inc()
            raise Stopping
        if len(self._queue) >= MAX_QUEUE and not function.is_urgent:
            metrics.writer_items.labels("queue full").inc()
            raise Busy
        future = asyncio.get_running_loop().create_future()
        self._queue.append((function, item, future))
        self._wake.set()
        if len(self._queue) >= MANY:
            self._crowded.set()
        return await future

    async def _rest(self) -> None:
        """Let a few more items come, if the last commit was only just now."""
        left = self._next_at - monotonic()
        if left > 0 and len(self._queue) < MANY:
            self._crowded.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(left):
                    await self._crowded.wait()

    def _next_batch(self) -> list[tuple[type[BatchFunction], Any, asyncio.Future[Any]]]:
        """Take what goes into the next transaction: all alarms, else the oldest."""
        chosen = [item for item in self._queue if item[0].is_urgent] or self._queue
        batch = chosen[:MAX_BATCH]
        taken = {id(item) for item in batch}
        self._queue = [item for item in self._queue if id(item) not in taken]
        return batch

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        logs.about(loop="writer")
        while True:
            self.ticked_at = monotonic()
            if not self._queue:
                if self._is_stopping:
                    return
                self._wake.clear()
                try:
                    async with asyncio.timeout(1):
                        await self._wake.wait()
                except TimeoutError:
                    continue
            await self._rest()
            batch = self._next_batch()
            pairs = [(function, item) for function, item, _ in batch]
            began = monotonic()
            self._next_at = began + INTERVAL
            try:
                attempts = await loop.run_in_executor(
                    self._thread, _commit_safely, pairs, self._record
                )
            except Exception as error:  # its senders are told; the next batch may do
                metrics.writer_items.labels("failed").inc(len(batch))
                if not isinstance(error, OperationalError | InterfaceError):
                    failed("writer batch")
                    log.exception("a batch of %d failed", len(batch))
                refusal = Busy() if _is_passing(error) else error
                for _, _, future in batch:
                    if not future.done():
                        future.set_exception(refusal)
                continue
            self.batches += 1
            self.items += len(batch)
            _count(attempts, monotonic() - began)
            for (_, _, future), attempt in zip(batch, attempts, strict=True):
                if future.done():  # its sender has gone; the fact stands all the same
                    continue
                if attempt.error is not None:
                    future.set_exception(attempt.error)
                else:
                    future.set_result(attempt.outcome)


def _commit_safely(pairs: Sequence[Pair], record: Record) -> list[Attempt]:
    """Commit in the writer's thread; a broken connection is not kept."""
    began = monotonic()
    try:
        return commit(pairs, record)
    except (OperationalError, InterfaceError) as error:
        is_away("writer")
        waited, kind = monotonic() - began, type(error).__name__
        log.warning("the database did not take a batch in %.1f s: %s", waited, kind)
        connection.close()
        raise


def _count(attempts: Sequence[Attempt], seconds: float) -> None:
    """Note how large a batch was, how long it took, and what became of its items."""
    metrics.batch_items.observe(len(attempts))
    metrics.batch_seconds.observe(seconds)
    if seconds > SLOW:
        # Everybody waited for it: a disk that stalls, or another process's transaction.
        log.warning("a batch of %d took %.1f s to commit", len(attempts), seconds)
    refused = sum(attempt.error is not None for attempt in attempts)
    if refused:
        metrics.writer_items.labels("refused").inc(refused)
    metrics.writer_items.labels("written").inc(len(attempts) - refused)


def _is_passing(error: Exception) -> bool:
    """Return whether the same item may well succeed a moment later."""
    return isinstance(error, OperationalError | InterfaceError)


_writer: Writer | None = None


def attach(writer: Writer | None) -> None:
    """Make ``writer`` this process's writer."""
    global _writer
    _writer = writer
    metrics.queue_items.set_function(
        lambda: float(len(writer._queue)) if writer is not None else 0.0
    )


async def submit(function: type[BatchFunction], item: Any) -> Any:
    """Hand an item to this process's writer; see ``Writer.submit``."""
    if _writer is None:
        raise RuntimeError("the writer is not running")
    return await _writer.submit(function, item)
