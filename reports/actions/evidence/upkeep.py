"""What nobody else does: closing clips whose recorder never came back, and removing
bytes that no row speaks of.
"""

import logging
import re
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import groupby
from uuid import UUID

from django.db import connection, transaction

from accounts.metrics import dropped
from reports import journal
from reports.actions.evidence.closing import CloseBatch, CloseItem
from reports.clock import now
from reports.journal import SYSTEM
from reports.models import EvidenceChunk, EvidenceClip
from reports.models.hot import is_postgresql, lock_rows
from reports.states import ClipSource
from reports.storage import evidence_storage
from reports.writer import commit

# A phone whose network or battery went may be back after a few days, and what it kept
# belongs into the clip that it began.
IDLE = timedelta(days=7)
# The relay is in the house: what it did not close by now, it will not.
IDLE_RELAY = timedelta(minutes=10)
ORPHANED = timedelta(hours=24)
MANY = 10  # clips of each sort closed in one turn
UUID_TEXT = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
CHUNK = re.compile(
    rf"clips/(?P<clip>{UUID_TEXT})/(?P<segment>\d+)/(?P<index>\d+)-(?P<sha256>[0-9a-f]{{64}})"
)
BEGUN = re.compile(rf"clips/{UUID_TEXT}/\d+/\.[^/]+\.begun")

log = logging.getLogger(__name__)


def close_idle() -> int:
    """Close open clips that got no chunk for long, as ``lost``; return how many."""
    moment, count = now(), 0
    relay = {"source": ClipSource.RELAY}
    waiting = EvidenceClip.objects.still_open()
    for rows, since in (
        (waiting.exclude(**relay), moment - IDLE),
        (waiting.filter(**relay), moment - IDLE_RELAY),
    ):
        due = rows.filter(heard_at__lt=since).order_by("heard_at")
        for clip in list(due[:MANY]):
            # One by one: a clip of an hour has thousands of leaves to hash.
            item = CloseItem.prepared(clip, SYSTEM, "lost", if_idle_since=since)
            [attempt] = commit([(CloseBatch, item)], journal.record_many)
            if attempt.error is not None:
                raise attempt.error
            count += bool(attempt.outcome.root)
    return count


def sweep_orphans() -> Iterator[int]:
    """Remove what was stored a day ago and has no row; yield how many pieces.

    Clip by clip: a storage may hold millions of names. A crash between bytes and row
    leaves such; the phone sent them again long since.
    """
    before = now() - ORPHANED
    keys = evidence_storage().old_keys("clips", before)
    for clip, group in groupby(keys, key=lambda key: key.split("/")[1]):
        yield _remove_orphans_of(clip, group, before)


def _remove_orphans_of(clip: str, keys: Iterable[str], before: datetime) -> int:
    known: set[tuple[int, int, str]] | None = None
    count = 0
    for key in keys:
        match = CHUNK.fullmatch(key)
        if match is None:
            if BEGUN.fullmatch(key):
                count += evidence_storage().delete_orphan(key, before)
            else:
                dropped("stored file", "not ours")  # it is left where it is
                log.warning(
                    "the evidence storage holds a file that is not ours: %s", key
                )
            continue
        if known is None:
            rows = EvidenceChunk.objects.filter(clip__uuid=UUID(clip))
            known = set(rows.values_list("segment", "index", "sha256"))
        place = (int(match["segment"]), int(match["index"]), match["sha256"])
        if place not in known and _remove(UUID(clip), place, key, before):
            count += 1
    return count


def _remove(
    clip: UUID, place: tuple[int, int, str], key: str, before: datetime
) -> bool:
    """Remove one piece, under its clip's lock.

    The same chunk may be on its way again at this moment: its receipt is written under
    that lock too, and looks whether the bytes that it found are still there.
    """
    with transaction.atomic():
        _hold_for_the_bucket()
        row = EvidenceClip.objects.filter(uuid=clip).first()
        if row is not None:
            lock_rows(EvidenceClip, [row.pk])
            segment, index, sha256 = place
            if row.chunks.filter(segment=segment, index=index, sha256=sha256).exists():
                return False
        if evidence_storage().delete_orphan(key, before):
            dropped("stored bytes", "without a row for a day")
            log.warning("removed %s: it has had no row for a day", key)
            return True
    return False


def _hold_for_the_bucket() -> None:
    """Let this transaction wait for a slow bucket: 2 min, more than its patience.

    The database ends others that are idle for 10 s (``settings/data.py``). This one's
    lock would go while the bucket still removes: the chunk gets its receipt, no bytes.
    """
    if is_postgresql():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL idle_in_transaction_session_timeout = '2min'")
