"""The record after a call: recordings and timeline on one clock; axe finds nothing."""

import re
from itertools import pairwise

from playwright.sync_api import Page, expect

from tests.browser.look import look
from tests.browser.test_console_evidence import COPY_WITHIN
from tests.browser.test_console_live import reads_live

VIDEO = ".stage .figure-video:not([hidden]) video"
PLAYS = f"""() => [...document.querySelectorAll("{VIDEO}")]
  .some((one) => !one.paused && one.currentTime > 0.2 && one.readyState > 1)"""
# How far what each recording shows is from the hand of the clock, in seconds.
APART = """() => {
  const clock = JSON.parse(document.querySelector("#record-clock").textContent);
  const at = document.querySelector("record-player").at;
  return [...document.querySelectorAll(".clip[data-way=play]")].flatMap((row) => {
    const { pieces } = clock.clips.find(({ clip }) => clip === row.dataset.clip);
    const piece = pieces.find(([from, length]) => from <= at && at < from + length);
    const video = [...document.querySelectorAll(".stage video")]
      .find(({ src }) => src.includes(row.dataset.clip));
    if (!piece || !video || video.closest("[hidden]")) return [];
    return [Math.abs(video.currentTime - (piece[2] + at - piece[0]) / 1000)];
  });
}"""
# How far a live recording reaches beyond its call, before or after it, in milliseconds.
BEYOND = """() => {
  const clock = document.querySelector("#record-clock").textContent;
  const { clips, calls: [[queued, ended]] } = JSON.parse(clock);
  return clips.filter(({ source }) => source === "relay").flatMap(({ pieces }) =>
    pieces.flatMap(([at, length]) => [queued - at, at + length - ended]));
}"""

# Where each of these ends on the screen, whatever of it is to be seen.
ENDS = """(names) => names.map((name) => Math.max(
  ...[...document.querySelectorAll(name)]
    .filter((one) => one.getClientRects().length)
    .map((one) => one.getBoundingClientRect().bottom)))"""
AT_HAND = [
    *(".stage", ".stage figcaption", ".transport", ".scrubber"),
    *(".line[aria-current]", ".lines"),
]


def test_a_call_is_played_afterwards_on_one_clock(talking, hall):
    caller, operator = talking(hall)
    reads_live(operator)
    caller.writes("He has a knife")
    operator.has_read("He has a knife")
    operator.page.keyboard.press("Alt+p")
    operator.sees("Kept as evidence %(time)s")
    strip = operator.page.locator("call-timeline .call-mark")
    expect(strip.first).to_be_attached()
    # When there was talk, at a glance; read out is the thread.
    ticks = operator.page.locator("call-timeline .call-ticks > [data-side=caller]")
    expect(ticks).to_have_count(1)
    expect(ticks).to_have_attribute("style", re.compile(r"left: \d"))
    caller.hangs_up()
    expect(operator.page.locator("evidence-panel [data-part=ended]")).to_be_visible()
    operator.page.keyboard.press("Alt+l")  # longer: the record is open to the wrap-up

    with operator.context.expect_page() as opened:
        operator.page.get_by_role("link", name="Open the record").click()
    page = opened.value
    expect(page.locator("h1")).to_contain_text(re.compile(r"\d{6}-\d{8}-\d{4,}"))
    expect(page.locator(".record-badge")).to_contain_text("The chain is whole")
    phone = page.locator(".clip", has_text="from the phone").first
    # The wrap-up may have asked for the copy already: then there is nothing to press.
    prepare, ready = phone.get_by_role("button", name="Prepare"), {"play", "wait"}
    operator.until(
        lambda: prepare.is_visible() or phone.get_attribute("data-way") in ready,
        seconds=20,
        seen=lambda: phone.get_attribute("data-way"),
    )
    if prepare.is_visible():
        prepare.click()
    expect(phone).to_have_attribute("data-way", "play", timeout=COPY_WITHIN)
    look(page, "record-ready")
    beyond = page.evaluate(BEYOND)
    assert beyond
    assert max(beyond) < 1000, "a live recording belongs into its call"

    fresh = "() => document.querySelector('record-player').at"
    page.reload()
    stood = page.evaluate(fresh)
    page.keyboard.press("l")  # nothing was clicked yet
    assert page.evaluate(fresh) > stood

    entry = page.locator(".line", has_text="He has a knife")
    entry.locator(".seek").click()
    expect(entry).to_have_attribute("aria-current", "time")
    page.wait_for_function(f"() => ({APART})().some((one) => one < 0.15)")
    each_of_one_moment_is_chosen(page)
    entry.locator(".seek").click()

    is_at_hand_without_scrolling(page)
    before = page.locator(".line[aria-current]").get_attribute("data-seq")
    page.keyboard.press(" ")
    expect(page.locator("[data-does=play]")).to_have_text(re.compile("Stop"))
    page.wait_for_function(PLAYS)
    expect(page.locator(".line[aria-current]")).not_to_have_attribute(
        "data-seq", before or "", timeout=15_000
    )
    page.wait_for_function(f"() => ({APART})().every((one) => one < 0.6)")
    page.keyboard.press(" ")
    expect(page.locator("[data-does=play]")).to_have_text(re.compile("Play"))
    goes_by_keys(page)
    look(page, "record-played")


def each_of_one_moment_is_chosen(page: Page) -> None:
    """Of entries that one act wrote, the one that was clicked is marked."""
    lines = page.locator(".line:visible")
    moments = lines.evaluate_all("(all) => all.map(({ dataset }) => dataset.at)")
    first = next(n for n, (a, b) in enumerate(pairwise(moments)) if a == b)
    for place in (first, first + 1, first):
        lines.nth(place).locator(".seek").click()
        expect(lines.nth(place)).to_have_attribute("aria-current", "time")


def is_at_hand_without_scrolling(page: Page) -> None:
    """Captions, keys, time bar and the entry of the moment are above the fold."""
    size = page.viewport_size
    page.set_viewport_size({"width": 1440, "height": 900})
    page.evaluate("() => scrollTo(0, 0)")
    page.wait_for_timeout(300)  # what stands above is measured, then laid out
    shown = page.locator(".stage .figure-video:not([hidden])")
    assert shown.count() >= 2, "two tiles"
    ends = dict(zip(AT_HAND, page.evaluate(ENDS, AT_HAND), strict=True))
    assert max(ends.values()) <= 900, ends
    if size:
        page.set_viewport_size(size)


def goes_by_keys(page: Page) -> None:
    """J and L jump ten seconds, the arrows go from entry to entry."""
    hand = "() => document.querySelector('record-player').at"
    page.evaluate("() => document.querySelector('record-player').seek(0)")
    first = page.evaluate(hand)
    stage, said = page.locator("[data-part=stage]"), page.locator("[data-part=nothing]")
    is_empty = stage.get_attribute("data-count") == "0"
    assert said.is_visible() == is_empty, "a black box without a word"
    page.keyboard.press("ArrowRight")
    assert first < page.evaluate(hand) <= first + 5000  # a short call ends sooner
    page.keyboard.press("j")
    assert page.evaluate(hand) == first
    page.keyboard.press("ArrowDown")
    assert page.evaluate(hand) > first
