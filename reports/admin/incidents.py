"""Callers, and the matters they reported."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from import_export.fields import Field

from accounts.admin.base import desk_rights
from accounts.models import Caller
from accounts.models.fields import masked_phone
from reports import words
from reports.admin import calls_of
from reports.admin.base import ReadOnlyAdmin, RecordsAdmin
from reports.admin.export import EXPORT_ROWS, RecordResource
from reports.admin.filters import DispositionFilter, PriorityFilter
from reports.admin.timeline import rows_of
from reports.models import Incident
from reports.snapshots import mask_name
from reports.written import local, zone


class IncidentResource(RecordResource):
    """Incidents as a table. Notes and persons stay: they hold personal data."""

    number = Field(attribute="number", column_name=_("number"))
    opened = Field(column_name=_("raised"))
    agency_code = Field(attribute="agency__code", column_name=_("region code"))
    agency = Field(column_name=_("agency"))
    source = Field(attribute="get_source_display", column_name=_("source"))
    category = Field(column_name=_("category"))
    priority = Field(column_name=_("priority"))
    place = Field(column_name=_("place"))
    state = Field(column_name=_("state"))
    silent = Field(column_name=_("silent"))
    answered = Field(column_name=_("answered"))
    ended = Field(column_name=_("ended"))
    end_reason = Field(column_name=_("end reason"))
    lost = Field(column_name=_("lost"))
    callback = Field(column_name=_("call back"))
    disposition = Field(column_name=_("outcome"))
    flags = Field(column_name=_("to know"))
    linked = Field(column_name=_("linked"))
    caller = Field(column_name=_("caller"))
    saved = Field(column_name=_("saved"))
    saved_by = Field(attribute="saved_by", column_name=_("saved by"))

    class Meta:
        """The calls are read along in few queries, however many rows there are."""

        chunk_size = EXPORT_ROWS

    def dehydrate_opened(self, incident: Incident) -> str:
        """Write the time."""
        return local(incident.opened_at)

    def dehydrate_agency(self, incident: Incident) -> str:
        """Name the agency in the reader's language."""
        return incident.agency.label()

    def dehydrate_category(self, incident: Incident) -> str:
        """Name it, with its code."""
        return incident.agency.category_label(incident.category)

    def dehydrate_priority(self, incident: Incident) -> str:
        """Name it, with its number, by which one sorts."""
        return f"{incident.priority} {words.priority(incident.priority)}"

    def dehydrate_place(self, incident: Incident) -> str:
        """Write it as the list and the record do."""
        return calls_of.place_of(incident)

    def dehydrate_state(self, incident: Incident) -> str:
        """Name it."""
        return calls_of.state_words(incident)

    def dehydrate_silent(self, incident: Incident) -> str:
        """Write yes or no."""
        return _yes_or_no(is_so=calls_of.is_silent(incident))

    def dehydrate_answered(self, incident: Incident) -> str:
        """Write the time."""
        return local(calls_of.answered_at(incident))

    def dehydrate_ended(self, incident: Incident) -> str:
        """Write the time."""
        return local(calls_of.ended_at(incident))

    def dehydrate_end_reason(self, incident: Incident) -> str:
        """Name it."""
        return calls_of.end_words(incident)

    def dehydrate_lost(self, incident: Incident) -> str:
        """Write yes or no."""
        return _yes_or_no(is_so=calls_of.is_lost(incident))

    def dehydrate_callback(self, incident: Incident) -> str:
        """Say whether it is owed, or what came of it."""
        return calls_of.callback_words(incident)

    def dehydrate_disposition(self, incident: Incident) -> str:
        """Name it; nothing while nobody has decided."""
        return shown_disposition(incident)

    def dehydrate_flags(self, incident: Incident) -> str:
        """Write the words."""
        return ", ".join(map(words.flag, incident.flags))

    def dehydrate_linked(self, incident: Incident) -> str:
        """Write the numbers."""
        return ", ".join(link["number"] for link in incident.links)

    def dehydrate_caller(self, incident: Incident) -> str:
        """Write who called, masked."""
        return shown_caller(incident.caller)

    def dehydrate_saved(self, incident: Incident) -> str:
        """Write the time."""
        return local(incident.saved_at)


def _yes_or_no(*, is_so: bool) -> str:
    return gettext("yes") if is_so else gettext("no")


def shown_disposition(incident: Incident) -> str:
    """Return what came of it in words; nothing while nobody has decided."""
    return words.disposition(incident.disposition) if incident.disposition else ""


def shown_caller(caller: Caller) -> str:
    """Return who called, masked, and how sure we are."""
    known = f"{mask_name(caller.name)} {masked_phone(caller.phone)}".strip()
    how = caller.get_assurance_display()
    return gettext("%(who)s (%(how)s)") % {"who": known, "how": how} if known else how


def may_read(request: HttpRequest, incident: Incident) -> bool:
    """Say whether the record opens for whoever asks."""
    rights = desk_rights(request)
    agency = incident.agency_id
    return rights.may_supervise(agency) or rights.may_audit(agency)


def may_export(request: HttpRequest, incident: Incident) -> bool:
    """Say whether the desk gives this incident as a table to whoever asks."""
    desk = admin.site.get_model_admin(Incident)
    assert isinstance(desk, IncidentAdmin)
    return desk.has_export_permission(request, incident)


# The theme's own link and button, in the words of its stylesheet.
LINK = "font-medium whitespace-nowrap text-primary-600 dark:text-primary-500"
BUTTON = (
    "font-medium inline-flex items-center px-3 py-2 rounded-default whitespace-nowrap "
    "bg-primary-600 border border-transparent text-white"
)
TIMELINE_ENTRIES = 300  # the newest; the page of entries has all


@admin.register(Caller)
class CallerAdmin(ReadOnlyAdmin):
    """Callers with an incident in one's agencies; numbers and names are masked."""

    list_display = (
        "public_id",
        "masked_phone",
        "masked_name",
        "assurance",
        "created_at",
    )
    list_filter = ("assurance", "is_synthetic")
    ordering = ("-created_at",)
    fields = (
        "public_id",
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
class IncidentAdmin(RecordsAdmin):
    """Matters, each with its timeline as the journal has it."""

    list_display = (
        "number",
        "opened_at",
        "state_shown",
        "agency",
        "category_shown",
        "priority_shown",
        "outcome_shown",
        "place_shown",
    )
    resource_classes = (IncidentResource,)
    list_filter = (
        PriorityFilter,
        "source",
        DispositionFilter,
        "is_synthetic",
        ("agency", admin.RelatedOnlyFieldListFilter),
    )
    list_select_related = ("agency",)
    search_fields = ("number", "place", "category", "saved_by")
    date_hierarchy = "opened_at"
    fields = (
        "number",
        "opened_at",
        "agency",
        "caller_shown",
        "source",
        "category_shown",
        "priority_shown",
        "place_shown",
        "notes",
        "persons",
        "disposition_shown",
        "flags_shown",
        "links_shown",
        "saved_at",
        "saved_by",
        "timeline",
    )
    readonly_fields = (
        "record_link",
        "caller_shown",
        "category_shown",
        "priority_shown",
        "place_shown",
        "disposition_shown",
        "flags_shown",
        "links_shown",
        "timeline",
    )

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        """Let a number lead to the record, for whoever may read it; else to its row."""

        @admin.display(description=_("number"), ordering="number")
        def number(incident: Incident) -> str:
            address = reverse("admin:reports_incident_change", args=[incident.pk])
            if may_read(request, incident):
                address = reverse("record", kwargs={"number": incident.number})
            link = '<a class="{}" href="{}">{}</a>'
            return format_html(link, LINK, address, incident.number)

        _number, *others = super().get_list_display(request)
        return [number, *others]

    def get_list_display_links(self, request: HttpRequest, list_display: Any) -> None:
        """Let the number alone lead somewhere."""

    def get_fields(
        self, request: HttpRequest, obj: Incident | None = None
    ) -> list[str]:
        """Offer the record, with its recordings, to whoever may read it."""
        fields = list(super().get_fields(request, obj))
        if obj is not None and may_read(request, obj):
            fields.insert(0, "record_link")
        return fields

    @admin.display(description=_("record"))
    def record_link(self, incident: Incident) -> str:
        """Lead to timeline and recordings on one clock."""
        address = reverse("record", kwargs={"number": incident.number})
        return format_html(
            '<a class="{}" href="{}">{}</a>',
            BUTTON,
            address,
            gettext("Open the record"),
        )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Incident]:
        """Read the calls along: how it stands, and where the phone was."""
        return calls_of.read_along(super().get_queryset(request))

    def get_export_queryset(self, request: HttpRequest) -> QuerySet[Incident]:
        """Read the callers along."""
        rows: QuerySet[Incident] = super().get_export_queryset(request)
        return rows.select_related("caller", "agency")

    @admin.display(description=_("caller"))
    def caller_shown(self, incident: Incident) -> str:
        """Show who called, masked, and how sure we are."""
        return shown_caller(incident.caller)

    @admin.display(description=_("category"), ordering="category")
    def category_shown(self, incident: Incident) -> str:
        """Name it, with its code."""
        return words.category(incident.agency.category_label(incident.category))

    @admin.display(description=_("priority"), ordering="priority")
    def priority_shown(self, incident: Incident) -> str:
        """Name it."""
        return words.priority(incident.priority)

    @admin.display(description=_("place"), ordering="place")
    def place_shown(self, incident: Incident) -> str | None:
        """Show what was written down, else where the phone said it was."""
        return calls_of.place_of(incident) or None

    @admin.display(description=_("state"))
    def state_shown(self, incident: Incident) -> str:
        """Say whether it waits, is live or over; in small what to know of the call."""
        parts = [
            (calls_of.is_silent(incident), gettext("silent")),
            (calls_of.is_lost(incident), gettext("lost")),
        ]
        return format_html(
            '<span class="alarm110-state" data-state="{}">{} <small>{}</small></span>',
            calls_of.state_of(incident),
            calls_of.state_words(incident),
            ", ".join(text for is_so, text in parts if is_so),
        )

    @admin.display(description=_("outcome"), ordering="disposition")
    def outcome_shown(self, incident: Incident) -> str:
        """Name it."""
        return words.disposition(incident.disposition)

    @admin.display(description=_("outcome"))
    def disposition_shown(self, incident: Incident) -> str:
        """Name it."""
        return words.disposition(incident.disposition)

    @admin.display(description=_("to know"))
    def flags_shown(self, incident: Incident) -> str:
        """Write what a person must know."""
        return " · ".join(map(words.flag, incident.flags))

    @admin.display(description=_("linked"))
    def links_shown(self, incident: Incident) -> str:
        """Show the numbers of other incidents of the same matter."""
        return ", ".join(link["number"] for link in incident.links)

    @admin.display(description=_("timeline"))
    def timeline(self, incident: Incident) -> str:
        """Render the newest entries of the incident's stream, oldest first."""
        kept = incident.__dict__  # the desk's templates ask for it five times a page
        if "_timeline" not in kept:
            rows, is_cut = rows_of(incident.uuid, TIMELINE_ENTRIES)
            context = {
                "rows": rows,
                "is_cut": is_cut,
                "number": incident.number,
                "zone": zone(incident.opened_at),
            }
            page = render_to_string("admin/reports/timeline.html", context)
            kept["_timeline"] = page
        return str(kept["_timeline"])
