"""An incident's timeline as a table to take away: a row an entry, oldest first."""

from collections.abc import Sequence
from uuid import UUID

from django.utils.translation import gettext as _

from dispatch.snapshots.record.timeline import Line, lines_of
from reports.models import Entry, Incident, Stream
from reports.written import local

Row = tuple[object, ...]


def headers() -> Sequence[str]:
    """Return what the columns are called, as in the tables of the desk."""
    return (
        _("incident"),
        _("number"),
        _("to number"),
        _("time"),
        _("author"),
        _("kind"),
        _("part"),
        _("what happened"),
        _("own words"),
        _("details"),
        _("digest of the entry"),
    )


def rows_of(incident: Incident, most: int) -> list[Row] | None:
    """Return a record's timeline; None where it has more entries than ``most``.

    Receipts of chunks are one row a clip, as on the page: from ``number`` to ``to
    number``, with the last one's digest. Notes and persons stay here.
    """
    lines, left_out = lines_of(incident, most=most, is_leaving=True)
    if left_out:
        return None
    digests = _digests(incident.uuid)
    parts = sorts()
    return [
        (incident.number, *_told(line, parts), digests[line.last_seq]) for line in lines
    ]


def sorts() -> dict[str, str]:
    """Return what the parts of a timeline are called, as the page's boxes do."""
    return {
        "call": _("Call"),
        "words": _("Words"),
        "place": _("Place"),
        "form": _("Form"),
        "recording": _("Recordings"),
    }


def _told(line: Line, parts: dict[str, str]) -> Row:
    said = line.said
    erased = _("The content was erased; the chain is whole.")
    return (
        line.seq,
        line.last_seq,
        local(line.at),
        line.by,
        line.kind,
        parts.get(said.sort, said.sort),
        erased if line.is_erased else said.words,
        said.quote,
        said.detail,
    )


def _digests(stream: UUID) -> dict[int, str]:
    """Return each entry's digest by its number: the next one names it, or the head.

    The head first: whatever is written meanwhile names it.
    """
    head = dict(
        Stream.objects.filter(uuid=stream).values_list("head_seq", "head_digest")
    )
    entries = Entry.objects.filter(stream__uuid=stream).values_list("seq", "prev")
    return head | {seq - 1: prev for seq, prev in entries.iterator()}
