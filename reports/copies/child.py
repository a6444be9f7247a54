"""Runs one conversion in a process of its own, and ends it when it takes too long."""

import errno
import hashlib
import logging
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import msgspec

from accounts.metrics import dropped
from reports.copies.jobs import (
    COPY,
    JOB,
    NOT_THAT,
    RESULT,
    TOO_LARGE,
    TOOK_TOO_LONG,
    Job,
    Refused,
    Result,
    write,
)

log = logging.getLogger(__name__)

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = {"photo": 10, "recording": 60}


@dataclass(frozen=True)
class Copied:
    """A finished copy; the file is gone with its folder."""

    path: Path
    mime: str
    sha256: str
    bytes: int
    duration_ms: int
    note: str
    parts: list[tuple[int, int, int]]


def convert(folder: Path, job: Job) -> Copied:
    """Convert what lies in the private ``folder``.

    Raises:
        Refused: there can be no copy, and why.
        OSError: the disk is full.
    """
    write(folder, JOB, job)
    status = _run(folder, PATIENCE_SECONDS[job.kind])
    result = _result(folder, job, status)
    if result.fault:
        dropped("copy", "the conversion broke")
        log.warning("a conversion broke: %s", result.fault)
    if result.refused:
        raise Refused(result.refused)
    copy = folder / COPY
    with copy.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return Copied(
        path=copy,
        mime=result.mime,
        sha256=digest,
        bytes=copy.stat().st_size,
        duration_ms=result.duration_ms,
        note=result.note,
        parts=result.parts,
    )


def _run(folder: Path, seconds: float) -> int:
    """Run the conversion; return its exit status.

    An empty environment: no secret of ours is within reach of what reads the file.
    """
    try:
        return subprocess.run(  # noqa: S603  our own module
            [sys.executable, "-m", "reports.copies", str(folder)],
            cwd=ROOT,
            env={},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=seconds,
            check=False,
        ).returncode
    except subprocess.TimeoutExpired as error:  # it has been killed
        raise Refused(TOOK_TOO_LONG) from error


def _result(folder: Path, job: Job, status: int) -> Result:
    """Return what the process said, or what its end says."""
    if status == 0:
        # Written by a process that may be in foreign hands: read as such, all the same.
        return msgspec.json.decode((folder / RESULT).read_bytes(), type=Result)
    if status == os.EX_TEMPFAIL:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    if status in (-signal.SIGXCPU, -signal.SIGKILL):
        raise Refused(TOOK_TOO_LONG)
    if status == -signal.SIGXFSZ:
        raise Refused(TOO_LARGE)
    dropped("copy", "the conversion died")
    log.warning("a conversion ended with status %d", status)
    raise Refused(NOT_THAT[job.kind])
