"""A clock that is wrong or jumps: the server's own is the only one that counts."""

import asyncio
import os
import subprocess
import time
from datetime import UTC, datetime, timedelta

import pytest

from tests.clients import Console, Phone
from tests.faults.small import HALL, small_server
from tests.faults.writer import AGAIN, LOST
from tests.served import START_PATIENCE
from tests.services import require

pytestmark = [pytest.mark.faults, pytest.mark.deep]

DAY = timedelta(days=1)
JUMP = timedelta(seconds=120)


@pytest.fixture(scope="module")
def skewed(tmp_path_factory):
    """A server a day ahead of every phone, whose clock a test may set further on."""
    folder = tmp_path_factory.mktemp("clock")
    library = subprocess.run(
        [*require("faketime").values(), "-f", "+0", "printenv", "LD_PRELOAD"],
        check=True, capture_output=True, text=True,
    ).stdout.strip()  # fmt: skip
    clock = folder / "clock"
    set_clock(clock, DAY)
    ahead = {
        "FAKETIME_TIMESTAMP_FILE": str(clock),
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }
    prefix = ["env", f"LD_PRELOAD={library}"]
    with small_server(folder, extra_env=ahead, prefix=prefix) as served:
        yield served, clock


def set_clock(clock, ahead):
    """Set the server's clock so much ahead of ours, in one step."""
    fresh = clock.with_suffix(".new")
    fresh.write_text(f"+{int(ahead.total_seconds())}")
    os.replace(fresh, clock)


def ahead(at):
    """Return how far ahead of our clock a time of the server is."""
    return datetime.fromisoformat(at) - datetime.now(UTC)


async def joined(chen, lin):
    await chen.take_seat()
    await chen.ready()
    call = await lin.tap()
    await chen.accept()
    return call


async def left(chen, call):
    await chen.command("end_call", call=call["call"])
    await chen.command("finish_wrap_up")
    await chen.command("leave_seat")


async def test_a_phone_a_day_behind_is_served_as_any_other(skewed):
    served, _ = skewed
    async with Console(served, HALL.operators[0]) as chen, Phone(served) as lin:
        call = await joined(chen, lin)
        assert abs(ahead(call["queued_at"]) - DAY) < timedelta(seconds=30)
        heard = chen.line.expect("message.posted")
        await lin.command("post_message", text="What time is it?")
        assert abs(ahead((await heard)["at"]) - DAY) < timedelta(seconds=30)
        place = {"lat_e7": 0, "lon_e7": 0, "accuracy_mm": 5, "age_ms": 2**31 - 1}
        await lin.command("report_position", position=place)
        await left(chen, call)


async def test_a_jump_of_the_clock_between_two_starts_costs_no_place(skewed):
    served, clock = skewed
    async with Console(served, HALL.operators[0]) as chen, Phone(served) as lin:
        call = await joined(chen, lin)
        epochs = lin.line.epoch, chen.line.epoch
        set_clock(clock, DAY + JUMP)
        served.kill_web()
        await back(lambda: lin.open_line(epoch=epochs[0]))
        await back(lambda: chen.line.open(seat=chen.seat, epoch=epochs[1]))
        assert (lin.line.epoch, chen.line.epoch) == epochs
        heard = chen.line.expect("message.posted")
        await lin.command("post_message", text="Still the same call")
        assert abs(ahead((await heard)["at"]) - DAY - JUMP) < timedelta(seconds=30)
        await left(chen, call)


async def back(come_back):
    """Try until the restarted server lets one in."""
    deadline = time.monotonic() + START_PATIENCE
    while True:
        try:
            return await come_back()
        except LOST:
            assert time.monotonic() < deadline
            await asyncio.sleep(AGAIN)
