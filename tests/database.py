"""The tests' own database: made from a template, emptied between tests.

The product itself never lets anything be emptied.
"""

import contextlib
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

from django.db import connection, transaction
from django.test.utils import setup_databases, teardown_databases

from accounts.api import addresses
from accounts.snapshots import forget_ground
from dispatch import broadcast as rooms
from dispatch.actions import caller_desk
from dispatch.api import mailbox
from tests import kept_rows, template

_migration = import_module("reports.migrations.0002_entries_never_change")
_chunks = import_module("reports.migrations.0004_chunks_never_change")


@contextlib.contextmanager
def made(folder: Path) -> Iterator[None]:
    """Give this process a database of its own while the block lasts.

    SQLite stays in a file: in memory, threads would share locks that no server has. It
    does not wait for the disk: what a power cut may take is not asked here, and what
    acknowledged means is asked of real servers that are killed.
    """
    if connection.vendor != "sqlite":
        former = setup_databases(verbosity=0, interactive=False, aliases={"default"})
        try:
            yield
        finally:
            teardown_databases(former, verbosity=0)
        return
    settings = connection.settings_dict
    name, options = settings["NAME"], settings["OPTIONS"]
    template.copy_to(folder / "test.sqlite3")
    connection.close()
    settings["NAME"] = str(folder / "test.sqlite3")
    pragmas = options["init_command"].replace("synchronous=FULL", "synchronous=OFF")
    settings["OPTIONS"] = {**options, "init_command": pragmas}
    try:
        yield
    finally:
        connection.close()
        settings["NAME"], settings["OPTIONS"] = name, options


@contextlib.contextmanager
def triggers_lifted() -> Iterator[None]:
    """Take the journal's triggers off while the block lasts, in one transaction."""
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # As a replica does: no trigger fires in this transaction. TRUNCATE's would.
            cursor.execute("SET LOCAL session_replication_role = replica")
            yield
            return
        for statement in _statements():
            cursor.execute(f"DROP TRIGGER {statement.split()[2]}")
        yield
        for statement in _statements():
            cursor.execute(statement)


def _statements() -> list[str]:
    return [
        statement
        for table in [*_migration.TABLES, _chunks.TABLE]
        for statement in _migration.trigger_statements(connection.vendor, table)
    ]


def wipe() -> None:
    """Remove all rows of ours; permissions and content types stay."""
    with triggers_lifted(), connection.cursor() as cursor:
        for table in kept_rows.tables():
            cursor.execute(f"DELETE FROM {connection.ops.quote_name(table)}")  # noqa: S608


def forget_caches() -> None:
    """Drop what this process remembers of rows that are gone."""
    forget_ground()
    caller_desk._known_streams.clear()
    rooms._rooms.clear()
    rooms.live.clear()
    rooms._seat_ports.clear()
    rooms.signs_of_life()
    mailbox._mailboxes.clear()
    addresses.buckets.clear()
