"""What the pages of records share: they are read, searched and exported."""

from __future__ import annotations

from django.db.models import Model
from django.http import HttpRequest

from accounts.admin.base import DeskAdmin
from reports.admin.export import ExportDesk


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


class RecordsAdmin(ExportDesk, ReadOnlyAdmin):
    """The same, and what the list shows can be taken away as a table."""
