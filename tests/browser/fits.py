"""What must be on the screen at once, whatever the phone and however it is held."""

from tests.browser.look import picture
from tests.browser.people import Caller

# An old iPhone, a new one, the same turned, and an Android phone turned.
SIZES = [(320, 568), (390, 844), (844, 390), (740, 360)]
FINGER = 44  # px, the least that a thumb presses
LIVE = [
    ".truth", ".controls button", ".quick button", "#words", ".compose button",
    ".bar > a", ".bar > button",
]  # fmt: skip
ESSENTIAL = {
    "idle": [".alarm-button", ".silent-button", ".in-doubt"],
    "sending": ["[data-part=not-sent]", ".bar > a"],
    "waiting": [*LIVE, "[data-part=number]", ".place"],
    "talking": [*LIVE, ".frame"],
}
# What of it stands out of the screen, lies under something, or is too small to press.
AMISS = """([selectors, finger]) => {
  const found = [];
  const shown = [...document.querySelectorAll(selectors)]
    .filter((one) => one.checkVisibility());
  for (const one of shown) {
    const { left, top, right, bottom, width, height } = one.getBoundingClientRect();
    const box = [left, top, right, bottom].map(Math.round).join(" ");
    const name = `${one.localName} ${one.className} "${one.textContent.trim()}" ${box}`;
    const isIn = left >= 0 && top >= 0
      && right <= innerWidth + 0.5 && bottom <= innerHeight + 0.5;
    const on = document.elementFromPoint(left + width / 2, top + height / 2);
    if (!isIn) found.push(`out of the screen: ${name}`);
    else if (!one.contains(on)) found.push(`under ${on?.localName}: ${name}`);
    const isPressed = one.matches("a, button, textarea");
    if (isPressed && Math.min(width, height) < finger - 0.1) {
      found.push(`too small: ${name}`);
    }
  }
  if (!shown.length) found.push("nothing is shown");
  const { scrollWidth } = document.documentElement;
  if (scrollWidth > innerWidth) found.push("wider than the screen");
  return found;
}"""
# Words that do not fit into what they stand in.
SPILT = """() => [...document.querySelectorAll("button, a, p, li, h1")]
  .filter((one) => one.checkVisibility() && !one.closest(".visually-hidden"))
  .filter((one) => one.scrollWidth > one.clientWidth + 1 || (
    one.matches("button, a") && one.scrollHeight > one.clientHeight + 1))
  .map((one) => `spilt: ${one.className}: ${one.textContent.trim()}`)"""


def fits(caller: Caller, name: str) -> None:
    """Turn the phone, and change it for others: what matters is in sight on each.

    A picture of each is kept under this name, if they are wanted.
    """
    page = caller.page
    before = page.viewport_size
    phase = caller.alarm.get_attribute("data-phase") or ""
    selectors = ", ".join(ESSENTIAL[phase])
    amiss = {}
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        page.evaluate("scrollTo(0, 0)")
        picture(page, f"fits-{name}-{width}x{height}")
        found = page.evaluate(AMISS, [selectors, FINGER]) + page.evaluate(SPILT)
        if found:
            amiss[f"{width} x {height}"] = found
    assert before is not None
    page.set_viewport_size(before)
    assert not amiss, amiss
