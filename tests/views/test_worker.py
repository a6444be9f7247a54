"""The worker of a real server: it finds closed clips, and nothing it began is lost."""

import asyncio
import base64
import contextlib
import hashlib
import os
import signal
import sqlite3
import subprocess
import sys
import time
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from uuid import uuid4

import av
import pytest

from tests.clients import Console, Phone
from tests.served import ROOT, Served
from tests.views.pictures import jpeg, png_bomb
from tests.views.stage import webm

PATIENCE = 60.0  # seconds; two cores, and other tests on them


class Desk:
    """A phone that brings evidence to a real server, and its database from behind."""

    def __init__(self, served: Served, phone: Phone) -> None:
        self.served, self.phone = served, phone
        self.root = f"/api/v1/incidents/{phone.call['incident']}/clips"
        self.right = {"Alarm110-Evidence": phone.call["evidence"]}

    async def bring(self, content: bytes, kind: str = "video") -> str:
        """Upload a clip of one chunk and close it; return its id."""
        clip = str(uuid4())
        opened = await self.phone.http.request(
            "PUT",
            f"{self.root}/{clip}",
            f'{{"kind":"{kind}"}}'.encode(),
            {**self.right, "Content-Type": "application/json"},
        )
        assert opened.status == 201, opened.body
        digest = base64.b64encode(hashlib.sha256(content).digest()).decode()
        stored = await self.phone.http.request(
            "PUT",
            f"{self.root}/{clip}/segments/0/chunks/0",
            content,
            {**self.right, "Content-Digest": f"sha-256=:{digest}:"},
        )
        assert stored.status == 200, stored.body
        closing = {"segments": [{"segment": 0, "chunks": 1}], "reason": "finished"}
        closed = await self.phone.http.post_json(
            f"{self.root}/{clip}/close", closing, self.right
        )
        assert closed.json()["clip"]["is_complete"], closed.body
        return clip

    def database(self) -> sqlite3.Connection:
        """Open the server's own database."""
        return sqlite3.connect(self.served.home / "alarm110.sqlite3", timeout=10)

    def view(self, clip: str) -> tuple[str, int] | None:
        """Return the state and the tries of a clip's newest copy."""
        with contextlib.closing(self.database()) as database:
            found: tuple[str, int] | None = database.execute(
                "SELECT v.state, v.tries FROM reports_viewcopy v "
                "JOIN reports_evidenceclip c ON c.id = v.clip_id "
                "WHERE c.uuid = ? ORDER BY v.id DESC",
                [clip.replace("-", "")],
            ).fetchone()
        return found

    def pass_time(self, seconds: float) -> None:
        """Let time pass for what is being made."""
        moment = datetime.now().astimezone() - timedelta(seconds=seconds)
        text = moment.astimezone(tz=None).isoformat(sep=" ")
        with contextlib.closing(self.database()) as database, database:
            database.execute(
                "UPDATE reports_viewcopy SET tried_at = datetime(?) "
                "WHERE state = 'making'",
                [text],
            )

    def worker(self) -> int:
        """Return the worker's process id."""

        def read() -> int:
            with contextlib.suppress(FileNotFoundError):
                return int((self.served.home / "work.pid").read_text() or 0)
            return 0

        return wait_for(read)


def wait_for(question, seconds=PATIENCE):
    deadline = time.monotonic() + seconds
    while not (answer := question()):
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.01)
    return answer


def children(pid):
    """Return the processes that a process has started."""
    path = Path(f"/proc/{pid}/task/{pid}/children")
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        return [int(child) for child in path.read_text().split()]
    return []


def is_running(pid):
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


@pytest.fixture
async def desk(served):
    async with Phone(served) as lin:
        await lin.tap(open_line=False)
        yield Desk(served, lin)


async def test_a_closed_clip_gets_its_copy_and_a_console_plays_it(served):
    async with Console(served, "chen") as chen, Phone(served) as lin:
        await chen.take_seat()
        await chen.ready()
        await lin.tap()
        await chen.accept()
        desk = Desk(served, lin)
        began = time.monotonic()
        clip = await desk.bring(webm())
        shown = await chen.wait_for(
            lambda f: (
                f.get("type") == "clip.view_changed"
                and f["data"]["clip"]["clip"] == clip
                and f["data"]["clip"]["view"]["state"] == "ready"
            ),
            PATIENCE,
        )
        took = time.monotonic() - began
        view = shown["data"]["clip"]["view"]
        path = f"/api/v1/console/clips/{clip}/view/{view['view']}"
        part = await chen.http.request("GET", path, headers={"Range": "bytes=0-99"})
        whole = await chen.http.request("GET", path)
        outsider = await lin.http.request("GET", path)

    print(f"closed → heard of at the console: {took:.1f} s")
    assert (part.status, len(part.body)) == (206, 100)
    assert (whole.status, whole.body[:100]) == (200, part.body)
    assert hashlib.sha256(whole.body).hexdigest() == view["sha256"]
    with av.open(BytesIO(whole.body)) as container:
        assert len(list(container.decode(video=0))) == 15
    assert outsider.status == 404


async def test_what_a_killed_worker_was_at_is_done_by_the_next(desk):
    """SIGKILL in mid job; two minutes are over; the next worker begins it again."""
    worker = desk.worker()
    clip = await desk.bring(png_bomb(8000, 5000), "photo")
    [conversion] = wait_for(lambda: children(worker))
    os.kill(worker, signal.SIGKILL)

    assert desk.view(clip) == ("making", 1)
    wait_for(lambda: not is_running(conversion))  # it dies with its worker
    wait_for(lambda: desk.worker() != worker)
    desk.pass_time(121)
    wait_for(lambda: desk.view(clip) == ("ready", 2))


async def test_a_worker_outlives_a_locked_database(desk):
    worker = desk.worker()
    with contextlib.closing(desk.database()) as database:
        clip = await desk.bring(jpeg(), "photo")
        database.isolation_level = None
        database.execute("BEGIN IMMEDIATE")
        await asyncio.sleep(5)  # twice as long as anybody waits for it
        assert desk.view(clip) in (None, ("making", 0), ("making", 1), ("ready", 1))
        database.execute("ROLLBACK")
    desk.pass_time(121)  # should the lock have cost it a try

    wait_for(lambda: (desk.view(clip) or ("",))[0] == "ready")
    assert desk.worker() == worker
    assert is_running(worker)


def test_a_worker_ends_with_its_supervisor_and_when_it_is_told_to(served, tmp_path):
    database = f"sqlite:///{served.home / 'alarm110.sqlite3'}"
    env = {**served.env, "ALARM110_HOME": str(tmp_path), "DATABASE_URL": database}
    for ending in ("pipe", "signal"):
        process = subprocess.Popen(
            [sys.executable, "manage.py", "work"],
            cwd=ROOT,
            env={**env, "ALARM110_SUPERVISED": "1"},
            stdin=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        wait_for(lambda pid=process.pid: _is_at_work(tmp_path, pid))
        # Than whoever started it: a lane is nice itself.
        assert _niceness(process.pid) == min(19, _niceness(0) + 10)
        time.sleep(0.5)
        if ending == "pipe":
            process.stdin.close()
        else:
            process.terminate()
        assert process.wait(10) == 0
        assert process.stderr.read() == b""
        process.stderr.close()
        process.stdin.close()


def _is_at_work(home, pid):
    file = home / "work.pid"
    return file.exists() and file.read_text().strip() == str(pid)


def _niceness(pid):
    return os.getpriority(os.PRIO_PROCESS, pid)
