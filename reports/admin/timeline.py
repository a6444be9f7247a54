"""An incident's entries as a table."""

from __future__ import annotations

import json
from typing import Any

from django.utils.translation import gettext_lazy

from reports.models import Entry

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


def shown(entry: Entry) -> dict[str, Any]:
    """Return one entry as the timeline shows it; an erased body is said to be."""
    body = getattr(entry, "body", None)
    return {
        "entry": entry,
        "author": word(entry.author_kind),
        "facts": list(_facts(json.loads(body.text))) if body else None,
    }


def _facts(body: dict[str, Any], within: str = "") -> list[tuple[str, str]]:
    """Flatten a body to names and values; ids and empty values say nothing here."""
    facts: list[tuple[str, str]] = []
    for name, value in body.items():
        where = f"{within}{name}"
        if isinstance(value, dict):
            facts += _facts(value, f"{where}.")
        elif value not in (None, "", [], False) and not _is_id(value):
            text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
            facts.append((where, text))
    return facts


def _is_id(value: object) -> bool:
    return isinstance(value, str) and len(value) == 36 and value.count("-") == 4
