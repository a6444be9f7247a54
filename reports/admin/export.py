"""Tables of records to take away: asked for a reason, bounded, and in the ledger."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from import_export.admin import ExportMixin
from import_export.formats.base_formats import CSV, XLSX, Format
from import_export.resources import Resource
from unfold.contrib.import_export.forms import ExportForm
from unfold.widgets import UnfoldAdminTextInputWidget

from accounts.admin.base import desk_rights
from accounts.models import User
from accounts.states import RoleKind
from reports.actions.custody import note_export
from reports.clock import now
from reports.events import RecordsExported
from reports.exports import BOM, safe_cell
from reports.journal import Author

# Made while somebody waits, beside the sockets: some two seconds for an XLSX.
EXPORT_ROWS = 5_000


FORMATS = {
    "csv": gettext_lazy("CSV, for any program"),
    "xlsx": gettext_lazy("XLSX, for Excel"),
}


class RecordResource(Resource):  # type: ignore[misc]
    """Columns of a table; every cell is made safe."""

    @classmethod
    def get_display_name(cls) -> str:
        """Name the choice of tables, of which there is but one."""
        return cls.__name__

    def export_field(self, field: Any, instance: Model, **kwargs: Any) -> object:
        """Return a cell; what is not there is empty."""
        value = super().export_field(field, instance, **kwargs)
        return safe_cell("" if value is None else value)


def reason_field(widget: type[forms.Widget] | None = None) -> forms.CharField:
    """Return the question that each export asks."""
    return forms.CharField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy("Kept in the ledger with your name and what you took."),
        min_length=4,
        max_length=200,
        widget=widget,
    )


class ReasonForm(ExportForm):  # type: ignore[misc]
    """In which format, and why."""

    reason = reason_field(UnfoldAdminTextInputWidget)

    def __init__(self, formats: Any, resources: Any, **kwargs: Any) -> None:
        super().__init__(formats, resources, **kwargs)
        field: Any = self.fields["format"]
        field.choices = [
            (key, FORMATS.get(title, title)) for key, title in field.choices if key
        ]


class ExportDesk(ExportMixin):  # type: ignore[misc]
    """A button over the list: what the list shows now, as CSV or XLSX.

    The rows are those the person may see, narrowed as the list is. They are read and
    written to a file first, then noted in the ledger, and handed out only when that is
    committed. Not in one transaction: on SQLite it would keep the alarms waiting.
    """

    export_form_class = ReasonForm
    export_template_name = "admin/reports/export.html"
    export_formats: ClassVar[list[type[Format]]] = [CSV, XLSX]
    model: type[Model]

    def has_export_permission(
        self, request: HttpRequest, obj: Model | None = None
    ) -> bool:
        """Take what one may see."""
        may: bool = self.has_view_permission(request, obj)
        return may

    def get_valid_export_item_pks(self, request: HttpRequest) -> list[int]:
        """Offer no choice of rows: the list's own filters are the choice."""
        return []

    def init_request_context_data(self, request: HttpRequest, form: Any) -> Any:
        """Say what page it is, how many rows it will be, and where it came from."""
        names = self.model._meta
        address = reverse(f"admin:{names.app_label}_{names.model_name}_changelist")
        narrowed = request.GET.urlencode()
        return super().init_request_context_data(request, form) | {
            "title": f"{_('Export')} · {capfirst(names.verbose_name_plural)}",
            "page_part": _("Export"),
            "row_count": self.get_export_queryset(request).count(),
            "back": f"{address}?{narrowed}" if narrowed else address,
        }

    def _do_file_export(
        self,
        file_format: Any,
        request: HttpRequest,
        queryset: QuerySet[Any],
        export_form: Any = None,
    ) -> HttpResponse:
        if export_form is None or not self.has_export_permission(request):
            raise PermissionDenied
        if queryset[: EXPORT_ROWS + 1].count() > EXPORT_ROWS:
            raise ValueError(  # import-export shows it over the form
                _("These are more than %(limit)d rows. Narrow the list and try again.")
                % {"limit": EXPORT_ROWS}
            )
        table = self.get_data_for_export(request, queryset, export_form=export_form)
        content = file_format.export_data(table)
        if isinstance(content, str):
            content = (BOM + content).encode()
        stem = f"{self.model._meta.model_name}-{now():%Y%m%dT%H%M%SZ}"
        kind = file_format.get_extension()
        return hand_out(
            request,
            Taken(
                content=content,
                name=f"{stem}.{kind}",
                content_type=file_format.get_content_type(),
                what=self.model._meta.label_lower,
                format=kind,
                rows=len(table),
                reason=export_form.cleaned_data["reason"],
                query=request.GET.urlencode(),
            ),
        )


@dataclass(frozen=True, slots=True)
class Taken:
    """A file that leaves, and what the ledger is told of it: ``RecordsExported``."""

    content: bytes
    name: str
    content_type: str
    what: str
    format: str
    rows: int
    reason: str
    query: str


def hand_out(request: HttpRequest, taken: Taken) -> HttpResponse:
    """Write into the ledger who takes a file, and hand it out once that is committed.

    The answer is the file and no page: the next one tells what it was.
    """
    exported = RecordsExported(
        what=taken.what,
        format=taken.format,
        rows=taken.rows,
        reason=taken.reason,
        query=taken.query[:500],
        sha256=hashlib.sha256(taken.content).hexdigest(),
        exporter=str(request.user),
    )
    with transaction.atomic():
        note_export(exported, author=desk_author(request))
    told = _("%(name)s was taken. Rows: %(rows)d. SHA-256, as in the ledger: %(sha)s")
    said = {"name": taken.name, "rows": exported.rows, "sha": exported.sha256}
    messages.success(request, told % said)
    return HttpResponse(
        taken.content,
        content_type=taken.content_type,
        headers={"Content-Disposition": f'attachment; filename="{taken.name}"'},
    )


def desk_author(request: HttpRequest) -> Author:
    """Return who acts: an auditor, or else one who supervises or administers."""
    user = request.user
    assert isinstance(user, User)
    held = {role.kind for role in desk_rights(request).roles}
    is_auditor = RoleKind.AUDITOR in held
    return Author("auditor" if is_auditor else "supervisor", str(user.uuid))
