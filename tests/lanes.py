"""The whole suite: browsers, real servers beside them, and what fills the pauses.

Browsers wait for much of their time: for a picture, for a deadline, for each other,
and take one of two cores. So another lane, a pytest with ports and a data folder of
its own, starts and kills servers and relays beside them. No more: a call costs by the
second, and one that must share lasts longer; two halves of the browsers side by side
took half as much again of the processors, and now and then missed a deadline. Once
these are through come, at a third of the share, those that have the whole project in
one process with its deadlines in earnest; half of these (``rooms``) wait until the
browsers are done and leave them a core. What needs no clock, and ``./run check``,
runs all the while at the lowest priority there is, and gets what nobody else wants.
``test_lanes.py`` waits for all and tells what they said.

Only in a whole run (``ALARM110_LANES=whole``, ``./run test`` without arguments). What
is done ``again`` on the other database is a lane of ``./run deep`` (``=deep``).
"""

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

import pytest

from tests.services import postgres, require

ROOT = Path(__file__).resolve().parent.parent
TESTS = ROOT / "tests"
# Taken out: a pytest that a test starts (the seeds do) is no whole run.
RUN = os.environ.pop("ALARM110_LANES", "")
# What this pytest runs itself.
FIRST = "browser"
ON_SERVERS = (
    *("faults", "run", "sockets", "test_canary.py", "test_stranger.py"),
    *("media", "proof"),
)
LAST = "test_lanes.py"
# The whole project in one process: loops that turn, leases that lapse.
INDOORS = ("doors", "evidence", "observe", "races")
ROOMS = ("indoors", "views")
# Acts that meet others, or themselves once more: on the database that a city runs on.
ACTS_THAT_MEET = tuple(
    f"actions/test_{name}.py"
    for name in (
        *("again", "again_verified", "between", "distribution", "ends", "lost_races"),
        *("repeated", "take_call", "take_over", "tap"),
    )
)
# Both databases get what differs between them: locks, constraints, the journal, races,
# queries by number. Otherwise each test is done on one: the acts that meet on
# PostgreSQL, where each costs three times as much; the other acts, the whole house and
# the machine that does every act there is, on the one that a newcomer has.
ON_POSTGRESQL = (
    *ACTS_THAT_MEET,
    *("evidence/test_constraints.py", "indoors/test_query_budgets.py"),
    *(
        f"rules/test_{name}.py"
        for name in ("constraints", "exports", "journal", "lines", "tidier")
    ),
)
INDOORS_ON_POSTGRESQL = (
    *("races", "evidence/test_nemesis.py"),
    *(f"indoors/test_{name}.py" for name in ("several_consoles", "tap_door")),
)
# What ``./run deep`` does again on PostgreSQL, and more days of the machine.
AGAIN = ("actions", "evidence", "rules", "views")
# They read files, not the database, or take minutes and are much the same there.
LEFT_OUT = {
    *(
        f"views/test_{name}.py"
        for name in ("hostile", "photos", "ranges", "recordings", "worker")
    ),
    "races/test_any_two.py",
}
LOWER, LOWEST = "5", "19"
LOOK_SECONDS = 0.5


@dataclass
class Lane:
    """What runs beside this pytest: another one, or ``./run check``."""

    name: str
    process: subprocess.Popen[bytes]
    words: Path
    began: float = field(default_factory=time.monotonic)

    def result(self) -> tuple[int, str]:
        """Wait for its end; return the exit status and what it printed.

        On a slow day the servers are through only now, and what comes after them must
        not wait for this lane as well: that cost two minutes and a half.
        """
        while (status := self.process.poll()) is None:
            begin_what_is_due()
            time.sleep(LOOK_SECONDS)
        return status, self.words.read_text(encoding="utf-8", errors="replace")


_lanes: dict[str, Lane] = {}
_held = contextlib.ExitStack()


def lane(name: str) -> Lane:
    """Return the lane of that name, begun if it was not."""
    if name not in _lanes:
        _lanes[name] = LANES[name]()
    return _lanes[name]


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Without lanes there is nothing to wait for; with them, the rest is theirs."""
    if RUN != "whole":
        return True if collection_path == TESTS / LAST and not RUN else None
    ours = (FIRST, LAST, "conftest.py", "__init__.py")
    is_theirs = collection_path.parent == TESTS and collection_path.name not in ours
    return True if is_theirs else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the others be waited for at the end."""
    if RUN:
        items.sort(key=_turn)


def pytest_runtestloop() -> None:
    """Begin the other lanes with the first test."""
    for name in BEGUN.get(RUN, ()):
        # Without the program its own test says so, not this one.
        with contextlib.suppress(pytest.skip.Exception, pytest.fail.Exception):
            lane(name)


def pytest_runtest_logfinish() -> None:
    """Look after each test what may begin."""
    begin_what_is_due()


def begin_what_is_due() -> None:
    """Begin what comes after the servers, once these are through."""
    before = _lanes.get("servers")
    if before is not None and before.process.poll() is not None:
        for name in AFTER:
            with contextlib.suppress(pytest.skip.Exception, pytest.fail.Exception):
                lane(name)


def pytest_sessionfinish() -> None:
    """Leave nothing running."""
    for lane in _lanes.values():
        if lane.process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(lane.process.pid, signal.SIGTERM)
            lane.process.wait()
    _held.close()


def _turn(item: pytest.Item) -> int:
    """Return an item's place; those of one place stay as they are."""
    return int(item.path == TESTS / LAST)


def _on_servers() -> Lane:
    tests = [f"tests/{name}" for name in ON_SERVERS]
    return _begin("servers", {"ALARM110_TEST_PORTS": "18000"}, tests)


def _indoors() -> Lane:
    tests = [f"tests/{name}" for name in INDOORS]
    return _step_back(_begin("indoors", {"ALARM110_TEST_PORTS": "20000"}, tests))


def _rooms() -> Lane:
    tests = [f"tests/{name}" for name in ROOMS]
    return _begin("rooms", {"ALARM110_TEST_PORTS": "24000"}, tests)


def _races() -> Lane:
    tests = INDOORS_ON_POSTGRESQL
    return _step_back(_begin_on_postgresql("races", tests, LEFT_OUT, ports="22000"))


def _on_sqlite() -> Lane:
    others = (FIRST, *ON_SERVERS, *INDOORS, *ROOMS, LAST)
    rest = sorted(
        f"tests/{path.name}"
        for path in TESTS.iterdir()
        if path.name not in others
        and (any(path.glob("**/test_*.py")) or path.match("test_*.py"))
    )
    elsewhere = [f"--ignore=tests/{path}" for path in ACTS_THAT_MEET]
    ports = {"ALARM110_TEST_PORTS": "14000"}
    return _stand_back(_begin("sqlite", ports, rest, *elsewhere))


def _on_postgresql() -> Lane:
    return _stand_back(_begin_on_postgresql("postgresql", ON_POSTGRESQL, LEFT_OUT))


def _again() -> Lane:
    done = {*LEFT_OUT, *ON_POSTGRESQL, *INDOORS_ON_POSTGRESQL}
    more = {"ALARM110_DAYS": "20"}
    return _stand_back(_begin_on_postgresql("again", AGAIN, done, more))


def _begin_on_postgresql(
    name: str,
    tests: Iterable[str],
    left: Iterable[str],
    more: Mapping[str, str] = MappingProxyType({}),
    *,
    ports: str = "16000",
) -> Lane:
    require("postgresql")
    server = _held.enter_context(postgres(is_durable=False))
    more = {
        **more,
        "ALARM110_TEST_PORTS": ports,
        "DATABASE_URL": server.new_database("lane"),
    }
    ignored = [f"--ignore=tests/{path}" for path in sorted(left)]
    return _begin(name, more, [f"tests/{path}" for path in tests], *ignored)


def _check() -> Lane:
    home = _home()
    return _stand_back(_start("check", ["./run", "check"], home))


LANES = {
    "check": _check,
    "servers": _on_servers,
    "indoors": _indoors,
    "rooms": _rooms,
    "races": _races,
    "sqlite": _on_sqlite,
    "postgresql": _on_postgresql,
    "again": _again,
}
BEGUN = {
    "whole": ("servers", "check", "sqlite", "postgresql"),
    "deep": ("again",),
}
# Begun when the servers are through, beside the last of the browsers.
AFTER = ("indoors", "races")


def _begin(name: str, more: dict[str, str], tests: list[str], *options: str) -> Lane:
    home = _home()
    command = [
        sys.executable,
        *("-m", "pytest", "-q", "-rsR", "-p", "no:cacheprovider"),
        *("-m", "not deep"),
        *options,
        *tests,
    ]
    return _start(name, command, home, {"ALARM110_HOME": str(home), **more})


def _home() -> Path:
    folder = tempfile.TemporaryDirectory(prefix="alarm110-lane-")
    return Path(_held.enter_context(folder))


def _start(
    name: str, command: list[str], home: Path, more: Mapping[str, str] | None = None
) -> Lane:
    env = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
    words = home / "words"
    with words.open("w") as out:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**env, **(more or {})},
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    return Lane(name, process, words)


def _step_back(lane: Lane) -> Lane:
    """Give a lane's session a third of the share that others have.

    A session is a scheduling group of its own where the kernel groups by session
    (``sched_autogroup_enabled``), and then only the group's niceness counts.
    """
    return _give_way(lane, LOWER)


def _stand_back(lane: Lane) -> Lane:
    """Give a lane's session only what the processors have left.

    Of the idle class, so that whoever wakes up takes the processor from it at once.
    """
    with contextlib.suppress(AttributeError, OSError):  # Linux has it
        os.sched_setscheduler(lane.process.pid, os.SCHED_IDLE, os.sched_param(0))
    return _give_way(lane, LOWEST)


def _give_way(lane: Lane, niceness: str) -> Lane:
    pid = lane.process.pid
    os.setpriority(os.PRIO_PROCESS, pid, int(niceness))
    with contextlib.suppress(OSError):
        Path(f"/proc/{pid}/autogroup").write_text(niceness)
    return lane
