"""A copy of the database to try something on, where trying would hold up the alarms.

SQLite has one writer at a time, and a transaction that is rolled back in the end holds
that place like any other: a big region is checked for seconds, and taps would wait.
PostgreSQL locks the rows alone that are changed; there it is tried where it stands.
"""

import errno
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import DEFAULT_DB_ALIAS, connections

PREFIX = "check-"
OLD_SECONDS = 3600  # a check takes minutes at most


@contextmanager
def on_a_copy() -> Iterator[None]:
    """Let this thread work on a copy while the block lasts; then the copy is deleted.

    Raises:
        OSError: there is no room for one beside the database.
    """
    live = connections[DEFAULT_DB_ALIAS]
    if live.vendor != "sqlite" or live.in_atomic_block:  # who holds it holds it
        yield
        return
    beside = Path(live.settings_dict["NAME"])
    _remove_old(beside.parent)
    _refuse_without_room(beside)
    with tempfile.TemporaryDirectory(prefix=PREFIX, dir=beside.parent) as folder:
        path = Path(folder, "copy.sqlite3")
        os.close(os.open(path, os.O_CREAT | os.O_EXCL, 0o600))  # people stand in it
        with live.cursor() as cursor:
            cursor.execute("VACUUM INTO %s", [str(path)])
        copy = live.copy()
        copy.settings_dict["NAME"] = str(path)
        connections[DEFAULT_DB_ALIAS] = copy
        try:
            yield
        finally:
            copy.close()
            connections[DEFAULT_DB_ALIAS] = live


def _remove_old(folder: Path) -> None:
    """Delete what a check left that was killed: all people stand in it."""
    for old in folder.glob(f"{PREFIX}*/copy.sqlite3"):
        if time.time() - old.stat().st_mtime > OLD_SECONDS:
            shutil.rmtree(old.parent, ignore_errors=True)


def _refuse_without_room(database: Path) -> None:
    """Leave as much room again as the copy takes: alarms are written to that disk."""
    if shutil.disk_usage(database.parent).free < 2 * database.stat().st_size:
        words = "too little room beside the database for a copy to check on"
        raise OSError(errno.ENOSPC, words, str(database.parent))
