"""How a process writes its log: plain lines, or one JSON object a line.

Each line can say which call or incident it is about: the doors note that once
(``about``) and everything below them says it. Nothing personal belongs into a log:
callers are told apart by the ids of their calls. Knows no Django, as the media relay
writes its log the same way.
"""

import json
import logging
import os
import re
import sys
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

FORMATS = ("auto", "json", "plain")  # auto: plain on a terminal, else JSON

_call: ContextVar[str] = ContextVar("call", default="")
_incident: ContextVar[str] = ContextVar("incident", default="")
_loop: ContextVar[str] = ContextVar("loop", default="")
_process = "manage"

# What an error of a library may quote, such as a phone number: the second line of
# defence behind not writing it. Ids are left alone, and so are times and counts.
_LONG_NUMBER = re.compile(r"(?<![\w.:/-])\+?\d(?:[ -]?\d){8,14}(?![\w:/-]|\.\d)")


def name_process(name: str) -> None:
    """Say which process this is: web, worker, relay, supervisor."""
    global _process
    _process = name


def process_name() -> str:
    """Return which process this is."""
    return _process


def about(*, call: object = None, incident: object = None, loop: object = None) -> None:
    """Say what the work of this task, and of the threads it asks, is about.

    Holds until the task ends; what is not named stays as it was.
    """
    if call is not None:
        _call.set(str(call))
    if incident is not None:
        _incident.set(str(incident))
    if loop is not None:
        _loop.set(str(loop))


def subjects() -> dict[str, str]:
    """Return what the work at hand is about, as far as it is known."""
    known = {"call": _call.get(), "incident": _incident.get(), "loop": _loop.get()}
    return {name: value for name, value in known.items() if value}


def masked(text: str) -> str:
    """Return the text without what could be a phone number."""
    return _LONG_NUMBER.sub("[number]", text)


class Plain(logging.Formatter):
    """For people: time with its zone, level, logger, words, and what it is about."""

    def __init__(self) -> None:
        super().__init__("{asctime} {levelname} {name}: {message}", style="{")

    def formatTime(  # noqa: N802
        self, record: logging.LogRecord, datefmt: str | None = None
    ) -> str:
        """Return "2026-11-27 18:04:05.678+08:00": a city's day begins in its zone."""
        moment = datetime.fromtimestamp(record.created, UTC).astimezone()
        return moment.isoformat(sep=" ", timespec="milliseconds")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802
        """Return the line; ``logging`` puts a traceback below it."""
        known = " ".join(f"{name}={value}" for name, value in subjects().items())
        record.message = masked(record.message) + (f" [{known}]" if known else "")
        return super().formatMessage(record)

    def formatException(self, ei: Any) -> str:  # noqa: N802  logging's own names
        """Return a traceback, which may quote what it was about."""
        return masked(super().formatException(ei))


class JsonLines(logging.Formatter):
    """For machines: one object a line, times in UTC."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        fields = {
            "time": datetime.fromtimestamp(record.created, UTC).strftime(
                "%Y-%m-%dT%H:%M:%S.%fZ"
            ),
            "level": record.levelname,
            "logger": record.name,
            "message": masked(record.getMessage()),
            "process": _process,
            "pid": record.process,
            **subjects(),
        }
        if record.exc_info and record.exc_info[0] is not None:
            fields["error"] = record.exc_info[0].__name__
            fields["traceback"] = masked(self.formatException(record.exc_info))
        return json.dumps(fields, ensure_ascii=False)


class Refusals(logging.Filter):
    """Makes a refused request one line: it is an answer, not a fault."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Leave the traceback out; Django notes the status on the record."""
        if getattr(record, "status_code", None) == 403:
            record.exc_info = None
        return True


def formatter(wanted: str) -> logging.Formatter:
    """Return what writes the lines; ``wanted`` is one of ``FORMATS``."""
    is_plain = wanted == "plain" or (wanted != "json" and sys.stderr.isatty())
    return Plain() if is_plain else JsonLines()


def write_to_stderr(process: str) -> None:
    """Set a process up that knows no Django.

    A terminal is not told of each leg by its ids, unless somebody asked for lines.
    """
    name_process(process)
    wanted = os.environ.get("ALARM110_LOG", "").strip()
    lines = formatter(wanted)
    is_watched = isinstance(lines, Plain) and wanted != "plain"
    handler = logging.StreamHandler()
    handler.setFormatter(lines)
    logging.basicConfig(
        level=logging.WARNING if is_watched else logging.INFO, handlers=[handler]
    )


def written_by(
    process: str, sentence: str, wanted: str, level: int = logging.WARNING
) -> str:
    """Return the line of a process that has no logger: the supervisor."""
    lines = formatter(wanted)
    if isinstance(lines, Plain):
        return f"alarm110: {sentence}"
    name_process(process)
    return lines.format(
        logging.LogRecord("alarm110.up", level, "", 0, sentence, None, None)
    )
