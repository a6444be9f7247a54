"""What the pages of records share: they are read, searched and exported."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.admin.base import DeskAdmin
from reports.admin.export import ExportDesk


class ReadOnlyAdmin(DeskAdmin):
    """Rows that happened: no door to add, change or delete one.

    Under each list and row stands of which zone its times are: prints are kept.
    """

    list_after_template = change_form_after_template = "admin/reports/zone.html"

    @admin.display(description=_("id"), ordering="uuid")
    def public_id(self, row: Any) -> str:
        """Show the id by which other systems and the journal name the row."""
        return str(row.uuid)

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Refuse."""
        return False

    def has_change_permission(
        self, request: HttpRequest, obj: Model | None = None
    ) -> bool:
        """Refuse."""
        return False


class RecordsAdmin(ExportDesk, ReadOnlyAdmin):
    """The same, and what the list shows can be taken away as a table."""
