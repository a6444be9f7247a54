"""An incident's entries as a table."""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext_lazy

from reports.events import ChunksStored
from reports.models import Entry
from reports.receipts import Receipts, receipts_of

WIRE_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3,6}Z")

# Who acts and what is acted on; a kind that is missing here is shown as it is.
WORDS = {
    "administrator": gettext_lazy("administrator"),
    "agency": gettext_lazy("agency"),
    "auditor": gettext_lazy("auditor"),
    "call": gettext_lazy("call"),
    "caller": gettext_lazy("caller"),
    "clip": gettext_lazy("clip"),
    "incident": gettext_lazy("incident"),
    "offer": gettext_lazy("offer"),
    "operator": gettext_lazy("operator"),
    "participant": gettext_lazy("participant"),
    "seat": gettext_lazy("seat"),
    "shift": gettext_lazy("shift"),
    "supervisor": gettext_lazy("supervisor"),
    "system": gettext_lazy("the system"),
}


def word(kind: str) -> str:
    """Say a kind of author or object in the reader's language."""
    return str(WORDS.get(kind, kind))


def rows_of(incident: UUID, most: int) -> tuple[list[dict[str, Any]], bool]:
    """Return an incident's newest entries, oldest first, and whether there are older.

    Receipts of chunks, of which a call has hundreds, are one row a clip.
    """
    entries = Entry.objects.filter(stream__uuid=incident)
    told = entries.exclude(kind=ChunksStored.kind).select_related("body")
    newest = list(told.order_by("-seq")[: most + 1])
    rows = [shown(entry) for entry in newest[:most]]
    is_cut = len(newest) > most
    since = rows[-1]["first"] if is_cut else 0
    rows += [_folded(one) for one in receipts_of(incident) if one.last >= since]
    return sorted(rows, key=lambda row: row["first"]), is_cut


def shown(entry: Entry) -> dict[str, Any]:
    """Return one entry as the timeline shows it; an erased body is said to be."""
    body = getattr(entry, "body", None)
    return {
        "first": entry.seq,
        "seq": entry.seq,
        "at": entry.at,
        "kind": entry.kind,
        "author": word(entry.author_kind),
        "facts": list(_facts(json.loads(body.text))) if body else None,
    }


def _folded(receipts: Receipts) -> dict[str, Any]:
    return {
        "first": receipts.first,
        "seq": receipts.numbers,
        "at": receipts.began,
        "kind": ChunksStored.kind,
        "author": word(receipts.author_kind),
        "facts": [("", str(receipts))],
    }


def _facts(body: dict[str, Any], within: str = "") -> list[tuple[str, str]]:
    """Flatten a body to names and values; ids and empty values say nothing here."""
    facts: list[tuple[str, str]] = []
    for name, value in body.items():
        where = f"{within}{name}"
        if isinstance(value, dict):
            facts += _facts(value, f"{where}.")
        elif isinstance(value, list) and any(isinstance(one, dict) for one in value):
            facts += _facts({str(n): one for n, one in enumerate(value)}, f"{where}.")
        elif value not in (None, "", [], False) and not _is_id(value):
            several = value if isinstance(value, list) else [value]
            facts.append((where, ", ".join(map(_text, several))))
    return facts


def _text(value: object) -> str:
    """Write a value; a time as all others on the page, in the local zone."""
    if isinstance(value, str) and WIRE_TIME.fullmatch(value):
        return f"{timezone.localtime(datetime.fromisoformat(value)):%Y-%m-%d %H:%M:%S}"
    return str(value)


def _is_id(value: object) -> bool:
    return isinstance(value, str) and len(value) == 36 and value.count("-") == 4
