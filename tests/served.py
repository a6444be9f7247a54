"""The real thing: ``manage.py prepare`` and ``manage.py up``, with a home of its own.

    with serve() as served:
        served.url            # https://127.0.0.1:PORT
        served.password("chen")

Everything a test may want to do to a server stands here: read its log, kill its web
process, stop it, start it again with the same home.
"""

import contextlib
import itertools
import json
import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests import template

ROOT = Path(__file__).resolve().parent.parent
START_PATIENCE = 60.0  # seconds; two cores, and other tests on them
STOP_PATIENCE = 20.0  # seconds
FRONTS = 4
# What a developer may have set for a server of their own must not reach ours.
FOREIGN = {"DATABASE_URL", "REDIS_URL", "HOST", "PORT", "HTTP_PORT"}


@dataclass
class Served:
    """One running server."""

    home: Path
    port: int
    http_port: int
    env: dict[str, str]
    # Where a test may put a line of its own before the server: pages that came from
    # there may speak to it (tests/faults/proxy.py).
    front_ports: tuple[int, ...] = ()
    prefix: tuple[str, ...] = ()  # e.g. faketime and its arguments
    _process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    # --- Where and who --------------------------------------------------------------

    @property
    def has_tls(self) -> bool:
        """Whether it speaks TLS."""
        return self.env.get("ALARM110_TLS") != "0"

    @property
    def url(self) -> str:
        """Its address, without a slash at the end."""
        return f"http{'s' if self.has_tls else ''}://127.0.0.1:{self.port}"

    @property
    def ws(self) -> str:
        """The same for sockets."""
        return self.url.replace("http", "ws", 1)

    @property
    def ca(self) -> Path:
        """The authority that signed its certificate."""
        return self.home / "ca.pem"

    @property
    def canary_key(self) -> str:
        """What opens the canary's agency, seat and caller."""
        return (self.home / "canary.key").read_text(encoding="utf-8").strip()

    def password(self, user: str) -> str:
        """Return a demo operator's password."""
        for line in (self.home / "demo.txt").read_text(encoding="utf-8").splitlines():
            if line.split()[:1] == [user]:
                return line.split()[1]
        raise LookupError(f"demo.txt knows no {user}")

    def ssl_context(self) -> ssl.SSLContext | None:
        """Return what a client needs to trust it; None without TLS."""
        return ssl.create_default_context(cafile=self.ca) if self.has_tls else None

    # --- Life -----------------------------------------------------------------------

    def prepare(self) -> None:
        """Run ``manage.py prepare``; raises with its words if it refuses."""
        done = subprocess.run(
            [sys.executable, "manage.py", "prepare"], cwd=ROOT, env=self.env,
            capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(f"prepare ended with {done.returncode}:\n{done.stderr}")

    def start(self) -> None:
        """Start it and return when it serves."""
        with self._log_file.open("ab") as log:
            # A session of its own: Ctrl-C in the tests must let us end it in order.
            self._process = subprocess.Popen(
                [*self.prefix, sys.executable, "manage.py", "up"],
                cwd=ROOT, env=self.env, stdin=subprocess.DEVNULL,
                stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        self.wait_ready()

    def stop(self) -> None:
        """Stop it as Ctrl-C does, and return when nothing of it is left."""
        process, self._process = self._process, None
        if process is None:
            return
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        try:
            process.wait(STOP_PATIENCE)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def serve_pid(self) -> int:
        """Return the process id of the web process, once there is one."""
        deadline = time.monotonic() + START_PATIENCE
        while True:
            # A process that starts empties the file a moment before it writes, and
            # until then it names the one that died.
            text = (self.home / "serve.pid").read_text(encoding="ascii").strip()
            if text and Path(f"/proc/{text}").exists():
                return int(text)
            assert time.monotonic() < deadline, f"serve.pid stays {text!r}"
            time.sleep(0.01)

    def kill_web(self) -> int:
        """Kill the web process with SIGKILL; ``up`` starts another. Return its id."""
        pid = self.serve_pid()
        os.kill(pid, signal.SIGKILL)
        return pid

    def restart_web(self) -> None:
        """Kill the web process, and return when its successor serves."""
        former = self.kill_web()
        deadline = time.monotonic() + START_PATIENCE
        while self.serve_pid() == former:
            if time.monotonic() > deadline:
                raise TimeoutError(f"no new web process:\n{self.log()}")
            time.sleep(0.05)
        self.wait_ready()

    def wait_ready(self, seconds: float = START_PATIENCE) -> float:
        """Wait until ``/readyz`` says yes; return how long that took."""
        began = time.monotonic()
        last: object = None
        while time.monotonic() - began < seconds:
            if self._process is not None and self._process.poll() is not None:
                raise RuntimeError(
                    f"manage.py up ended with {self._process.returncode}:\n{self.log()}"
                )
            last = self.ready()
            if isinstance(last, dict) and last.get("ready"):
                return time.monotonic() - began
            time.sleep(0.05)
        raise TimeoutError(f"not ready within {seconds} s ({last}):\n{self.log()}")

    def ready(self) -> dict[str, object] | str:
        """Return what ``/readyz`` says, or why it could not be asked."""
        try:
            return dict(json.loads(self._get("/readyz")))
        except (OSError, ValueError) as error:
            return repr(error)

    def manage(self, *words: str) -> str:
        """Run one of Django's commands in the server's home; return what it printed."""
        done = subprocess.run(
            [sys.executable, "manage.py", *words], cwd=ROOT, env=self.env,
            capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(f"{words} ended with {done.returncode}:\n{done.stderr}")
        return done.stdout

    def log(self) -> str:
        """Return everything it printed so far."""
        if not self._log_file.exists():
            return ""
        return self._log_file.read_text(encoding="utf-8", errors="replace")

    @property
    def _log_file(self) -> Path:
        return self.home / "served.log"

    def _get(self, path: str) -> bytes:
        """Fetch a page; an error page is an answer too."""
        request = urllib.request.Request(f"{self.url}{path}")  # noqa: S310  our own
        try:
            with urllib.request.urlopen(  # noqa: S310
                request, timeout=5, context=self.ssl_context()
            ) as answer:
                return bytes(answer.read())
        except urllib.error.HTTPError as error:
            with error:
                return error.read()


@contextlib.contextmanager
def serve(
    home: Path | None = None,
    *,
    database_url: str | None = None,
    extra_env: Mapping[str, str] | None = None,
    prefix: Sequence[str] = (),
) -> Iterator[Served]:
    """Serve on free ports while the block lasts.

    ``home``: a data folder to use and keep; else a fresh one with a migrated database
    (``tests/template.py``), removed afterwards.
    """
    folder = home or Path(tempfile.mkdtemp(prefix="alarm110-home-"))
    served = prepared(
        folder, database_url=database_url, extra_env=extra_env, prefix=prefix
    )
    try:
        if home is None:
            template.give_static(folder)
            if database_url is None:
                template.copy_to(folder / template.NAME)
        served.prepare()
        template.keep_static(folder)
        served.start()
        yield served
    finally:
        served.stop()
        if home is None:
            shutil.rmtree(folder, ignore_errors=True)


def prepared(
    home: Path,
    *,
    database_url: str | None = None,
    extra_env: Mapping[str, str] | None = None,
    prefix: Sequence[str] = (),
) -> Served:
    """Return a server that is set up on free ports, but not started."""
    port, http_port, *fronts = free_ports(2 + FRONTS)
    env = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("ALARM110_", "DJANGO_")) and name not in FOREIGN
    }
    env |= {
        "ALARM110_HOME": str(home),
        "HOST": "127.0.0.1",
        "PORT": str(port),
        "HTTP_PORT": str(http_port),
        "PYTHONUNBUFFERED": "1",
        # A whole test is one address.
        "ALARM110_CONNECTIONS_PER_ADDRESS": "5000",
        "ALARM110_ORIGINS": ",".join(f"https://127.0.0.1:{front}" for front in fronts),
    }
    if database_url:
        env["DATABASE_URL"] = database_url
    env |= extra_env or {}
    return Served(home, port, http_port, env, tuple(fronts), tuple(prefix))


def free_ports(count: int) -> list[int]:
    """Return ports that nothing listens on, all different.

    Below 32,768, where no outgoing connection is given one by the kernel, and each lane
    of the suite in a range of its own: what is free now is free when the server starts.
    """
    first = int(os.environ.get("ALARM110_TEST_PORTS", "12000"))
    found: list[int] = []
    for _ in range(PORTS):
        port = first + next(_ports) % PORTS
        with contextlib.suppress(OSError), socket.socket() as one:
            one.bind(("127.0.0.1", port))
            found.append(port)
        if len(found) == count:
            return found
    raise RuntimeError(f"no {count} free ports from {first} on")


PORTS = 2000
_ports = itertools.count(os.getpid() % PORTS)
