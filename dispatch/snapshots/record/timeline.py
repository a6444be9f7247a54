"""An incident's stream as lines that a person reads, oldest first."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

import msgspec
from django.utils.translation import gettext as _

from accounts.models import Agency, User
from dispatch.events import CallConnected, CallEnded, CallQueued
from dispatch.snapshots.record.lanes import to_ms
from dispatch.snapshots.record.sentences import Teller, agency_ids
from dispatch.snapshots.record.words import Said
from reports.events import ChunksStored, IncidentOpened, PositionReported
from reports.models import Entry, Incident
from reports.receipts import Receipts, receipts_of

ECHO = timedelta(seconds=3)
# Where an entry's body says when it happened.
HAPPENED = {
    IncidentOpened.kind: ("incident", "opened_at"),
    CallQueued.kind: ("call", "queued_at"),
    CallConnected.kind: ("call", "connected_at"),
    CallEnded.kind: ("call", "ended_at"),
}
# What says so by more is another clock's: a server's that is not set, or was put back.
WRITTEN_WITHIN = timedelta(seconds=5)
MOST_LINES = 3_000  # the newest; the desk's page of entries has all


@dataclass(frozen=True, slots=True)
class Line:
    """One entry in words; or several of one kind, ``seq`` to ``last_seq``.

    ``numbers`` is how these are written, ``by`` is who did it. ``is_erased``: what it
    said was erased, the chain is whole.
    """

    seq: int
    last_seq: int
    at: datetime
    kind: str
    said: Said
    by: str
    is_erased: bool = False
    numbers: str = ""
    between: str = ""  # what ``numbers`` mean, where others stand between

    @property
    def ms(self) -> int:
        """Return when, milliseconds since 1970."""
        return to_ms(self.at)


def lines_of(
    incident: Incident, *, most: int | None = None, is_leaving: bool = False
) -> tuple[list[Line], int]:
    """Return an incident's lines, and how many older entries are left out.

    Receipts of chunks, of which a call has thousands, are one line a clip.
    ``is_leaving``: for a file to take away, see ``Teller``; it has a row an entry.
    """
    most = MOST_LINES if most is None else most
    entries = Entry.objects.filter(stream__uuid=incident.uuid)
    told = entries.exclude(kind=ChunksStored.kind).order_by("-seq")
    rows = list(
        told.values_list(
            *("seq", "at", "kind", "author_kind", "author_id", "body__text")
        )[:most]
    )
    left_out = max(0, told.count() - len(rows)) if len(rows) == most else 0
    rows.reverse()
    bodies: list[Any] = [
        msgspec.json.decode(text) if text else None for *_row, text in rows
    ]
    agencies = {
        str(agency.uuid): agency.label()
        for agency in Agency.objects.filter(
            uuid__in=agency_ids([body for body in bodies if body])
        )
    }
    receipts = list(receipts_of(incident.uuid))
    authors = {(kind, author) for _, _, _, kind, author, _ in rows}
    people = _people(authors | {(one.author_kind, one.author_id) for one in receipts})
    teller = Teller(
        agencies,
        categories_of(incident.agency),
        is_leaving=is_leaving,
        is_silent=_was_silent(rows, bodies),
    )
    lines = [
        Line(
            seq,
            seq,
            moment,
            kind,
            _said(teller, kind, body),
            _by(author_kind, author, people),
            is_erased=body is None,
            numbers=str(seq),
        )
        for (seq, _at, kind, author_kind, author, _), body, moment in zip(
            rows, bodies, _happened(rows, bodies, is_leaving=is_leaving), strict=True
        )
    ]
    lines += (_folded(one, people) for one in receipts)
    lines.sort(key=lambda line: line.seq)
    return (lines if is_leaving else _without_echoes(lines)), left_out


def categories_of(agency: Agency) -> dict[str, str]:
    """Return what an agency's categories are called, by code: Burglary (0101)."""
    codes = (row["code"] for row in agency.categories)
    return {code: agency.category_label(code) for code in codes}


def _was_silent(rows: list[Any], bodies: list[Any]) -> bool:
    """Return whether the first call was silent from the tap on."""
    queued = (
        body
        for (_seq, _at, kind, *_), body in zip(rows, bodies, strict=True)
        if kind == CallQueued.kind and body
    )
    call: Any = next(queued, {"call": None})["call"]
    return isinstance(call, dict) and call.get("mode") == "silent"


def _happened(
    rows: list[Any], bodies: list[Any], *, is_leaving: bool
) -> list[datetime]:
    """Return when each happened: a moment before it was written, where that is known.

    The head of the record and the lists say the same. What one act wrote stands
    together and has one time. No line goes before the one above it: words may have been
    written between an act and its entry, and the numbers are the order. A file has each
    entry's own time, which its digest covers; only the alarm's is the tap's.
    """
    pairs = list(zip(rows, bodies, strict=True))
    if is_leaving:
        return [
            (_told(row[2], body) if row[2] == IncidentOpened.kind else None) or row[1]
            for row, body in pairs
        ]
    moments: list[datetime] = []
    for at, act in groupby(pairs, key=lambda pair: pair[0][1]):
        entries, moment = list(act), at
        for row, body in entries:
            told, is_tap = _told(row[2], body), row[2] == IncidentOpened.kind
            if told and (is_tap or at - WRITTEN_WITHIN <= told <= at):
                moment = told
                break
        moments += [max([moment, *moments[-1:]])] * len(entries)
    return moments


def _told(kind: str, body: Any) -> datetime | None:
    """Return what an entry's body says of when it happened."""
    part, name = HAPPENED.get(kind, ("", ""))
    of = body.get(part) if body and part else None
    told = of.get(name) if isinstance(of, dict) else None
    return datetime.fromisoformat(told) if told else None


def _said(teller: Teller, kind: str, body: Any) -> Said:
    if body is None:
        return Said(kind, icon="lock", sort="call")
    try:
        return teller.tell(kind, body)
    except (KeyError, TypeError, AttributeError):
        # An entry as an older version wrote it: named, rather than no page at all.
        return Said(kind, icon="info", sort="call")


def _without_echoes(lines: list[Line]) -> list[Line]:
    """Join a position that a phone tells twice at once to the one before it.

    Whoever taps tells it with the alarm and from the page of the call: a second line
    would say nothing new. The number stays to be seen.
    """
    kept: list[Line] = []
    told: int | None = None  # the place in ``kept`` of the position before
    for line in lines:
        if line.kind != PositionReported.kind:
            kept.append(line)
            continue
        before = None if told is None else kept[told]
        if before and line.said.is_quiet and line.at - before.at <= ECHO:
            assert told is not None
            # "3–6" claims all between; once something else stood there it may not.
            is_next = line.seq == before.last_seq + 1 and "…" not in before.numbers
            dash = "–" if is_next else " … "
            numbers = f"{before.seq}{dash}{line.seq}"
            kept[told] = replace(before, last_seq=line.seq, numbers=numbers)
        else:
            told = len(kept)
            kept.append(line)
    return kept


def _folded(receipts: Receipts, people: dict[str, str]) -> Line:
    said = Said(
        str(receipts),
        icon="check-check",
        sort="recording",
        clip=receipts.clip,
        is_quiet=True,
    )
    return Line(
        receipts.first,
        receipts.last,
        receipts.began,
        ChunksStored.kind,
        said,
        _by(receipts.author_kind, receipts.author_id, people),
        numbers=receipts.numbers,
        between=receipts.between,
    )


def _people(authors: set[tuple[str, str]]) -> dict[str, str]:
    uuids = {UUID(author) for kind, author in authors if kind != "caller" and author}
    if not uuids:
        return {}
    return {str(user.uuid): str(user) for user in User.objects.filter(uuid__in=uuids)}


def _by(kind: str, author: str, people: dict[str, str]) -> str:
    if kind == "caller":
        return _("Caller")
    if kind == "system":
        return _("the system")
    return people.get(author, kind)
