"""The supervisor: a dead child comes back, and nothing is left when it goes itself."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from alarm110.management.commands import up

ROOT = Path(__file__).resolve().parents[2]
SUPERVISE = (
    "import sys\n"
    "from alarm110.management.commands.up import Child, Supervisor\n"
    "child = Child('child', [sys.executable, '-c', sys.argv[1]], is_vital=True)\n"
    "sys.exit(Supervisor([child]).run())"
)
# Notes each start, and stops when its standard input closes, as `serve` does.
CHILD = (
    "import os, sys\nopen({notes!r}, 'a').write(f'{{os.getpid()}}\\n')\nos.read(0, 1)"
)


def wait_for(condition, seconds=10.0):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def is_running(pid):
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


class Supervised:
    """One supervisor with one child, and the pids that the child had so far."""

    def __init__(self, notes):
        self.notes = notes
        self.process = subprocess.Popen(
            [sys.executable, "-c", SUPERVISE, CHILD.format(notes=str(notes))],
            cwd=ROOT,
            env={**os.environ, "ALARM110_LOG": "plain"},
            stderr=subprocess.PIPE,
            text=True,
        )

    @property
    def pids(self):
        return [int(line) for line in self.notes.read_text().split()]

    def starts(self, count):
        wait_for(lambda: self.notes.exists() and len(self.pids) == count)
        return self.pids[-1]


@pytest.fixture
def supervised(tmp_path):
    it = Supervised(tmp_path / "notes")
    yield it
    it.process.kill()
    it.process.communicate()


def test_a_killed_child_is_back_at_once_with_one_line(supervised):
    os.kill(supervised.starts(1), signal.SIGKILL)
    killed = time.monotonic()
    second = supervised.starts(2)

    assert time.monotonic() - killed < 1.0
    supervised.process.terminate()
    _, told = supervised.process.communicate(timeout=10)
    first, *_ = told.splitlines()
    assert first == "alarm110: child ended (signal SIGKILL); starting it again."
    assert supervised.process.returncode == 0
    assert not is_running(second)


def test_a_killed_supervisor_leaves_no_child(supervised):
    child = supervised.starts(1)
    supervised.process.kill()

    wait_for(lambda: not is_running(child))


def test_ctrl_c_ends_it_all(supervised):
    child = supervised.starts(1)
    supervised.process.send_signal(signal.SIGINT)

    assert supervised.process.wait(timeout=10) == 0
    assert not is_running(child)


def test_a_child_that_refuses_is_not_started_again(tmp_path):
    notes = tmp_path / "notes"
    child = CHILD.format(notes=str(notes)).replace("os.read(0, 1)", "sys.exit(78)")
    done = subprocess.run(
        [sys.executable, "-c", SUPERVISE, child], cwd=ROOT, timeout=20
    )

    assert done.returncode == 78
    assert len(notes.read_text().split()) == 1


TWO = """
import subprocess, sys
from alarm110.management.commands import up
python, notes, kind = sys.executable, sys.argv[1], sys.argv[2]
serve = up.Child("serve", [python, "-c", sys.argv[3]], is_vital=True)
note = f"print(1, file=open({notes!r}, 'a')); "
status = "raise SystemExit(78)" if kind == "refuses" else "pass"
worker = up.Child("worker", [python, "-c", note + status])
real, failed = subprocess.Popen, []
def popen(command, **options):
    if command is worker.command and kind == "fork" and len(failed) < 2:
        failed.append(1)
        raise BlockingIOError(11, "Resource temporarily unavailable")
    return real(command, **options)
up.subprocess.Popen = popen
up.NOT_STARTED_SECONDS = up.REFUSED_SECONDS = 0.2
sys.exit(up.Supervisor([serve, worker]).run())
"""


@pytest.mark.parametrize(
    ("kind", "said"),
    [("fork", "worker cannot be started"), ("refuses", "worker refused to start")],
)
def test_a_child_that_may_be_missing_ends_no_other(tmp_path, kind, said):
    serve, worker = tmp_path / "serve", tmp_path / "worker"
    process = subprocess.Popen(
        [sys.executable, "-c", TWO, str(worker), kind, CHILD.format(notes=str(serve))],
        cwd=ROOT,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        wait_for(lambda: worker.exists() and len(worker.read_text().split()) >= 3)
        assert process.poll() is None
        [pid] = map(int, serve.read_text().split())
        assert is_running(pid)
    finally:
        process.terminate()
        _, told = process.communicate(timeout=20)
    assert process.returncode == 0
    assert told.count(said) >= 2


def test_the_web_process_alone_is_vital(monkeypatch):
    started: dict[str, list[up.Child]] = {}
    monkeypatch.setattr(
        up.Supervisor, "run", lambda it: started.update(children=it.children) or 0
    )
    with pytest.raises(SystemExit):
        up.Command().handle(plain=True)
    vital = {child.name: child.is_vital for child in started["children"]}
    assert vital == {"serve": True, "worker": False, "relay": False}
    assert [c.name for c in started["children"] if c.is_served] == ["relay"]


ORDER = """
import sys
from alarm110.management.commands.up import Child, Supervisor
python, code, notes = sys.executable, sys.argv[1], sys.argv[2]
relay = Child("relay", [python, "-c", code, notes, "relay"], is_served=True)
serve = Child("serve", [python, "-c", code, notes, "serve"], is_vital=True)
sys.exit(Supervisor([relay, serve]).run())
"""
# Notes when it began and when it ended; the web process takes a moment to end.
NOTING = """
import os, sys, time
notes, name = sys.argv[1:]
note = lambda word: print(name, word, file=open(notes, "a"), flush=True)
import signal
def end(*_):
    time.sleep(1.5 if name == "serve" else 0)
    note("ended")
    os._exit(0)
signal.signal(signal.SIGTERM, end)
note("began")
signal.pause()
"""


def test_what_others_lean_on_is_stopped_after_them(tmp_path):
    """Else the web process would call the relay lost each time that it is stopped."""
    notes = tmp_path / "notes"
    process = subprocess.Popen(
        [sys.executable, "-c", ORDER, NOTING, str(notes)],
        cwd=ROOT,
        env={**os.environ, "ALARM110_LOG": "plain"},
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        wait_for(lambda: notes.exists() and notes.read_text().count("began") == 2)
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=20)
    finally:
        process.kill()
    assert process.returncode == 0
    assert told == f"alarm110: {up.STOPPING}\n"  # it takes more than a second
    assert notes.read_text().splitlines()[2:] == ["serve ended", "relay ended"]


def test_the_last_word_of_a_wanted_stop_is_no_warning(capfd, monkeypatch):
    monkeypatch.setenv("ALARM110_LOG", "json")

    def run(it: up.Supervisor) -> int:
        up._say("serve ended (exit status 1); starting it again.")
        return 0

    monkeypatch.setattr(up.Supervisor, "run", run)
    with pytest.raises(SystemExit):
        up.Command().handle(plain=True)
    lines = map(json.loads, capfd.readouterr().err.splitlines())
    assert [line["level"] for line in lines] == ["WARNING", "INFO"]


UP = """
import sys, django
django.setup()
from django.core.management import call_command
from alarm110.management.commands import up
supervise, child = up.Supervisor, [sys.executable, "-c", sys.argv[1]]
up.Supervisor = lambda children: supervise([up.Child("serve", child, is_vital=True)])
call_command("up")
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_its_last_word_says_that_it_stopped_and_where_what_was_accepted_lies(
    tmp_path, number
):
    notes = tmp_path / "notes"
    home = tmp_path / "home"
    home.mkdir()
    process = subprocess.Popen(
        [sys.executable, "-c", UP, CHILD.format(notes=str(notes))],
        cwd=ROOT,
        env={
            **os.environ,
            "ALARM110_HOME": str(home),
            "ALARM110_LOG": "plain",
            "DJANGO_SETTINGS_MODULE": "alarm110.settings",
            "ALARM110_SETUP": "embedded",
        },
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        wait_for(lambda: notes.exists() and notes.read_text().strip(), seconds=20)
        process.send_signal(number)
        _, told = process.communicate(timeout=20)
    finally:
        process.kill()
        process.communicate()

    said = f"Stopped. What was accepted is kept in {home}; ./run goes on with it."
    assert told.splitlines()[-1] == f"alarm110: {said}"
    assert process.returncode == 0
