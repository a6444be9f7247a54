"""What has lapsed is taken away once a day, a little at a time."""

import asyncio
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session

from dispatch.loops import tidier
from dispatch.loops.tidier import Tidier, delete_lapsed_sessions
from reports.clock import monotonic, now


@pytest.fixture
def sessions(rows):
    """Make sessions that are over, and two that are not."""

    def make(over: int) -> None:
        moments = [now() - timedelta(seconds=n + 1) for n in range(over)]
        moments += [now() + timedelta(hours=1)] * 2
        Session.objects.bulk_create(
            Session(session_key=f"key{n}", session_data="", expire_date=moment)
            for n, moment in enumerate(moments)
        )

    return make


def turn(loop: Tidier) -> None:
    async def once() -> None:
        try:
            await loop.turn()
        finally:
            await loop.stop()

    asyncio.run(once())


def test_sessions_that_are_over_go_and_the_others_stay(sessions):
    sessions(2 * tidier.BATCH + 7)
    loop = Tidier()
    loop.due_at = monotonic()
    turn(loop)

    assert Session.objects.count() == 2
    assert loop.due_at > monotonic() + tidier.EVERY_SECONDS - 60


def test_one_transaction_takes_a_bounded_number(sessions):
    sessions(tidier.BATCH + 1)

    assert delete_lapsed_sessions() == tidier.BATCH
    assert delete_lapsed_sessions() == 1
    assert delete_lapsed_sessions() == 0


def test_a_start_does_not_begin_with_it(sessions):
    sessions(1)
    turn(Tidier())

    assert Session.objects.count() == 3
