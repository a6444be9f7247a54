"""Cursors: who was away gets exactly what was missed, however far away they were."""

import asyncio
from uuid import uuid4

import pytest

from tests.clients import Phone
from tests.sockets.stage import alarm, joined, on_duty, says, still_works

# Another process writes: no doorbell rings here, the safety poll must find it.
WRITE = """
from uuid import UUID, uuid4
from django.db import transaction
from reports import journal
from reports.events import MessagePosted
from reports.journal import SYSTEM, Draft
stream = UUID("{stream}")
with transaction.atomic():
    journal.record_many([
        Draft(
            stream, SYSTEM,
            MessagePosted(side="seat", text=f"line {{n}}", client_id=uuid4()),
            ("incident", str(stream)),
        )
        for n in range({count})
    ])
"""


async def test_a_window_that_was_away_gets_exactly_what_it_missed(served):
    async with on_duty(served, "li") as li, alarm(served) as lin:
        await joined(li, lin)
        await li.command("post_message", text="first")
        await lin.wait_for("message.posted")
        cursors, epoch = dict(lin.line.cursors), lin.line.epoch
        seat_cursors, seat_epoch = dict(li.line.cursors), li.line.epoch
        for client in (lin, li):
            client.line.cut()
            await client.line.close()

        async with Phone(served) as other:  # its acks stand for the window's own
            other.call = lin.call
            await other.open_line(epoch=epoch)
            for text in ("second", "third"):
                await other.command("post_message", text=text)

        welcome = await lin.open_line(epoch=epoch, cursors=cursors)
        assert welcome["snapshots"] == {}
        await lin.wait_for(lambda f: f.get("data", {}).get("text") == "third")
        missed = [e["data"]["text"] for e in lin.line.entries("message.posted")]
        assert missed == ["second", "third"]

        li.line = li.new_line()
        again = await li.line.open(cursors=seat_cursors, epoch=seat_epoch, seat=li.seat)
        assert again["snapshots"] == {}
        assert again["epoch"] == seat_epoch
        await li.wait_for(lambda f: f.get("data", {}).get("text") == "third")
        assert [e["data"]["text"] for e in li.line.entries("message.posted")] == [
            "second", "third",
        ]  # fmt: skip


async def test_who_knows_nothing_of_a_stream_gets_a_snapshot_of_it(served):
    async with alarm(served) as lin:
        stream, head = lin.call["stream"], lin.line.cursors[lin.call["stream"]]
        for cursors in ({}, {str(uuid4()): 5}):
            await lin.line.close()
            welcome = await lin.open_line(epoch=lin.line.epoch, cursors=cursors)
            assert list(welcome["snapshots"]) == [stream]
            assert welcome["cursors"] == {stream: head}


async def test_beyond_a_thousand_entries_a_snapshot_is_sent(served):
    async with on_duty(served, "li") as li, alarm(served) as lin:
        await joined(li, lin)
        stream, count = lin.call["stream"], 1001
        script = WRITE.format(stream=stream, count=count)
        await asyncio.to_thread(served.manage, "shell", "--verbosity=0", "-c", script)
        for client in (lin, li):
            await client.wait_for(says(f"line {count - 1}"), 8)
            client.line.check()
        head, epoch = lin.line.cursors[stream], lin.line.epoch

        await lin.line.close()
        welcome = await lin.open_line(epoch=epoch, cursors={stream: head - 1001})
        assert list(welcome["snapshots"]) == [stream]
        assert welcome["cursors"] == {stream: head}

        await lin.line.close()
        welcome = await lin.open_line(epoch=epoch, cursors={stream: head - 1000})
        assert welcome["snapshots"] == {}
        await lin.wait_for(says(f"line {count - 1}"))
        assert len(lin.line.entries()) == 1000
        await still_works(li, lin)


@pytest.mark.parametrize("ahead", [1, 2**52])
async def test_a_cursor_ahead_of_the_stream_hides_nothing_from_anybody(served, ahead):
    async with on_duty(served, "li") as li, alarm(served) as lin:
        stream, epoch = lin.call["stream"], lin.line.epoch
        head = lin.line.cursors[stream]
        await lin.line.close()  # so that it is the first to follow the stream again
        welcome = await lin.open_line(epoch=epoch, cursors={stream: head + ahead})
        assert list(welcome["snapshots"]) == [stream]
        assert welcome["cursors"] == {stream: head}
        await joined(li, lin)
        await still_works(li, lin)
