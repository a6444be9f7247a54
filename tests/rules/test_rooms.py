"""Budgets and pictures: what one socket may send, and the newest picture wins."""

from uuid import uuid4

import pytest

from accounts.metrics import drops
from dispatch import broadcast
from dispatch.actions import budget
from dispatch.actions.budget import Budget
from dispatch.broadcast import MOST_WATCHERS, PictureLane, Room
from dispatch.events.frames import DeviceShown, StillShown

CALL = uuid4()
REPLACED = ("still", "a newer one came")


class Clock:
    """Monotonic seconds that a test moves by hand."""

    def __init__(self, monkeypatch, *modules):
        self.now = 1000.0
        for module in modules:
            monkeypatch.setattr(module, "monotonic", lambda: self.now)

    def passes(self, seconds):
        self.now += seconds


@pytest.fixture
def clock(monkeypatch):
    """Spans inside one process only; deadlines and records use the real clock."""
    return Clock(monkeypatch, broadcast, budget)


class Port:
    """A side that shows what it gets."""

    def __init__(self):
        self.shown = []

    def show(self, frame):
        self.shown.append(frame)

    @property
    def numbers(self):
        return [frame.n for frame in self.shown if isinstance(frame, StillShown)]


def still(n):
    return StillShown(call=CALL, n=n, age_ms=10, jpeg="AAAA")


# --- Budget --------------------------------------------------------------------------


def test_a_burst_is_allowed_and_then_no_more(clock):
    purse = Budget()

    assert all(purse.spend() for _ in range(40))
    assert not purse.spend()


def test_credits_come_back_with_time_and_never_above_the_burst(clock):
    purse = Budget()
    while purse.spend():
        pass
    clock.passes(0.5)
    assert sum(purse.spend() for _ in range(50)) == 10

    clock.passes(3600)
    assert sum(purse.spend() for _ in range(100)) == 40


# --- Pictures ------------------------------------------------------------------------


def test_one_picture_is_in_flight_and_the_newest_waits(clock):
    lane, port, replaced = PictureLane(), Port(), drops.labels(*REPLACED)
    before = replaced._value.get()
    for n in (1, 2, 3):
        clock.passes(0.3)
        assert lane.take(still(n), interval=0.2)
        lane.flush(port)
    assert port.numbers == [1]
    assert replaced._value.get() == before + 1

    assert lane.seen(1)
    lane.flush(port)
    assert port.numbers == [1, 3]


def test_seen_of_another_picture_frees_nothing(clock):
    lane, port = PictureLane(), Port()
    lane.take(still(1), interval=0)
    lane.flush(port)
    clock.passes(0.3)
    lane.take(still(2), interval=0)

    assert not lane.seen(7)
    assert lane.flush(port) is None
    assert port.numbers == [1]


def test_a_receiver_that_never_says_seen_gets_the_next_one_after_five_seconds(clock):
    lane, port = PictureLane(), Port()
    lane.take(still(1), interval=0)
    lane.flush(port)
    clock.passes(4.9)
    lane.take(still(2), interval=0)
    assert lane.flush(port) is None

    clock.passes(0.2)
    assert lane.flush(port) == 2


def test_pictures_that_come_too_soon_are_not_taken(clock):
    lane = PictureLane()

    assert lane.take(still(1), interval=5.0)
    clock.passes(4.9)
    assert not lane.take(still(2), interval=5.0)
    clock.passes(0.2)
    assert lane.take(still(3), interval=5.0)
    assert lane.held is not None
    assert lane.held[0].n == 3


def test_a_picture_that_waited_is_shown_with_its_whole_age(clock):
    lane, port = PictureLane(), Port()
    lane.take(still(1), interval=0)
    clock.passes(2)
    lane.flush(port)

    assert port.shown[0].age_ms == 2010


def test_a_seat_that_enters_sees_at_once_what_the_phone_last_showed(clock):
    room, port = Room(CALL), Port()
    room.from_guest.take(still(1), interval=5.0)
    device = DeviceShown(
        call=CALL, camera="on", microphone="off", position="on", is_hidden=False
    )
    room.tell_device(device)
    room.enter_as_host(port)

    assert port.shown[0] == device
    assert port.numbers == [1]


def test_a_new_seat_is_not_kept_waiting_by_what_the_old_one_never_saw(clock):
    room, old, new = Room(CALL), Port(), Port()
    room.enter_as_host(old)
    room.from_guest.take(still(1), interval=0)
    room.from_guest.flush(old)
    clock.passes(1)
    room.from_guest.take(still(2), interval=0)
    room.enter_as_host(new)

    assert (old.numbers, new.numbers) == ([1], [2])


def test_an_empty_room_is_forgotten():
    port, watcher = Port(), Port()
    broadcast.room(CALL).enter_as_guest(port)
    assert broadcast.room(CALL).watch(watcher) is None
    broadcast.leave(CALL, port)
    assert CALL in broadcast.rooms()

    broadcast.leave(CALL, watcher)
    assert CALL not in broadcast.rooms()


def test_so_many_windows_look_on_and_the_oldest_makes_room():
    room, ports = Room(CALL), [Port() for _ in range(100)]
    gone = [room.watch(port) for port in ports]

    assert gone == [None] * MOST_WATCHERS + ports[:-MOST_WATCHERS]
    assert list(room.watchers) == ports[-MOST_WATCHERS:]
    assert room.watch(ports[-1]) is None  # it looks on already


def test_the_window_that_enters_is_told_which_one_it_replaced():
    room, one, other = Room(CALL), Port(), Port()

    assert room.enter_as_guest(one) is None
    assert room.enter_as_guest(one) is None
    assert room.enter_as_guest(other) is one
