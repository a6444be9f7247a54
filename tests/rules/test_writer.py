"""The group-commit writer: one commit for many, and an answer only after it."""

import asyncio
import threading
from uuid import uuid4

import pytest
from django.db import OperationalError, connection, transaction

from reports import journal, writer
from reports.actions.messages import MessageBatch, MessageItem
from reports.errors import Busy, Stopping
from reports.journal import Author, Draft, open_streams
from reports.models import Entry, StreamKind
from reports.writer import Writer
from tests.held import database_held


@pytest.fixture
def stream(rows):
    uuid = uuid4()
    open_streams([uuid], StreamKind.INCIDENT)
    connection.close()
    return uuid


@pytest.fixture
async def running(stream):
    """A writer of this test's own."""
    running = Writer(journal.record_many)
    running.start()
    yield running
    await running.stop()


def words(stream, text="Help", command=None, author="lin"):
    return MessageItem(
        incident=stream,
        author=Author("caller", author),
        side="caller",
        text=text,
        client_id=command or uuid4(),
    )


async def written():
    """Count what another connection can see, which is what was committed."""
    return await asyncio.to_thread(_count)


def _count():
    try:
        return Entry.objects.count()
    finally:
        connection.close()


class Slow(MessageBatch):
    """Holds its transaction open until told to go on."""

    entered, may_go_on = threading.Event(), threading.Event()

    def entries(self, attempts):
        self.entered.set()
        assert self.may_go_on.wait(10)
        return super().entries(attempts)


class Poisoned(MessageBatch):
    """Writes an entry twice under one id, which the database refuses."""

    def entries(self, attempts):
        return super().entries(attempts) * 2


class Refusing(MessageBatch):
    """Settles its items with an error of their own."""

    def lock(self, attempts):
        for attempt in attempts:
            attempt.error = LookupError("no")


async def test_what_is_sent_together_shares_a_commit(running, stream):
    found = await asyncio.gather(
        *[running.submit(MessageBatch, words(stream, str(n))) for n in range(50)]
    )

    assert sorted(r.seq for r in found) == list(range(1, 51))
    assert running.items == 50
    assert running.batches <= 2


async def test_answers_keep_the_order_of_the_questions(running, stream):
    found = await asyncio.gather(
        *[running.submit(MessageBatch, words(stream, str(n))) for n in range(20)]
    )

    assert [r.seq for r in found] == sorted(r.seq for r in found)


async def test_an_answer_comes_only_after_the_commit(running, stream):
    """While its transaction is open nobody is told; once told, everybody can see it."""
    Slow.entered.clear()
    Slow.may_go_on.clear()
    answer = asyncio.create_task(running.submit(Slow, words(stream)))
    try:
        assert await asyncio.to_thread(Slow.entered.wait, 10)
        await asyncio.sleep(0.05)
        assert not answer.done()
        if connection.vendor == "postgresql":  # SQLite's readers see it all the same
            assert await written() == 0
    finally:
        Slow.may_go_on.set()
    await answer
    assert await written() == 1


async def test_a_commit_that_held_everybody_up_is_told(
    running, stream, monkeypatch, caplog
):
    await running.submit(MessageBatch, words(stream))
    assert "to commit" not in caplog.text
    monkeypatch.setattr(writer, "SLOW", 0.0)
    await running.submit(MessageBatch, words(stream))
    assert "a batch of 1 took 0." in caplog.text


class Failing(MessageBatch):
    """Loses the connection at the very end of the transaction."""

    def finish(self, attempts):
        raise OperationalError("server closed the connection unexpectedly")


async def test_nobody_is_told_of_what_was_rolled_back(running, stream):
    with pytest.raises(Busy):
        await running.submit(Failing, words(stream))

    assert await written() == 0
    await running.submit(MessageBatch, words(stream))
    assert await written() == 1


async def test_what_queues_during_a_commit_goes_together_into_the_next(running, stream):
    Slow.entered.clear()
    Slow.may_go_on.clear()
    first = asyncio.create_task(running.submit(Slow, words(stream)))
    await asyncio.to_thread(Slow.entered.wait, 10)
    rest = [
        asyncio.create_task(running.submit(MessageBatch, words(stream)))
        for _ in range(30)
    ]
    await asyncio.sleep(0.01)
    Slow.may_go_on.set()
    await asyncio.gather(first, *rest)

    assert running.batches == 2


async def test_one_bad_item_fails_alone(running, stream):
    command = uuid4()
    good = [running.submit(MessageBatch, words(stream, str(n))) for n in range(5)]
    bad = running.submit(Poisoned, words(stream, "twice", command))
    found = await asyncio.gather(*good, bad, return_exceptions=True)

    assert isinstance(found[-1], Exception)
    assert sorted(r.seq for r in found[:-1]) == [1, 2, 3, 4, 5]
    assert await written() == 5


async def test_an_item_that_its_function_refuses_gets_its_own_error(running, stream):
    with pytest.raises(LookupError):
        await running.submit(Refusing, words(stream))

    assert await written() == 0


async def test_a_known_item_gets_its_old_answer(running, stream):
    item = words(stream)
    first = await running.submit(MessageBatch, item)
    again, twice = await asyncio.gather(
        running.submit(MessageBatch, item), running.submit(MessageBatch, item)
    )

    assert first == again == twice
    assert await written() == 1


async def test_a_locked_database_is_busy_and_nothing_is_half_written(running, stream):
    async with database_held("reports_entry"):
        with pytest.raises(Busy) as refused:
            await asyncio.wait_for(running.submit(MessageBatch, words(stream)), 6)
        assert refused.value.retry_after_seconds == 1
    assert await written() == 0

    await running.submit(MessageBatch, words(stream))
    assert await written() == 1


async def test_a_full_queue_is_refused_at_once(running, stream, monkeypatch):
    monkeypatch.setattr(writer, "MAX_QUEUE", 0)

    with pytest.raises(Busy):
        await running.submit(MessageBatch, words(stream))


async def test_who_waits_when_it_stops_still_gets_an_answer(stream):
    """Both the one whose commit is under way and those who queue behind it."""
    Slow.entered.clear()
    Slow.may_go_on.clear()
    stopping = Writer(journal.record_many)
    stopping.start()
    first = asyncio.create_task(stopping.submit(Slow, words(stream)))
    assert await asyncio.to_thread(Slow.entered.wait, 10)
    rest = [
        asyncio.create_task(stopping.submit(MessageBatch, words(stream)))
        for _ in range(10)
    ]
    await asyncio.sleep(0)
    stop = asyncio.create_task(stopping.stop())
    await asyncio.sleep(0.05)
    Slow.may_go_on.set()
    await asyncio.wait_for(asyncio.gather(first, *rest, stop), 10)

    assert await written() == 11


async def test_a_writer_that_died_is_no_wanted_stop(stream, monkeypatch, caplog):
    """Nobody is sent to a next process that does not come, and it is said of what."""
    dying = Writer(journal.record_many)

    async def dies():
        raise LookupError("a fault of ours")

    monkeypatch.setattr(dying, "_run", dies)
    dying.start()
    assert dying._task is not None
    await asyncio.wait({dying._task})
    await asyncio.sleep(0)  # for who is told of the end

    with pytest.raises(Busy) as refused:
        await dying.submit(MessageBatch, words(stream))

    assert not isinstance(refused.value, Stopping)
    assert [r.getMessage() for r in caplog.records] == ["the writer died"]


async def test_a_sender_that_went_away_does_not_hurt_the_others(running, stream):
    gone = asyncio.create_task(running.submit(MessageBatch, words(stream)))
    stays = asyncio.create_task(running.submit(MessageBatch, words(stream)))
    await asyncio.sleep(0)
    gone.cancel()

    assert (await stays).seq >= 1


def test_items_written_at_once_by_hand_are_written_alike(stream):
    """``commit`` is what the writer's thread does."""
    items = [(MessageBatch, words(stream, str(n))) for n in range(3)]
    attempts = writer.commit(items, journal.record_many)

    assert [a.outcome.seq for a in attempts] == [1, 2, 3]
    with transaction.atomic():  # one record a transaction, so this one is another
        journal.record_many(
            [
                Draft(
                    stream,
                    Author("caller", "mei"),
                    MessageBatch().entries(attempts[:1])[0][1].body,
                    ("incident", str(stream)),
                )
            ]
        )
    assert Entry.objects.count() == 4
