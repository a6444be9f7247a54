"""One address's bucket: generous, refilled with time, and bounded in memory."""

import time

import pytest

from accounts.api.addresses import BURST, MAX_ADDRESSES, PER_SECOND, Buckets, address_of


@pytest.fixture
def clock(monkeypatch):
    """The bucket's clock, to be moved."""
    moment = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: moment[0])
    return moment


def drain(buckets, address):
    count = 0
    while buckets.spend(address):
        count += 1
    return count


def test_a_burst_is_had_once_and_then_a_steady_rate(clock):
    buckets = Buckets()
    assert drain(buckets, "192.0.2.7") == BURST
    assert drain(buckets, "192.0.2.7") == 0
    clock[0] += 2
    assert drain(buckets, "192.0.2.7") == 2 * PER_SECOND
    clock[0] += 10 * BURST
    assert drain(buckets, "192.0.2.7") == BURST


def test_one_address_takes_nothing_from_another(clock):
    buckets = Buckets()
    drain(buckets, "192.0.2.7")

    assert buckets.spend("192.0.2.8")


def test_being_refused_costs_nothing_more(clock):
    """Who waits as it is told to is let in again."""
    buckets = Buckets()
    drain(buckets, "192.0.2.7")
    for _ in range(1000):
        assert not buckets.spend("192.0.2.7")
    clock[0] += 1.01 / PER_SECOND
    assert buckets.spend("192.0.2.7")


def test_memory_is_bounded_and_the_longest_unheard_is_forgotten(clock):
    buckets = Buckets()
    drain(buckets, "first")
    drain(buckets, "heard again")
    for n in range(MAX_ADDRESSES - 1):
        buckets.spend(f"other {n}")
        if n % 1000 == 0:
            assert not buckets.spend("heard again")
    assert len(buckets) == MAX_ADDRESSES
    buckets.spend("one more")

    assert len(buckets) == MAX_ADDRESSES
    assert not buckets.spend("heard again")
    assert buckets.spend("first")  # forgotten


def test_it_is_cheap(clock):
    buckets = Buckets()
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
