"""The database itself refuses to change or remove what was recorded.

A second line, not the proof: the proof is the chain. Entries and bodies are protected
alike; the lawful erasure of a body will come with its own door.
"""

from typing import Any

from django.db import migrations

TABLES = ["reports_entry", "reports_entrybody"]

POSTGRESQL = """
CREATE OR REPLACE FUNCTION alarm110_refuse_change() RETURNS trigger AS $$
BEGIN
    RAISE EXCEPTION 'entries are never changed (% on %)', TG_OP, TG_TABLE_NAME;
END
$$ LANGUAGE plpgsql;
"""


def protect(apps: Any, schema_editor: Any) -> None:
    """Put the triggers on."""
    if schema_editor.connection.vendor == "postgresql":
        # None: without parameters a percent sign is only a percent sign.
        schema_editor.execute(POSTGRESQL, params=None)
    for table in TABLES:
        for statement in trigger_statements(schema_editor.connection.vendor, table):
            schema_editor.execute(statement)


def unprotect(apps: Any, schema_editor: Any) -> None:
    """Take the triggers off, to go back to an empty project."""
    for table in TABLES:
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(f"DROP TRIGGER {table}_rows ON {table}")
            schema_editor.execute(f"DROP TRIGGER {table}_truncate ON {table}")
        else:
            schema_editor.execute(f"DROP TRIGGER {table}_update")
            schema_editor.execute(f"DROP TRIGGER {table}_delete")


def trigger_statements(vendor: str, table: str) -> list[str]:
    """Return the statements for one table."""
    if vendor == "postgresql":
        return [
            f"CREATE TRIGGER {table}_rows BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION alarm110_refuse_change()",
            f"CREATE TRIGGER {table}_truncate BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION alarm110_refuse_change()",
        ]
    return [
        f"CREATE TRIGGER {table}_{event.lower()} BEFORE {event} ON {table} "
        "BEGIN SELECT RAISE(ABORT, 'entries are never changed'); END"
        for event in ("UPDATE", "DELETE")
    ]


class Migration(migrations.Migration):
    """Triggers on the journal."""

    dependencies = [("reports", "0001_journal_and_incidents")]

    operations = [migrations.RunPython(protect, unprotect)]
