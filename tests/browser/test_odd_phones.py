"""Phones set wrongly, pressed twice, left and come back to, zoomed, writing oddly."""

import re

from playwright.sync_api import expect

from tests.browser.fits import SPILT
from tests.browser.test_without import answer, default_desk, leave

# A day and an hour ahead: whatever counts by this phone's clock shows it.
AHEAD = """
  const Real = Date, ahead = 25 * 3600 * 1000;
  globalThis.Date = class extends Real {
    constructor(...given) { super(...(given.length ? given : [Real.now() + ahead])); }
    static now() { return Real.now() + ahead; }
  };
"""
# The page's clock can be set on; a device that stands still tells its place once.
STANDS_STILL = """
  const now = Date.now;
  globalThis.later = 0;
  Date.now = () => now() + globalThis.later;
  const watch = navigator.geolocation.watchPosition;
  navigator.geolocation.watchPosition = (take, ...more) => watch.call(
    navigator.geolocation, (fix) => { take(fix); globalThis.isFound = true; }, ...more);
"""
ZOOMED = {"width": 320, "height": 256}  # 1280 x 1024 at 400 %
# What stands out of the page's side, and what cannot be pressed once scrolled to.
CUT = """() => {
  const kinds = "button, a[href], input, textarea, summary";
  const shown = [...document.querySelectorAll(kinds)]
    .filter((one) => one.checkVisibility() && !one.disabled);
  const hidden = shown.filter((one) => {
    one.scrollIntoView({ block: "center" });
    const { x, y, width, height } = one.getBoundingClientRect();
    const on = document.elementFromPoint(x + width / 2, y + height / 2);
    return x < 0 || x + width > innerWidth + 1 || !one.contains(on);
  });
  scrollTo(0, 0);
  const wide = document.documentElement.scrollWidth - innerWidth;
  return { wide, count: shown.length, hidden: hidden.map((one) => one.outerHTML) };
}"""
ODD = (
    "עזרה ברחוב 110 \u202e evil \U0001f468\u200d\U0001f469\u200d\U0001f467 "
    "\U0001f1e8\U0001f1f3 Z\u0351\u036b\u0300"
)
LONG = "W" * 200
INSIDE = """(line) => {
  const { left, right } = line.getBoundingClientRect();
  const box = line.closest("[role=log]").getBoundingClientRect();
  return left >= box.left - 1 && right <= box.right + 1;
}"""


def nothing_is_cut(caller, screen=ZOOMED):
    """All can be reached by scrolling down, and is neither cut nor covered."""
    before = caller.page.viewport_size
    caller.page.set_viewport_size(screen)
    found = caller.page.evaluate(CUT)
    assert found["wide"] <= 0
    assert found["hidden"] == []
    assert found["count"] >= 2
    assert caller.page.evaluate(SPILT) == []
    caller.page.set_viewport_size(before)


def test_two_taps_a_wrong_clock_and_the_back_button_are_one_alarm(stage):
    caller = stage.caller(None, permissions=[])
    caller.context.add_init_script(AHEAD)
    sent = []
    caller.page.on(
        "request",
        lambda one: sent.append(one.method) if one.url.endswith("/calls") else None,
    )
    caller.open()
    nothing_is_cut(caller)
    caller.page.locator(".brand").evaluate(f"brand => brand.textContent = '{LONG}'")
    nothing_is_cut(caller)
    caller.button("Alarm").dblclick()
    caller.is_at("waiting")
    number = caller.number()
    assert sent == ["POST"]
    clock = caller.page.locator("[data-part=clock]")
    expect(clock).to_have_text(re.compile(r"^00:\d\d$"))
    # Whether it says more hangs on who sits where: a second later the place is known.
    caller.sees("The connection works.")
    nothing_is_cut(caller)

    caller.page.goto("about:blank")
    caller.page.go_back()
    caller.is_at("waiting")
    assert caller.number() == number
    caller.page.go_back()  # to the page before the tap: the alarm goes on
    caller.sees("Your alarm goes on. Back again leaves this page.")
    caller.is_at("waiting")
    assert caller.number() == number
    expect(clock).to_have_text(re.compile(r"^00:\d\d$"))
    caller.hangs_up()
    caller.is_at("ended")
    nothing_is_cut(caller)
    caller.page.goto("about:blank")
    caller.page.go_back()
    caller.is_at("ended")
    assert caller.end_number() == number
    assert sent == ["POST"]


def test_odd_writing_stays_in_its_place_on_both_screens(stage):
    operator = default_desk(stage)
    caller = stage.caller(None, permissions=[])
    caller.open()
    caller.tap()
    answer(operator, caller.number())
    caller.is_at("talking")
    for text in (ODD, LONG):
        caller.writes(text)
        operator.has_read(text)
        operator.writes(text)
    expect(caller.messages()).to_have_count(4)
    expect(operator.messages()).to_have_count(4)
    for side in (caller, operator):
        lines = side.messages().all()
        assert [line.evaluate(INSIDE) for line in lines] == [True] * 4
        words = lines[0].locator("p").first
        style = words.evaluate("words => getComputedStyle(words).unicodeBidi")
        assert style == "plaintext"
    nothing_is_cut(caller)
    leave(operator)


def test_a_place_known_for_minutes_before_the_tap_reaches_the_seat_with_its_age(
    stage, hall
):
    operator = stage.operator(hall.operators[0])
    operator.takes_seat()
    operator.becomes("ready")
    caller = stage.caller(hall)
    caller.context.add_init_script(STANDS_STILL)
    caller.open()
    caller.page.wait_for_function("globalThis.isFound")
    caller.page.evaluate("globalThis.later = 190_000")
    caller.tap()

    operator.is_at("call")  # in the hall whose ground that is, not at the centre
    age = operator.page.locator("caller-place [data-part=age]")
    expect(age).to_contain_text(re.compile(r"3 min \d+ s ago"))


def test_the_language_is_changed_before_the_alarm(stage, hall):
    """The page once took the switch's own form for one of its own, and did nothing."""
    caller = stage.caller(hall, "zh")
    caller.open()
    html = caller.page.locator("html")
    expect(html).to_have_attribute("lang", re.compile("^zh"))
    caller.page.get_by_role("button", name="EN, English").click()
    expect(html).to_have_attribute("lang", "en")
    expect(caller.page.get_by_role("button", name="Alarm tap once")).to_be_visible()
    caller.page.get_by_role("button", name="中文").click()
    expect(html).to_have_attribute("lang", re.compile("^zh"))
