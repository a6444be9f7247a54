"""The database itself refuses to change or remove the receipt of a chunk."""

from importlib import import_module
from typing import Any

from django.db import migrations

TABLE = "reports_evidencechunk"
_entries = import_module("reports.migrations.0002_entries_never_change")


def protect(apps: Any, schema_editor: Any) -> None:
    """Put the triggers on; the function they call is there since 0002."""
    for statement in _entries.trigger_statements(
        schema_editor.connection.vendor, TABLE
    ):
        schema_editor.execute(statement)


def unprotect(apps: Any, schema_editor: Any) -> None:
    """Take the triggers off."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(f"DROP TRIGGER {TABLE}_rows ON {TABLE}")
        schema_editor.execute(f"DROP TRIGGER {TABLE}_truncate ON {TABLE}")
    else:
        schema_editor.execute(f"DROP TRIGGER {TABLE}_update")
        schema_editor.execute(f"DROP TRIGGER {TABLE}_delete")


class Migration(migrations.Migration):
    """Triggers on the chunks."""

    dependencies = [("reports", "0003_evidence")]

    operations = [migrations.RunPython(protect, unprotect)]
