"""One clear line instead of a traceback, and an exit code that says "do not retry"."""

import errno
import sys
from pathlib import Path
from typing import NoReturn

CONFIGURATION = 78  # EX_CONFIG of sysexits.h: the supervisor does not start it again


def refuse(sentence: str) -> NoReturn:
    """Print one line and end the program."""
    print(f"alarm110: {sentence}", file=sys.stderr)  # noqa: T201  the way out
    sys.exit(CONFIGURATION)


def bind_sentence(error: OSError, host: str, port: int, setting: str) -> str:
    """Say why a port cannot be opened and what to do about it."""
    if error.errno == errno.EADDRINUSE:
        return (
            f"Port {port} is in use by another program. Stop that one, or choose "
            f"another port with {setting}=."
        )
    if error.errno == errno.EACCES:
        return (
            f"Port {port} may not be opened by this user. Choose one with {setting}=."
        )
    if error.errno == errno.EADDRNOTAVAIL:
        return f"HOST={host} is not an address of this machine."
    return f"Port {port} on {host} cannot be opened ({error.strerror or error})."


def disk_sentence(error: OSError, folder: Path) -> str:
    """Say what is wrong with the data folder."""
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return f"The disk that holds {folder} is full. Free some space and start again."
    place = error.filename or folder
    return f"The data folder is not usable: {place} ({error.strerror or error})."


def database_sentence(error: Exception, folder: Path) -> str:
    """Say what is wrong with the database, without a traceback."""
    text = " ".join(str(error).split())
    if "disk is full" in text:
        return f"The disk that holds {folder} is full. Free some space and start again."
    if "malformed" in text or "not a database" in text:
        return (
            f"The database in {folder} is damaged ({text}). Put a backup in its place, "
            "or move it away to start empty."
        )
    return f"The database cannot be used: {text}."
