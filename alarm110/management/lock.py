"""One alarm110 a data folder: two would each believe that the database is theirs."""

import contextlib
import fcntl
import os
from collections.abc import Iterator

from django.conf import settings

from alarm110.management.refusal import refuse

# Written by whoever serves out of the folder: where. Of a killed one it may be left.
ADDRESS = "serve.address"


@contextlib.contextmanager
def hold_data_folder() -> Iterator[None]:
    """Hold a lock on the data folder, or refuse; a killed holder frees it."""
    folder = os.open(settings.HOME, os.O_RDONLY)
    try:
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            refuse(_runs_already())
        yield
    finally:
        os.close(folder)


def _runs_already() -> str:
    try:
        where = (settings.HOME / ADDRESS).read_text(encoding="utf-8").strip()
    except OSError:  # it is only starting
        where = ""
    at = f" at {where}" if where else ""
    return (
        f"It runs already{at}, with the data folder {settings.HOME}. A second "
        "one needs a folder and ports of its own: "
        "ALARM110_HOME=… PORT=… HTTP_PORT=… ./run"
    )
