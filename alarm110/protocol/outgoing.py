"""What the server sends: its frames, the entries, and the views that they carry."""

from collections.abc import Iterable
from types import ModuleType
from typing import Any

import msgspec
from django.db.models import TextChoices

from accounts.models import Assurance
from accounts.models.ground import AnswerMode
from accounts.states import RoleKind
from alarm110.protocol.markdown import fields, in_a_line, own, section, table, tag
from alarm110.protocol.types import fallback, in_words
from dispatch import states
from dispatch.events import entries, frames, views
from dispatch.events.frames import ServerFrame
from reports import events
from reports.events import EVERYTHING, KINDS, EntryBody

HEAD = ("Field", "Type")
# What the text fields that hold one of a few words may say.
WORDS: dict[str, type[TextChoices]] = {
    "call.state": states.CallState,
    "call.mode": states.CallMode,
    "call.end_reason": states.EndReason,
    "seat.availability": states.Availability,
    "seat.activity": states.Activity,
    "offer.answer": AnswerMode,
    "caller.assurance": Assurance,
    "facts.why of epoch_stale": states.ShiftEnd,
    "roles": RoleKind,
}


def server_frames() -> str:
    """Return every frame of the server that is not an entry."""
    parts = []
    for kind in own(frames, ServerFrame):
        if kind is ServerFrame:
            continue
        may_miss = kind.__struct_config__.omit_defaults
        rows = []
        for field in fields(kind):
            is_left_out = may_miss and not field.required
            absent = f"; left out when {fallback(field)}" if is_left_out else ""
            rows.append((f"`{field.encode_name}`", in_words(field) + absent))
        heading = f"#### `{tag(kind)}` (from the server)"
        parts.append(section(heading, kind, table(HEAD, rows)))
    return "\n\n".join(parts)


# --- Entries -------------------------------------------------------------------------


def entries_of_incidents() -> str:
    """Return the entries that ``reports`` writes into an incident's stream."""
    return _entries(_bodies(EntryBody, events))


def entries_about_calls() -> str:
    """Return the ``call.*`` entries as one table: they all carry the call."""
    rows = []
    for body in _bodies(entries.CallEntry):
        more = [f.encode_name for f in fields(body) if f.encode_name != "call"]
        carried = ", ".join(f"`data.{name}`" for name in ["call", *more])
        rows.append((f"`{body.kind}`", in_a_line(body), carried))
    return table(("Kind", "What happened", "Carries"), rows)


def entries_of_agencies() -> str:
    """Return the entries of an agency's stream."""
    calls = _bodies(entries.CallEntry)
    return _entries(body for body in _bodies(EntryBody) if body not in calls)


def _entries(bodies: Iterable[type[EntryBody]]) -> str:
    parts = []
    for body in bodies:
        rows = [(f"`data.{f.encode_name}`", in_words(f)) for f in fields(body)]
        rest = f"{table(HEAD, rows)}\n\nThe caller gets {_seen(body)}."
        parts.append(section(f"#### `{body.kind}`", body, rest))
    return "\n\n".join(parts)


def _bodies(base: type[EntryBody], module: ModuleType = entries) -> list[Any]:
    """Return a module's declared entries of a sort."""
    return [body for body in own(module, base) if body in KINDS.values()]


def _seen(body: type[EntryBody]) -> str:
    """Say what of an entry a caller gets."""
    if body.for_caller is None:
        return "only its number (`skip`)"
    if body.for_caller == EVERYTHING:
        return "all of it"
    return ", ".join(f"`data.{name}`" for name in sorted(body.for_caller))


def caller_part() -> str:
    """Return the fields of a call that its caller sees."""
    names = [name.removeprefix("call.") for name in entries.FOR_CALLER]
    return ", ".join(f"`{name}`" for name in sorted(names))


# --- Views ---------------------------------------------------------------------------


def views_of_all() -> str:
    """Return what entries and snapshots carry."""
    parts = []
    for module in (views, events):
        for kind in own(module, msgspec.Struct):
            if issubclass(kind, EntryBody):
                continue
            rows = [(f"`{f.encode_name}`", in_words(f)) for f in fields(kind)]
            parts.append(section(f"#### {kind.__name__}", kind, table(HEAD, rows)))
    return "\n\n".join(parts)


def words() -> str:
    """Return the words that some fields choose from, with what they mean."""
    rows = []
    for name, choices in WORDS.items():
        told = []
        for value, label in choices.choices:
            is_plain = str(label) == value
            told.append(f"`{value}`" if is_plain else f"`{value}` ({label})")
        rows.append((f"`{name}`", ", ".join(told)))
    return table(("Where", "Words"), rows)
