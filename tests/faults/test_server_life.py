"""The server as a whole: Ctrl-C leaves nothing, and neither does a murdered parent."""

import os
import signal
import socket
import time
from pathlib import Path

import pytest

from tests.faults.small import small_server

pytestmark = [pytest.mark.faults, pytest.mark.deep]

GONE = 10.0  # seconds


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    with small_server(tmp_path_factory.mktemp("region")) as served:
        yield served


def is_alive(pid):
    """Say whether a process runs; one that only waits to be read of does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def is_open(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def supervisor(served):
    return int((served.home / "up.pid").read_text())


def assert_nothing_is_left(served, *pids):
    deadline = time.monotonic() + GONE
    while any(map(is_alive, pids)):
        assert time.monotonic() < deadline, "it still runs"
        time.sleep(0.05)
    assert not is_open(served.port)
    assert not is_open(served.http_port)


def test_ctrl_c_leaves_nothing(small):
    pids = supervisor(small), small.serve_pid()
    os.killpg(os.getpgid(pids[0]), signal.SIGINT)  # as a terminal does
    assert_nothing_is_left(small, *pids)
    small.stop()
    assert not list(small.home.glob("*.pid"))
    assert "Traceback" not in small.log()
    assert f"Serving {small.url}/: the addresses answer now." in small.log()

    small.start()  # again, at once


def test_a_murdered_supervisor_takes_its_child_along(small):
    pids = supervisor(small), small.serve_pid()
    os.kill(pids[0], signal.SIGKILL)
    assert_nothing_is_left(small, *pids)
    small.stop()
    small.start()
