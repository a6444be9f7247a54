"""How far the first installation has come is told, and cannot spoil it."""

import os
import pty
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from alarm110.management import pip_progress
from alarm110.management.pip_progress import how_far

ROOT = Path(__file__).resolve().parents[2]
PROGRESS = Path("alarm110/management/pip_progress.py")
LOCK = "# Exactly what was tested.\nDjango==5.2.1\nruamel.yaml==0.18\ntzdata==2025.2\n"
TAKEN_UP = """\
Collecting Django==5.2.1 (from -r requirements.lock (line 2))
  Downloading django-5.2.1-py3-none-any.whl (8.3 MB)
Requirement already satisfied: ruamel.yaml==0.18 in ./lib (from -r requirements.lock)
Requirement already satisfied: sqlparse>=0.3.1 in ./lib (from Django==5.2.1)
"""


def test_what_is_taken_up_is_counted_and_then_what_is_in_place(tmp_path):
    assert how_far(LOCK, "", tmp_path) == "packages: 1 of 2, fetching: 0 of 3"
    assert how_far(LOCK, TAKEN_UP, tmp_path) == "packages: 1 of 2, fetching: 2 of 3"

    for name in ("django-5.2.1", "ruamel_yaml-0.18", "tzdata-2024.1", "pip-26.3"):
        (tmp_path / f"{name}.dist-info").mkdir()
    said = TAKEN_UP + "Installing collected packages: tzdata, Django\n"
    assert how_far(LOCK, said, tmp_path) == (
        "packages: 2 of 2, putting in place: 2 of 3"
    )


def test_each_lock_file_is_understood_whole(tmp_path):
    for name in ("requirements.lock", "requirements-dev.lock"):
        lock = (ROOT / name).read_text()
        releases = [line for line in lock.splitlines() if line and line[0] != "#"]
        assert how_far(lock, "", tmp_path).endswith(f" of {len(releases)}")


@pytest.fixture
def clone(tmp_path):
    """Return a folder with ``./run`` and a pip that takes its time, and then fails."""
    (tmp_path / "run").write_text((ROOT / "run").read_text())
    (tmp_path / PROGRESS).parent.mkdir(parents=True)
    shutil.copy(ROOT / PROGRESS, tmp_path / PROGRESS)
    (tmp_path / "requirements.lock").write_text(LOCK)
    python = tmp_path / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(
        f"""#!/bin/sh
        case "$*" in
        {PROGRESS}*) exec {sys.executable} "$@" ;;
        *'pip install'*) ;;
        *) exit 0 ;;
        esac
        echo 'Collecting Django==5.2.1 (from -r requirements.lock (line 2))'
        sleep 2.5
        echo 'ERROR: something with tzdata' >&2
        exit 2
        """
    )
    python.chmod(0o755)
    return tmp_path


def install(clone, stderr):
    """Start ``./run`` until it gives up; return its exit status."""
    environment = {**os.environ, "ALARM110_HOME": str(clone / "var")}
    command = ["sh", str(clone / "run")]
    return subprocess.run(
        command, env=environment, stderr=stderr, timeout=60, check=False
    ).returncode


FAILED = "alarm110: The packages could not be installed (see above)."


def on_terminal(clone):
    """Return what ``./run`` wrote on a terminal."""
    ours, its = pty.openpty()
    with open(ours, "rb", buffering=0) as screen:
        assert install(clone, its) == 1
        os.close(its)
        shown = b""
        try:
            while piece := screen.read(4096):
                shown += piece
        except OSError:  # nobody holds the other end any more
            pass
    return shown.decode()


def test_on_a_terminal_one_line_is_written_anew_and_gone_afterwards(clone):
    shown = on_terminal(clone)
    first, *rest = shown.splitlines()

    assert first == "Installing the packages of requirements.lock (a minute or two) ..."
    assert re.search(r"\rpackages: 1 of 2, fetching: 1 of 3, 2 s +\r +\rERROR", shown)
    assert rest[-1] == FAILED
    assert shown.count("\n") == 3


def test_a_log_has_a_line_each_ten_seconds(tmp_path, monkeypatch):
    for name in ("lock", "out"):
        (tmp_path / name).write_text(LOCK)
    told: list[str] = []
    alive = iter([7] * 25)
    monkeypatch.setattr(pip_progress, "tell", told.append)
    monkeypatch.setattr(os, "isatty", lambda _: False)
    monkeypatch.setattr(os, "getppid", lambda: next(alive, 1))
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    monkeypatch.setattr(time, "sleep", lambda _: None)
    pip_progress.watch(tmp_path / "lock", tmp_path / "out", 7)

    assert (
        told == ["packages: 1 of 2, fetching: 0 of 3, 0 s\n"] * 2
    )  # it ended in the 25th


def test_a_short_log_is_told_little_and_in_whole_lines(clone):
    with (clone / "log").open("w") as log:
        assert install(clone, log) == 1

    assert (clone / "log").read_text().splitlines() == [
        "Installing the packages of requirements.lock (a minute or two) ...",
        "ERROR: something with tzdata",
        FAILED,
    ]


def test_a_start_that_goes_well_ends_its_count_and_says_when_to_look(clone):
    python = clone / ".venv" / "bin" / "python"
    python.write_text(python.read_text().replace("exit 2", "exit 0"))
    with (clone / "log").open("w") as log:
        assert install(clone, log) == 0

    _, in_place, starting = (clone / "log").read_text().splitlines()
    assert re.fullmatch(r"packages: all 3 in place, [2-9] s", in_place)
    assert starting == (
        "Starting; the addresses answer in a few seconds, once it says Serving."
    )


def test_progress_that_cannot_be_shown_spoils_nothing(clone):
    (clone / PROGRESS).write_text("import sys\nsys.exit(3)\n")

    assert on_terminal(clone).splitlines()[-1] == FAILED
