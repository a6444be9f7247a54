"""The supervisor: starts the processes of one machine and starts a dead one again.

It does nothing else, so there is little that could end it. If it is killed all the same
its children end by themselves: each watches the pipe on its standard input, and Linux
sends them a signal besides.
"""

import contextlib
import ctypes
import logging
import os
import select
import signal
import subprocess
import sys
import time
from argparse import ArgumentParser
from dataclasses import dataclass, field
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from accounts import logs
from alarm110.management.lock import hold_data_folder
from alarm110.management.options import add_plain
from alarm110.management.refusal import CONFIGURATION

# Wait before a start, in seconds, by how many quick deaths came before it.
DELAYS = (0.0, 0.25, 0.5, 1.0)
NOT_STARTED_SECONDS = 1.0  # after the machine had no room for a process
REFUSED_SECONDS = 30.0  # after a child that may be missing refused its settings
LONG_LIFE = 10.0  # seconds; who lived longer starts afresh in that table
STOP_PATIENCE = 8.0  # seconds between asking a child to stop and ending it
SILENT_STOP = 1.0  # seconds that a stop may last without a word
STOPPING = "Stopping; some seconds. Asked again, it ends at once."
LAST_AFTER = 4.0  # seconds that the last one waits for the others
PR_SET_PDEATHSIG = 1
# glibc gives each thread a heap until there are eight a core, and what short requests
# leave in them comes to tens of megabytes that grow for hours. Two are enough where one
# thread at a time runs Python. (mallopt(3), M_ARENA_MAX)
THRIFT = {"MALLOC_ARENA_MAX": "2"}


class Command(BaseCommand):
    """Keeps the web process, the worker and the media relay running."""

    help = "Run alarm110 and keep it running; Ctrl-C stops everything."
    requires_system_checks: tuple[str, ...] = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        add_plain(parser)

    def handle(self, **options: Any) -> None:
        """Supervise until told to stop, then leave with 0, or 78 if serve refused."""
        os.umask(0o077)  # what the data folder gets is for this user alone
        plain = ["--plain"] if options["plain"] else []
        manage = [sys.executable, str(settings.BASE_DIR / "manage.py")]
        with hold_data_folder():
            pid_file = settings.HOME / "up.pid"
            pid_file.write_text(f"{os.getpid()}\n", encoding="ascii")
            children = [
                Child("serve", [*manage, "serve", *plain], is_vital=True),
                Child("worker", [*manage, "work"]),
                _relay(),
            ]
            supervisor = Supervisor(children)
            status = supervisor.run()
            pid_file.unlink(missing_ok=True)
        if status == 0:
            _say(_last_word(), logging.INFO)
        sys.exit(status)


@dataclass
class Child:
    """One process that must always be there."""

    name: str
    command: list[str]
    process: subprocess.Popen[bytes] | None = None
    environment: dict[str, str] = field(default_factory=dict)
    is_vital: bool = False  # its refusal (exit status 78) ends everything
    is_served: bool = False  # others lean on it, and would miss it: it stops last
    started: float = 0.0
    due: float = 0.0  # when to start it (monotonic)
    quick_deaths: int = 0

    def start(self) -> None:
        """Start it in a process group of its own, so that Ctrl-C reaches only us."""
        self.process = subprocess.Popen(  # noqa: S603  our own manage.py
            self.command,
            stdin=subprocess.PIPE,
            env={
                **THRIFT,
                **os.environ,
                **self.environment,
                "ALARM110_SUPERVISED": "1",
            },
            process_group=0,
            preexec_fn=_die_with_parent if LIBC else None,
        )
        self.started = time.monotonic()

    @property
    def is_running(self) -> bool:
        """Return whether its process has not ended yet."""
        return self.process is not None and self.process.poll() is None

    def try_to_start(self) -> None:
        """Start it, or say why not and come back: the others must not suffer for it."""
        try:
            self.start()
        except (OSError, subprocess.SubprocessError) as error:
            _say(f"{self.name} cannot be started ({error}); trying again.")
            self.process = None
            self.due = time.monotonic() + NOT_STARTED_SECONDS

    def note_refusal(self) -> None:
        """Its settings are wrong; somebody may put them right meanwhile."""
        self.note_death()
        self.due = time.monotonic() + REFUSED_SECONDS

    def note_death(self) -> None:
        """Decide when it is started again."""
        lived = time.monotonic() - self.started
        self.quick_deaths = 0 if lived > LONG_LIFE else self.quick_deaths
        delay = DELAYS[min(self.quick_deaths, len(DELAYS) - 1)]
        self.quick_deaths += 1
        self.due = time.monotonic() + delay
        if self.process and self.process.stdin:
            self.process.stdin.close()
        self.process = None

    def signal_all(self, number: signal.Signals) -> None:
        """Send a signal to the process and what it may have started."""
        if self.process:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, number)


@dataclass
class Supervisor:
    """Starts children, waits for deaths and signals, and stops in order."""

    children: list[Child]
    stop_requests: int = 0
    _wake: tuple[int, int] = field(default=(-1, -1), repr=False)

    def run(self) -> int:
        """Return the exit status once everything has stopped."""
        self._listen_to_signals()
        while not self.stop_requests:
            for child in self.children:
                if child.process is None and time.monotonic() >= child.due:
                    child.try_to_start()
                status = child.process.poll() if child.process else None
                if status == CONFIGURATION and child.is_vital:  # it has said why
                    child.note_death()
                    self._stop()
                    return CONFIGURATION
                if status == CONFIGURATION:
                    _say(f"{child.name} refused to start; trying again in 30 s.")
                    child.note_refusal()
                elif status is not None:
                    _say(f"{child.name} ended ({_reason(status)}); starting it again.")
                    child.note_death()
            self._sleep()
        self._stop()
        return 0

    def _stop(self) -> None:
        """Ask every child to stop; end those that take too long or are asked twice."""
        began, asked = time.monotonic(), self.stop_requests
        is_told = not asked  # who did not ask is told why instead
        last = [child for child in self.children if child.is_served]
        for child in self.children:
            if child not in last:
                child.signal_all(signal.SIGTERM)
        while any(child.is_running for child in self.children):
            over = time.monotonic() - began
            if over > SILENT_STOP and not is_told:
                _say(STOPPING, logging.INFO)
                is_told = True
            others_run = any(c.is_running for c in self.children if not c.is_served)
            if over > STOP_PATIENCE or self.stop_requests > max(asked, 1):
                for child in self.children:
                    child.signal_all(signal.SIGKILL)
            elif last and (over > LAST_AFTER or not others_run):
                for child in last:
                    child.signal_all(signal.SIGTERM)
                last = []
            self._wait(0.2)

    def _sleep(self, at_most: float = 60.0) -> None:
        """Wait for a signal (a child's end is one too) or for the next start."""
        dues = [child.due for child in self.children if child.process is None]
        until_due = min(dues, default=float("inf")) - time.monotonic()
        self._wait(max(0.0, min(at_most, until_due)))

    def _wait(self, at_most: float) -> None:
        """Wait for a signal, whoever is to be started."""
        readable, _, _ = select.select([self._wake[0]], [], [], at_most)
        if readable:
            os.read(self._wake[0], 4096)

    def _listen_to_signals(self) -> None:
        self._wake = os.pipe()
        for end in self._wake:
            os.set_blocking(end, False)
        signal.set_wakeup_fd(self._wake[1], warn_on_full_buffer=False)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._request_stop)
        signal.signal(signal.SIGCHLD, lambda number, frame: None)

    def _request_stop(self, number: int, frame: FrameType | None) -> None:
        self.stop_requests += 1


def _relay() -> Child:
    """The relay knows no Django: what it needs of the settings, it is handed."""
    path = [str(settings.BASE_DIR), os.environ.get("PYTHONPATH", "")]
    return Child(
        "relay",
        [sys.executable, "-m", "dispatch.media.relay"],
        environment={
            "ALARM110_HOME": str(settings.HOME),
            "HOST": settings.HOST,
            "PYTHONPATH": os.pathsep.join(filter(None, path)),
        },
        is_served=True,
    )


def _find_libc() -> ctypes.CDLL | None:
    """Return the C library on Linux; elsewhere the pipe alone must do."""
    if not sys.platform.startswith("linux"):
        return None
    try:
        return ctypes.CDLL(None, use_errno=True)
    except OSError:
        return None


LIBC = _find_libc()


def _die_with_parent() -> None:
    """In the child: be told when the supervisor dies, even while our Python hangs."""
    if LIBC:
        LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _reason(status: int) -> str:
    if status >= 0:
        return f"exit status {status}"
    return f"signal {signal.Signals(-status).name}"


def _last_word() -> str:
    kept = settings.HOME if settings.EMBEDDED else "the database and the evidence store"
    return f"Stopped. What was accepted is kept in {kept}; ./run goes on with it."


def _say(sentence: str, level: int = logging.WARNING) -> None:
    wanted = os.environ.get("ALARM110_LOG", "")
    line = logs.written_by("supervisor", sentence, wanted, level)
    print(line, file=sys.stderr, flush=True)  # noqa: T201
