"""Who looked at what: the ledger, one stream for the whole house."""

from datetime import datetime, timedelta
from uuid import NAMESPACE_URL, uuid5

from django.core.cache import cache
from django.db import transaction

from reports import journal
from reports.clock import now
from reports.events import ClipViewed, EntryBody, RecordsExported, RecordViewed
from reports.journal import Author
from reports.models import Entry, EvidenceClip, Incident, StreamKind
from reports.models.hot import lock_heads

# Fixed, as the ledger has no subject (docs/decisions/003-stream-is-its-subject.md).
LEDGER = uuid5(NAMESPACE_URL, "alarm110:ledger")
# A player asks for a recording in dozens of pieces: they are one look.
ONE_LOOK = timedelta(minutes=10)


def note_look(clip: EvidenceClip, *, author: Author, viewer: str) -> bool:
    """Write down that somebody looks at a clip; called before they see a byte of it.

    One entry a person, clip and ten minutes. True if there was none yet.
    """
    look = ClipViewed(clip=clip.uuid, incident=clip.incident.uuid, viewer=viewer)
    return _note_once(look, author, ("clip", str(clip.uuid)))


def note_reading(incident: Incident, *, author: Author, viewer: str) -> bool:
    """Write down that somebody reads an incident's record, before they see it.

    One entry a person, incident and ten minutes. True if there was none yet.
    """
    reading = RecordViewed(
        incident=incident.uuid, number=incident.number, viewer=viewer
    )
    return _note_once(reading, author, ("incident", str(incident.uuid)))


def _note_once(look: EntryBody, author: Author, subject: tuple[str, str]) -> bool:
    known = f"look:{author.id}:{subject[1]}"
    if cache.get(known):
        return False
    journal.open_streams([LEDGER], StreamKind.LEDGER)
    with transaction.atomic():
        lock_heads({LEDGER})  # two pieces asked for at once are one look, too
        noted_at = _last_look(look.kind, subject[1], author)
        if noted_at is None:
            journal.record(LEDGER, author, look, subject=subject)
    # Saves the players' many questions, and no more: the ledger itself decides.
    left = ONE_LOOK if noted_at is None else noted_at + ONE_LOOK - now()
    cache.set(known, True, left.total_seconds())
    return noted_at is None


def _last_look(kind: str, subject: str, author: Author) -> datetime | None:
    """Walk the ledger back over ten minutes; numbers and times go the same way."""
    newest = Entry.objects.filter(stream__uuid=LEDGER).order_by("-seq")
    since = now() - ONE_LOOK
    for entry in newest.iterator(chunk_size=100):
        if entry.at < since:
            return None
        if (entry.kind, entry.author_id, entry.object_id) == (kind, author.id, subject):
            return entry.at
    return None


def note_export(exported: RecordsExported, *, author: Author) -> None:
    """Write down an export, in the transaction that read its rows; its last act.

    Nothing leaves unless this is committed.
    """
    journal.open_streams([LEDGER], StreamKind.LEDGER)
    journal.record(LEDGER, author, exported, subject=("records", exported.what))
