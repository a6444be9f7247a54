"""Makes one copy: chunks into a private folder, a child process, the storage.

The sealed original is only read, chunk by chunk, each compared with its hash.
"""

import contextlib
import logging
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection

from accounts.metrics import failed
from reports.actions.evidence import Damaged, read_chunks
from reports.actions.views import STORAGE_FULL, begin_view, finish_view, refuse_view
from reports.copies import child
from reports.copies.jobs import TOO_LARGE, Job, Part, Refused
from reports.errors import StorageFull
from reports.models import EvidenceClip, ViewCopy
from reports.states import ClipKind
from reports.storage import evidence_storage

log = logging.getLogger(__name__)

MAX_PHOTO_BYTES = 64 * 1024 * 1024
# The disk is the evidence's first of all: what was put together, its copy, and room for
# new chunks.
SPARE_BYTES = 512 * 1024 * 1024
ABANDONED_SECONDS = 10 * 60  # longer than any copy takes
# Between tries to write how it ended: minutes of work must not be lost, and begun again
# after ABANDONED_SECONDS, because others held the database for a moment.
TRY_AGAIN_SECONDS = (1.0, 2.0, 4.0, 8.0, 15.0)
DAMAGED = "damaged"


def make_view(view: UUID) -> None:
    """Make one copy, or note why there can be none; done by others, it does nothing."""
    row = begin_view(view)
    if row is None:
        return
    try:
        _make(row)
    except Refused as refused:
        _refuse(view, refused.reason)
    except StorageFull:
        _refuse(view, STORAGE_FULL)
    except Damaged:
        failed("damaged evidence")
        log.exception("evidence of clip %s is damaged", row.clip.uuid)
        _refuse(view, DAMAGED)


def _refuse(view: UUID, reason: str) -> None:
    _insist(lambda: refuse_view(view, reason))


def _insist(write: Callable[[], bool]) -> None:
    """Write, and again in a while if the database is locked or away."""
    for seconds in TRY_AGAIN_SECONDS:
        try:
            write()
        except (OperationalError, InterfaceError) as error:
            log.warning("how a copy ended waits: %s", type(error).__name__)
            connection.close()
            time.sleep(seconds)
        else:
            return
    write()


def _make(row: ViewCopy) -> None:
    clip = row.clip
    is_photo = clip.kind == ClipKind.PHOTO
    if is_photo and clip.bytes > MAX_PHOTO_BYTES:
        raise Refused(TOO_LARGE)
    workroom = settings.HOME / "copies"
    workroom.mkdir(mode=0o700, exist_ok=True)
    if shutil.disk_usage(workroom).free < 2 * clip.bytes + SPARE_BYTES:
        raise StorageFull
    with tempfile.TemporaryDirectory(dir=workroom) as name:
        folder = Path(name)
        parts, chunk_count = _put_together(clip, folder)
        if is_photo:  # whatever a phone says, a photo is one file
            parts = parts[:1]
        job = Job(kind="photo" if is_photo else "recording", parts=parts)
        copied = child.convert(folder, job)
        row.sha256 = copied.sha256
        evidence_storage().put_file(row.key, copied.path)
    _insist(
        lambda: finish_view(
            row.uuid,
            chunk_count=chunk_count,
            mime=copied.mime,
            sha256=copied.sha256,
            size=copied.bytes,
            duration_ms=copied.duration_ms,
            note=copied.note,
            parts=copied.parts,
        )
    )


def _put_together(clip: EvidenceClip, folder: Path) -> tuple[list[Part], int]:
    """Write each segment's chunks into a file; return the parts and how many chunks."""
    indices: dict[int, list[int]] = {}
    for chunk in read_chunks(clip):
        indices.setdefault(chunk.segment, []).append(chunk.index)
        with (folder / str(chunk.segment)).open("ab") as file:
            file.write(chunk.data)
    gaps = {gap["segment"] for gap in clip.gaps}
    parts = [
        Part(
            number=segment,
            file=str(segment),
            is_whole=found == list(range(len(found))) and segment not in gaps,
        )
        for segment, found in indices.items()
    ]
    return parts, sum(map(len, indices.values()))


def sweep_workroom() -> None:
    """Remove what workers that were killed left behind: pieces of evidence."""
    for folder in (settings.HOME / "copies").glob("*"):
        with contextlib.suppress(FileNotFoundError):  # another worker's, done just now
            if time.time() - folder.stat().st_mtime > ABANDONED_SECONDS:
                shutil.rmtree(folder, ignore_errors=True)
