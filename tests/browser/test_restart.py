"""The web process is killed in mid call: everybody is back within ten seconds."""

import time

import pytest
from playwright.sync_api import expect

# Seconds from the kill, the restart included: the promise, and what a machine that does
# much else at that moment may take.
BACK, BUSY = 10.0, 30.0


@pytest.mark.parametrize("within", [BUSY, pytest.param(BACK, marks=pytest.mark.deep)])
def test_a_killed_server_costs_no_call_no_seat_and_no_word(
    stage, talking, hall, within
):
    caller, operator = talking(hall)
    number, serial, seat = caller.number(), operator.number(), operator.seat()
    operator.field("Notes").fill("Two men, one knife")
    operator.knows_saved()
    caller.writes("Kept before")
    caller.knows_kept("Kept before")
    operator.writes("Kept by the seat")
    operator.knows_kept("Kept by the seat")

    stage.served.kill_web()
    killed = time.monotonic()
    caller.writes("Said by the caller meanwhile")
    operator.writes("Said by the seat meanwhile")

    def left() -> float:
        return within - (time.monotonic() - killed)

    caller.knows_kept("Said by the caller meanwhile", seconds=left())
    operator.knows_kept("Said by the seat meanwhile", seconds=left())
    caller.has_read("Said by the seat meanwhile", seconds=left())
    operator.has_read("Said by the caller meanwhile", seconds=left())

    caller.is_told("connected")
    operator.is_at("call")
    assert (caller.number(), operator.number()) == (number, serial)
    assert operator.seat() == seat
    expect(operator.field("Notes")).to_have_value("Two men, one knife")
    said = ["Kept before", "Kept by the seat"]
    assert caller.said()[:2] == operator.said()[:2] == said
    assert sorted(caller.said()[2:]) == sorted(operator.said()[2:])
    assert len(caller.said()) == 4
    operator.ends_call()
    caller.is_at("ended")
