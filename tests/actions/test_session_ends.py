"""A session ends twelve hours after the sign-in, and not in the middle of a call."""

import asyncio
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.actions import roles
from accounts.models import User
from dispatch import broadcast as rooms
from dispatch.loops.rights import LONGER, SOON, Rights, _look
from reports.clock import now


class Window:
    """A console's window, as far as the loop knows one."""

    def __init__(self, user, key):
        self.user, self.key, self.version = user, key, user.rights_version
        self.rechecks = 0

    def signed_as(self):
        return self.user.pk, self.key, self.version

    def spawn_recheck(self):
        self.rechecks += 1


@pytest.fixture
def windows(monkeypatch):
    """Open windows whose session has so long to live, at a seat or at none."""
    monkeypatch.setattr(rooms, "live", set())
    monkeypatch.setattr(rooms, "_seat_ports", {})

    def opened(world, name, *, at=None, left=SOON / 2, key=None):
        user = User.objects.get(pk=world.staff[name].pk)
        window = Window(user, key or f"session-of-{name}")
        Session.objects.update_or_create(
            session_key=window.key,
            defaults={"session_data": "", "expire_date": now() + left},
        )
        rooms.live.add(window)
        if at is not None:
            rooms.claim_seat(at.seat_id, window)
        return window

    return opened


def look():
    async def once():
        loop = Rights()
        try:
            await loop.turn()
        finally:
            await loop.stop()

    asyncio.run(once())


def left(window):
    return Session.objects.get(session_key=window.key).expire_date - now()


def test_a_session_does_not_end_while_its_seat_is_on_call(world, windows):
    chen = windows(
        world, "chen", at=world.connected("chen")[0], left=timedelta(seconds=2)
    )
    look()

    assert LONGER - timedelta(minutes=1) < left(chen) <= LONGER
    Session.objects.update(expire_date=now() + timedelta(seconds=1))
    look()  # as long as the call lasts
    assert left(chen) > SOON
    assert chen.rechecks == 0


def test_an_idle_console_ends_as_before(world, windows):
    wu = windows(world, "wu", at=world.sit("wu"))
    look()
    assert left(wu) <= SOON / 2

    Session.objects.update(expire_date=now() - timedelta(seconds=1))
    look()
    assert wu.rechecks == 1


def test_after_the_call_the_session_ends_with_what_it_was_given(world, windows):
    holder, tapped = world.connected("chen")
    chen = windows(world, "chen", at=holder)
    look()
    world.end(holder, tapped.call)
    Session.objects.update(expire_date=now() + timedelta(seconds=9))
    look()

    assert left(chen) <= timedelta(seconds=9)


def test_another_session_of_the_same_person_is_left_alone(world, windows):
    talking = windows(world, "chen", at=world.connected("chen")[0])
    elsewhere = windows(world, "chen", key="at-home")
    look()

    assert left(talking) > SOON
    assert left(elsewhere) <= SOON / 2


def test_nothing_brings_back_a_session_that_is_over(world, windows):
    chen = windows(world, "chen", at=world.connected("chen")[0])
    Session.objects.all().delete()  # signed out in mid call
    look()
    assert not Session.objects.exists()
    assert chen.rechecks == 1

    wu = windows(world, "wu", at=world.connected("wu", "mei")[0], left=-SOON)
    look()
    assert left(wu) < timedelta()
    assert wu.rechecks == 1


def test_who_lost_a_right_gets_no_time(world, windows):
    chen = windows(world, "chen", at=world.connected("chen")[0])
    roles.change_rights(world.staff["chen"], is_active=False)
    look()

    assert left(chen) <= SOON / 2
    assert chen.rechecks == 1


def test_a_session_with_time_left_costs_no_further_query(world, windows):
    chen = windows(world, "chen", at=world.connected("chen")[0], left=2 * SOON)
    with CaptureQueriesContext(connection) as asked:
        _look({chen.user.pk}, {chen.key}, {chen.signed_as()})

    assert len(asked) == 2
    assert left(chen) <= 2 * SOON
