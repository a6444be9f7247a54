"""What one web process says to the others about its rooms, and what it makes of theirs.

Two real ones, with a Redis that goes away: tests/faults/test_two_processes.py.
"""

import asyncio
from uuid import uuid4

import msgspec
import pytest

from dispatch import abroad, broadcast
from dispatch.abroad import Away
from dispatch.actions import passing
from dispatch.commands import Still, StillSeen, Typing
from dispatch.events.frames import (
    DeviceShown,
    StillShown,
    StillWasSeen,
    TypingShown,
)
from dispatch.loops.between import KIND, ROOM, SILENT_SECONDS, Between, Passed
from reports.clock import monotonic

OTHER = "another process"


class Layer:
    """A channel layer that keeps what it is given."""

    def __init__(self):
        self.sent, self.groups, self.joined = [], set(), {}

    async def group_add(self, group, channel):
        self.groups.add(group)
        self.joined.setdefault(channel, set()).add(group)

    async def group_discard(self, group, channel):
        self.groups.discard(group)

    async def group_send(self, group, message):
        self.sent.append(message)


class Window:
    """A window of this process."""

    def __init__(self):
        self.shown = []

    def show(self, frame):
        self.shown.append(frame)


@pytest.fixture
async def line():
    line = Between(Layer())
    line.listens("channel")
    abroad.attach(line)
    yield line
    abroad.attach(None)
    await line.stop()


@pytest.fixture
async def call(line):
    call = uuid4()
    yield call
    room = broadcast.room(call)
    for port in [*room.sides().values()]:
        broadcast.leave(call, port)


async def said(line):
    """Return (what, side) of all that went out so far."""
    if line._sending is not None:
        await asyncio.wait_for(line._sending, 5)
    return [(message["what"], message["side"]) for message in line._layer.sent]


EARLIER, LATER = [0, 1.0], [0, 1e12]  # than any window of a test


def hears(line, call, what, side, **more):
    line.hear(
        {"type": KIND, "from": OTHER, "call": str(call), "what": what, "side": side}
        | {"rank": LATER}
        | more
    )


def still(n):
    return Still(n=n, age_ms=0, jpeg="AAAA")


async def test_alone_a_process_says_nothing(line, call):
    abroad.attach(None)
    broadcast.room(call).enter_as_guest(Window())
    assert broadcast.rooms()[call].sides().keys() == {"guest"}
    assert await said(line) == []


async def test_a_side_is_announced_and_its_room_listened_to_until_it_is_empty(
    line, call
):
    phone = Window()
    broadcast.room(call).enter_as_guest(phone)
    assert await said(line) == [("entered", "guest")]
    assert line._layer.groups == {f"alarm110.room.{call.hex}"}

    broadcast.leave(call, phone)
    assert await said(line) == [("entered", "guest"), ("left", "guest")]
    assert line._layer.groups == set()


async def test_who_comes_elsewhere_can_answer_before_it_is_shown_anything(line, call):
    phone = Window()
    broadcast.room(call).enter_as_guest(phone)
    passing.from_guest(call, still(7), phone)  # held: nobody looks
    await said(line)
    hears(line, call, "entered", "host")

    out = await said(line)
    assert out[1:] == [("here", "guest"), ("show", "host")]
    assert '"n":7' in line._layer.sent[-1]["text"]


async def test_a_picture_seen_elsewhere_frees_the_lane_and_the_newest_goes(
    line, call, monkeypatch
):
    monkeypatch.setattr(broadcast, "LIVE_INTERVAL_SECONDS", 0.0)
    phone = Window()
    broadcast.room(call).enter_as_guest(phone)
    hears(line, call, "entered", "host")
    for n in (1, 2, 3):
        passing.from_guest(call, still(n), phone)
    assert [m["what"] for m in line._layer.sent].count("show") == 0
    out = await said(line)
    assert out.count(("show", "host")) == 1  # in flight

    hears(line, call, "seen", "host", n=1)
    assert StillWasSeen(n=1) in phone.shown
    assert (await said(line)).count(("show", "host")) == 2
    assert '"n":3' in line._layer.sent[-1]["text"]


async def test_what_comes_from_elsewhere_is_shown_and_its_being_seen_told_back(
    line, call
):
    seat = Window()
    broadcast.room(call).enter_as_host(seat)
    hears(line, call, "here", "guest")
    picture = StillShown(call=call, n=4, age_ms=9, jpeg="AAAA")
    text = msgspec.json.encode(picture).decode()
    hears(line, call, "show", "host", text=text)
    assert picture in seat.shown

    passing.from_host(call, StillSeen(n=4), seat)
    passing.from_host(call, Typing(), seat)
    out = await said(line)
    assert out[-2:] == [("seen", "host"), ("show", "guest")]
    assert line._layer.sent[-2]["n"] == 4


class Phone(Window):
    """A phone's window, which may lose its place."""

    guest_epoch, is_demoted = 3, False

    def demote(self):
        self.is_demoted = True


async def test_of_two_windows_the_later_has_the_side_wherever_it_is(line, call):
    phone, seat = Phone(), Window()
    room = broadcast.room(call)
    room.enter_as_host(seat)
    room.enter_as_guest(phone)
    hears(line, call, "entered", "guest", rank=[2, 1e12])  # an older place
    hears(line, call, "here", "guest", rank=[3, 1.0])  # the same, and came sooner
    assert room.guest is phone

    hears(line, call, "here", "guest", rank=[3, 1e12])
    assert isinstance(room.guest, Away)
    assert phone.is_demoted
    hears(line, call, "here", "guest", **{"from": "a third", "rank": [2, 1.0]})
    assert room.guest.process == OTHER

    phone.guest_epoch = 4  # and takes the call back
    assert room.enter_as_guest(phone) is None
    hears(line, call, "here", "guest", rank=[3, 1e12])
    assert room.guest is phone


async def test_what_a_phone_gave_here_is_not_shown_once_it_is_elsewhere(line, call):
    phone, seat = Phone(), Window()
    room = broadcast.room(call)
    room.enter_as_guest(phone)
    passing.from_guest(call, still(1), phone)
    room.device = DeviceShown(
        call=call, camera="on", microphone="on", position="on", is_hidden=False
    )
    room.ring_at(Window())
    hears(line, call, "entered", "guest", rank=[3, 1e12])

    room.enter_as_host(seat)
    assert seat.shown == []


async def test_a_burst_of_pictures_keeps_nobody_from_being_announced(line, call):
    line.is_deaf()
    seat = Window()
    broadcast.room(call).enter_as_host(seat)
    hears(line, call, "here", "guest")
    for _ in range(2 * ROOM):
        passing.from_host(call, Typing(), seat)
    line._channel = "channel"
    await line.turn()
    assert (await said(line))[0] == ("entered", "host")


async def test_the_stand_in_of_a_silent_process_is_let_go(line, call, monkeypatch):
    seat = Window()
    room = broadcast.room(call)
    room.enter_as_host(seat)
    hears(line, call, "here", "guest")
    await said(line)
    await line.turn()
    assert isinstance(room.guest, Away)

    late = monotonic() + SILENT_SECONDS + 0.1
    monkeypatch.setattr("dispatch.loops.between.monotonic", lambda: late)
    await line.turn()
    assert room.sides() == {"host": seat}
    assert ("here", "host") in await said(line)  # and who is here is said again


async def test_a_line_begun_anew_hears_its_rooms_again(line, call):
    """An answer from before must not make a room look listened to."""
    broadcast.room(call).enter_as_host(Window())
    layer, late = line._layer, asyncio.Event()
    add = layer.group_add

    async def wait_and_add(group, channel):
        await late.wait()
        await add(group, channel)

    layer.group_add = wait_and_add
    await asyncio.sleep(0)  # it asks, and Redis goes away
    layer.group_add = add
    line.is_deaf()
    line.listens("another channel")
    late.set()
    await said(line)
    await line.turn()
    await said(line)
    assert layer.joined["another channel"] == {f"alarm110.room.{call.hex}"}


async def test_nonsense_neither_stops_the_line_nor_reaches_a_window(line, call):
    seat = Window()
    broadcast.room(call).enter_as_host(seat)
    hears(line, call, "show", "host", text='{"type":"welcome"}')
    hears(line, call, "show", "party:no", text="{}")
    line.hear({"type": KIND, "from": OTHER})
    assert seat.shown == []


async def test_a_layer_that_hangs_costs_no_memory(line, call, monkeypatch):
    async def hang(*_):
        await asyncio.sleep(60)

    monkeypatch.setattr(line._layer, "group_send", hang)
    seat = Window()
    broadcast.room(call).enter_as_host(seat)
    hears(line, call, "here", "guest")
    for _ in range(2 * ROOM):
        passing.from_host(call, Typing(), seat)
    assert len(line._waiting) <= ROOM
    assert isinstance(TypingShown(call=call), Passed)
