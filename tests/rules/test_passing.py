"""What passes between the sides of a room, frame by frame: to whom, and from whom not.

Sides here are plain ports; who becomes one, the doors decide.
"""

from collections.abc import Iterator
from uuid import uuid4

import msgspec
import pytest

from accounts.metrics import drops
from dispatch import broadcast
from dispatch.actions import passing
from dispatch.commands import (
    Pong,
    ReportDevice,
    ReportSeat,
    Still,
    StillSeen,
    Typing,
)
from dispatch.events.frames import (
    DeviceShown,
    SeatDeviceShown,
    ServerFrame,
    StillShown,
    StillWasSeen,
    TypingShown,
)
from tests.rules.test_rooms import Clock

CALL, PARTICIPANT = uuid4(), uuid4()
TYPES = TypingShown(call=CALL)


class Side:
    """A side of the room that keeps what it is shown."""

    def __init__(self) -> None:
        self.shown: list[ServerFrame] = []

    def show(self, frame: ServerFrame) -> None:
        self.shown.append(frame)

    def takes(self) -> list[ServerFrame]:
        """Return what was shown since one last asked."""
        shown, self.shown = self.shown, []
        return shown


@pytest.fixture(autouse=True)
def clock(monkeypatch) -> Clock:
    return Clock(monkeypatch, broadcast)


@pytest.fixture
def room() -> Iterator[broadcast.Room]:
    """A room that is forgotten afterwards."""
    yield broadcast.room(CALL)
    broadcast._rooms.pop(CALL, None)


@pytest.fixture
def guest(room) -> Side:
    room.enter_as_guest(side := Side())
    return side


@pytest.fixture
def host(room) -> Side:
    room.enter_as_host(side := Side())
    return side


@pytest.fixture
def second(room) -> Side:
    room.enter_as_party(PARTICIPANT, side := Side())
    return side


def still(n: int) -> Still:
    return Still(n=n, age_ms=5, jpeg="AAAA")


def pictures(side: Side) -> list[int]:
    return [frame.n for frame in side.takes() if isinstance(frame, StillShown)]


# --- Typing --------------------------------------------------------------------------


def test_the_callers_typing_is_shown_to_the_host_and_to_who_was_let_in(
    guest, host, second
):
    passing.from_guest(CALL, Typing(), guest)
    assert host.takes() == second.takes() == [TYPES]
    assert guest.takes() == []


def test_while_no_seat_has_the_call_only_who_was_let_in_is_shown_typing(guest, second):
    passing.from_guest(CALL, Typing(), guest)
    assert second.takes() == [TYPES]


def test_the_hosts_typing_is_shown_to_the_caller_alone(guest, host, second):
    passing.from_host(CALL, Typing(), host)
    assert guest.takes() == [TYPES]
    assert second.takes() == host.takes() == []


def test_a_host_may_write_to_a_phone_that_is_away(host):
    passing.from_host(CALL, Typing(), host)
    assert host.takes() == []


# --- Who is outside ------------------------------------------------------------------

FROM = {
    "guest": lambda frame, port: passing.from_guest(CALL, frame, port),
    "host": lambda frame, port: passing.from_host(CALL, frame, port),
    "party": lambda frame, port: passing.from_party(CALL, PARTICIPANT, frame, port),
}


@pytest.mark.parametrize("side", FROM)
@pytest.mark.parametrize("frame", [Typing(), still(1), StillSeen(n=1)])
def test_a_window_that_lost_its_place_reaches_nobody(guest, host, second, side, frame):
    """Its own process may not have told it yet that another window has the place."""
    outside = Side()
    count = drops.labels("unnumbered frame", WHY_OUTSIDE[side])
    before = count._value.get()
    FROM[side](frame, outside)
    assert [s.takes() for s in (guest, host, second, outside)] == [[], [], [], []]
    assert count._value.get() == before + 1


WHY_OUTSIDE = {
    "guest": "another window has the place",
    "host": "another seat is the host",
    "party": "another window has the place",
}


def test_who_was_let_in_is_shown_to_nobody_while_writing(guest, host, second):
    passing.from_party(CALL, PARTICIPANT, Typing(), second)
    assert [s.takes() for s in (guest, host, second)] == [[], [], []]


@pytest.mark.parametrize("side", ["guest", "host"])
def test_a_sign_of_life_is_passed_to_nobody(guest, host, second, side):
    """The phone's second door takes any frame, one that only says "here" too."""
    FROM[side](Pong(), {"guest": guest, "host": host}[side])
    assert [s.takes() for s in (guest, host, second)] == [[], [], []]


# --- Devices -------------------------------------------------------------------------


def test_each_side_is_told_what_the_other_can_give(guest, host, second):
    can = {"camera": "on", "microphone": "refused", "rung": "stills"}
    phone = ReportDevice(**can, position="off", is_hidden=True, recording="kept")
    passing.from_guest(CALL, phone, guest)
    [told] = host.takes()
    assert isinstance(told, DeviceShown)
    assert {**msgspec.to_builtins(phone), "call": str(CALL)} == {
        **msgspec.to_builtins(told),
        "type": "report_device",
    }
    assert (second.takes(), guest.takes()) == ([told], [])

    seat = ReportSeat(**can, why="camera_refused")
    passing.from_host(CALL, seat, host)
    told = SeatDeviceShown(call=CALL, **can, why="camera_refused")
    assert [guest.takes(), second.takes(), host.takes()] == [[told], [], []]


# --- Pictures ------------------------------------------------------------------------


def test_the_phones_picture_goes_to_the_host_and_to_who_was_let_in(
    guest, host, second, clock
):
    passing.from_guest(CALL, still(1), guest)
    assert (pictures(host), pictures(second)) == ([1], [1])
    assert guest.takes() == []  # the host says when it was seen
    passing.from_host(CALL, StillSeen(n=1), host)
    assert guest.takes() == [StillWasSeen(n=1)]
    clock.passes(1)
    passing.from_guest(CALL, still(2), guest)
    assert (pictures(host), pictures(second)) == ([2], [])  # its first is under way
    passing.from_party(CALL, PARTICIPANT, StillSeen(n=1), second)
    assert pictures(second) == [2]
    assert guest.takes() == []  # who was let in holds no picture up


def test_a_picture_that_comes_too_soon_goes_nowhere_and_the_phone_goes_on(
    guest, host, second
):
    for n in (1, 2):
        passing.from_guest(CALL, still(n), guest)
    assert (pictures(host), pictures(second)) == ([1], [1])
    assert guest.takes() == [StillWasSeen(n=2)]


def test_while_nobody_looks_the_last_picture_is_held_and_the_phone_goes_on(guest, room):
    passing.from_guest(CALL, still(3), guest)
    assert guest.takes() == [StillWasSeen(n=3)]
    room.enter_as_host(host := Side())
    assert pictures(host) == [3]


def test_the_hosts_picture_goes_to_the_caller_alone(guest, host, second):
    passing.from_host(CALL, still(1), host)
    assert (pictures(guest), pictures(second)) == ([1], [])
    assert host.takes() == []
    passing.from_guest(CALL, StillSeen(n=1), guest)
    assert host.takes() == [StillWasSeen(n=1)]


def test_a_host_whose_caller_is_away_goes_on_with_its_pictures(host):
    passing.from_host(CALL, still(1), host)
    assert host.takes() == [StillWasSeen(n=1)]


def test_the_answer_to_another_picture_is_passed_to_nobody(guest, host, clock):
    passing.from_host(CALL, still(1), host)
    passing.from_guest(CALL, still(1), guest)
    for side in (guest, host):
        side.takes()
    passing.from_guest(CALL, StillSeen(n=7), guest)
    passing.from_host(CALL, StillSeen(n=7), host)
    assert guest.takes() == host.takes() == []


def test_a_picture_that_was_seen_lets_the_one_that_waits_go(guest, host, clock):
    for n in (1, 2):
        passing.from_host(CALL, still(n), host)
        clock.passes(1)
    assert pictures(guest) == [1]
    passing.from_guest(CALL, StillSeen(n=1), guest)
    assert pictures(guest) == [2]


def test_a_picture_of_who_was_let_in_is_looked_at_by_nobody(guest, host, second):
    passing.from_party(CALL, PARTICIPANT, still(4), second)
    assert guest.takes() == host.takes() == []
    assert second.takes() == [StillWasSeen(n=4)]
