"""The whole suite in four lanes at once: ``./run test`` without arguments.

Half of a run is waiting: for leases to lapse, for pictures, for a killed process to be
back. The main lane has the browsers and what stands in no other; it and ``faults``
measure seconds and go first. The others need a processor and no clock: they take what
is left of the two. Each lane is a pytest of its own, with a database and a data folder
of its own; ``test_lanes.py`` waits for them in the end and tells what they said.

Without ``ALARM110_LANES=1`` all this sleeps, and ``pytest tests/actions`` is just that.
"""

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests import template
from tests.services import postgres, require

ROOT = Path(__file__).resolve().parent.parent
WANTED = os.environ.get("ALARM110_LANES") == "1"
# Of PostgreSQL's lane: they read files, not the database, or take minutes and are much
# the same there.
LEFT_OUT = [
    *(
        f"tests/views/test_{name}.py"
        for name in ("hostile", "photos", "ranges", "recordings", "worker")
    ),
    "tests/races/test_any_two.py",
]


@dataclass(frozen=True)
class Lane:
    """What one pytest runs, on which database, and how it stands back."""

    parts: tuple[str, ...]  # of tests/: folders, or files
    niceness: int
    on_postgresql: bool = False
    ports: int = 0  # the first of two thousand for its servers

    def paths(self) -> list[str]:
        """Return what there is of its parts."""
        found = [ROOT / "tests" / part for part in self.parts]
        return [str(path.relative_to(ROOT)) for path in found if path.exists()]


LANES = {
    "faults": Lane(
        (
            *("faults", "media", "proof", "run", "sockets"),
            *("test_canary.py", "test_stranger.py"),
        ),
        niceness=0,
        ports=14_000,
    ),
    "rooms": Lane(
        (
            *("accounts", "actions", "doors", "evidence", "indoors", "model"),
            *("observe", "pages", "races", "rules", "seeds", "views"),
        ),
        niceness=10,
        ports=16_000,
    ),
    "postgresql": Lane(
        ("actions", "evidence", "indoors", "races", "rules", "views"),
        niceness=10,
        on_postgresql=True,
        ports=18_000,
    ),
}


@dataclass
class Running:
    """One lane that runs."""

    process: subprocess.Popen[bytes]
    words: Path
    began: float = field(default_factory=time.monotonic)

    def result(self) -> tuple[int, str]:
        """Wait for its end; return the exit status and what it printed."""
        status = self.process.wait()
        return status, self.words.read_text(encoding="utf-8", errors="replace")


_running: dict[str, Running] = {}
_held = contextlib.ExitStack()


def running(name: str) -> Running:
    """Return a lane that was begun with the session."""
    return _running[name]


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Leave to each lane what is its own."""
    try:
        part = str(collection_path.relative_to(ROOT / "tests"))
    except ValueError:
        return None
    is_elsewhere = part in _elsewhere() if WANTED else part == "test_lanes.py"
    return True if is_elsewhere else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Wait for the others last."""
    items.sort(key=lambda item: item.path.name == "test_lanes.py")


def pytest_sessionstart(session: pytest.Session) -> None:
    """Begin the other lanes."""
    if not WANTED or session.config.option.collectonly:
        return
    template.migrated()  # once, for all of them
    with contextlib.suppress(pytest.skip.Exception, pytest.fail.Exception):
        # Without the program its own test says so, not this one.
        require("postgresql")
        _begin("postgresql", LANES["postgresql"])
    _begin("faults", LANES["faults"])
    _begin("rooms", LANES["rooms"])


def pytest_sessionfinish() -> None:
    """Leave nothing running."""
    for one in _running.values():
        if one.process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(one.process.pid, signal.SIGTERM)
            one.process.wait()
    _held.close()


def _elsewhere() -> Iterator[str]:
    return (part for lane in LANES.values() for part in lane.parts)


def _begin(name: str, lane: Lane) -> None:
    home = Path(_held.enter_context(tempfile.TemporaryDirectory(prefix="alarm110-")))
    if static := os.environ.get("ALARM110_HOME"):  # ``./run test`` has collected them
        template.link_static(Path(static), home)
    env = {
        name: value
        for name, value in os.environ.items()
        if name not in ("DATABASE_URL", "ALARM110_LANES")
    }
    env |= {"ALARM110_HOME": str(home), "ALARM110_TEST_PORTS": str(lane.ports)}
    left_out: list[str] = []
    if lane.on_postgresql:
        server = _held.enter_context(postgres(is_durable=False))
        env["DATABASE_URL"] = server.new_database("lane")
        left_out = [f"--ignore={path}" for path in LEFT_OUT]
    words = home / "words"
    with words.open("w") as out:
        process = subprocess.Popen(
            [
                sys.executable,
                *("-m", "pytest", "-q", "-rsR", "-p", "no:cacheprovider"),
                *left_out,
                *lane.paths(),
            ],
            cwd=ROOT,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    _stand_back(process.pid, lane.niceness)
    _running[name] = Running(process, words)


def _stand_back(pid: int, niceness: int) -> None:
    """Let the lanes that measure seconds go first.

    Where the kernel shares between sessions (autogroup), a process's own niceness
    counts within its session only; the session has one too.
    """
    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, pid, niceness)
    with contextlib.suppress(OSError):
        Path(f"/proc/{pid}/autogroup").write_text(f"{niceness}", encoding="ascii")
