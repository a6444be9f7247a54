"""Looks at the machine before anything starts: data folder, ports, database file."""

import os
import socket
from pathlib import Path

from django.conf import settings
from django.db import Error, connection

from alarm110.management.refusal import bind_sentence, database_sentence, refuse

PROBE_BYTES = 256 * 1024
# SQLite files up to this size are checked page by page at each start, in milliseconds.
CHECKED_BYTES = 64 * 1024 * 1024


def check_folder(folder: Path) -> None:
    """Write, as the first alarm will: a full or read-only disk shows here."""
    probe = folder / f".probe-{os.getpid()}"
    try:
        with probe.open("wb") as file:
            file.write(b"\0" * PROBE_BYTES)
            file.flush()
            os.fsync(file.fileno())
    finally:
        probe.unlink(missing_ok=True)


def check_ports() -> None:
    """Refuse before anything is printed; ``serve`` looks again when it listens."""
    ports = {"PORT": settings.PORT}
    if settings.TLS and settings.HTTP_PORT:
        ports["HTTP_PORT"] = settings.HTTP_PORT
    if len(set(ports.values())) < len(ports):
        refuse(f"PORT and HTTP_PORT are both {settings.PORT}; they must differ.")
    family = socket.AF_INET6 if ":" in settings.HOST else socket.AF_INET
    for setting, port in ports.items():
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((settings.HOST.strip("[]"), port))
            except OSError as error:
                refuse(bind_sentence(error, settings.HOST, port, setting))


def check_database() -> None:
    """Look through a small SQLite file; damage found later would cost an alarm."""
    if connection.vendor != "sqlite":
        return
    file = Path(str(connection.settings_dict["NAME"]))
    if not file.exists() or file.stat().st_size > CHECKED_BYTES:
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA quick_check(1)")
        (answer,) = cursor.fetchone()
    if answer != "ok":
        refuse(database_sentence(Error(f"malformed: {answer}"), settings.HOME))
