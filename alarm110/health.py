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
from django.utils.translation import gettext_lazy as _

from accounts.logs import process_name
from accounts.metrics import is_away
from alarm110 import loops
from alarm110.metrics import neighbours

# A loop that has not ticked for this many seconds is taken for dead.
TICK_LIMIT = 5.0
DATABASE_PATIENCE = 2.0  # seconds
# With less on its disk, SQLite is about to refuse alarms.
DATABASE_ROOM = 32 * 1024 * 1024  # bytes
# An alarm is served without these: told when late, and no reason to send it elsewhere.
BESIDE = {"media", "recordings", "clips", "tidier", "boards", "rights", "silence"}
# What it means that something does not work, for whoever was woken up by it.
MEANS = {
    "database": _("Nothing can be written or read: the database does not answer."),
    "disk": _("The disk of the database is full: alarms are about to be refused."),
    "none": _("The loops do not run: this process is starting or stopping."),
    "writer": _("Alarms, words and recordings are not written."),
    "matcher": _("Waiting calls are offered to no seat."),
    "sweeper": _("Dead consoles, lost callers and missed offers are not noticed."),
    "keeper": _("Signs of life are not written: seats are about to lose their calls."),
    "pulse": _("Heartbeats are not sent: pages take the line for dead."),
    "poll": _("What got lost on its way to a page is not looked for."),
    "doorbell": _("What other web processes wrote reaches pages late."),
    "rights": _("Who lost a right, or signed out elsewhere, is not cut off."),
    "silence": _("Seats are not told whose console is silent, to take its call over."),
    "media": _("Live pictures are not kept in step with calls; stills take over."),
    "recordings": _("The relay's recordings are not taken in as evidence."),
    "clips": _("Recordings that nobody closed stay open."),
    "tidier": _("Old sessions are not cleared away."),
    "boards": _("Supervisors' boards show old figures."),
    "relay": _("There is no live picture or voice; calls go on in stills and words."),
    "worker": _("No copies of recordings are made to be looked at."),
}

log = logging.getLogger(__name__)


async def healthz(request: HttpRequest) -> JsonResponse:
    """Answer that the process is alive, whatever state the rest is in."""
    return _unkept(JsonResponse({"alive": True}))


async def readyz(request: HttpRequest) -> JsonResponse:
    """Answer 200 only while alarms are really being served: database, vital loops.

    What else is late is named as well, each with a sentence that says what of it is
    felt; it decides nothing.
    """
    ticks = loops.ticks()
    late = sorted(name for name, age in ticks.items() if age >= TICK_LIMIT)
    database = await _database_answers()
    disk = await asyncio.to_thread(_database_has_room)
    ready = database and disk and bool(ticks) and BESIDE.issuperset(late)
    around = await asyncio.to_thread(neighbours)
    away = sorted(name for name, state in around.items() if state.is_late)
    facts = {
        "ready": ready,
        "database": database,
        "disk": disk,
        "process": process_name(),
        "loops": {name: round(age, 1) for name, age in sorted(ticks.items())},
        "late": late,
        "processes": {
            name: {
                "is_there": state.is_there,
                "age": None if state.age is None else round(state.age, 1),
            }
            for name, state in sorted(around.items())
        },
        "away": away,
        "why": [
            *([] if database else [_sentence("database")]),
            *([] if disk else [_sentence("disk")]),
            *([] if ticks else [_sentence("none")]),
            *(_sentence(name, ticks[name]) for name in late),
            *(_sentence(name, around[name].age) for name in away),
        ],
    }
    return _unkept(JsonResponse(facts, status=200 if ready else 503))


def _sentence(name: str, age: float | None = None) -> str:
    """Return what it means that ``name`` is late, and since when."""
    means = str(MEANS.get(name, name))
    return means if age is None else f"{means} ({name}: {age:.0f} s)"


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
        is_away("readyz")
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
