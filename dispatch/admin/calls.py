"""Calls, who was in their rooms, to whom they were offered, and who was on shift."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from import_export.fields import Field
from unfold.admin import TabularInline

from accounts.models.ground import AnswerMode
from dispatch.models import Call, Offer, Participant, Shift
from reports.admin import ReadOnlyAdmin, RecordsAdmin
from reports.admin.export import RecordResource
from reports.admin.incidents import shown_caller
from reports.written import accuracy, coordinates, local


class RoomInline(TabularInline):  # type: ignore[misc]
    """Rows that hang on a call, shown only."""

    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Refuse."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Refuse."""
        return False

    def has_view_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Seen by whoever sees the call."""
        return True

    def get_queryset(self, request: HttpRequest) -> Any:
        """Read what the rows are named after along with them."""
        return super().get_queryset(request).select_related(*self.names_from)

    names_from: ClassVar[tuple[str, ...]] = ()


class ParticipantInline(RoomInline):
    """Who was in the room."""

    model = Participant
    fields = ("role", "seat", "operator", "joined_at", "admitted_at", "left_at")
    names_from = ("seat__agency", "operator", "call")


class OfferInline(RoomInline):
    """To whom the call was offered."""

    model = Offer
    fields = ("seat", "kind", "state", "made_at", "expires_at", "settled_at")
    names_from = ("seat__agency", "call")


class CallResource(RecordResource):
    """Calls as a table: when, where to, how they ended. The caller is masked."""

    incident = Field(attribute="incident__number", column_name=_("incident"))
    call = Field(attribute="uuid", column_name=_("call"))
    agency = Field(column_name=_("agency"))
    source = Field(attribute="incident__get_source_display", column_name=_("source"))
    mode = Field(attribute="get_mode_display", column_name=_("mode"))
    priority = Field(attribute="priority", column_name=_("priority"))
    state = Field(attribute="get_state_display", column_name=_("state"))
    queued = Field(column_name=_("queued"))
    connected = Field(column_name=_("connected"))
    ended = Field(column_name=_("ended"))
    end_reason = Field(attribute="get_end_reason_display", column_name=_("end reason"))
    seat = Field(column_name=_("seat"))
    area = Field(attribute="area_name", column_name=_("area"))
    caller = Field(column_name=_("caller"))
    called_back = Field(column_name=_("called back"))
    outcome = Field(
        attribute="get_callback_outcome_display",
        column_name=_("outcome of the call-back"),
    )

    def dehydrate_agency(self, call: Call) -> str:
        """Name the agency in the reader's language."""
        return call.agency.label()

    def dehydrate_queued(self, call: Call) -> str:
        """Write the time."""
        return local(call.queued_at)

    def dehydrate_connected(self, call: Call) -> str:
        """Write the time."""
        return local(call.connected_at)

    def dehydrate_ended(self, call: Call) -> str:
        """Write the time."""
        return local(call.ended_at)

    def dehydrate_seat(self, call: Call) -> str:
        """Name the seat."""
        return str(call.seat or "")

    def dehydrate_caller(self, call: Call) -> str:
        """Write who called, masked."""
        return shown_caller(call.caller)

    def dehydrate_called_back(self, call: Call) -> str:
        """Write when."""
        return local(call.called_back_at)


def _time_beside(day: datetime, moment: datetime | None) -> str:
    """Write the time; with its date only if that is another."""
    if moment is None:
        return ""
    first, then = timezone.localtime(day), timezone.localtime(moment)
    return (
        f"{then:%H:%M:%S}" if first.date() == then.date() else f"{then:%m-%d %H:%M:%S}"
    )


@admin.register(Call)
class CallAdmin(RecordsAdmin):
    """Calls, live and past."""

    resource_classes = (CallResource,)
    inlines = (ParticipantInline, OfferInline)
    list_display = (
        "incident",
        "state",
        "mode",
        "seat",  # which says its agency, as the number does by its code
        "queued_at",
        "connected_time",
        "ended_time",
        "end_reason",
        "callback",
    )
    list_filter = (
        "state",
        "mode",
        "end_reason",
        "incident__source",
        "needs_callback",
        "callback_outcome",
        ("agency", admin.RelatedOnlyFieldListFilter),
    )
    list_select_related = ("incident", "agency", "seat__agency")
    search_fields = ("incident__number", "incident__place", "uuid")
    date_hierarchy = "queued_at"
    fields = (
        "public_id",
        "incident",
        "agency",
        "mode",
        "state",
        "priority",
        "seat",
        "queued_at",
        "connected_at",
        "ended_at",
        "end_reason",
        "needs_callback",
        "called_back_at",
        "callback_outcome",
        "needs",
        "lost_at",
        "position",
    )
    readonly_fields = ("public_id", "position")

    def get_export_queryset(self, request: HttpRequest) -> QuerySet[Call]:
        """Read the callers along."""
        rows: QuerySet[Call] = super().get_export_queryset(request)
        return rows.select_related("caller", "incident", "agency", "seat__agency")

    @admin.display(description=_("connected"), ordering="connected_at")
    def connected_time(self, call: Call) -> str:
        """Write when, beside the day on which it was queued."""
        return _time_beside(call.queued_at, call.connected_at)

    @admin.display(description=_("ended"), ordering="ended_at")
    def ended_time(self, call: Call) -> str:
        """Write when, beside the day on which it was queued."""
        return _time_beside(call.queued_at, call.ended_at)

    @admin.display(description=_("call back"), ordering="needs_callback")
    def callback(self, call: Call) -> str:
        """Say it where it is so; a red cross for "no" would cry wolf."""
        return gettext("call back") if call.needs_callback else ""

    @admin.display(description=_("position"))
    def position(self, call: Call) -> str:
        """Show the last position the phone claimed, and how exact it claimed to be."""
        if call.lat_e7 is None or call.lon_e7 is None:
            return ""
        place = coordinates(call.lat_e7, call.lon_e7)
        exact = accuracy(call.accuracy_mm)
        return f"{place} ({exact}) {call.area_name}".strip()


@admin.register(Offer)
class OfferAdmin(ReadOnlyAdmin):
    """Tries to give a call to a seat."""

    agency_path = "call__agency"
    list_display = (
        "call",
        "seat",
        "kind",
        "answered_by",
        "state",
        "made_at",
        "settled_at",
    )
    list_filter = ("kind", "state")
    list_select_related = ("call", "seat__agency")
    ordering = ("-made_at",)
    fields = (
        "call",
        "seat",
        "kind",
        "role",
        "asked_by",
        "reason",
        "answered_by",
        "state",
        "made_at",
        "expires_at",
        "settled_at",
        "trace",
    )
    readonly_fields = ("answered_by",)

    @admin.display(description=_("answer mode"), ordering="answer")
    def answered_by(self, offer: Offer) -> str:
        """Say who accepts, as at the agency."""
        return str(AnswerMode(offer.answer).label)


@admin.register(Participant)
class ParticipantAdmin(ReadOnlyAdmin):
    """Who was in which room, from when to when."""

    agency_path = "call__agency"
    list_display = (
        "call",
        "role",
        "stance",
        "seat",
        "operator",
        "joined_at",
        "left_at",
    )
    list_filter = ("role", "stance")
    list_select_related = ("call", "seat__agency", "operator")
    ordering = ("-joined_at",)
    fields = (
        "call",
        "role",
        "stance",
        "caller",
        "seat",
        "operator",
        "joined_at",
        "admitted_at",
        "left_at",
    )


@admin.register(Shift)
class ShiftAdmin(ReadOnlyAdmin):
    """Who worked at which seat."""

    agency_path = "seat__agency"
    list_display = ("operator", "seat", "started_at", "ended_at", "end_reason")
    list_filter = ("end_reason", ("seat__agency", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("operator", "seat__agency")
    ordering = ("-started_at",)
    fields = (
        "operator",
        "seat",
        "started_at",
        "ended_at",
        "end_reason",
        "end_note",
        "lost_call",
    )
