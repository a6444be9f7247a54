"""The whole suite: what measures seconds, and beside it what fills the pauses.

Browsers, killed processes and live pictures need a processor when they ask for one: a
neighbour that competes makes them fail and proves nothing. But half of their time they
wait. What lives in one process needs no clock, so it runs beside them, on SQLite and on
PostgreSQL, each lane a pytest with a database and a data folder of its own, and of the
lowest priority there is: it gets what nobody else wants. ``test_lanes.py`` waits for
both at the end and tells what they said.

Only in a whole run (``ALARM110_LANES=1``, ``./run test`` without arguments).
"""

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.services import postgres, require

ROOT = Path(__file__).resolve().parent.parent
TESTS = ROOT / "tests"
# Taken out: a pytest that a test starts (the seeds do) is no whole run.
WANTED = os.environ.pop("ALARM110_LANES", "") == "1"
# What measures seconds, in this order; all else is the lanes'.
FIRST = (
    *("browser", "faults", "media", "proof", "sockets", "run"),
    *("test_canary.py", "test_stranger.py"),
)
LAST = "test_lanes.py"
ON_POSTGRESQL = ("actions", "evidence", "indoors", "races", "rules", "views")
# They read files, not the database, or take minutes and are much the same there.
LEFT_OUT = [
    *(
        f"tests/views/test_{name}.py"
        for name in ("hostile", "photos", "ranges", "recordings", "worker")
    ),
    "tests/races/test_any_two.py",
]
LOWEST = "19"


@dataclass
class Lane:
    """A pytest that runs beside this one."""

    name: str
    process: subprocess.Popen[bytes]
    words: Path
    began: float = field(default_factory=time.monotonic)

    def result(self) -> tuple[int, str]:
        """Wait for its end; return the exit status and what it printed."""
        status = self.process.wait()
        return status, self.words.read_text(encoding="utf-8", errors="replace")


_lanes: dict[str, Lane] = {}
_held = contextlib.ExitStack()


def lane(name: str) -> Lane:
    """Return the lane of ``sqlite`` or ``postgresql``, begun if it was not."""
    if name not in _lanes:
        _lanes[name] = _on_sqlite() if name == "sqlite" else _on_postgresql()
    return _lanes[name]


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Without lanes there is nothing to wait for; with them, the rest is theirs."""
    if not WANTED:
        return True if collection_path == TESTS / LAST else None
    is_top = collection_path.parent == TESTS
    is_theirs = is_top and collection_path.name not in (*FIRST, LAST)
    return True if is_theirs and collection_path.name != "conftest.py" else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Order a whole run."""
    if WANTED:
        items.sort(key=_turn)


def pytest_runtestloop() -> None:
    """Begin the other lanes with the first test."""
    if WANTED:
        for name in ("sqlite", "postgresql"):
            # Without the program its own test says so, not this one.
            with contextlib.suppress(pytest.skip.Exception, pytest.fail.Exception):
                lane(name)


def pytest_sessionfinish() -> None:
    """Leave nothing running."""
    for lane in _lanes.values():
        if lane.process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(lane.process.pid, signal.SIGTERM)
            lane.process.wait()
    _held.close()


def _turn(item: pytest.Item) -> int:
    """Return an item's place; those of one place stay as they are."""
    part = item.path.relative_to(TESTS).parts[0]
    return len(FIRST) if part == LAST else FIRST.index(part)


def _on_sqlite() -> Lane:
    theirs = [*FIRST, LAST]
    rest = sorted(
        f"tests/{path.name}"
        for path in TESTS.iterdir()
        if path.name not in theirs
        and (any(path.glob("**/test_*.py")) or path.match("test_*.py"))
    )
    return _begin("sqlite", {"ALARM110_TEST_PORTS": "14000"}, rest)


def _on_postgresql() -> Lane:
    require("postgresql")
    server = _held.enter_context(postgres(is_durable=False))
    more = {
        "ALARM110_TEST_PORTS": "16000",
        "DATABASE_URL": server.new_database("lane"),
    }
    ignored = [f"--ignore={path}" for path in LEFT_OUT]
    return _begin("postgresql", more, [f"tests/{n}" for n in ON_POSTGRESQL], *ignored)


def _begin(name: str, more: dict[str, str], tests: list[str], *options: str) -> Lane:
    home = Path(_held.enter_context(tempfile.TemporaryDirectory(prefix="alarm110-")))
    env = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
    words = home / "words"
    with words.open("w") as out:
        process = subprocess.Popen(
            [
                sys.executable,
                *("-m", "pytest", "-q", "-rsR", "-p", "no:cacheprovider"),
                *options,
                *tests,
            ],
            cwd=ROOT,
            env={**env, "ALARM110_HOME": str(home), **more},
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    _stand_back(process.pid)
    return Lane(name, process, words)


def _stand_back(pid: int) -> None:
    """Give a lane's session only what the processors have left.

    A session is a scheduling group of its own where the kernel groups by session
    (``sched_autogroup_enabled``), and then only the group's niceness counts. Of the
    idle class, so that whoever wakes up takes the processor from it at once.
    """
    os.setpriority(os.PRIO_PROCESS, pid, int(LOWEST))
    with contextlib.suppress(AttributeError, OSError):  # Linux has it
        os.sched_setscheduler(pid, os.SCHED_IDLE, os.sched_param(0))
    with contextlib.suppress(OSError):
        Path(f"/proc/{pid}/autogroup").write_text(LOWEST)
