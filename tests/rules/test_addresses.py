"""One address's bucket: generous, refilled with time, and bounded in memory."""

import time

import pytest

from accounts.api.addresses import BURST, MAX_ADDRESSES, PER_SECOND, address_of
from accounts.buckets import Buckets


@pytest.fixture
def clock():
    """The bucket's clock, to be moved."""
    return [1000.0]


class Addresses:
    """Buckets as the doors have them, and a clock."""

    def __init__(self, clock):
        self._buckets: Buckets[str] = Buckets(
            "address", PER_SECOND, BURST, MAX_ADDRESSES
        )
        self._clock = clock

    def __len__(self):
        return len(self._buckets)

    def spend(self, address, cost=1):
        return self._buckets.spend(address, self._clock[0], cost)

    def drain(self, address):
        count = 0
        while self.spend(address):
            count += 1
        return count


def test_a_burst_is_had_once_and_then_a_steady_rate(clock):
    buckets = Addresses(clock)
    assert buckets.drain("192.0.2.7") == BURST
    assert buckets.drain("192.0.2.7") == 0
    clock[0] += 2
    assert buckets.drain("192.0.2.7") == 2 * PER_SECOND
    clock[0] += 10 * BURST
    assert buckets.drain("192.0.2.7") == BURST


def test_one_address_takes_nothing_from_another(clock):
    buckets = Addresses(clock)
    buckets.drain("192.0.2.7")

    assert buckets.spend("192.0.2.8")


def test_being_refused_costs_nothing_more(clock):
    """Who waits as it is told to is let in again."""
    buckets = Addresses(clock)
    buckets.drain("192.0.2.7")
    for _ in range(1000):
        assert not buckets.spend("192.0.2.7")
    clock[0] += 1.01 / PER_SECOND
    assert buckets.spend("192.0.2.7")


def test_memory_is_bounded_and_the_longest_unheard_is_forgotten(clock):
    buckets = Addresses(clock)
    buckets.drain("first")
    buckets.drain("heard again")
    for n in range(MAX_ADDRESSES - 1):
        buckets.spend(f"other {n}")
        if n % 1000 == 0:
            assert not buckets.spend("heard again")
    assert len(buckets) == MAX_ADDRESSES
    buckets.spend("one more")

    assert len(buckets) == MAX_ADDRESSES
    assert not buckets.spend("heard again")
    assert buckets.spend("first")  # forgotten


def test_who_is_full_again_is_forgotten(clock):
    """Memory follows what goes on now, not all the calls of a month."""
    buckets = Addresses(clock)
    buckets.drain("long")
    for n in range(100):
        buckets.spend(f"once {n}")
        clock[0] += 1 / PER_SECOND
    assert len(buckets) == 101  # behind one that is not full again

    clock[0] += BURST / PER_SECOND
    buckets.spend("now")

    assert len(buckets) == 1
    assert buckets.drain("long") == BURST


def test_a_dear_thing_costs_more_and_is_refused_whole(clock):
    buckets = Addresses(clock)

    assert buckets.spend("192.0.2.7", 590)
    assert not buckets.spend("192.0.2.7", 11)
    assert buckets.spend("192.0.2.7", 10)


def test_it_is_cheap(clock):
    buckets = Addresses(clock)
    began = time.process_time()
    for n in range(20_000):
        buckets.spend(f"address {n}")

    assert time.process_time() - began < 1


@pytest.mark.parametrize(
    ("proxies", "remote", "forwarded", "address"),
    [
        (0, "192.0.2.7", None, "192.0.2.7"),
        (0, "192.0.2.7", "10.0.0.1", "192.0.2.7"),  # a claim of the sender's
        (1, "10.0.0.1", "192.0.2.7", "192.0.2.7"),
        (1, "10.0.0.1", "6.6.6.6, 192.0.2.7", "192.0.2.7"),  # the first is a claim
        (2, "10.0.0.1", "6.6.6.6, 192.0.2.7, 10.0.0.2", "192.0.2.7"),
        (3, "10.0.0.1", "192.0.2.7", "192.0.2.7"),
        (1, "10.0.0.1", None, "10.0.0.1"),
        (1, "10.0.0.1", "x" * 500, "x" * 64),
        (0, "::ffff:192.0.2.7", None, "192.0.2.7"),
        (0, "2001:db8:1:2:3:4:5:6", None, "2001:db8:1:2::/64"),
        (0, "2001:db8:1:2:ffff::1", None, "2001:db8:1:2::/64"),
        (0, "", None, None),
        (0, None, "192.0.2.7", None),
    ],
)
def test_whose_address_counts(settings, proxies, remote, forwarded, address):
    framework = {**settings.REST_FRAMEWORK, "NUM_PROXIES": proxies}
    settings.REST_FRAMEWORK = framework

    assert address_of(remote, forwarded) == address


def test_the_throttles_count_the_same_address(settings, rf):
    """Whoever changes the one rule changes both."""
    from rest_framework.settings import api_settings
    from rest_framework.throttling import BaseThrottle

    for proxies in (0, 1):
        settings.REST_FRAMEWORK = {**settings.REST_FRAMEWORK, "NUM_PROXIES": proxies}
        api_settings.reload()
        request = rf.get(
            "/",
            REMOTE_ADDR="10.0.0.1",
            headers={"x-forwarded-for": "1.2.3.4, 192.0.2.7"},
        )
        theirs = BaseThrottle().get_ident(request)
        ours = address_of(
            request.META["REMOTE_ADDR"], request.META["HTTP_X_FORWARDED_FOR"]
        )
        assert ours == theirs
