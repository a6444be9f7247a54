"""The tests can fail: each seed breaks the code, and the test it names must notice.

A seed is a patch whose head says what it breaks and which test must then fail. It is
applied to a temporary copy of the tree; the tree itself is never touched.
"""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from alarm110.inline import DARK_FIRST
from tests import template

ROOT = Path(__file__).resolve().parents[2]
PARTS = ["accounts", "alarm110", "dispatch", "reports", "templates", "tests"]
LEFT_OUT = ("static", "locale", "bench", "js", "seeds", "*.toml")


@dataclass(frozen=True)
class Seed:
    """One patch."""

    path: Path

    @property
    def test(self) -> str:
        """Return the test that must fail."""
        for line in self.path.read_text(encoding="utf-8").splitlines():
            if line.startswith("Must fail: "):
                return line.removeprefix("Must fail: ")
        raise LookupError(f"{self.path.name} names no test")


SEEDS = [Seed(path) for path in sorted(Path(__file__).parent.glob("*.patch"))]


def copy_tree(folder: Path) -> None:
    """Copy what the named tests need, and nothing else."""
    for part in PARTS:
        ignored = shutil.ignore_patterns(*LEFT_OUT)
        shutil.copytree(ROOT / part, folder / part, ignore=ignored)
    for path in (ROOT / "manage.py", *ROOT.glob("*.toml"), *ROOT.glob("requirements*")):
        shutil.copy2(path, folder / path.name)
    script = DARK_FIRST.relative_to(ROOT)  # the one static file the settings read
    (folder / script.parent).mkdir(parents=True)
    shutil.copy2(DARK_FIRST, folder / script)
    template.migrated()  # from here on in the environment, for all of them


def run_tests(folder: Path, *tests: str) -> subprocess.CompletedProcess[str]:
    """Run tests of the copy, on a SQLite of their own."""
    environment = {
        name: value for name, value in os.environ.items() if name != "DATABASE_URL"
    }
    return subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-rfE",
            "-p",
            "no:cacheprovider",
            *tests,
        ],
        cwd=folder,
        env={**environment, "ALARM110_HOME": str(folder / "home")},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="session")
def sound(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Run all the named tests on the code as it is: they pass."""
    folder = tmp_path_factory.mktemp("sound")
    copy_tree(folder)
    done = run_tests(folder, *sorted({seed.test for seed in SEEDS}))
    assert done.returncode == 0, f"without a seed:\n{done.stdout[-5000:]}"


def test_there_are_the_seeds_that_must_be_there():
    names = {seed.path.stem for seed in SEEDS}

    assert names >= {
        "one_host_per_call_dropped",
        "one_room_per_seat_dropped",
        "ack_before_commit",
        "seat_epoch_ignored",
        "guest_epoch_ignored",
        "cursor_skipped",
        "client_time_trusted",
        "chunk_acked_before_store",
        "chunk_digest_not_checked",
        "chunk_overwritten",
    }


@pytest.mark.deep
@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS, ids=lambda seed: seed.path.stem)
def test_the_named_test_notices(seed: Seed, sound: None, tmp_path: Path):
    git = shutil.which("git")
    if git is None:
        pytest.skip("no git")
    copy_tree(tmp_path)
    applied = subprocess.run(
        [git, "apply", "-C1", "--recount", str(seed.path)],
        cwd=tmp_path,
        env={**os.environ, "GIT_CEILING_DIRECTORIES": str(tmp_path.parent)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert applied.returncode == 0, f"the seed does not fit any more: {applied.stderr}"
    done = run_tests(tmp_path, seed.test)

    assert done.returncode == 1, f"nobody noticed:\n{done.stdout[-3000:]}"
    assert f"FAILED {seed.test}" in done.stdout, done.stdout[-3000:]
