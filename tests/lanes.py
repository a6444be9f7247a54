"""The whole suite: first what measures seconds, alone; then two lanes at once.

Browsers, killed processes and live pictures need the machine to themselves: with
another lane beside them they fail for want of a processor, and prove nothing. What runs
in one process needs no clock, so the same tests run on SQLite and PostgreSQL at once,
each a pytest with a database and a data folder of its own. ``test_lanes.py`` waits for
the second one at the end and tells what it said.

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
# What measures seconds, in this order.
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


@dataclass
class Lane:
    """A pytest that runs beside this one."""

    process: subprocess.Popen[bytes]
    words: Path
    began: float = field(default_factory=time.monotonic)

    def result(self) -> tuple[int, str]:
        """Wait for its end; return the exit status and what it printed."""
        status = self.process.wait()
        return status, self.words.read_text(encoding="utf-8", errors="replace")


_lane: Lane | None = None
_held = contextlib.ExitStack()


def on_postgresql() -> Lane:
    """Return the lane on PostgreSQL, begun if it was not."""
    global _lane
    if _lane is None:
        _lane = _begin()
    return _lane


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Without lanes there is nothing to wait for."""
    return True if collection_path == TESTS / LAST and not WANTED else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Order a whole run."""
    if WANTED:
        items.sort(key=_turn)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Begin the other lane with the first test that may have a neighbour."""
    if WANTED and _lane is None and _turn(item) >= len(FIRST):
        # Without the program its own test says so, not this one.
        with contextlib.suppress(pytest.skip.Exception, pytest.fail.Exception):
            on_postgresql()


def pytest_sessionfinish() -> None:
    """Leave nothing running."""
    if _lane is not None and _lane.process.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(_lane.process.pid, signal.SIGTERM)
        _lane.process.wait()
    _held.close()


def _turn(item: pytest.Item) -> int:
    """Return an item's place; those of one place stay as they are."""
    part = item.path.relative_to(TESTS).parts[0]
    if part == LAST:
        return len(FIRST) + 1
    return FIRST.index(part) if part in FIRST else len(FIRST)


def _begin() -> Lane:
    require("postgresql")
    home = Path(_held.enter_context(tempfile.TemporaryDirectory(prefix="alarm110-")))
    server = _held.enter_context(postgres(is_durable=False))
    foreign = ("DATABASE_URL", "ALARM110_LANES")
    env = {name: value for name, value in os.environ.items() if name not in foreign}
    env |= {
        "ALARM110_HOME": str(home),
        "ALARM110_TEST_PORTS": "16000",
        "DATABASE_URL": server.new_database("lane"),
    }
    words = home / "words"
    with words.open("w") as out:
        process = subprocess.Popen(
            [
                sys.executable,
                *("-m", "pytest", "-q", "-rsR", "-p", "no:cacheprovider"),
                *(f"--ignore={path}" for path in LEFT_OUT),
                *(f"tests/{part}" for part in ON_POSTGRESQL),
            ],
            cwd=ROOT,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    return Lane(process, words)
