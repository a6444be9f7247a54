"""A database that is migrated already: each run, and each server, begins with a copy.

63 migrations take four seconds of a processor; a run starts some seventy databases. The
copy is kept under a digest of all migrations and of the versions that read them, so a
changed one, or a seed that breaks one, is migrated anew. ``./run`` on nothing at all is
tested where it belongs, in ``tests/run``.
"""

import atexit
import functools
import hashlib
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# Where a run that starts others keeps it for them.
FOLDER = "ALARM110_TEST_TEMPLATES"
NAME = "alarm110.sqlite3"  # in a data folder


@functools.cache
def migrated() -> Path:
    """Return a SQLite file with all tables and no row of ours; never to be changed."""
    folder = Path(os.environ.get(FOLDER) or ROOT / ".pytest_cache" / "databases")
    path = folder / f"{_digest()}.sqlite3"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory() as home:
            _migrate(Path(home))
            # Whole or not at all: several runs may make it at once.
            fresh = folder / f"{path.name}.{os.getpid()}"
            with sqlite3.connect(Path(home) / NAME) as made:
                made.execute("VACUUM INTO ?", [str(fresh)])
            made.close()
            fresh.replace(path)
    os.environ[FOLDER] = str(folder)
    return path


def copy_to(path: Path) -> None:
    """Put a copy where a test or a server will have its database."""
    shutil.copyfile(migrated(), path)
    path.chmod(0o600)


def keep_static(home: Path) -> None:
    """Keep the static files that a server collected, for the next one's home."""
    kept = _static_folder()
    if not (kept / "static").exists():
        _link(home, kept)


def give_static(home: Path) -> None:
    """Lay out what was kept; ``prepare`` still looks whether it is today's."""
    if (_static_folder() / "static").exists():
        _link(_static_folder(), home)


def _link(source: Path, target: Path) -> None:
    """Links, not copies: collecting replaces files, it never writes into one."""
    if not (source / "static").exists():
        return
    shutil.copytree(source / "static", target / "static", copy_function=_link_or_copy)
    if (source / "static.stamp").exists():
        shutil.copy2(source / "static.stamp", target / "static.stamp")


def _link_or_copy(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:  # another file system
        shutil.copy2(source, target)


@functools.cache
def _static_folder() -> Path:
    folder = tempfile.mkdtemp(prefix="alarm110-static-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Path(folder)


def _migrate(home: Path) -> None:
    env = {k: v for k, v in os.environ.items() if k != "DATABASE_URL"}
    subprocess.run(
        [sys.executable, "manage.py", "migrate", "--verbosity=0", "--no-input"],
        cwd=ROOT,
        env={**env, "ALARM110_HOME": str(home)},
        check=True,
        stdin=subprocess.DEVNULL,
    )


def _digest() -> str:
    """Return what the tables depend on: our migrations, and what is installed."""
    files = [
        *ROOT.glob("requirements*.txt"),
        *ROOT.glob("alarm110/settings/*.py"),
        *ROOT.glob("*/migrations/*.py"),
    ]
    digest = hashlib.sha256(sys.version.encode())
    for file in sorted(files):
        digest.update(f"{file.relative_to(ROOT)}\n".encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()[:32]
