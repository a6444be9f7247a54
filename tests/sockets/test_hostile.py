"""What no client of ours sends: answered by code, and the call goes on."""

import asyncio
import contextlib
import json
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.sockets.stage import alarm, joined, on_duty, still_works
from tests.wire import Line

ID = "5d2a7f0e-6a3c-4a58-9b39-0c1f5a0d9c11"
SOMEWHERE = {"lat_e7": 1, "lon_e7": 1, "accuracy_mm": 1}
DEEP = "[" * 10_000


def post(text: str, **more: object) -> str:
    """Return a ``post_message`` as text, written by hand."""
    rest = "".join(f', "{name}": {json.dumps(value)}' for name, value in more.items())
    return f'{{"type": "post_message", "id": "{ID}", "text": {text}{rest}}}'


def where(lat: str) -> str:
    """Return a ``report_position`` with any text for a latitude."""
    return (
        f'{{"type": "report_position", "id": "{ID}", "position": '
        f'{{"lat_e7": {lat}, "lon_e7": 1, "accuracy_mm": 1}}}}'
    )


# name: (frame, code, whether the answer names the command)
BOTH = {
    "not JSON": ("help", "malformed", False),
    "nothing": ("", "malformed", False),
    "half a frame": ('{"type": "post_mess', "malformed", False),
    "a list": ("[1, 2]", "malformed", False),
    "null": ("null", "malformed", False),
    "no type": (f'{{"id": "{ID}"}}', "malformed", True),
    "unknown type": (f'{{"type": "hack", "id": "{ID}"}}', "malformed", True),
    "type is a number": (f'{{"type": 5, "id": "{ID}"}}', "malformed", True),
    "id is no uuid": ('{"type": "post_message", "id": "1"}', "malformed", False),
    "unknown field": (post('"x"', is_admin=True), "malformed", True),
    "missing field": (f'{{"type": "post_message", "id": "{ID}"}}', "malformed", True),
    "empty text": (post('""'), "malformed", True),
    "text too long": (post(json.dumps("x" * 2001)), "malformed", True),
    "NUL": (post('"a\\u0000b"'), "malformed", True),
    "lone surrogate": (post('"a\\udc00b"'), "malformed", True),
    "text is a number": (post("17"), "malformed", True),
    "half an emoji": (post('"\\ud83d"'), "malformed", True),
    "deep text": (post(DEEP), "malformed", True),
    "deep frame": (DEEP, "malformed", False),
    "deep objects": ('{"a":' * 10_000, "malformed", False),
    "oversized": (post(json.dumps("x" * 65_536)), "too_large", True),
    "oversized in bytes": (post(json.dumps("警" * 22_000, ensure_ascii=False)),
                           "too_large", True),
    "oversized, as our pages write it": (
        json.dumps({"type": "post_message", "text": "x" * 65_536, "id": ID}),
        "too_large", True,
    ),
    "oversized without an id": (json.dumps("x" * 65_536), "too_large", False),
    "binary": (b"\x00\x01\x02", "malformed", False),
    "JSON as binary": (b'{"type":"typing"}', "malformed", False),
    "still too large": (
        json.dumps({"type": "still", "n": 1, "age_ms": 0, "jpeg": "A" * 55_000}),
        "malformed", False,
    ),
    "still that is a script": (
        '{"type": "still", "n": 1, "age_ms": 0, "jpeg": "<script>"}',
        "malformed", False,
    ),
    "still with a negative number": (
        '{"type": "still", "n": -1, "age_ms": 0, "jpeg": "AAAA"}', "malformed", False,
    ),
}  # fmt: skip
CALLER = {
    "a seat's command": (
        f'{{"type": "take_seat", "id": "{ID}", "seat": "{ID}"}}', "malformed", True,
    ),
    "ending as a seat": (
        f'{{"type": "end_call", "id": "{ID}", "call": "{ID}"}}', "malformed", True,
    ),
    "a number without end": (where("9" * 400), "malformed", True),
    "beyond the pole": (where("900000001"), "malformed", True),
    "a fraction": (where("37.5"), "malformed", True),
    "infinity": (where("1e999"), "malformed", True),
    "not a number": (where("NaN"), "malformed", True),
    "a mode that is none": (
        f'{{"type": "set_mode", "id": "{ID}", "mode": "loud"}}', "malformed", True,
    ),
}  # fmt: skip
SEAT = {
    "a phone's command": (
        f'{{"type": "report_position", "id": "{ID}"}}', "malformed", True,
    ),
    "hanging up as a phone": (f'{{"type": "hang_up", "id": "{ID}"}}', "malformed",
                              True),
    "a priority that is none": (
        f'{{"type": "update_incident", "id": "{ID}", "incident": "{ID}", '
        '"priority": 9}', "malformed", True,
    ),
    "NUL in the notes": (
        f'{{"type": "update_incident", "id": "{ID}", "incident": "{ID}", '
        '"notes": "\\u0000"}', "malformed", True,
    ),
}  # fmt: skip
BAD_UTF8 = b'{"type": "typing", "x": "\xff\xfe\xc0"}'


async def answer_to(line: Line, frame: str | bytes, *, text: bool | None = None):
    """Send one raw frame; return the error it brings."""
    error = line.expect("error", 5.0)
    await asyncio.sleep(0)  # it waits from here on
    await line.socket.send(frame, text=text)
    return await error


async def test_each_is_answered_by_code_and_the_call_goes_on(served):
    before = len(served.log())
    async with on_duty(served, "li") as li, alarm(served) as lin:
        await joined(li, lin)
        for line, table in ((lin.line, BOTH | CALLER), (li.line, BOTH | SEAT)):
            for name, (frame, code, is_named) in table.items():
                error = await answer_to(line, frame)
                assert error["code"] == code, name
                assert error["detail"], name
                assert error.get("id") == (ID if is_named else None), name
            error = await answer_to(line, BAD_UTF8, text=True)
            assert error["code"] == "malformed"
        await still_works(li, lin)
        assert len(li.line.entries("message.posted")) == 2
        assert len(lin.line.entries("message.posted")) == 2
    assert "Traceback" not in served.log()[before:]


async def test_a_frame_over_a_megabyte_costs_the_socket_not_the_call(served):
    async with on_duty(served, "li") as li, alarm(served) as lin:
        await joined(li, lin)
        epoch, cursors = lin.line.epoch, dict(lin.line.cursors)
        with contextlib.suppress(ConnectionError):
            await lin.line.socket.send(post(json.dumps("x" * 1_100_000)))
        async with asyncio.timeout(5):
            await lin.line.socket.wait_closed()
        assert lin.line.socket.close_code == 1009
        await lin.line.close()
        await lin.open_line(epoch=epoch, cursors=cursors)
        await still_works(li, lin)


async def test_a_number_given_twice_is_refused_by_name_and_nothing_is_done(served):
    """One id for two commands: the second is neither done nor taken for the first."""
    before = len(served.log())
    async with on_duty(served, "li") as li, alarm(served) as lin:
        await joined(li, lin)
        for one in (li, lin):
            await one.command("post_message", text="first", id=(used := str(uuid4())))
            kind, more = ("end_call", {"call": lin.call["call"]})
            if one is lin:
                kind, more = ("report_position", {"position": SOMEWHERE})
            answer = await one.line.ask(kind, id=used, **more)
            assert answer.get("code") == "id_used" or one is lin, answer
        await still_works(li, lin)
    assert "Traceback" not in served.log()[before:]


# --- Anything at all -----------------------------------------------------------------

_kinds = st.sampled_from(
    ["post_message", "typing", "still", "still_seen", "report_position", "set_mode",
     "report_device", "pong", "take_seat", "end_call", "nonsense", ""]
)  # fmt: skip
_names = st.sampled_from(
    ["id", "text", "n", "age_ms", "jpeg", "position", "mode", "camera", "seat", "call"]
)
_scalars = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30)
    | st.uuids().map(str) | st.sampled_from(["on", "off", "silent", "normal", "AAAA"])
)  # fmt: skip
_values = st.recursive(
    _scalars,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(_names | st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)
_commands = st.builds(
    lambda kind, fields: json.dumps({**fields, "type": kind}),
    _kinds,
    st.dictionaries(_names, _values, max_size=5),
)
_frames = (
    _commands
    | _values.map(json.dumps)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=200)
    | st.binary(max_size=200)
    | st.builds(lambda text, cut: text[:cut], _commands, st.integers(0, 60))
)


@pytest.mark.parametrize("side", ["phone", "seat"])
async def test_random_frames_break_nothing(served, side):
    before, loop = len(served.log()), asyncio.get_running_loop()
    async with on_duty(served, "li") as li, alarm(served) as lin:
        await joined(li, lin)
        line = (lin if side == "phone" else li).line

        async def throw_one(frame: str | bytes, is_text: bool) -> None:
            await line.socket.send(frame, text=is_text or isinstance(frame, str))
            # A frame without a name is refused in its turn: what came before is done.
            error = await line.ask("are_you_there")
            assert error["code"] == "malformed"

        @settings(max_examples=300, deadline=None, database=None,
                  suppress_health_check=list(HealthCheck))  # fmt: skip
        @given(frame=_frames, is_text=st.booleans())
        def throw(frame: str | bytes, is_text: bool) -> None:
            work = asyncio.run_coroutine_threadsafe(throw_one(frame, is_text), loop)
            work.result(10)

        await asyncio.to_thread(throw)
        await asyncio.sleep(1)  # what the budget took comes back
        # No command of a random frame may have ended the call or left the seat.
        await still_works(li, lin)
    assert "Traceback" not in served.log()[before:]
