"""What runs inside every web process besides the doors: writer, matcher, sweeper, …

``start()`` and ``stop()`` are called by ``manage.py serve``, or by a server's lifespan.
"""

import asyncio
import logging
import secrets
from uuid import UUID, uuid4

from django.conf import settings
from prometheus_client.core import Metric

from alarm110.processes import RELAY_LIMIT, Neighbour
from dispatch import broadcast as rooms
from dispatch import leases
from dispatch.actions import running
from dispatch.actions.running import run
from dispatch.events.frames import Reconnect
from dispatch.loops.base import Loop
from dispatch.loops.board import Boards, Inside
from dispatch.loops.clips import Clips
from dispatch.loops.doorbell import Doorbell
from dispatch.loops.keeper import Keeper, Pulse
from dispatch.loops.matcher import Matcher
from dispatch.loops.media import Media
from dispatch.loops.poll import Poll
from dispatch.loops.recordings import Recordings
from dispatch.loops.rights import Rights
from dispatch.loops.silence import Silence
from dispatch.loops.sweeper import Sweeper
from dispatch.loops.tidier import Tidier
from dispatch.statistics import gauges
from reports import broadcast, journal, writer
from reports.actions.running import Threads, evidence
from reports.broadcast import Published, Registry
from reports.clock import monotonic

log = logging.getLogger(__name__)

RECONNECT_MS = 2000  # those sent away come back spread over this time
GOODBYE_SECONDS = 0.2  # for the last frames to leave

_loops: list[Loop] = []
_writer: writer.Writer | None = None
_media: Media | None = None
# What /metrics asks the database has a thread that no act and no alarm needs.
_figures = Threads("figures", 1)


def _replay(stream: UUID, after: int) -> asyncio.Future[list[Published]]:
    return asyncio.ensure_future(run(journal.replay, stream, after))


async def start() -> None:
    """Start everything; leases get their grace before the first sweep."""
    global _writer, _media
    boot_id = uuid4()
    doorbell = None if settings.EMBEDDED else Doorbell()
    broadcast.attach(
        Registry(asyncio.get_running_loop(), _replay),
        doorbell.ring if doorbell else None,
    )
    extended = await run(leases.begin_process, boot_id, is_alone=settings.EMBEDDED)
    if extended:
        log.info(
            "after a restart: %d at seats and in calls have 10 s to come back", extended
        )
    _writer = writer.Writer(journal.record_many)
    _writer.start()
    writer.attach(_writer)
    _loops[:] = [Keeper(boot_id), Pulse(), Matcher(), Sweeper(), Poll(), Rights()]
    _loops.append(Silence())
    media = _media = Media()
    _loops.extend([Tidier(), Clips(), media, Recordings()])
    _loops.append(Boards(Inside(ticks, media.backend.health, _batches)))
    if doorbell:
        _loops.append(doorbell)
    for loop in _loops:
        loop.start()


async def stop() -> None:
    """Send everybody away with a moment of their own, write what queued, stop."""
    global _writer, _media
    _media = None
    for port in tuple(rooms.live):
        port.show(Reconnect(after_ms=secrets.randbelow(RECONNECT_MS)))
    if rooms.live:
        await asyncio.sleep(GOODBYE_SECONDS)
    if _writer is not None:
        # It stays attached: what comes now is told to ask the next process.
        await _writer.stop()
        _writer = None
    await asyncio.gather(*(loop.stop() for loop in _loops))
    _loops.clear()
    broadcast.attach(None)
    running.shutdown()
    evidence.shutdown()
    _figures.shutdown()


def ticks() -> dict[str, float]:
    """Return, for each loop, the seconds since its last turn."""
    moment = monotonic()
    ticks = {loop.name: moment - loop.ticked_at for loop in _loops}
    if _writer is not None:
        ticks["writer"] = moment - _writer.ticked_at
    return ticks


def relay() -> Neighbour | None:
    """Return how the media relay is; None before the loops run, and where none is."""
    if _media is None or not _media.has_relay:
        return None
    backend = _media.backend
    age = monotonic() - backend.heard_at if backend.heard_at else None
    return Neighbour(backend.is_connected, age, RELAY_LIMIT)


async def relay_figures() -> str:
    """Return what the relay has counted; empty if it does not say so at once."""
    return await _media.backend.metrics() if _media is not None else ""


async def database_figures() -> list[Metric]:
    """Return what the database knows of this moment.

    Raises:
        Busy: it is locked or away.
    """
    return await _figures.run(gauges.read)


def _batches() -> int:
    """Return how many commits the writer has made."""
    return _writer.batches if _writer is not None else 0
