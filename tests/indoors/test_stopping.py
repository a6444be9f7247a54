"""A process that stops tells whoever still asks to come back, and calls it no fault."""

import asyncio
import logging

import pytest

from alarm110 import loops
from dispatch.media.relay import __main__ as relay
from tests.evidence import stores
from tests.evidence.phones import FIRST, Recorder, code


def troubles(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return what was written that somebody might be woken up for."""
    return [r.getMessage() for r in caplog.records if r.levelno >= logging.WARNING]


async def test_an_upload_is_sent_to_the_next_process(house, tmp_path, caplog):
    with stores.stored_in(stores.local(tmp_path / "evidence")):
        lin = Recorder.of(house, await house.tap("lin"))
        await lin.open()
        await loops.stop()
        caplog.clear()
        refused = await lin.put(0, FIRST)
        written = troubles(caplog)
        await loops.start()

        assert code(refused) == (503, "try_again")
        assert refused.headers["retry-after"] == "2"
        assert written == []
        assert (await lin.put(0, FIRST)).status == 200


async def test_a_command_is_refused_by_code_and_not_lost_in_a_queue(house, caplog):
    phone = await house.phone("lin")
    await loops.stop()
    caplog.clear()
    refused = await phone.refused("post_message", text="Are you there?")

    assert refused.code == "try_again"
    assert troubles(caplog) == []


def test_a_line_that_is_open_when_the_relay_stops_is_no_trouble(caplog):
    loop = asyncio.new_event_loop()
    relay._say_without_contents(loop, {"exception": asyncio.CancelledError()})
    assert troubles(caplog) == []
    relay._say_without_contents(loop, {"exception": OSError("192.0.2.7")})
    assert troubles(caplog) == ["in the background: OSError"]
    loop.close()
