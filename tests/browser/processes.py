"""The processes behind a browser or a server, found by what stands in their command."""

import contextlib
import os
import signal
from collections.abc import Iterable
from pathlib import Path

from tests.served import Served

RELAY = "dispatch.media.relay"


def family_of(word: str) -> set[int]:
    """Return the processes whose command holds this word, and all they started."""
    parents: dict[int, int] = {}
    found: set[int] = set()
    for pid, parent, command in _all():
        parents[pid] = parent
        if word in command and pid != os.getpid():
            found.add(pid)
    grew = True
    while grew:
        children = {pid for pid, parent in parents.items() if parent in found}
        grew = not children <= found
        found |= children
    return found


def relay_of(served: Served) -> int | None:
    """Return the process id of a server's media relay; None while there is none."""
    supervisor = int((served.home / "up.pid").read_text(encoding="ascii"))
    for pid, parent, command in _all():
        if parent == supervisor and RELAY in command:
            return pid
    return None


def tell(pids: Iterable[int], number: signal.Signals) -> None:
    """Send a signal to each; one that is gone needs none."""
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)


def _all() -> Iterable[tuple[int, int, str]]:
    """Yield id, parent's id and command of every process."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ")
            state = (folder / "stat").read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        yield int(folder.name), int(state[1]), command.decode(errors="replace")
