"""The log says which call a line is about, and nothing about the person in it."""

import asyncio
import json
import logging
import logging.config
import re
import sys
from contextvars import copy_context
from uuid import uuid4

import pytest

from accounts import logs
from accounts.metrics import log_records
from dispatch.actions.running import run
from tests.house import device_cookie

log = logging.getLogger("dispatch.tests")

# Values of this one alarm that no log may hold, in whatever form they travel.
PHONE = "13987654321"
NAME = "Ouyang Zhenghua"
WORDS = "He hides behind the blue wardrobe"
ANSWER = "Stay where you are, Ms Ouyang"
NOTE = "knife with a mother-of-pearl handle"
LAT, LON = 375312345, 1213987654
PLACE = {"lat_e7": LAT, "lon_e7": LON, "accuracy_mm": 9000, "age_ms": 0}
DEVICE = "phone-of-ouyang"
NEVER = [
    *(PHONE, PHONE[3:], NAME, "Ouyang", WORDS, "wardrobe", ANSWER, NOTE, "pearl"),
    *(str(LAT), str(LON), "37.53", "121.39", DEVICE),
]


class Kept(logging.Handler):
    """Keeps each line as both formats write it."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)
        self.lines += [logs.JsonLines().format(record), logs.Plain().format(record)]


@pytest.fixture
def kept():
    import alarm110.asgi  # noqa: F401  it sets logging up, and would take ours away

    handler, root = Kept(), logging.getLogger()
    ours = [logging.getLogger(name) for name in ("alarm110", "dispatch", "reports")]
    before = [(logger, logger.level) for logger in [root, *ours]]
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    for logger in ours:
        logger.setLevel(logging.DEBUG)
    yield handler
    root.removeHandler(handler)
    for logger, level in before:
        logger.setLevel(level)


def line(text: str, **more: object) -> dict[str, object]:
    """Return what a line in JSON holds."""
    record = logging.LogRecord("dispatch.x", logging.INFO, "", 1, text, None, None)
    record.__dict__.update(more)
    return dict(json.loads(logs.JsonLines().format(record)))


# --- The format ----------------------------------------------------------------------


def test_a_line_is_one_object_with_its_time_in_utc():
    found = line("two\nlines")

    assert found["message"] == "two\nlines"
    assert (found["level"], found["logger"]) == ("INFO", "dispatch.x")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", str(found["time"]))
    assert found["process"]
    assert "call" not in found


def test_an_error_brings_its_kind_and_traceback_on_the_same_line():
    try:
        raise ValueError(f"Key (phone)=({PHONE}) already exists.")
    except ValueError:
        found = line("it failed", exc_info=sys.exc_info())

    assert found["error"] == "ValueError"
    assert "Traceback" in str(found["traceback"])
    assert PHONE not in str(found)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        (f"sent to {PHONE}", "sent to [number]"),
        ("sent to +86 139 8765 4321.", "sent to [number]."),
        ("removed 370602-20260821-0042", "removed 370602-20260821-0042"),
        ("call 12345678-1234-1234-1234-123456789012", None),
        ("took 12345678 ms", None),
        ("at 2026-11-25 22:43:45,123", None),
    ],
)
def test_what_may_be_a_phone_number_is_masked_and_ids_are_not(text, written):
    assert logs.masked(text) == (text if written is None else written)


def test_what_a_line_is_about_ends_with_its_task():
    def work() -> dict[str, str]:
        logs.about(call="c1", incident="i1", loop="matcher")
        return logs.subjects()

    assert copy_context().run(work) == {
        "call": "c1",
        "incident": "i1",
        "loop": "matcher",
    }
    assert "call" not in logs.subjects()


async def test_a_thread_that_is_asked_knows_what_it_is_about():
    async def task() -> dict[str, str]:
        logs.about(call="c2")
        return await run(logs.subjects)

    assert (await asyncio.create_task(task()))["call"] == "c2"


def test_lines_from_warning_up_are_counted(settings):
    def count() -> float:
        return log_records.labels("WARNING", "dispatch")._value.get()

    before = count()
    logging.config.dictConfig(settings.LOGGING)
    log.warning("something fell")
    log.info("nothing fell")

    assert count() == before + 1


def test_the_supervisor_writes_lines_of_the_same_kind():
    found = json.loads(logs.written_by("manage", "serve ended.", "json"))

    assert (found["message"], found["level"]) == ("serve ended.", "WARNING")
    assert logs.written_by("manage", "Ended.", "plain") == "alarm110: Ended."


# --- A whole alarm -------------------------------------------------------------------


async def test_a_whole_alarm_leaves_nothing_personal_in_the_log(
    house, kept, monkeypatch
):
    """Also where things fail: a refusal, an error nobody foresaw, a lapse."""
    from dispatch.actions import incidents

    chen = await house.console("chen")
    lin = await house.phone(DEVICE, text=WORDS, position=PLACE)
    await chen.accept()
    await lin.command("post_message", text=WORDS)
    await lin.command("report_position", position=PLACE)
    await chen.command("post_message", text=ANSWER)
    await chen.command("update_incident", incident=lin.stream, persons=NAME, notes=NOTE)
    cookies = device_cookie(DEVICE)
    asked = await house.post("/api/v1/caller/phone", {"phone": PHONE}, cookies=cookies)
    assert asked.status == 202
    assert any("code for 139****4321" in text for text in kept.lines)
    await lin.refused("post_message", text=WORDS * 200)

    def breaks(**kwargs: object) -> None:
        raise KeyError("a bug")  # its arguments stand in no traceback

    monkeypatch.setattr(incidents, "update_incident", breaks)
    await chen.refused("update_incident", incident=lin.stream, notes=NOTE)
    answer = await house.request(
        "POST",
        f"/api/v1/calls/{lin.call['call']}/commands",
        json.dumps({"type": "post_message", "text": WORDS}).encode(),
        cookies=cookies,
    )
    assert answer.status >= 400
    await house.request("GET", f"/nowhere?phone={PHONE}")
    await chen.command("end_call", call=lin.call["call"])

    assert any("could not be done" in text for text in kept.lines)
    loud = [text for text in kept.lines if any(word in text for word in NEVER)]
    assert loud == []


async def test_a_failure_says_in_which_call_it_was(house, kept, monkeypatch):
    from dispatch.actions import incidents

    chen, lin = await house.connected()

    def breaks(**kwargs: object) -> None:
        raise KeyError("a bug")

    monkeypatch.setattr(incidents, "update_incident", breaks)
    await chen.refused("update_incident", incident=lin.stream, notes="x")

    [found] = [
        json.loads(text)
        for text in kept.lines
        if text.startswith("{") and "could not be done" in text
    ]
    assert found["incident"] == lin.stream
    assert found["call"] == lin.call["call"]
    assert found["error"] == "KeyError"


async def test_a_request_is_about_the_call_its_address_names(house, kept, monkeypatch):
    from dispatch.api import calls

    def breaks(*args: object) -> None:
        raise KeyError("a bug")

    monkeypatch.setattr(calls, "_find", breaks)
    call = str(uuid4())
    answer = await house.request("GET", f"/api/v1/calls/{call}/inbox")

    assert answer.status == 500
    [found] = [
        json.loads(text)
        for text in kept.lines
        if text.startswith("{") and "inbox failed" in text
    ]
    assert found["call"] == call


@pytest.mark.parametrize(
    ("wanted", "is_terminal", "level"),
    [
        ("", True, logging.WARNING),
        ("auto", True, logging.WARNING),
        ("plain", True, logging.INFO),
        ("json", True, logging.INFO),
        ("", False, logging.INFO),
    ],
)
def test_a_terminal_is_not_told_of_each_leg_by_its_ids(
    monkeypatch, wanted, is_terminal, level
):
    told: dict[str, object] = {}
    monkeypatch.setenv("ALARM110_LOG", wanted)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: is_terminal, raising=False)
    monkeypatch.setattr(logging, "basicConfig", told.update)
    monkeypatch.setattr(logs, "_process", "manage")
    logs.write_to_stderr("relay")

    assert told["level"] == level
