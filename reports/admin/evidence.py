"""What was recorded, as its rows say."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from import_export.fields import Field

from reports.admin.base import ReadOnlyAdmin, RecordsAdmin
from reports.admin.export import RecordResource
from reports.models import EvidenceChunk, EvidenceClip, ViewCopy
from reports.written import local


class ClipResource(RecordResource):
    """Clips as a table, with the hash that their chunks add up to."""

    clip = Field(attribute="uuid", column_name=_("clip"))
    incident = Field(attribute="incident__number", column_name=_("incident"))
    source = Field(attribute="source", column_name=_("source"))
    side = Field(attribute="side", column_name=_("side"))
    kind = Field(attribute="kind", column_name=_("kind"))
    mime = Field(attribute="mime", column_name=_("type"))
    state = Field(attribute="state", column_name=_("state"))
    opened = Field(column_name=_("opened"))
    closed = Field(column_name=_("closed"))
    bytes = Field(attribute="bytes", column_name=_("bytes"))
    chunks = Field(attribute="chunk_count", column_name=_("chunks"))
    complete = Field(column_name=_("complete"))
    root = Field(attribute="root", column_name=_("root"))

    def dehydrate_opened(self, clip: EvidenceClip) -> str:
        """Write the time."""
        return local(clip.opened_at)

    def dehydrate_closed(self, clip: EvidenceClip) -> str:
        """Write the time."""
        return local(clip.closed_at)

    def dehydrate_complete(self, clip: EvidenceClip) -> str:
        """Write yes or no."""
        return gettext("yes") if clip.is_complete else gettext("no")


@admin.register(EvidenceClip)
class EvidenceClipAdmin(RecordsAdmin):
    """What was recorded, as its rows say; looking at it is the console's, and logged.

    Type, name and time are the device's claims.
    """

    resource_classes = (ClipResource,)
    agency_path = "incident__agency"
    list_display = (
        "public_id",
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
        "public_id",
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
    list_display = (
        "public_id",
        "clip",
        "state",
        "mime",
        "bytes",
        "asked_at",
        "made_at",
    )
    list_filter = ("state",)
    list_select_related = ("clip",)
    search_fields = ("clip__uuid", "uuid")
    fields = (
        "public_id",
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
