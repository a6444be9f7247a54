"""PostgreSQL and Redis of the tests' own: in a temporary folder, on unix sockets.

Never a system service: nothing listens on a port, nothing is left when the test ends.

    with postgres() as database:
        serve(database_url=database.new_database("city"))
"""

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

import psycopg
import pytest
import redis as redis_client
from psycopg import sql

START_PATIENCE = 30.0  # seconds
STOP_PATIENCE = 20.0  # seconds
SUPERUSER = "postgres"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
# How a person would name what is missing, and the programs that show it is there.
PROGRAMS: Mapping[str, tuple[str, ...]] = {
    "postgresql": ("initdb", "postgres"),
    "redis": ("redis-server",),
    # The engine without a browser's own windows is a quarter less work; it asks no
    # questions, so who wants to be asked takes a browser.
    "chromium": ("chromium-headless-shell", *BROWSERS),
    "browser": BROWSERS,
    "faketime": ("faketime",),
    "spin": ("spin", "gcc"),
}
WORDS = {
    "postgresql": "no PostgreSQL server program (postgres)",
    "redis": "no Redis server program (redis-server)",
    "chromium": "no Chromium (chromium)",
    "browser": "no Chromium with windows (chromium)",
    "faketime": "no faketime",
    "spin": "no Spin, or no C compiler for what it makes (spin, gcc, libc6-dev)",
}
ANY_OF = {"chromium", "browser"}


def require(name: str) -> dict[str, str]:
    """Return the paths of a service's programs, or skip the test and say which.

    With ``ALARM110_NO_SKIP=1`` (``CI=true ./run test``) what is missing is a failure.
    """
    found = {program: path for program in PROGRAMS[name] if (path := _which(program))}
    if not found or (name not in ANY_OF and len(found) < len(PROGRAMS[name])):
        _go_without(WORDS[name])
    return found


def _go_without(reason: str) -> NoReturn:
    if os.environ.get("ALARM110_NO_SKIP") == "1":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


def _which(program: str) -> str | None:
    """Find a program; Debian keeps PostgreSQL's outside the PATH, by version."""
    if found := shutil.which(program):
        return found
    folders = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"),
        key=lambda folder: [int(part) for part in folder.parent.name.split(".")],
    )
    return next(
        (str(folder / program) for folder in reversed(folders)
         if (folder / program).exists()),
        None,
    )  # fmt: skip


@dataclass
class Postgres:
    """One PostgreSQL server. ``url`` is a ``DATABASE_URL`` of an empty database."""

    folder: Path
    program: str
    user: str | None  # of the operating system; None: our own
    settings: tuple[str, ...] = ()  # name=value, besides what all have
    _process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        """The address of the database that is there from the start."""
        return self.url_of("postgres")

    def url_of(self, name: str) -> str:
        """Return the ``DATABASE_URL`` of a database on this server."""
        return f"postgres://{SUPERUSER}@/{self.folder}/{name}"

    def dsn(self, name: str = "postgres") -> str:
        """Return the same for ``psycopg.connect``."""
        return f"host={self.folder} user={SUPERUSER} dbname={name} connect_timeout=5"

    def new_database(self, name: str) -> str:
        """Make an empty database, in place of one of that name; return its URL."""
        with psycopg.connect(self.dsn(), autocommit=True) as connection:
            known = sql.Identifier(name)
            connection.execute(
                sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(known)
            )
            connection.execute(sql.SQL("CREATE DATABASE {}").format(known))
        return self.url_of(name)

    @property
    def is_stopped(self) -> bool:
        """Whether it was stopped."""
        return self._process is None

    def start(self) -> None:
        """Start it, and return when it answers."""
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [self.program, "-D", str(self.folder / "data"), "-k", str(self.folder),
                 "-c", "listen_addresses=", "-c", "max_connections=200",
                 *(word for one in self.settings for word in ("-c", one))],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                user=self.user, start_new_session=True, cwd="/",
            )  # fmt: skip
        _until(self._answers, START_PATIENCE, f"PostgreSQL, see {self.folder}/log")

    def stop(self, mode: str = "fast") -> None:
        """Stop it: ``smart``, ``fast``, or ``immediate``, which is a crash."""
        if self._process is None:
            return
        signals = {
            "smart": signal.SIGTERM,
            "fast": signal.SIGINT,
            "immediate": signal.SIGQUIT,
        }
        _end(self._process, signals[mode])
        self._process = None

    def _answers(self) -> bool:
        if self._process is not None and self._process.poll() is not None:
            words = (self.folder / "log").read_text(errors="replace")
            raise RuntimeError(f"PostgreSQL ended at its start:\n{words}")
        try:
            psycopg.connect(self.dsn()).close()
        except psycopg.OperationalError:
            return False
        return True


@contextlib.contextmanager
def postgres(*, is_durable: bool = True) -> Iterator[Postgres]:
    """Run a PostgreSQL server while the block lasts: durable, as in earnest, or quick.

    Without durability it may lose what it said was kept when the machine dies, which no
    test of locks and constraints asks.
    """
    quick = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
    programs = require("postgresql")
    user = _other_than_root()
    with _short_folder("pg") as folder:
        if user:
            shutil.chown(folder, user)
        subprocess.run(
            [programs["initdb"], "-D", str(folder / "data"), "-U", SUPERUSER,
             "--auth=trust", "--encoding=UTF8", "--locale=C",
             *([] if is_durable else ["--no-sync"])],
            check=True, capture_output=True, user=user, cwd="/",
        )  # fmt: skip
        server = Postgres(
            folder, programs["postgres"], user, () if is_durable else quick
        )
        try:
            server.start()
            yield server
        finally:
            server.stop("immediate")


@dataclass
class Redis:
    """One Redis server without persistence; ``url`` is a ``REDIS_URL``."""

    folder: Path
    program: str
    _process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        """The address of its unix socket."""
        return f"unix://{self.folder}/socket"

    def start(self) -> None:
        """Start it, and return when it answers."""
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [self.program, "--port", "0", "--unixsocket",
                 str(self.folder / "socket"), "--save", "", "--appendonly", "no",
                 "--dir", str(self.folder)],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True,
            )  # fmt: skip
        _until(self._answers, START_PATIENCE, f"Redis, see {self.folder}/log")

    def stop(self) -> None:
        """Kill it; nothing it held survives."""
        if self._process is not None:
            _end(self._process, signal.SIGKILL)
            self._process = None

    def _answers(self) -> bool:
        with redis_client.Redis.from_url(self.url) as client:
            try:
                return bool(client.ping())
            except redis_client.ConnectionError:
                return False


@contextlib.contextmanager
def redis() -> Iterator[Redis]:
    """Run a Redis server while the block lasts."""
    programs = require("redis")
    with _short_folder("redis") as folder:
        server = Redis(folder, programs["redis-server"])
        try:
            server.start()
            yield server
        finally:
            server.stop()


@contextlib.contextmanager
def _short_folder(name: str) -> Iterator[Path]:
    """Make a folder whose path is short: a unix socket's may have about 100 bytes."""
    root = "/tmp" if os.path.isdir("/tmp") else None  # noqa: S108  mkdtemp's own name
    folder = Path(tempfile.mkdtemp(prefix=f"alarm110-{name}-", dir=root))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _other_than_root() -> str | None:
    """Return whom to run PostgreSQL as: it refuses root."""
    if os.getuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name).pw_name
        except KeyError:
            continue
    _go_without("PostgreSQL refuses root, and there is no user postgres or nobody")


def _until(answers: object, seconds: float, what: str) -> None:
    assert callable(answers)
    deadline = time.monotonic() + seconds
    while not answers():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what}: not there within {seconds} s")
        time.sleep(0.05)


def _end(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    """Signal the process, and kill its whole group if that is not enough."""
    if process.poll() is None:
        process.send_signal(number)
    try:
        process.wait(STOP_PATIENCE)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
