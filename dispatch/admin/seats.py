"""What is configured here: seats, and agencies with the stream of their line."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import Prefetch, QuerySet
from django.forms import JSONField, ModelForm
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.admin import ModelAdmin

from accounts.admin.base import SUPERVISORS, HistoryDeskAdmin
from accounts.admin.ground import AgencyAdmin, AreaAdmin, TierAdmin
from accounts.models import Agency, Area, Tier, User
from dispatch.actions.regions import open_agency
from dispatch.actions.regions.answering import unanswered
from dispatch.actions.regions.ground_check import (
    ground_faults,
    pieces_of,
    read_piece,
)
from dispatch.actions.seats import configure_seat
from dispatch.models import Seat, Shift
from dispatch.states import Activity
from reports.errors import ReportError
from reports.journal import Author

admin.site.unregister([Agency, Area, Tier])


def refuse_unanswered(*agencies: int) -> None:
    """Undo an edit after which an agency's callers could be answered by nobody.

    Raises:
        ValidationError: it names the agency and the way out.
    """
    if alone := unanswered(agencies).first():
        raise ValidationError(
            _(
                "Then nobody could answer the calls of %(agency)s. First give it a "
                "seat or a neighbour with seats, or take its areas out of use."
            )
            % {"agency": alone}
        )


def warn_unanswered(desk: ModelAdmin, request: HttpRequest, agency: int) -> None:
    """Say so while an agency is still being set up: ground comes before seats."""
    if alone := unanswered([agency]).first():
        text = _(
            "%(agency)s has ground, but neither it nor a neighbour it names has a "
            "seat: its callers would wait until a supervisor moves them."
        )
        desk.message_user(request, text % {"agency": alone}, messages.WARNING)


@admin.register(Agency)
class AgencyDesk(AgencyAdmin):
    """The same page; a new agency also gets the stream its line is told in."""

    def save_model(
        self, request: HttpRequest, obj: Agency, form: ModelForm[Agency], change: bool
    ) -> None:
        """Save by the action."""
        open_agency(obj)
        warn_unanswered(self, request, obj.pk)


class PolygonField(JSONField):
    """GeoJSON as text; empty where there is none yet, and not the word null."""

    def prepare_value(self, value: Any) -> str:
        """Show nothing for nothing."""
        return "" if value is None else str(super().prepare_value(value))


class AreaForm(ModelForm):  # type: ignore[type-arg]
    """A piece of ground that must fit among the others."""

    class Meta:
        model = Area
        fields = AreaAdmin.fields
        field_classes: ClassVar[dict[str, type]] = {"polygon": PolygonField}

    def _post_clean(self) -> None:
        """After the model's own checks, say on the form what does not fit, and where.

        Not in ``clean``: a refused polygon would be missing from what the model checks.
        """
        super()._post_clean()  # type: ignore[misc]
        area = self.instance
        if self.errors or not area.is_active:
            return
        code = area.agency.code
        piece = read_piece(f"{code}/{area.code}", code, area.polygon)
        assert piece is not None, "the model has checked it"
        others = Area.objects.filter(
            is_active=True, agency__is_active=True, agency__is_synthetic=False
        ).exclude(pk=area.pk)
        pieces = pieces_of(others.select_related("agency"))
        for fault in ground_faults(piece, pieces):
            self.add_error("polygon", fault)


@admin.register(Area)
class AreaDesk(AreaAdmin):
    """The same page; ground is held against all other ground."""

    form = AreaForm

    def save_model(
        self, request: HttpRequest, obj: Area, form: ModelForm[Area], change: bool
    ) -> None:
        """Save by the action."""
        super().save_model(request, obj, form, change)
        warn_unanswered(self, request, obj.agency_id)


@admin.register(Tier)
class TierDesk(TierAdmin):
    """The same page; the last help of an agency without seats is not taken away."""

    def save_model(
        self, request: HttpRequest, obj: Tier, form: ModelForm[Tier], change: bool
    ) -> None:
        """Save by the action."""
        before = Tier.objects.filter(pk=obj.pk).values_list("agency_id", flat=True)
        touched = {obj.agency_id, *before}
        alone = set(unanswered(touched).values_list("pk", flat=True))
        super().save_model(request, obj, form, change)
        refuse_unanswered(*touched - alone)
        warn_unanswered(self, request, obj.agency_id)


def _sitting(seat: Seat) -> list[Shift]:
    """Return the shift that is on at a seat of the list, as it was brought along."""
    found: list[Shift] = getattr(seat, "sitting", [])
    return found


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
        "sits",
        "readiness",
        "doing",
        "since_when",
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

    def get_queryset(self, request: HttpRequest) -> QuerySet[Seat]:
        """Bring who sits there along, in one query more."""
        sitting = Shift.objects.filter(ended_at__isnull=True)
        return (
            super()
            .get_queryset(request)
            .prefetch_related(
                Prefetch(
                    "shifts", sitting.select_related("operator"), to_attr="sitting"
                )
            )
        )

    @admin.display(description=gettext_lazy("who sits there"))
    def sits(self, seat: Seat) -> str:
        """Name the operator: an empty seat and one that is off read alike else."""
        return ", ".join(str(shift.operator) for shift in _sitting(seat)) or "–"

    @admin.display(description=gettext_lazy("availability"), ordering="availability")
    def readiness(self, seat: Seat) -> str:
        """Say it of a person; an empty seat is neither off nor ready."""
        return seat.get_availability_display() if _sitting(seat) else "–"

    @admin.display(description=gettext_lazy("activity"), ordering="activity")
    def doing(self, seat: Seat) -> str:
        """Say it of a person; nobody is idle at an empty seat."""
        is_empty = not _sitting(seat) and seat.activity == Activity.IDLE
        return "–" if is_empty else seat.get_activity_display()

    @admin.display(description=gettext_lazy("since"), ordering="since")
    def since_when(self, seat: Seat) -> datetime | str:
        """Say it of a person, too: an empty seat is in no state."""
        return seat.since if seat.since and _sitting(seat) else "–"

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
        if not obj.is_active:
            helped = Tier.objects.filter(neighbour=obj.agency_id, is_active=True)
            refuse_unanswered(
                obj.agency_id, *helped.values_list("agency_id", flat=True)
            )
