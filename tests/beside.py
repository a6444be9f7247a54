"""The run on PostgreSQL goes on beside this one, once the real browsers are done.

Two cores, and each of the two runs waits as much as it works: one after the other they
took five minutes longer. It begins with the first test of ``indoors`` (browsers and
faults come before it and measure seconds), and ``test_on_postgresql.py`` waits for it.
"""

import contextlib
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tests.services import postgres

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("accounts", "actions", "evidence", "indoors", "races", "rules", "views")
# They read files, not the database; what runs on it here gains nothing there.
LEFT_OUT = [
    *(
        f"--ignore=tests/views/test_{name}.py"
        for name in ("hostile", "photos", "ranges", "recordings", "worker")
    ),
    "--ignore=tests/races/test_any_two.py",  # minutes, and much the same there
]
FIRST_BESIDE = "tests/indoors"


class OtherRun:
    """``pytest`` on a database of a PostgreSQL server of its own."""

    def __init__(self) -> None:
        held = self._held = contextlib.ExitStack()
        home = held.enter_context(
            tempfile.TemporaryDirectory(prefix="alarm110-beside-")
        )
        server = held.enter_context(postgres())
        self._words = Path(home) / "words"
        folders = [name for name in FOLDERS if (ROOT / "tests" / name).is_dir()]
        with self._words.open("w") as words:
            self._process = subprocess.Popen(
                [
                    sys.executable,
                    *("-m", "pytest", "-q", "-p", "no:cacheprovider", *LEFT_OUT),
                    *(f"tests/{name}" for name in folders),
                ],
                cwd=ROOT,
                env={
                    **os.environ,
                    "ALARM110_HOME": home,
                    "DATABASE_URL": server.new_database("rules"),
                },
                stdout=words,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
            )

    def result(self) -> tuple[int, str]:
        """Wait for its end; return the exit status and what it printed."""
        status = self._process.wait()
        return status, self._words.read_text(encoding="utf-8")

    def end(self) -> None:
        """Stop it, if it still runs, and take its server away."""
        if self._process.poll() is None:
            self._process.terminate()
            self._process.wait()
        self._held.close()


_run: OtherRun | None = None


def other_run() -> OtherRun:
    """Return the run beside this one, begun if it was not."""
    global _run
    if _run is None:
        _run = OtherRun()
    return _run


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Begin it with the first test that may have a neighbour, if it is asked for."""
    if _run is None and item.nodeid.startswith(FIRST_BESIDE):
        wanted = any(
            other.nodeid.startswith("tests/test_on_postgresql")
            for other in item.session.items
        )
        # Without the program its own test says so, not this one.
        with contextlib.suppress(pytest.skip.Exception, pytest.fail.Exception):
            if wanted:
                other_run()


def pytest_sessionfinish() -> None:
    """Leave nothing running."""
    if _run is not None:
        _run.end()
