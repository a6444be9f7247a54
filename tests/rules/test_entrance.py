"""Who may connect: a share for each address, and fifteen seconds to ask something."""

import contextlib
import logging
import resource
import socket
from types import SimpleNamespace
from typing import Any

import pytest
from twisted.internet.task import Clock

from accounts.api.addresses import network_of
from alarm110 import entrance
from alarm110.entrance import (
    ENDING_SECONDS,
    FIRST_REQUEST_SECONDS,
    LOOKS,
    NO_LIMIT,
    QUIET_SECONDS,
    Entrance,
    State,
    raise_descriptor_limit,
    share_of,
)

SHARE = 4


class Connection:
    """One that came from a network."""

    def __init__(self, network: str) -> None:
        self.network, self.state = network, State.SILENT
        self.is_read, self.is_cut = True, False

    def abort(self) -> None:
        self.is_cut = True


class Door:
    """An entrance, and whoever comes to it."""

    def __init__(self, *, per_address=SHARE, descriptors=1000) -> None:
        self.clock = Clock()
        self.entrance = Entrance(
            per_address=per_address,
            descriptors=descriptors,
            call_later=self.clock.callLater,
        )

    def come(self, host="192.0.2.7", *, speaks=False, asks=False, answered=False):
        """Return a connection that was let in and got so far, or None."""
        if not self.entrance.admits(host):
            return None
        connection = Connection(network_of(host))
        self.entrance.entered(connection)
        if speaks or asks or answered:
            self.entrance.spoke(connection)
        if asks or answered:
            self.entrance.asked(connection)
        if answered:
            self.entrance.answered(connection)
        return connection


def test_an_idle_connection_makes_room_for_a_new_one():
    door = Door()
    flood = [door.come() for _ in range(10 * SHARE)]

    assert sum(not one.is_cut for one in flood) == SHARE
    assert not any(one.is_cut for one in flood[-SHARE:])
    assert door.come("192.0.2.8") is not None


def test_who_is_being_served_is_never_cut_off_and_the_next_is_refused():
    door = Door()
    busy = [door.come(asks=True) for _ in range(SHARE)]

    assert door.come() is None
    assert not any(one.is_cut for one in busy)
    assert door.come("192.0.2.8") is not None

    door.entrance.answered(busy[2])  # kept alive, and asks nothing
    assert door.come() is not None
    assert [one.is_cut for one in busy] == [False, False, True, False]


def test_who_loses_least_gives_way_first():
    """A tap may be in a head that is half here, an answer on a line that is slow."""
    door = Door(per_address=6)
    begun = door.come(speaks=True)
    silent = [door.come(), door.come()]
    reading = door.come(answered=True)
    reading.is_read = False
    kept, again = door.come(answered=True), door.come(answered=True)
    door.entrance.spoke(again)  # and its next head is on its way

    went = []
    for _ in range(6):
        before = [one for one in (kept, *silent, reading, begun, again) if one.is_cut]
        assert door.come(asks=True) is not None
        went += [
            one
            for one in (kept, *silent, reading, begun, again)
            if one.is_cut and one not in before
        ]

    assert went == [kept, *silent, reading, begun, again]
    assert door.come() is None


def test_a_slow_phone_outlives_a_flood_from_its_own_address():
    door = Door()
    phone = door.come(speaks=True)
    flood = [door.come() for _ in range(100 * SHARE)]
    assert not phone.is_cut
    assert all(flood)

    door.entrance.asked(phone)
    door.clock.advance(2 * FIRST_REQUEST_SECONDS)
    assert not phone.is_cut


def test_only_so_many_are_asked_whether_they_have_read_their_answer():
    door = Door(per_address=3 * LOOKS)
    many = [door.come(answered=True) for _ in range(3 * LOOKS)]
    for one in many[:-1]:
        one.is_read = False
    for _ in range(3):  # a third is looked at each time
        door.come(asks=True)

    assert many[-1].is_cut
    assert sum(one.is_cut for one in many) == 3


@pytest.mark.parametrize("kind", [{}, {"speaks": True}, {"answered": True}])
def test_a_socket_takes_the_place_of_an_idle_one_of_the_largest_crowd(kind):
    door = Door(per_address=None, descriptors=10)
    console = door.come(asks=True)
    sockets = [door.come("192.0.2.8", asks=True) for _ in range(4)]  # more, none idle
    few, many = door.come("192.0.2.9", **kind), []
    for _ in range(2):
        many.append(door.come("192.0.2.10", **kind))

    assert door.entrance.is_crowded
    assert door.entrance.admits_socket()
    assert [one.is_cut for one in many] == [True, False]
    assert door.entrance.admits_socket()  # now there is room
    many += [door.come("192.0.2.10", asks=True) for _ in range(3)]
    assert door.entrance.admits_socket()
    assert door.entrance.admits_socket()
    assert [few.is_cut, many[1].is_cut] == [True, True]

    many += [door.come(asks=True), door.come(asks=True)]
    assert not door.entrance.admits_socket()
    assert not any(one.is_cut for one in (console, *sockets, *many[2:]))


def test_where_few_are_left_silence_gives_way_before_a_head_half_here():
    door = Door(per_address=None, descriptors=5)
    begun = [door.come(speaks=True) for _ in range(3)]
    silent = door.come("192.0.2.8")

    assert door.entrance.admits_socket()
    assert silent.is_cut
    assert not any(one.is_cut for one in begun)


def test_who_was_told_to_go_goes_whatever_it_sends():
    door = Door()
    one, other = door.come(asks=True), door.come(asks=True)
    door.entrance.ending(one)
    door.entrance.ending(other)
    door.entrance.left(other)
    for _ in range(5):
        door.clock.advance(ENDING_SECONDS / 5 - 0.001)
        for note in ("spoke", "asked", "answered", "ending"):
            getattr(door.entrance, note)(one)
    assert not one.is_cut
    door.clock.advance(1)
    assert [one.is_cut, other.is_cut] == [True, False]
    assert not door.entrance._deadlines


def test_who_was_told_to_go_makes_room_at_once():
    door = Door()
    one, *_ = [door.come(asks=True) for _ in range(SHARE)]
    door.entrance.ending(one)

    assert door.come() is not None
    assert one.is_cut
    door.clock.advance(ENDING_SECONDS + 1)  # its deadline went with it


def test_refusals_of_an_address_are_said_once_a_minute_without_the_address(caplog):
    caplog.set_level(logging.WARNING, entrance.__name__)
    door = Door()
    for _ in range(SHARE):
        door.come(asks=True)
    for _ in range(3):
        assert door.come() is None
    assert len(caplog.messages) == 1
    assert "ALARM110_CONNECTIONS_PER_ADDRESS" in caplog.text
    assert "192.0.2" not in caplog.text

    door.clock.advance(QUIET_SECONDS)
    assert door.come() is None
    assert len(caplog.messages) == 2


def test_an_answer_is_read_when_nothing_of_it_waits_anywhere():
    with socket.create_server(("127.0.0.1", 0)) as door:
        reader = socket.create_connection(door.getsockname())
        writer, _ = door.accept()
    with reader, writer:
        one: Any = entrance.Connection.__new__(entrance.Connection)
        one.socket, one.protocol = writer, SimpleNamespace()
        one.dataBuffer, one.offset, one._tempDataLen = b"", 0, 0
        assert one.is_read
        one._tempDataLen = 3  # not yet with the kernel
        assert not one.is_read
        one._tempDataLen = 0
        one.protocol._aggregator = SimpleNamespace(_buffer=[b"abc"])  # nor with TCP
        assert not one.is_read
        one.protocol = SimpleNamespace()
        writer.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            while True:
                writer.send(bytes(65536))
        assert not one.is_read  # with the kernel, and not over there


def test_who_leaves_frees_a_place_and_is_forgotten():
    door = Door()
    for _ in range(3 * SHARE):
        one = door.come(asks=True)
        door.entrance.left(one)
        door.entrance.left(one)

    assert not door.entrance._crowds
    assert not door.entrance._deadlines
    assert door.entrance._count == 0


@pytest.mark.parametrize(
    ("one", "other"),
    [("2001:db8::1", "2001:db8::2:1"), ("::ffff:192.0.2.7", "192.0.2.7")],
)
def test_one_customer_is_one_address(one, other):
    door = Door()
    for _ in range(SHARE):
        door.come(one, asks=True)

    assert door.come(other) is None
    assert door.come("2001:db8:1::1") is not None


def test_behind_a_proxy_all_come_from_one_address():
    door = Door(per_address=None)

    assert all(door.come(asks=True) for _ in range(10 * SHARE))


def test_who_asks_nothing_is_cut_off_and_who_asked_is_not():
    door = Door()
    both = door.come(), door.come(asks=True)
    door.clock.advance(FIRST_REQUEST_SECONDS - 0.1)
    assert [one.is_cut for one in both] == [False, False]
    door.clock.advance(1000)
    assert [one.is_cut for one in both] == [True, False]


def test_it_is_crowded_while_four_fifths_are_taken():
    door = Door(per_address=None, descriptors=10)
    said, come = [], []
    for _ in range(9):
        come.append(door.come())
        said.append(door.entrance.is_crowded)
    for one in come[:2]:
        door.entrance.left(one)
        said.append(door.entrance.is_crowded)

    assert said == [False] * 7 + [True] * 2 + [True, False]


@pytest.mark.parametrize(
    ("hard", "most"), [(5000, 5000), (resource.RLIM_INFINITY, NO_LIMIT)]
)
def test_the_soft_limit_becomes_the_hard_one(monkeypatch, hard, most):
    told = []
    monkeypatch.setattr(resource, "getrlimit", lambda which: (1024, hard))
    monkeypatch.setattr(resource, "setrlimit", lambda which, both: told.append(both))

    assert raise_descriptor_limit() == most
    assert told == [(hard, hard)]


def test_a_machine_that_refuses_keeps_what_it_has(monkeypatch):
    def refuse(which, both):
        raise ValueError("current limit exceeds maximum limit")

    monkeypatch.setattr(resource, "getrlimit", lambda which: (256, -1))
    monkeypatch.setattr(resource, "setrlimit", refuse)

    assert raise_descriptor_limit() == 256


def test_one_address_never_has_more_than_a_quarter():
    assert share_of(1024, 4000) == 256
    assert share_of(524_288, 4000) == 4000
    assert share_of(1024, None) is None  # behind a proxy, which counts them itself
