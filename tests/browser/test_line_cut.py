"""The line breaks in mid call, on either side, for a moment and for longer."""

import re
import time

import pytest
from playwright.sync_api import expect

STILL_SEEN = (
    "Weak connection for %(seconds)s s: your words may arrive late. "
    "You still see the call-taker. If the picture stops, call %(phone)s."
)
CUT_OFF = "The call-taker was cut off. You keep your place in line."
LEASE = 8  # seconds that a place is kept without a sign of life


def test_the_callers_line_cut_for_5_s_costs_nothing(stage, talking, hall):
    line = stage.line()
    caller, operator = talking(hall, caller_url=line.url)
    number, seat = caller.number(), operator.seat()

    line.cut()
    caller.writes("While it was cut")
    caller.sees("Sending…")
    caller.waits(5)
    line.restore()

    operator.has_read("While it was cut")
    caller.knows_kept("While it was cut")
    caller.is_told("connected")
    operator.writes("I am still here")
    caller.has_read("I am still here")
    assert (caller.number(), operator.seat()) == (number, seat)
    assert operator.said() == ["While it was cut", "I am still here"]


@pytest.mark.deep
def test_the_seats_line_hanging_for_5_s_costs_nothing(stage, talking, hall):
    line = stage.line()
    caller, operator = talking(hall, operator_url=line.url)
    serial, seat = operator.number(), operator.seat()

    line.hang()
    operator.writes("While it hung")
    caller.writes("Are you there?")
    operator.waits(5)
    line.restore()

    caller.has_read("While it hung")
    operator.knows_kept("While it hung")
    operator.has_read("Are you there?")
    operator.is_at("call")
    caller.is_told("connected")
    assert (operator.number(), operator.seat()) == (serial, seat)
    assert sorted(caller.said()) == ["Are you there?", "While it hung"]


# Where a sentence begins, nothing lies over it.
BEGINS_ON_TOP = """part => {
  const { left, right, top, height } = part.getBoundingClientRect();
  return right <= innerWidth && [2, 12].every(
    (x) => part.contains(document.elementFromPoint(left + x, top + height / 2)));
}"""


@pytest.mark.deep  # two calls at once, and leases in earnest: apart from all else
def test_lines_cut_for_30_s(stage, talking, hall, pair_hall):
    """The caller's: the same call waits. The seat's: the next seat has it by then.

    Two calls at once: only the cuts last long.
    """
    their_line, our_line = stage.line(), stage.line()
    lost_caller, operator = talking(hall, caller_url=their_line.url)
    caller, lost_operator = talking(pair_hall, operator_url=our_line.url)
    deputy = stage.operator(pair_hall.operators[1])
    deputy.takes_seat(2)
    deputy.becomes("break:rest")
    number, serial = lost_caller.number(), operator.number()
    kept_number, kept_serial = caller.number(), lost_operator.number()
    caller.writes("He is in the kitchen")
    lost_operator.has_read("He is in the kitchen")

    # Open before the cut: on a slow machine a page takes as long as a lease lasts.
    newcomer = stage.caller(pair_hall)
    newcomer.open()

    their_line.hang()
    our_line.hang()
    cut = time.monotonic()
    caller.is_told("connected")
    newcomer.tap()
    newcomer.is_at("waiting")

    # The seat's lease lapses: the call is back before who came later, and goes on.
    caller.sees(CUT_OFF, seconds=LEASE + 2)
    for one in (caller, newcomer):  # the deputy is on a break
        one.sees("Nobody can answer here now. Call %(phone)s.", seconds=6)
    deputy.becomes("ready")
    deputy.is_at("call", seconds=3)
    assert (caller.number(), deputy.number()) == (kept_number, kept_serial)
    deputy.has_read("He is in the kitchen")
    caller.sees("Connected to %(seat)s", seat="Desk B")
    newcomer.hangs_up()
    lost_operator.sees("No connection for %(seconds)s s.")
    lost_operator.sees("Last known: %(words)s")
    menu = lost_operator.page.locator("#availability")
    expect(menu).to_have_value("unknown")
    for width in (1280, 1440):
        lost_operator.page.set_viewport_size({"width": width, "height": 800})
        cut_words = lost_operator.page.locator("console-bar [data-part=cut]")
        assert cut_words.evaluate(BEGINS_ON_TOP), f"covered at {width}"

    # The caller's lease lapses: the seat says so, and keeps the call.
    lost_caller.is_told("silent")
    lost_caller.sees(STILL_SEEN)  # the media has a way of its own
    # Whatever still gets through, nothing here is said to be live, or with the police.
    lost_caller.sees("Recording, kept on this phone, sent later")
    expect(lost_caller.page.locator(".ticks [data-tone=live]")).to_have_count(0)
    operator.sees("Caller lost for %(long)s, since %(time)s.")
    operator.is_at("call")
    operator.writes("Can you hear me?")
    operator.waits(30 - (time.monotonic() - cut))
    their_line.restore()
    our_line.restore()

    lost_caller.is_told("connected")
    lost_caller.has_read("Can you hear me?")
    expect(operator.page.locator("caller-picture [data-part=lost]")).to_be_hidden()
    assert (lost_caller.number(), operator.number()) == (number, serial)

    lost_operator.is_at("choose")
    lost_operator.sees("The connection was gone too long, so %(seat)s was given up.")
    lost_operator.sees("Your call went on at %(seat)s.")
    deputy.is_at("call")
    caller.is_told("connected")
    expect(deputy.page.locator("console-bar")).to_contain_text(re.compile("Desk B"))
