"""What a console is told unasked comes, though the database was away at that moment."""

import contextlib
from types import ModuleType
from typing import Any

import pytest

from dispatch.consumers import base, offered, seat
from reports.errors import Busy
from tests.indoors.test_ringing import ringing, says

__all__ = ["ringing"]


def fail_once(
    monkeypatch: pytest.MonkeyPatch, module: ModuleType, name: str, error: Exception
) -> list[object]:
    """Let a module's way to the database fail once; return what failed so far."""
    real = getattr(module, name)
    failed: list[object] = []

    async def reading(*args: Any, **kwargs: Any) -> Any:
        if not failed:
            failed.append(args)
            raise error
        return await real(*args, **kwargs)

    monkeypatch.setattr(module, name, reading)
    return failed


async def test_the_incident_of_a_call_is_shown_though_it_could_not_be_read_at_first(
    house, monkeypatch
):
    chen = await house.console("chen")
    failed = fail_once(monkeypatch, seat, "read", Busy())
    lin = await house.phone()
    await chen.accept()

    told = await chen.wait_for("followed")
    assert told["stream"] == lin.stream
    assert failed
    await lin.command("post_message", text="He is back")
    await chen.wait_for("message.posted")


async def test_the_callers_words_ring_though_they_could_not_be_read_at_first(
    ringing, monkeypatch
):
    chen = await ringing.console("chen")
    failed = fail_once(monkeypatch, offered, "run", Busy())
    await ringing.phone(text="A man is at the door")

    await chen.wait_for(says("A man is at the door"))
    assert failed


async def test_a_step_that_fails_for_good_lets_the_page_come_back_whole(
    house, monkeypatch, caplog
):
    chen = await house.console("chen")
    failed = fail_once(monkeypatch, seat, "read", RuntimeError("a fault of ours"))
    lin = await house.phone()
    offer = await chen.offer()
    with contextlib.suppress(ConnectionError):  # closed before or after its ack
        await chen.command("accept_offer", offer=offer["offer"])

    assert await chen.closed(seconds=20) == base.CLOSE_GOING
    assert failed
    assert "a seat's socket missed a step" in caplog.text
    again = await house.console("chen", seat=False)
    welcome = await again.open(seat=chen.seat, epoch=chen.epoch)
    assert lin.stream in welcome["snapshots"]
