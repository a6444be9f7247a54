"""The worker: makes what is derived from evidence, beside the web process.

Niced, as a call must never wait for a copy. Whatever it was at when it died is begun
again; a database that is locked or away only makes it wait.
"""

import contextlib
import logging
import os
import signal
import time
from datetime import datetime, timedelta
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import InterfaceError, OperationalError, connection
from django.utils.crypto import get_random_string
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult

from accounts import logs
from accounts.metrics import failed, is_away
from alarm110 import processes
from alarm110.management.supervised import end_with_the_supervisor
from reports.actions import copying, views
from reports.clock import now

log = logging.getLogger(__name__)

INTERVAL = 1.0  # seconds between two looks for work
NICENESS = 10
# How far back it looks for clips that closed; further only at its start and each hour.
RECENT = timedelta(minutes=5)
HOUR = 60 * 60.0
AT_MOST = 50  # clips asked for in one turn
KEPT = timedelta(days=1)  # what is known of jobs that are over


class Command(BaseCommand):
    """Works until told to stop."""

    help = "Make the view copies of evidence; several may run."
    requires_system_checks: tuple[str, ...] = ()

    def handle(self, **options: Any) -> None:
        """Do what there is to do, each second."""
        logs.name_process("worker")
        os.umask(0o077)
        with contextlib.suppress(OSError):
            os.nice(NICENESS)
        if os.environ.get("ALARM110_SUPERVISED"):
            end_with_the_supervisor()
        pid_file = settings.HOME / "work.pid"
        pid_file.write_text(f"{os.getpid()}\n", encoding="ascii")
        Work().run()
        pid_file.unlink(missing_ok=True)


class TellingWorker(Worker):
    """Says before each job that it is still at it: one may take two minutes."""

    def run_task(self, db_task_result: "DBTaskResult[Any, Any]") -> None:
        """Do one job."""
        processes.tell(settings.HOME)
        super().run_task(db_task_result)


class Work:
    """Turns, one a second: find what is to be made, make it."""

    def __init__(self) -> None:
        self.is_stopping = False
        self._looks_back: datetime | None = None  # None: to the beginning
        self._chores_at = 0.0
        self._worker = TellingWorker(
            queue_names=["*"],
            interval=INTERVAL,
            batch=True,
            backend_name="default",
            startup_delay=False,
            max_tasks=None,
            worker_id=get_random_string(32),
            excluded_queue_names=[],
        )

    def run(self) -> None:
        """Turn until told to stop."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._stop)
        with contextlib.suppress(SystemExit):
            while not self.is_stopping:
                self._turn_safely()
                processes.tell(settings.HOME)
                time.sleep(INTERVAL)

    def turn(self) -> None:
        """Find what is to be made, and make it."""
        if time.monotonic() >= self._chores_at:
            self._chores_at = time.monotonic() + HOUR
            self._looks_back = None
            copying.sweep_workroom()
            DBTaskResult.objects.filter(enqueued_at__lt=now() - KEPT).delete()
        views.find_lost()
        if views.ask_missing(self._looks_back, at_most=AT_MOST) < AT_MOST:
            self._looks_back = now() - RECENT
        # The worker locks the database even where there is nothing to do.
        if DBTaskResult.objects.ready().exists():
            self._worker.run()

    def _turn_safely(self) -> None:
        try:
            self.turn()
        except (OperationalError, InterfaceError) as error:
            is_away("worker")
            log.warning("worker: the database is away (%s)", type(error).__name__)
            connection.close()
        except Exception:  # the next turn begins again what was not done
            failed("worker")
            log.exception("worker: a turn failed")

    def _stop(self, number: int, frame: FrameType | None) -> None:
        """Stop at once: what is in the making is begun again by the next worker."""
        self.is_stopping = True
        self._worker.running = False
        raise SystemExit
