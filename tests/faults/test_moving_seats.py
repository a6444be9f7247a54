"""A console that moves between seats loses no entry and is told nothing untrue."""

import asyncio

import pytest

from tests.clients import Console

pytestmark = pytest.mark.faults

MOVES = 24


@pytest.mark.deep
async def test_a_busy_line_and_a_console_that_comes_and_goes(served):
    """Its own news reach it a moment before its answer; others' never stop."""
    async with Console(served, "chen") as chen, Console(served, "wu") as wu:
        here, *there = [seat["seat"] for seat in chen.seats()][:3]
        await wu.take_seat(here)

        async def stir():
            while True:
                await wu.rest()
                await wu.ready()

        stirring = asyncio.create_task(stir())
        since = chen.line.mark()
        for n in range(MOVES):
            await chen.take_seat(there[n % len(there)])
            if n % 3 == 0:
                left = chen.line.expect(
                    lambda f: f.get("type") == "welcome" and f["epoch"] is None
                )
                await chen.command("leave_seat")
                await left
        stirring.cancel()
        await asyncio.gather(stirring, return_exceptions=True)

        errors = [f for _, f in chen.line.heard[since:] if f.get("type") == "error"]
        chen.line.check()
        assert errors == []
        await chen.command("leave_seat")
        await wu.command("leave_seat")
