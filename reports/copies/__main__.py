"""The process of one conversion: ``python -m reports.copies FOLDER``.

It confines itself before anything that reads foreign bytes is imported, does the job of
``FOLDER/job.json`` and leaves ``result.json`` and the copy beside it.
"""

import contextlib
import ctypes
import errno
import os
import resource
import signal
import sys
import traceback
from pathlib import Path

import msgspec

from reports.copies.jobs import (
    COPY,
    JOB,
    NOT_THAT,
    RESULT,
    TOO_LARGE,
    Job,
    Refused,
    Result,
    write,
)

MEBIBYTE = 1024 * 1024
MEMORY_BYTES = 512 * MEBIBYTE  # all there is, the libraries and the file's own included
SECONDS = {"photo": 10, "recording": 60}  # of a processor; the parent counts real ones
OPEN_FILES = 64
MAX_PHOTO_BYTES = 32 * MEBIBYTE  # of a photo's copy: 2048 × 2048, far beyond any
OVERHEAD_BYTES = 16 * MEBIBYTE  # an index of a recording, at most

PR_SET_PDEATHSIG, PR_SET_NO_NEW_PRIVS = 1, 38
CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000


def confine(kind: str, largest_copy: int) -> None:
    """Give up what a conversion does not need: memory, time, disk, the network."""
    for what, most in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CPU, SECONDS[kind]),
        (resource.RLIMIT_FSIZE, largest_copy),
        (resource.RLIMIT_NOFILE, OPEN_FILES),
        (resource.RLIMIT_CORE, 0),  # a core file would hold somebody's pictures
    ):
        resource.setrlimit(what, (most, most))
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)  # Python would only see an error
    if sys.platform.startswith("linux"):
        # Each is a second bolt, and may be refused where we run in a container.
        with contextlib.suppress(OSError):
            libc = ctypes.CDLL(None, use_errno=True)
            libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
            libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
            libc.unshare(CLONE_NEWUSER | CLONE_NEWNET)  # a network with nothing in it


def convert(folder: Path, job: Job) -> Result:
    """Do the job; a refusal is a result too."""
    try:
        # Late: what reads foreign bytes comes after ``confine``.
        if job.kind == "photo":
            from reports.copies import photos

            return photos.copy(folder / job.parts[0].file, folder / COPY)
        from reports.copies import recordings

        return recordings.copy(folder, job.parts, folder / COPY)
    except Refused as refused:
        return Result(refused=refused.reason)
    except MemoryError:
        return Result(refused=TOO_LARGE)
    except OSError as error:
        if error.errno == errno.ENOSPC:  # no fault of the file's: to be tried again
            sys.exit(os.EX_TEMPFAIL)
        return Result(refused=NOT_THAT[job.kind], fault=_place(error))
    except Exception as error:  # told by the result: no counts and no log in here
        return Result(refused=NOT_THAT[job.kind], fault=_place(error))


def _place(error: Exception) -> str:
    """Say what broke and where, without a word of the file's."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} at {Path(last.filename).name}:{last.lineno}"


def main(folder: Path) -> None:
    """Convert what the folder holds."""
    os.umask(0o077)
    job = msgspec.json.decode((folder / JOB).read_bytes(), type=Job)
    given = sum((folder / part.file).stat().st_size for part in job.parts)
    is_photo = job.kind == "photo"
    confine(job.kind, MAX_PHOTO_BYTES if is_photo else given + OVERHEAD_BYTES)
    write(folder, RESULT, convert(folder, job))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
