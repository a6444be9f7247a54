"""The journal's streams and entries."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Model, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _
from import_export.fields import Field

from accounts.admin.base import desk_rights
from accounts.models import Agency
from reports.admin.base import ReadOnlyAdmin
from reports.admin.export import ExportDesk, RecordResource
from reports.admin.timeline import shown, word
from reports.clock import wire_time
from reports.models import Entry, Incident, Stream, StreamKind
from reports.written import zone


class EntryResource(RecordResource):
    """A timeline as a table: who did what to what, when, and the chain's hashes.

    What was said and where the caller was stays: that is personal data.
    """

    stream = Field(attribute="stream__uuid", column_name=_("stream"))
    number = Field(attribute="seq", column_name=_("number"))
    at = Field(column_name=_("time"))
    kind = Field(attribute="kind", column_name=_("kind"))
    author = Field(attribute="author_kind", column_name=_("author"))
    author_id = Field(attribute="author_id", column_name=_("author's id"))
    object = Field(attribute="object_kind", column_name=_("object"))
    object_id = Field(attribute="object_id", column_name=_("object's id"))
    body_hash = Field(attribute="body_hash", column_name=_("hash of the body"))
    prev = Field(attribute="prev", column_name=_("digest of the entry before"))

    def dehydrate_at(self, entry: Entry) -> str:
        """Write the time as the chain has it."""
        return wire_time(entry.at)


class JournalAdmin(ReadOnlyAdmin):
    """Streams and entries of one's agencies and their incidents.

    The ledger (who looked, who exported) is of no agency: only those of all see it.
    """

    to_stream = ""  # from a row to its stream, as a query would

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """Let an empty list say what is kept from whoever looks."""
        rows = super().get_changelist_instance(request)
        if not desk_rights(request).is_everywhere(*self.viewers):
            rows.empty_because = _(
                "Entries of the ledger (who read a record, who took a table) are shown "
                "only to those whose role is in all agencies."
            )
        return rows

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

    list_display = ("public_id", "kind", "head_seq", "head_at")
    list_filter = ("kind",)
    search_fields = ("uuid",)
    ordering = ("-head_at",)
    fields = ("public_id", "kind", "head_seq", "head_digest", "head_at")
    readonly_fields = ("public_id",)


class AuthorFilter(admin.SimpleListFilter):
    """Who acted, in the reader's words."""

    title = _("author")
    parameter_name = "author"

    def lookups(
        self, request: HttpRequest, model_admin: object
    ) -> list[tuple[str, str]]:
        """Offer the kinds of authors there are."""
        kinds = ("caller", "operator", "supervisor", "auditor", "system")
        return [(kind, word(kind)) for kind in kinds]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[Entry]
    ) -> QuerySet[Entry]:
        """Keep the entries of one kind of author."""
        return queryset.filter(author_kind=self.value()) if self.value() else queryset


@admin.register(Entry)
class EntryAdmin(ExportDesk, JournalAdmin):
    """Single facts, as the chain has them."""

    resource_classes = (EntryResource,)
    to_stream = "stream__"
    list_display = ("stream_shown", "seq", "at", "kind", "author", "object")
    list_display_links = ("stream_shown", "seq")
    list_filter = ("kind", AuthorFilter)
    list_select_related = ("stream", "body")
    search_fields = ("stream__uuid", "object_id", "kind")
    date_hierarchy = "at"
    ordering = ("-at", "-seq")
    fields = (
        "stream",
        "seq",
        "at",
        "kind",
        "author",
        "author_id",
        "object",
        "object_id",
        "prev",
        "body_hash",
        "body_text",
    )
    readonly_fields = ("author", "object", "body_text")

    @admin.display(description=_("author"), ordering="author_kind")
    def author(self, entry: Entry) -> str:
        """Say what the author is."""
        return word(entry.author_kind)

    @admin.display(description=_("object"), ordering="object_kind")
    def object(self, entry: Entry) -> str:
        """Say what it was done to."""
        return word(entry.object_kind)

    @admin.display(description=_("stream"))
    def stream_shown(self, entry: Entry) -> str:
        """Name what the stream tells about: an incident's number, an agency's code."""
        stream = entry.stream
        name = getattr(entry, "subject", None) or str(stream.uuid)
        if stream.kind == StreamKind.INCIDENT:
            return name
        kind = stream.get_kind_display()
        return kind if stream.kind == StreamKind.LEDGER else f"{kind} {name}"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Entry]:
        """Read along what the streams are about."""
        rows: QuerySet[Entry] = super().get_queryset(request)
        subject = OuterRef("stream__uuid")
        numbers = Incident.objects.filter(uuid=subject).values("number")
        codes = Agency.objects.filter(uuid=subject).values("code")
        return rows.annotate(subject=Coalesce(Subquery(numbers), Subquery(codes)))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Entry], search_term: str
    ) -> tuple[QuerySet[Entry], bool]:
        """Find an incident's entries by its number, too."""
        named = Incident.objects.filter(number=search_term.strip())
        own = queryset.filter(stream__uuid__in=named.values("uuid"))
        found, has_duplicates = super().get_search_results(
            request, queryset, search_term
        )
        return found | own, has_duplicates

    @admin.display(description=_("body"))
    def body_text(self, entry: Entry) -> str:
        """Render what the entry says."""
        rows = [shown(entry)]
        context = {"rows": rows, "is_cut": False, "zone": zone(entry.at)}
        return render_to_string("admin/reports/timeline.html", context)
