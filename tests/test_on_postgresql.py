"""The same tests once more on PostgreSQL: its locks, its triggers, its clock.

A run of its own, as the settings name one database:
``DATABASE_URL=postgres://… pytest tests/rules tests/actions tests/indoors``.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.services import Postgres

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ["accounts", "actions", "indoors", "rules"]


@pytest.mark.postgres
@pytest.mark.slow
def test_the_same_tests_hold_on_postgresql(postgres_server: Postgres, tmp_path: Path):
    environment = {
        **os.environ,
        "ALARM110_HOME": str(tmp_path),
        "DATABASE_URL": postgres_server.new_database("rules"),
    }
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-p",
            "no:cacheprovider",
            *[f"tests/{folder}" for folder in FOLDERS],
        ],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    print(done.stdout[-2000:])
    assert done.returncode == 0, f"on PostgreSQL:\n{done.stdout[-20_000:]}"
