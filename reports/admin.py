"""Incidents, callers and the journal at the supervisor's desk: read, never written."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import admin
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _

from accounts.admin.base import DeskAdmin
from accounts.models import Agency, Caller
from accounts.models.fields import masked_phone
from reports.models import (
    Entry,
    EvidenceChunk,
    EvidenceClip,
    Incident,
    Stream,
    ViewCopy,
)
from reports.snapshots import mask_name

TIMELINE_ENTRIES = 300  # the newest; the page of entries has all


class ReadOnlyAdmin(DeskAdmin):
    """Rows that happened: no door to add, change or delete one."""

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Refuse."""
        return False

    def has_change_permission(
        self, request: HttpRequest, obj: Model | None = None
    ) -> bool:
        """Refuse."""
        return False


@admin.register(Caller)
class CallerAdmin(ReadOnlyAdmin):
    """Callers with an incident in one's agencies; numbers and names are masked."""

    list_display = ("uuid", "masked_phone", "masked_name", "assurance", "created_at")
    list_filter = ("assurance", "is_synthetic")
    ordering = ("-created_at",)
    fields = (
        "uuid",
        "masked_phone",
        "masked_name",
        "assurance",
        "language",
        "is_synthetic",
        "created_at",
    )
    readonly_fields = fields

    def is_within(self, obj: Caller, agencies: frozenset[int]) -> bool:
        """Look for an incident in one of these agencies."""
        return Incident.objects.filter(caller=obj, agency_id__in=agencies).exists()

    def rows_within(
        self, rows: QuerySet[Caller], agencies: frozenset[int]
    ) -> QuerySet[Caller]:
        """Return who called one of these agencies, each once."""
        incidents = Incident.objects.filter(agency_id__in=agencies)
        return rows.filter(pk__in=incidents.values("caller_id"))

    @admin.display(description=_("phone number"))
    def masked_phone(self, caller: Caller) -> str:
        """Show 138****5678."""
        return masked_phone(caller.phone)

    @admin.display(description=_("name"))
    def masked_name(self, caller: Caller) -> str:
        """Show the first character."""
        return mask_name(caller.name)


@admin.register(Incident)
class IncidentAdmin(ReadOnlyAdmin):
    """Matters, each with its timeline as the journal has it."""

    list_display = (
        "number",
        "opened_at",
        "agency",
        "category",
        "priority",
        "place",
    )
    list_filter = (
        "priority",
        "is_synthetic",
        ("agency", admin.RelatedOnlyFieldListFilter),
    )
    list_select_related = ("agency",)
    search_fields = ("number", "place")
    date_hierarchy = "opened_at"
    fields = (
        "number",
        "opened_at",
        "agency",
        "caller_shown",
        "source",
        "category",
        "priority",
        "place",
        "notes",
        "persons",
        "disposition",
        "flags",
        "links_shown",
        "saved_at",
        "saved_by",
        "timeline",
    )
    readonly_fields = ("caller_shown", "links_shown", "timeline")

    @admin.display(description=_("caller"))
    def caller_shown(self, incident: Incident) -> str:
        """Show who called, masked, and how sure we are."""
        caller = incident.caller
        known = f"{mask_name(caller.name)} {masked_phone(caller.phone)}".strip()
        return f"{known} ({caller.get_assurance_display()})".strip()

    @admin.display(description=_("linked"))
    def links_shown(self, incident: Incident) -> str:
        """Show the numbers of other incidents of the same matter."""
        return ", ".join(link["number"] for link in incident.links)

    @admin.display(description=_("timeline"))
    def timeline(self, incident: Incident) -> str:
        """Render the newest entries of the incident's stream, oldest first."""
        entries = Entry.objects.filter(stream__uuid=incident.uuid)
        newest = entries.select_related("body").order_by("-seq")[: TIMELINE_ENTRIES + 1]
        rows = [_shown(entry) for entry in newest]
        context = {
            "rows": rows[TIMELINE_ENTRIES - 1 :: -1],
            "is_cut": len(rows) > TIMELINE_ENTRIES,
            "stream": incident.uuid,
        }
        return render_to_string("admin/reports/timeline.html", context)


def _shown(entry: Entry) -> dict[str, Any]:
    """Return one entry as the timeline shows it; an erased body is said to be."""
    body = getattr(entry, "body", None)
    return {
        "entry": entry,
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


class JournalAdmin(ReadOnlyAdmin):
    """Streams and entries of one's agencies and their incidents.

    The ledger (who looked, who exported) is of no agency: only those of all see it.
    """

    to_stream = ""  # from a row to its stream, as a query would

    def rows_within(
        self, rows: QuerySet[Any], agencies: frozenset[int]
    ) -> QuerySet[Any]:
        """Return what the streams of these agencies and their incidents hold."""
        own = Agency.objects.filter(pk__in=agencies).values("uuid")
        incidents = Incident.objects.filter(agency_id__in=agencies).values("uuid")
        path = f"{self.to_stream}uuid__in"
        return rows.filter(Q(**{path: own}) | Q(**{path: incidents}))

    def is_within(self, obj: Model, agencies: frozenset[int]) -> bool:
        """Ask the same of one row."""
        rows = self.model._default_manager.filter(pk=obj.pk)
        return self.rows_within(rows, agencies).exists()


@admin.register(Stream)
class StreamAdmin(JournalAdmin):
    """Where each stream stands."""

    list_display = ("uuid", "kind", "head_seq", "head_at")
    list_filter = ("kind",)
    search_fields = ("uuid",)
    ordering = ("-head_at",)
    fields = ("uuid", "kind", "head_seq", "head_digest", "head_at")


@admin.register(Entry)
class EntryAdmin(JournalAdmin):
    """Single facts, as the chain has them."""

    to_stream = "stream__"
    list_display = ("stream_uuid", "seq", "at", "kind", "author_kind", "object_kind")
    list_display_links = ("stream_uuid", "seq")
    list_filter = ("kind", "author_kind")
    list_select_related = ("stream", "body")
    search_fields = ("stream__uuid",)
    ordering = ("-at", "-seq")
    fields = (
        "stream",
        "seq",
        "at",
        "kind",
        "author_kind",
        "author_id",
        "object_kind",
        "object_id",
        "prev",
        "body_hash",
        "body_text",
    )
    readonly_fields = ("body_text",)

    @admin.display(description=_("stream"))
    def stream_uuid(self, entry: Entry) -> str:
        """Show the stream's subject."""
        return str(entry.stream.uuid)

    @admin.display(description=_("body"))
    def body_text(self, entry: Entry) -> str:
        """Render what the entry says."""
        context = {"rows": [_shown(entry)], "is_cut": False}
        return render_to_string("admin/reports/timeline.html", context)


@admin.register(EvidenceClip)
class EvidenceClipAdmin(ReadOnlyAdmin):
    """What was recorded, as its rows say; looking at it is the console's, and logged.

    Type, name and time are the device's claims.
    """

    agency_path = "incident__agency"
    list_display = (
        "uuid",
        "incident",
        "source",
        "kind",
        "state",
        "is_complete",
        "bytes",
        "opened_at",
    )
    list_filter = ("source", "kind", "state", "is_complete")
    list_select_related = ("incident",)
    search_fields = ("incident__number", "uuid")
    date_hierarchy = "opened_at"
    fields = (
        "uuid",
        "incident",
        "call",
        "source",
        "side",
        "kind",
        "mime",
        "name",
        "claimed_at",
        "state",
        "opened_at",
        "heard_at",
        "closed_at",
        "reason",
        "bytes",
        "chunk_count",
        "gaps",
        "is_complete",
        "root",
    )
    readonly_fields = fields


@admin.register(EvidenceChunk)
class EvidenceChunkAdmin(ReadOnlyAdmin):
    """The receipts of chunks: place, size and hash."""

    agency_path = "clip__incident__agency"
    list_display = ("clip", "segment", "index", "bytes", "sha256", "received_at")
    list_select_related = ("clip",)
    search_fields = ("clip__uuid", "sha256")
    ordering = ("-pk",)
    fields = ("clip", "segment", "index", "sha256", "bytes", "received_at")
    readonly_fields = fields


@admin.register(ViewCopy)
class ViewCopyAdmin(ReadOnlyAdmin):
    """Copies that people look at: made of which clip, with which hash."""

    agency_path = "clip__incident__agency"
    list_display = ("uuid", "clip", "state", "mime", "bytes", "asked_at", "made_at")
    list_filter = ("state",)
    list_select_related = ("clip",)
    search_fields = ("clip__uuid", "uuid")
    fields = (
        "uuid",
        "clip",
        "state",
        "chunk_count",
        "asked_at",
        "made_at",
        "mime",
        "sha256",
        "bytes",
        "duration_ms",
        "reason",
    )
    readonly_fields = fields
