"""Seats at the supervisor's desk, and what happens there: calls, offers, shifts."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline

from accounts.admin.base import SUPERVISORS, HistoryDeskAdmin
from accounts.admin.ground import AgencyAdmin
from accounts.models import Agency, User
from dispatch.actions.regions import open_agency
from dispatch.actions.seats import configure_seat
from dispatch.models import Call, Offer, Participant, Seat, Shift
from reports.admin import ReadOnlyAdmin
from reports.errors import ReportError
from reports.journal import Author

admin.site.unregister(Agency)


@admin.register(Agency)
class AgencyDesk(AgencyAdmin):
    """The same page; a new agency also gets the stream its line is told in."""

    def save_model(
        self, request: HttpRequest, obj: Agency, form: ModelForm[Agency], change: bool
    ) -> None:
        """Save by the action."""
        open_agency(obj)


@admin.register(Seat)
class SeatAdmin(HistoryDeskAdmin):
    """Seats: their number and name are configured, their state is only shown."""

    editors = SUPERVISORS
    refusals: ClassVar[tuple[type[Exception], ...]] = (ValidationError, ReportError)
    list_display = (
        "number",
        "agency",
        "label",
        "is_active",
        "availability",
        "activity",
        "since",
    )
    list_filter = (
        "is_active",
        "availability",
        "activity",
        ("agency", admin.RelatedOnlyFieldListFilter),
    )
    list_select_related = ("agency",)
    search_fields = ("label", "label_en")
    fields = ("agency", "number", "label", "label_en", "is_active")
    ordering = ("agency__code", "number")

    def get_readonly_fields(
        self, request: HttpRequest, obj: Seat | None = None
    ) -> tuple[str, ...]:
        """Keep a seat in its agency: its calls and entries are there."""
        return ("agency",) if obj else ()

    def save_model(
        self, request: HttpRequest, obj: Seat, form: ModelForm[Seat], change: bool
    ) -> None:
        """Save by the action, which refuses to close a seat in use."""
        user = request.user
        author = Author("supervisor", str(user.uuid if isinstance(user, User) else ""))
        saved = configure_seat(
            seat=obj if change else None,
            agency_id=obj.agency_id,
            number=obj.number,
            label=obj.label,
            label_en=obj.label_en,
            is_active=obj.is_active,
            author=author,
        )
        obj.pk = saved.pk


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
    fields = ("seat", "answer", "state", "made_at", "expires_at", "settled_at")
    names_from = ("seat__agency", "call")


@admin.register(Call)
class CallAdmin(ReadOnlyAdmin):
    """Calls, live and past."""

    inlines = (ParticipantInline, OfferInline)
    list_display = (
        "incident",
        "state",
        "mode",
        "agency",
        "seat",
        "queued_at",
        "connected_at",
        "ended_at",
        "end_reason",
        "callback",
    )
    list_filter = (
        "state",
        "mode",
        "end_reason",
        "needs_callback",
        ("agency", admin.RelatedOnlyFieldListFilter),
    )
    list_select_related = ("incident", "agency", "seat__agency")
    search_fields = ("incident__number",)
    date_hierarchy = "queued_at"
    fields = (
        "uuid",
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
        "lost_at",
        "position",
    )
    readonly_fields = ("uuid", "position")

    @admin.display(description=_("call back"), ordering="needs_callback")
    def callback(self, call: Call) -> str:
        """Say it where it is so; a red cross for "no" would cry wolf."""
        return gettext("call back") if call.needs_callback else ""

    @admin.display(description=_("position"))
    def position(self, call: Call) -> str:
        """Show the last position the phone claimed, and how exact it claimed to be."""
        if call.lat_e7 is None or call.lon_e7 is None:
            return ""
        place = f"{call.lat_e7 / 1e7:.5f}, {call.lon_e7 / 1e7:.5f}"
        metres = (call.accuracy_mm or 0) // 1000
        return f"{place} (± {metres} m) {call.area_name}".strip()


@admin.register(Offer)
class OfferAdmin(ReadOnlyAdmin):
    """Tries to give a call to a seat."""

    agency_path = "call__agency"
    list_display = ("call", "seat", "answer", "state", "made_at", "settled_at")
    list_filter = ("state", "answer")
    list_select_related = ("call", "seat__agency")
    ordering = ("-made_at",)
    fields = ("call", "seat", "answer", "state", "made_at", "expires_at", "settled_at")


@admin.register(Participant)
class ParticipantAdmin(ReadOnlyAdmin):
    """Who was in which room, from when to when."""

    agency_path = "call__agency"
    list_display = ("call", "role", "seat", "operator", "joined_at", "left_at")
    list_filter = ("role",)
    list_select_related = ("call", "seat__agency", "operator")
    ordering = ("-joined_at",)
    fields = (
        "call",
        "role",
        "caller",
        "seat",
        "operator",
        "epoch",
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
    fields = ("operator", "seat", "started_at", "ended_at", "end_reason", "lost_call")
