"""kill -9 of the web process, again and again: nothing acknowledged is ever lost."""

import asyncio
import random
from uuid import uuid4

import pytest

from tests.clients import Console, Phone
from tests.faults.small import HALL, small_server
from tests.faults.writer import AGAIN, LOST, Writer

# Told apart from all else: how soon is what it asks (docs/decisions/020).
pytestmark = [pytest.mark.faults, pytest.mark.deep]

BACK = 10.0  # seconds from the kill to the welcome, the restart included
KILLS = 3
TAPS = 20


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    with small_server(tmp_path_factory.mktemp("region")) as served:
        yield served


async def test_both_sides_write_on_through_kills(small):
    async with Console(small, HALL.operators[0]) as chen, Phone(small) as lin:
        await chen.take_seat()
        await chen.ready()
        call = await lin.tap()
        await chen.accept()
        epochs = lin.line.epoch, chen.line.epoch

        async def phone_back():
            await lin.line.open(
                call=call["call"], capability=call["capability"],
                epoch=lin.line.epoch, cursors=lin.line.cursors,
            )  # fmt: skip

        async def seat_back():
            await chen.line.open(
                seat=chen.seat, epoch=chen.line.epoch, cursors=chen.line.cursors
            )

        writers = [Writer(lin, "phone", phone_back), Writer(chen, "seat", seat_back)]
        for _ in range(KILLS):
            await asyncio.sleep(random.uniform(0.5, 1.5))
            small.kill_web()
            async with asyncio.timeout(BACK):
                await asyncio.gather(*(writer.is_back() for writer in writers))
        for writer in writers:
            await writer.stop()

        # The same places: nobody had to take one again.
        assert (lin.line.epoch, chen.line.epoch) == epochs
        await lin.line.close()
        welcome = await lin.open_line(epoch=lin.line.epoch)
        snapshot = welcome["snapshots"][call["stream"]]
        assert snapshot["call"]["state"] == "connected"
        stored = {message["text"]: message["seq"] for message in snapshot["messages"]}
        receipts = writers[0].receipts | writers[1].receipts
        assert len(snapshot["messages"]) == len(stored)  # each once
        assert stored == receipts
        await chen.command("end_call", call=call["call"])
        await chen.command("finish_wrap_up")
        await chen.command("leave_seat")


async def test_taps_in_flight_are_each_one_alarm(small):
    ids = [str(uuid4()) for _ in range(TAPS)]
    killed = asyncio.Event()

    async def tap_until_answered(number, tap_id):
        if number >= TAPS // 2:  # the others are on their way when it dies
            await killed.wait()
        async with Phone(small) as phone:
            while True:
                try:
                    return await phone.tap(id=tap_id, open_line=False)
                except LOST:
                    await phone.http.close()
                    await asyncio.sleep(AGAIN)

    taps = [
        asyncio.create_task(tap_until_answered(number, tap_id))
        for number, tap_id in enumerate(ids)
    ]
    await asyncio.sleep(0.05)
    small.kill_web()
    killed.set()
    async with asyncio.timeout(BACK + 5):
        answers = await asyncio.gather(*taps)
    assert len({answer["call"] for answer in answers}) == TAPS
    assert len({answer["number"] for answer in answers}) == TAPS

    for tap_id, answer in zip(ids, answers, strict=True):
        async with Phone(small) as phone:
            again = await phone.tap(id=tap_id, open_line=False)
            assert again["call"] == answer["call"]
            await phone.open_line()
            await phone.command("hang_up")
