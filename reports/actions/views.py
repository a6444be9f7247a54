"""Copies to look at: asked for, begun by a worker, ready or refused. Rows and entries.

What a copy is made of and how stands in ``copying.py``. A worker that dies leaves its
copy in the making; whoever tends to them next begins it again, three times at most.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Coalesce
from django.utils.module_loading import import_string

from reports import journal
from reports.clock import now
from reports.copies.jobs import TOOK_TOO_LONG, UNKNOWN_TYPE
from reports.errors import NoSuchClip
from reports.events import ClipViewChanged
from reports.journal import SYSTEM, Author
from reports.models import EvidenceClip, ViewCopy
from reports.models.hot import lock_rows
from reports.snapshots import clip_view
from reports.states import ClipKind, ClipState, ViewState

# A job is enqueued from below by its dotted path (DESIGN 4).
JOB = "reports.tasks.make_view"
SHOWN = (ClipKind.VIDEO, ClipKind.AUDIO, ClipKind.PHOTO)
MAX_TRIES = 3
# Longer than a conversion may take: who began it is dead, or has lost its way.
LOST = timedelta(minutes=2)
# A clip that still grows is copied anew at most so often: each copy is kept.
PAUSE = timedelta(seconds=30)
# No fault of the clip's: asked again, it is tried again.
STORAGE_FULL = "storage_full"
PASSING = {STORAGE_FULL, TOOK_TOO_LONG}
# The worker takes the highest first. What somebody waits for goes before what is made
# in stock; and of that each incident's first copies go before another's hundredth, so a
# phone that floods us with clips delays its own alone.
AWAITED, IN_STOCK, LAST = 100, 0, -100


def ask_view(clip: UUID, *, author: Author = SYSTEM) -> ViewCopy:
    """Have a copy made of what is stored so far; one at a time a clip.

    Returns the newest copy where it shows all there is, or is being made.

    Raises:
        NoSuchClip: there is none, or nothing of it has come yet.
    """
    with transaction.atomic():
        row = _locked(clip)
        if row is None or not row.chunk_count:
            raise NoSuchClip
        moment, newest = now(), row.views.first()
        if newest is not None and not _is_due(row, newest, moment):
            if newest.state == ViewState.MAKING and author != SYSTEM:
                # Made in stock so far, and now somebody waits. Begun twice it is not.
                transaction.on_commit(lambda: enqueue(newest, AWAITED), robust=True)
            return newest
        view = ViewCopy(clip=row, chunk_count=row.chunk_count, asked_at=moment)
        if row.kind not in SHOWN:  # a file is kept, and never opened here
            view.state, view.reason = ViewState.REFUSED, UNKNOWN_TYPE
        view.save(force_insert=True)
        if view.state == ViewState.MAKING:
            urgency = AWAITED if author != SYSTEM else _in_stock(row)
            transaction.on_commit(lambda: enqueue(view, urgency), robust=True)
        _record(row, view, author)
    return view


def _is_due(clip: EvidenceClip, newest: ViewCopy, moment: datetime) -> bool:
    """Return whether another copy would show more, or may succeed this time."""
    if newest.state == ViewState.MAKING:
        return False
    if moment - newest.asked_at < PAUSE and clip.state == ClipState.OPEN:
        return False
    return newest.chunk_count != clip.chunk_count or newest.reason in PASSING


def enqueue(view: ViewCopy, urgency: int = IN_STOCK) -> None:
    """Hand a copy to the worker; one that gets lost on the way is found again."""
    import_string(JOB).using(priority=urgency).enqueue(str(view.uuid))


def _in_stock(clip: EvidenceClip) -> int:
    """Return how urgent a copy is that nobody waits for: less with each before it."""
    made = ViewCopy.objects.filter(clip__incident=clip.incident_id).count()
    return max(LAST, IN_STOCK - made + 1)


def begin_view(view: UUID) -> ViewCopy | None:
    """Take a copy to be made by this worker, its clip with it; None: it is not due.

    Once it was tried often enough it is refused: it may be what workers die of.
    """
    moment = now()
    due = ViewCopy.objects.filter(
        Q(tried_at__isnull=True) | Q(tried_at__lt=moment - LOST),
        uuid=view,
        state=ViewState.MAKING,
    )
    if due.filter(tries__gte=MAX_TRIES).exists():
        refuse_view(view, TOOK_TOO_LONG)
        return None
    if not due.update(tries=F("tries") + 1, tried_at=moment):
        return None  # another worker was faster, or it is done
    return ViewCopy.objects.select_related("clip__incident").get(uuid=view)


def finish_view(
    view: UUID,
    *,
    chunk_count: int,
    mime: str,
    sha256: str,
    size: int,
    duration_ms: int,
    note: str,
    parts: list[tuple[int, int, int]],
) -> bool:
    """Note that a copy is ready; its bytes are on the storage. False: it was late."""
    return _settle(
        view,
        state=ViewState.READY,
        made_at=now(),
        chunk_count=chunk_count,
        mime=mime,
        sha256=sha256,
        bytes=size,
        duration_ms=duration_ms,
        reason=note,
        parts=parts,
    )


def refuse_view(view: UUID, reason: str) -> bool:
    """Note why there can be no copy; shown with the clip, which stays as it is."""
    return _settle(view, state=ViewState.REFUSED, reason=reason)


def _settle(view: UUID, **fields: object) -> bool:
    clip = ViewCopy.objects.values_list("clip__uuid", flat=True).get(uuid=view)
    with transaction.atomic():
        row = _locked(clip)
        assert row is not None
        making = ViewCopy.objects.filter(uuid=view, state=ViewState.MAKING)
        if not making.update(**fields):
            return False  # a second worker has settled it
        _record(row, ViewCopy.objects.get(uuid=view), SYSTEM)
    return True


def _locked(clip: UUID) -> EvidenceClip | None:
    found = EvidenceClip.objects.filter(uuid=clip).values_list("pk", flat=True).first()
    if found is None:
        return None
    lock_rows(EvidenceClip, [found])
    return EvidenceClip.objects.select_related("incident").get(pk=found)


def _record(clip: EvidenceClip, view: ViewCopy, author: Author) -> None:
    journal.record(
        clip.incident.uuid,
        author,
        ClipViewChanged(clip=clip_view(clip, view)),
        subject=("clip", str(clip.uuid)),
    )


# --- What the worker looks for by itself ---------------------------------------------


def ask_missing(since: datetime | None = None, *, at_most: int = 50) -> int:
    """Ask for copies of clips that closed (``since`` then) and have none of all chunks.

    The worker looks, so that closing a clip needs to know nothing of copies.
    """
    shown = ViewCopy.objects.filter(
        Q(chunk_count=OuterRef("chunk_count")) | Q(state=ViewState.MAKING),
        clip=OuterRef("pk"),
    )
    missing = EvidenceClip.objects.filter(
        ~Exists(shown), state=ClipState.CLOSED, kind__in=SHOWN, chunk_count__gt=0
    )
    if since is not None:
        missing = missing.filter(closed_at__gte=since)
    clips = list(missing.order_by("closed_at").values_list("uuid", flat=True)[:at_most])
    for clip in clips:
        ask_view(clip)
    return len(clips)


def find_lost() -> int:
    """Enqueue again what was begun or asked for long ago and is still being made."""
    last = Coalesce("tried_at", "asked_at")
    making = ViewCopy.objects.filter(state=ViewState.MAKING).annotate(last=last)
    lost = list(making.filter(last__lt=now() - LOST))
    for view in lost:
        enqueue(view)
    return len(lost)
