"""Is it alive, is it serving, and the certificate that a phone must trust."""

import asyncio
import logging
import os
from pathlib import Path

from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import DatabaseError, connection
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseNotFound,
    JsonResponse,
)

from alarm110 import loops

# A loop that has not ticked for this many seconds is taken for dead.
TICK_LIMIT = 5.0
DATABASE_PATIENCE = 2.0  # seconds
# With less on its disk, SQLite is about to refuse alarms.
DATABASE_ROOM = 32 * 1024 * 1024  # bytes
# An alarm is served without these: told when late, and no reason to send it elsewhere.
BESIDE = {"media", "recordings", "clips", "tidier", "boards"}

log = logging.getLogger(__name__)


async def healthz(request: HttpRequest) -> JsonResponse:
    """Answer that the process is alive, whatever state the rest is in."""
    return _unkept(JsonResponse({"alive": True}))


async def readyz(request: HttpRequest) -> JsonResponse:
    """Answer 200 only while alarms are really being served: database, vital loops."""
    ticks = loops.ticks()
    late = sorted(name for name, age in ticks.items() if age >= TICK_LIMIT)
    database = await _database_answers()
    disk = await asyncio.to_thread(_database_has_room)
    ready = database and disk and bool(ticks) and BESIDE.issuperset(late)
    facts = {
        "ready": ready,
        "database": database,
        "disk": disk,
        "loops": {name: round(age, 1) for name, age in sorted(ticks.items())},
        "late": late,
    }
    return _unkept(JsonResponse(facts, status=200 if ready else 503))


async def authority(request: HttpRequest) -> HttpResponse:
    """Give the local authority's certificate, for a phone to install."""
    try:
        body = await asyncio.to_thread((settings.HOME / "ca.pem").read_bytes)
    except FileNotFoundError:
        return HttpResponseNotFound()  # a certificate of the operator's own
    return HttpResponse(body, content_type="application/x-x509-ca-cert")


async def _database_answers() -> bool:
    try:
        async with asyncio.timeout(DATABASE_PATIENCE):
            await sync_to_async(_read_one_row)()
    except (DatabaseError, TimeoutError) as error:
        log.warning("not ready: the database does not answer (%s)", error)
        return False
    return True


def _read_one_row() -> None:
    """Read from a real table: a bare SELECT 1 never opens SQLite's file."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM django_migrations LIMIT 1")
        cursor.fetchone()


def _database_has_room() -> bool:
    """Return whether alarms still fit on the database's disk, if it is one of ours."""
    if connection.vendor != "sqlite":
        return True
    try:
        disk = os.statvfs(Path(connection.settings_dict["NAME"]).parent)
    except OSError:  # in memory
        return True
    has_room = disk.f_bavail * disk.f_frsize >= DATABASE_ROOM
    if not has_room:
        log.warning("not ready: the database's disk is full")
    return has_room


def _unkept(response: JsonResponse) -> JsonResponse:
    response["Cache-Control"] = "no-store"
    return response
