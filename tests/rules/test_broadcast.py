"""The registry: entries reach followers by number, whatever order they come in."""

import asyncio
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.consumers.following import Following
from reports.broadcast import HOLE_SECONDS, Published, Registry

STREAM = uuid4()
AT = datetime(2026, 8, 21, tzinfo=UTC)


def entry(seq, stream=STREAM):
    return Published(stream, seq, AT, "message.posted", "caller", "{}", None)


class Socket:
    """Somebody who follows."""

    def __init__(self):
        self.got = []

    def deliver(self, entry):
        self.got.append(entry.seq)


class Journal:
    """What a replay reads; counts how often it is asked."""

    def __init__(self):
        self.entries, self.asked, self.fails = [], 0, False

    def replay(self, stream, after):
        self.asked += 1
        future = asyncio.get_running_loop().create_future()
        if self.fails:
            future.set_exception(OSError("the database is away"))
        else:
            future.set_result([e for e in self.entries if e.seq > after])
        return future


@pytest.fixture
def journal():
    return Journal()


@pytest.fixture
async def registry(journal):
    return Registry(asyncio.get_running_loop(), journal.replay)


@pytest.fixture
async def socket(registry):
    socket = Socket()
    registry.follow(STREAM, socket)
    registry.saw(STREAM, 0)
    return socket


async def test_entries_are_handed_on_in_order(registry, socket):
    registry.accept([entry(1), entry(2)])
    registry.accept([entry(3)])

    assert socket.got == [1, 2, 3]


async def test_what_is_ahead_is_held_until_the_hole_is_filled(registry, socket):
    registry.accept([entry(3)])
    registry.accept([entry(2)])
    assert socket.got == []

    registry.accept([entry(1)])
    assert socket.got == [1, 2, 3]


async def test_a_hole_older_than_50_ms_is_read_from_the_database(
    registry, socket, journal
):
    journal.entries = [entry(n) for n in (1, 2, 3)]
    registry.accept([entry(3)])
    await asyncio.sleep(HOLE_SECONDS / 2)
    assert (socket.got, journal.asked) == ([], 0)

    await asyncio.sleep(HOLE_SECONDS)
    assert socket.got == [1, 2, 3]
    assert journal.asked == 1


async def test_a_hole_that_cannot_be_read_is_left_to_the_safety_poll(
    registry, socket, journal, caplog
):
    journal.fails = True
    registry.accept([entry(2)])
    await asyncio.sleep(HOLE_SECONDS * 2)
    assert socket.got == []
    assert "could not be read" in caplog.text

    journal.fails, journal.entries = False, [entry(1), entry(2)]
    registry.heads({STREAM: 2})
    await asyncio.sleep(0.01)
    assert socket.got == [1, 2]


async def test_nothing_is_handed_on_twice(registry, socket, journal):
    registry.accept([entry(1), entry(1)])
    registry.accept([entry(2), entry(1)])
    journal.entries = [entry(1), entry(2)]
    registry.heads({STREAM: 2})
    await asyncio.sleep(0.01)

    assert socket.got == [1, 2]
    assert journal.asked == 0


async def test_the_safety_poll_finds_what_no_publish_told(registry, socket, journal):
    journal.entries = [entry(1), entry(2)]
    registry.heads({STREAM: 2, uuid4(): 9})
    await asyncio.sleep(0.01)

    assert socket.got == [1, 2]


async def test_who_joins_before_reading_misses_nothing(registry):
    """Joined, then read up to 5; meanwhile 6 was committed and told."""
    socket = Socket()
    registry.follow(STREAM, socket)
    registry.accept([entry(6)])
    registry.saw(STREAM, 5)
    registry.accept([entry(7)])
    await asyncio.sleep(HOLE_SECONDS * 2)

    assert 6 in socket.got


async def test_a_stream_nobody_follows_costs_nothing(registry, journal):
    socket = Socket()
    registry.follow(STREAM, socket)
    registry.saw(STREAM, 0)
    registry.unfollow(STREAM, socket)
    registry.accept([entry(1), entry(5)])
    await asyncio.sleep(HOLE_SECONDS * 2)

    assert registry.streams() == []
    assert (socket.got, journal.asked) == ([], 0)


async def test_one_follower_leaving_does_not_stop_the_other(registry, socket):
    other = Socket()
    registry.follow(STREAM, other)
    registry.unfollow(STREAM, socket)
    registry.accept([entry(1)])

    assert (socket.got, other.got) == ([], [1])


@given(st.permutations(list(range(1, 9))), st.lists(st.integers(1, 8), max_size=4))
def test_whatever_the_order_each_entry_comes_once_and_in_order(order, again):
    async def tell():
        journal = Journal()
        journal.entries = [entry(n) for n in range(1, 9)]
        registry, socket = (
            Registry(asyncio.get_running_loop(), journal.replay),
            Socket(),
        )
        registry.follow(STREAM, socket)
        registry.saw(STREAM, 0)
        for seq in [*order, *again]:
            registry.accept([entry(seq)])
        assert socket.got == list(range(1, 9))

    asyncio.run(tell())


@given(
    st.integers(0, 8),
    st.permutations(list(range(1, 9))),
    st.integers(0, 8),
)
def test_a_window_that_reads_while_entries_come_shows_each_once(cursor, order, split):
    """``Following`` holds what comes during the read, then goes on by number."""
    following = Following()
    shown = []
    for seq in sorted(order[:split]):  # the registry hands on in order
        shown += [e.seq for e in following.take(entry(seq))]
    assert shown == []
    shown += [e.seq for e in following.caught_up(cursor)]
    for seq in sorted(set(order[split:]) - set(order[:split])):
        shown += [e.seq for e in following.take(entry(seq))]

    assert shown == sorted(set(shown))
    assert all(seq > cursor for seq in shown)
