"""Agencies, their ground, and who helps whom."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import ForeignKey
from django.forms import ModelChoiceField, ModelForm
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.actions.configure import configure_agency, configure_area, configure_tier
from accounts.admin.base import (
    ADMINISTRATORS,
    SUPERVISORS,
    HistoryDeskAdmin,
    desk_rights,
)
from accounts.models import Agency, Area, Tier


class NamedAdmin(HistoryDeskAdmin):
    """What has a name in two languages; the list shows the reader's."""

    @admin.display(description=_("name"), ordering="name")
    def shown_name(self, row: Agency | Area) -> str:
        """Return the name in the reader's language."""
        return row.label()


@admin.register(Agency)
class AgencyAdmin(NamedAdmin):
    """Police forces. Administrators change theirs; only those of all add one."""

    agency_path = ""
    editors = ADMINISTRATORS
    list_display = (
        "code",
        "shown_name",
        "phone_number",
        "answer_mode",
        "is_default",
        "is_active",
    )
    list_display_links = ("code", "shown_name")
    list_filter = ("is_active", "answer_mode")
    search_fields = ("code", "name", "name_en")
    fieldsets = (
        (None, {"fields": ("code", "name", "name_en", "phone_number", "is_active")}),
        (_("Alarms"), {"fields": ("answer_mode", "is_default", "is_synthetic")}),
        (
            _("Hours"),
            {
                "fields": ("opens_at", "closes_at", "after_hours"),
                "description": _(
                    "In local time. Outside these hours calls may also be answered by "
                    "the agency named below; own seats that are ready still come first."
                ),
            },
        ),
        (
            _("Rules of the seats"),
            {
                "fields": (
                    "ring_seconds",
                    "wrap_up_seconds",
                    "misses_before_away",
                    "miss_rest_seconds",
                    "breaks_need_approval",
                    "break_reasons",
                )
            },
        ),
        (_("At the seats"), {"fields": ("categories", "phrases")}),
        (_("To the public"), {"fields": ("publishes_figures",)}),
    )

    def get_form(
        self,
        request: HttpRequest,
        obj: Agency | None = None,
        change: bool = False,
        **kwargs: Any,
    ) -> type[ModelForm[Agency]]:
        """Say of a mark that is not set what it would mean, not that it is so."""
        kwargs["help_texts"] = {
            "is_synthetic": _("if so, it is left out of statistics"),
            "is_default": _("if so, it takes alarms without a place"),
        }
        form: type[ModelForm[Agency]] = super().get_form(request, obj, change, **kwargs)
        return form

    def formfield_for_foreignkey(
        self, db_field: ForeignKey[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> ModelChoiceField[Any] | None:
        """Let any real agency stand in, also one that somebody else configures."""
        if db_field.name == "after_hours":
            kwargs["queryset"] = Agency.objects.filter(
                is_synthetic=False, is_active=True
            )
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Add where one administers all agencies."""
        return desk_rights(request).may_administer(None)

    def get_readonly_fields(
        self, request: HttpRequest, obj: Agency | None = None
    ) -> tuple[str, ...]:
        """Keep what numbers and queues hang on; the default is a matter of all."""
        fixed = ("is_synthetic", "code") if obj else ("is_synthetic",)
        everywhere = desk_rights(request).may_administer(None)
        return fixed if everywhere else (*fixed, "is_default")

    def save_model(
        self, request: HttpRequest, obj: Agency, form: ModelForm[Agency], change: bool
    ) -> None:
        """Save by the action."""
        configure_agency(obj)


@admin.register(Area)
class AreaAdmin(NamedAdmin):
    """The ground an agency answers for."""

    editors = SUPERVISORS
    list_display = ("code", "shown_name", "agency", "source", "is_active")
    list_display_links = ("code", "shown_name")
    list_filter = ("is_active", ("agency", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("agency",)
    search_fields = ("code", "name", "name_en")
    fields = ("agency", "code", "name", "name_en", "polygon", "source", "is_active")

    def save_model(
        self, request: HttpRequest, obj: Area, form: ModelForm[Area], change: bool
    ) -> None:
        """Save by the action."""
        configure_area(obj)


@admin.register(Tier)
class TierAdmin(HistoryDeskAdmin):
    """Which neighbours help, and after how long."""

    editors = ADMINISTRATORS
    list_display = ("agency", "neighbour", "rank", "after_seconds", "is_active")
    list_filter = ("is_active", ("agency", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("agency", "neighbour")
    fields: ClassVar[tuple[str, ...]] = (
        "agency",
        "neighbour",
        "rank",
        "after_seconds",
        "is_active",
    )

    def formfield_for_foreignkey(
        self, db_field: ForeignKey[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> ModelChoiceField[Any] | None:
        """Let any real agency help, also one that somebody else configures."""
        if db_field.name == "neighbour":
            kwargs["queryset"] = Agency.objects.filter(is_synthetic=False)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(
        self, request: HttpRequest, obj: Tier, form: ModelForm[Tier], change: bool
    ) -> None:
        """Save by the action."""
        configure_tier(obj)
