"""What the machine says: processor seconds of processes, and how idle it was."""

import os
import time
from collections.abc import Callable, Iterable
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")
OWN, WITH_CHILDREN = slice(11, 13), slice(11, 15)  # utime, stime, cutime, cstime


def processor_seconds(pid: int, fields: slice = OWN) -> float:
    """Return user and system time of a process, all its threads; 0 if it is gone."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except OSError:
        return 0.0
    # The name in brackets may hold blanks; what follows it does not.
    return sum(map(int, stat.rpartition(")")[2].split()[fields])) / TICK


def children(pid: int) -> dict[int, str]:
    """Return the child processes, each with its command line or title."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            stat = (folder / "stat").read_text(encoding="utf-8")
            if int(stat.rpartition(")")[2].split()[1]) != pid:
                continue
            line = (folder / "cmdline").read_bytes()
        except OSError:
            continue
        found[int(folder.name)] = line.replace(b"\0", b" ").decode(errors="replace")
    return found


class Meter:
    """Processor seconds of some named processes, and the machine's idle share.

    ``sources`` are read at the start and at the end; each returns seconds so far.
    """

    def __init__(self, sources: dict[str, Callable[[], float]]) -> None:
        self._sources = sources
        self._idle = _idle_and_all()
        self._before = {name: read() for name, read in sources.items()}
        self._began = time.perf_counter()
        self.spent: dict[str, float] = {}
        self.idle_percent = self.seconds = 0.0

    def stop(self) -> None:
        """Read again and keep the differences."""
        self.seconds = time.perf_counter() - self._began
        self.spent = {
            name: read() - self._before[name] for name, read in self._sources.items()
        }
        idle, every = _idle_and_all()
        self.idle_percent = 100 * (idle - self._idle[0]) / max(1, every - self._idle[1])


def _idle_and_all() -> tuple[int, int]:
    first = Path("/proc/stat").read_text(encoding="ascii").splitlines()[0]
    ticks = [int(part) for part in first.split()[1:9]]
    return ticks[3] + ticks[4], sum(ticks)


def backends(postmaster: int, database: str) -> Callable[[], float]:
    """Return a reader of what PostgreSQL spends on one database and on itself."""

    def read() -> float:
        spent = processor_seconds(postmaster, WITH_CHILDREN)
        for pid, line in children(postmaster).items():
            if f" {database} " in f"{line} " or not _serves_a_database(line):
                spent += processor_seconds(pid)
        return spent

    return read


def process(pid: int) -> Callable[[], float]:
    """Return a reader of one process."""
    return lambda: processor_seconds(pid)


def _serves_a_database(line: str) -> bool:
    return "[local]" in line or "autovacuum worker" in line


def median(values: Iterable[float]) -> float:
    """Return the middle one (the upper of two)."""
    ordered = sorted(values)
    return ordered[len(ordered) // 2] if ordered else 0.0
