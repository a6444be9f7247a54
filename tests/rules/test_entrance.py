"""Who may connect: a share for each address, and fifteen seconds to ask something."""

import resource

import pytest
from twisted.internet.task import Clock

from accounts.api.addresses import network_of
from alarm110.entrance import (
    FIRST_REQUEST_SECONDS,
    NO_LIMIT,
    Entrance,
    raise_descriptor_limit,
    share_of,
)

SHARE = 4


class Connection:
    """One that came from a network."""

    def __init__(self, network: str) -> None:
        self.network, self.is_idle, self.is_cut = network, True, False

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

    def come(self, host="192.0.2.7", *, asks=False):
        """Return a connection that was let in, or None."""
        if not self.entrance.admits(host):
            return None
        connection = Connection(network_of(host))
        self.entrance.entered(connection)
        if asks:
            self.entrance.asked(connection)
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
