"""Shows how far pip has come with a lock file, while ``./run`` waits for it.

Run by ``./run`` as a file, beside pip and with only the standard library. It looks at
what pip said and at what lies in the folder of packages; pip knows nothing of it, so
that nothing here can spoil an installation.

    python pip_progress.py LOCK WHAT_PIP_SAYS PID_OF_RUN
"""

import contextlib
import os
import re
import signal
import sys
import sysconfig
import time
from collections.abc import Callable
from pathlib import Path

STEP = 1  # second
STEPS_IN_A_FILE = 10  # between two lines of a log, where a terminal has one a step
WIDTH = 56  # of a line written over the last one; blanks, as any terminal knows them

_TAKEN_UP = re.compile(
    r"^(?:Collecting|Requirement already satisfied:) (\S+==[^\s;]+)", re.MULTILINE
)
_PLACING = re.compile(r"^Installing collected packages", re.MULTILINE)


def key(release: str) -> str:
    """Return one spelling of a release, in a lock file or as the name of a folder."""
    return re.sub(r"[-_.=]+", "-", release).lower()


def how_far(lock: str, said: str, folder: Path) -> str:
    """Return the step pip is at, and how many of a lock file's packages it has done."""
    wanted = {key(word) for word in re.findall(r"^[^#\s]\S*==\S+", lock, re.MULTILINE)}
    if _PLACING.search(said):
        done = {key(path.stem) for path in folder.glob("*.dist-info")}
        step = "2 of 2, putting in place"
    else:
        done = {key(release) for release in _TAKEN_UP.findall(said)}
        step = "1 of 2, fetching"
    return f"packages: {step}: {len(wanted & done)} of {len(wanted)}"


def tell(text: str) -> None:
    """Write unbuffered, since a signal may come at any moment."""
    os.write(2, text.encode())


def leaving(last: str) -> Callable[..., None]:
    """Return a signal's handler that says this and ends the program."""

    def leave(*_: object) -> None:
        with contextlib.suppress(OSError):
            tell(last)
        os._exit(0)

    return leave


def watch(lock: Path, said: Path, parent: int) -> None:
    """Tell how far pip has come until ``./run`` ends us, or has ended itself."""
    is_terminal = os.isatty(2)
    clear = f"\r{'':{WIDTH}}\r" if is_terminal else ""
    signal.signal(signal.SIGTERM, leaving(clear))
    # A shell's background command ignores Ctrl-C; the prompt shall begin a line.
    signal.signal(signal.SIGINT, leaving("\n" if is_terminal else ""))
    folder, begun = Path(sysconfig.get_path("purelib")), time.monotonic()
    steps = 0
    while os.getppid() == parent:
        time.sleep(STEP)
        steps += 1
        if not is_terminal and steps % STEPS_IN_A_FILE:
            continue
        line = how_far(lock.read_text(), said.read_text(errors="replace"), folder)
        line = f"{line}, {time.monotonic() - begun:.0f} s"
        tell(f"\r{line:{WIDTH}}" if is_terminal else f"{line}\n")


if __name__ == "__main__":
    with contextlib.suppress(OSError, ValueError):  # worth nobody's attention
        watch(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
