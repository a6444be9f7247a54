"""One alarm110 a data folder: two would each believe that the database is theirs."""

import contextlib
import fcntl
import os
from collections.abc import Iterator

from django.conf import settings

from alarm110.management.refusal import refuse


@contextlib.contextmanager
def hold_data_folder() -> Iterator[None]:
    """Hold a lock on the data folder, or refuse; a killed holder frees it."""
    folder = os.open(settings.HOME, os.O_RDONLY)
    try:
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            refuse(f"It runs already, with the data folder {settings.HOME}.")
        yield
    finally:
        os.close(folder)
