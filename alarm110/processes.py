"""The processes beside the web process: are they there, and what do they count?

The media relay is asked over its own socket. The worker, who has no socket, writes what
it counts into ``work.prom`` in the data folder each turn: the file's age says whether
it turns. A worker on another machine writes into another folder and is not seen here.
"""

import contextlib
import os
import time
from pathlib import Path
from typing import NamedTuple

from django.conf import settings
from prometheus_client import REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import Metric

from accounts.metrics import dropped

WORKER_FILE, WORKER_PID = "work.prom", "work.pid"
# It tells before each job; a job is given up after two minutes, and how it ended may
# wait three quarters of a minute for the database (``copying.TRY_AGAIN_SECONDS``).
WORKER_LIMIT = 200.0  # seconds
# Asked how it is each 5 s, and killed if it does not answer three times.
RELAY_LIMIT = 20.0  # seconds


class Neighbour(NamedTuple):
    """A process beside this one; ``age``: seconds since it gave a sign of life."""

    is_there: bool
    age: float | None
    limit: float

    @property
    def is_late(self) -> bool:
        """Return whether it does not do its work."""
        return not self.is_there or self.age is None or self.age > self.limit


def worker(home: Path) -> Neighbour | None:
    """Return how the worker is; None where none was ever seen and none must be."""
    try:
        age = time.time() - (home / WORKER_FILE).stat().st_mtime
    except OSError:
        return Neighbour(False, None, WORKER_LIMIT) if settings.EMBEDDED else None
    return Neighbour(_is_running(home / WORKER_PID), max(0.0, age), WORKER_LIMIT)


def worker_text(home: Path) -> str:
    """Return what the worker has counted; empty where it is not running."""
    if not _is_running(home / WORKER_PID):
        return ""  # of a former one: its counts would stand still for ever
    try:
        return (home / WORKER_FILE).read_text(encoding="utf-8")
    except OSError:
        return ""


def tell(home: Path) -> None:
    """In the worker: write down what was counted, and that it turns."""
    path, new = home / WORKER_FILE, home / f"{WORKER_FILE}.new"
    try:
        new.write_bytes(generate_latest(_Counted()))
        new.replace(path)
    except OSError:  # a full disk: the age alone must do
        dropped("worker's figures", "disk")
        with contextlib.suppress(OSError):  # no file yet: the next turn may make it
            os.utime(path)


class _Counted(CollectorRegistry):
    """The figures that are not zero: this process never counts most of them."""

    def collect(self) -> "list[Metric]":
        """Return them."""
        return [
            metric
            for metric in REGISTRY.collect()
            if not metric.name.startswith("alarm110_")
            or any(sample.value for sample in metric.samples)
        ]


def _is_running(pid_file: Path) -> bool:
    try:
        os.kill(int(pid_file.read_text(encoding="ascii")), 0)
    except (OSError, ValueError):
        return False
    return True
