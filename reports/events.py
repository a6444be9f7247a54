"""The entries this app writes, each declared once: what it says, and to whom.

An entry is a past fact. Its body carries the new state, not a delta, so applying one
twice is harmless. ``for_caller`` names the fields a caller may see; ``None`` hides the
entry from callers, who then get ``{stream, seq, skip}``: hiding never looks like
losing.
"""

from typing import ClassVar
from uuid import UUID

import msgspec
from msgspec import Struct

EVERYTHING: frozenset[str] = frozenset({"*"})

# kind → struct; filled as the structs are declared, here and in the apps above.
KINDS: dict[str, type["EntryBody"]] = {}


class EntryBody(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Base of all bodies. Subclasses set ``kind`` and ``for_caller``.

    ``hidden_if`` names a flag of the body: where it is set, callers see nothing.
    """

    kind: ClassVar[str]
    for_caller: ClassVar[frozenset[str] | None] = None
    hidden_if: ClassVar[str] = ""

    def project_for_caller(self) -> dict[str, object] | None:
        """Return what a caller may see of this body, or None for nothing."""
        return project_for_caller(self.kind, msgspec.to_builtins(self))


def declare(kind: type[EntryBody]) -> type[EntryBody]:
    """Register a kind of entry; a class decorator."""
    if kind.kind in KINDS:
        raise ValueError(f"{kind.kind} is declared twice")
    KINDS[kind.kind] = kind
    return kind


def project_for_caller(kind: str, body: dict[str, object]) -> dict[str, object] | None:
    """Return a stored body as a caller may see it, or None for nothing."""
    declared = KINDS[kind]
    if declared.hidden_if and body.get(declared.hidden_if):
        return None
    return _pick(body, declared.for_caller)


def _pick(
    body: dict[str, object], fields: frozenset[str] | None
) -> dict[str, object] | None:
    """Keep the named fields; ``a.b`` keeps field b of the object a."""
    if fields is None:
        return None
    if fields == EVERYTHING:
        return body
    picked: dict[str, object] = {}
    for field in fields:
        outer, _, inner = field.partition(".")
        if outer not in body:
            continue
        if not inner:
            picked[outer] = body[outer]
            continue
        value = body[outer]
        if isinstance(value, dict) and inner in value:
            part = picked.setdefault(outer, {})
            assert isinstance(part, dict)
            part[inner] = value[inner]
    return picked


# --- What the bodies are made of -----------------------------------------------------


class PositionView(Struct, frozen=True, kw_only=True):
    """A place the phone claimed, with what it claimed of its age and accuracy."""

    lat_e7: int
    lon_e7: int
    accuracy_mm: int
    age_ms: int
    at: str
    area: str = ""
    area_en: str = ""
    is_inside: bool = False


class CallerView(Struct, frozen=True, kw_only=True):
    """What a seat sees of the caller: masked, never the whole number."""

    caller: UUID
    assurance: str
    phone_masked: str = ""
    name_masked: str = ""
    language: str = ""


class LinkView(Struct, frozen=True, kw_only=True):
    """Another incident of the same matter, by its id and its number."""

    incident: UUID
    number: str


class IncidentView(Struct, frozen=True, kw_only=True):
    """The incident form as last saved."""

    incident: UUID
    number: str
    opened_at: str
    agency: UUID
    category: str = ""
    priority: int = 2
    place: str = ""
    notes: str = ""
    persons: str = ""
    disposition: str = ""
    flags: list[str] = []
    links: list[LinkView] = []
    saved_at: str | None = None
    saved_by: str = ""


class GapView(Struct, frozen=True, kw_only=True):
    """Chunks that a clip's recorder spoke of and that never came, first to last."""

    segment: int
    first: int
    last: int


class ViewCopyView(Struct, frozen=True, kw_only=True):
    """The copy of a clip that can be looked at. ``state``: making, ready, refused."""

    view: UUID
    state: str
    chunk_count: int = 0
    mime: str = ""
    sha256: str = ""
    bytes: int = 0
    duration_ms: int = 0
    reason: str = ""


class ClipView(Struct, frozen=True, kw_only=True):
    """One evidence clip. ``source``: phone, relay, seat; ``side``: who is recorded.

    ``mime``, ``name`` and ``claimed_at`` are claims of the device. ``gaps``, ``root``
    and ``is_complete`` are known once ``state`` is closed. ``gaps`` are the first 20 of
    ``gap_count``; ``missing``: the chunks of all of them.
    """

    clip: UUID
    call: UUID | None
    source: str
    side: str
    kind: str
    mime: str
    name: str
    claimed_at: str
    state: str
    opened_at: str
    closed_at: str | None = None
    reason: str = ""
    bytes: int = 0
    chunk_count: int = 0
    gaps: list[GapView] = []
    gap_count: int = 0
    missing: int = 0
    is_complete: bool = False
    root: str = ""
    view: ViewCopyView | None = None


class ChunkView(Struct, frozen=True, kw_only=True):
    """The receipt of one chunk: its place, hash (hex) and size."""

    segment: int
    index: int
    sha256: str
    bytes: int


# --- Entries -------------------------------------------------------------------------


@declare
class IncidentOpened(EntryBody, frozen=True, kw_only=True):
    """The alarm exists."""

    kind: ClassVar[str] = "incident.opened"
    for_caller: ClassVar[frozenset[str] | None] = frozenset(
        {
            "incident.incident",
            "incident.number",
            "incident.opened_at",
            "caller.assurance",
            "caller.phone_masked",
        }
    )
    incident: IncidentView
    caller: CallerView


@declare
class IncidentUpdated(EntryBody, frozen=True, kw_only=True):
    """The form was saved. Operators only: a caller must not read their notes."""

    kind: ClassVar[str] = "incident.updated"
    incident: IncidentView


@declare
class MessagePosted(EntryBody, frozen=True, kw_only=True):
    """Words, from ``caller`` or ``seat``; ``client_id`` is the id of their command.

    With ``clip`` they come with a photo or a file: that evidence clip.
    """

    kind: ClassVar[str] = "message.posted"
    for_caller: ClassVar[frozenset[str] | None] = EVERYTHING
    side: str
    text: str
    client_id: UUID
    clip: UUID | None = None


@declare
class PositionReported(EntryBody, frozen=True, kw_only=True):
    """The phone said where it is."""

    kind: ClassVar[str] = "position.reported"
    for_caller: ClassVar[frozenset[str] | None] = EVERYTHING
    position: PositionView


@declare
class CallerVerified(EntryBody, frozen=True, kw_only=True):
    """The phone number was proven by a code."""

    kind: ClassVar[str] = "caller.verified"
    for_caller: ClassVar[frozenset[str] | None] = frozenset(
        {"caller.assurance", "caller.phone_masked"}
    )
    caller: CallerView


# --- Evidence ------------------------------------------------------------------------
#
# Hidden from callers: the phone knows of its own clips by the answers to its uploads.


@declare
class ClipOpened(EntryBody, frozen=True, kw_only=True):
    """A recorder began a clip; its chunks follow."""

    kind: ClassVar[str] = "clip.opened"
    clip: ClipView


@declare
class ChunksStored(EntryBody, frozen=True, kw_only=True):
    """Chunks are safe on the storage. The totals are the clip's, these included."""

    kind: ClassVar[str] = "chunks.stored"
    clip: UUID
    chunks: list[ChunkView]
    bytes: int
    chunk_count: int


@declare
class ClipClosed(EntryBody, frozen=True, kw_only=True):
    """The clip never grows again: its digest and its gaps are known."""

    kind: ClassVar[str] = "clip.closed"
    clip: ClipView


@declare
class ClipViewChanged(EntryBody, frozen=True, kw_only=True):
    """A copy to look at is being made, is ready, or cannot be made."""

    kind: ClassVar[str] = "clip.view_changed"
    clip: ClipView


@declare
class ClipViewed(EntryBody, frozen=True, kw_only=True):
    """In the ledger: somebody looked at a clip; one a person, clip and 10 minutes."""

    kind: ClassVar[str] = "clip.viewed"
    clip: UUID
    incident: UUID
    viewer: str


@declare
class RecordViewed(EntryBody, frozen=True, kw_only=True):
    """In the ledger: somebody read a record; one a person, incident and 10 minutes."""

    kind: ClassVar[str] = "record.viewed"
    incident: UUID
    number: str
    viewer: str


@declare
class RecordsExported(EntryBody, frozen=True, kw_only=True):
    """In the ledger: a table of records left the house; who, why, and how much.

    ``what`` is the kind of record, or ``record`` for the timeline of one; ``query`` is
    how the list was narrowed, as the page's address said it, or which record it was;
    ``sha256`` is of the file that was handed out.
    """

    kind: ClassVar[str] = "records.exported"
    what: str
    format: str
    rows: int
    reason: str
    query: str
    sha256: str
    exporter: str
