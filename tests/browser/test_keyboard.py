"""A whole call at the seat without a mouse: from the sign-in to the end of the wrap-up.

Every step is a key, and before each one it is clear where one stands: the focus is on
the screen and can be seen.
"""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.people import Operator
from tests.browser.stage import DESK_SCREEN
from tests.browser.words import Words
from tests.halls import CATEGORY

# What has the focus: its region, whether it is on the screen, whether that can be seen.
FOCUS = """() => {
  const at = document.activeElement;
  if (!at || at === document.body) return null;
  const region = at.closest("[data-region], [data-view-name]") ?? at.closest("form");
  const seen = at.matches("input[type=radio]") ? at.nextElementSibling : at;
  const box = seen.getBoundingClientRect(), style = getComputedStyle(seen);
  const where = [box.left + box.width / 2, box.top + Math.min(box.height / 2, 12)];
  const top = document.elementFromPoint(...where);
  return {
    region: region?.localName ?? "", act: at.dataset.act ?? "", id: at.id,
    name: at.outerHTML.slice(0, 120),
    isThere: box.width > 4 && box.height > 4 && box.left >= 0 && box.top >= 0 &&
      box.right <= innerWidth + 1 && box.bottom <= innerHeight + 1 &&
      Boolean(top) && (seen.contains(top) || top.contains(seen) || at.contains(top)),
    isSeen: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
  };
}"""
# The call's regions in the order in which one walks through them.
WALK = [
    "console-bar",
    "call-head",
    "call-room",
    "caller-picture",
    "own-voice",
    "caller-sound",
    "warn-offender",
    "caller-place",
    "text-thread",
    "incident-form",
    "message-line",
]
MOST_STOPS = 60
FULL_HEAD = """() => {
  const part = (name) => document.querySelector(`call-head [data-part=${name}]`);
  part("code").textContent = "370613-";
  part("whose").textContent = "Yantai Police Command Centre";
  part("waited").textContent = "Taken 1:59 after the alarm";
  part("waited").hidden = false;
  part("missing").lastChild.textContent = "Category and outcome missing";
}"""


class Hands:
    """Two hands on a keyboard, and eyes that look for the focus."""

    def __init__(self, page):
        self.page = page
        page.add_init_script(
            "addEventListener('pointerdown', () => (window.wasClicked = true), true)"
        )

    def press(self, *keys):
        for key in keys:
            self.page.keyboard.press(key)

    def type(self, text):
        self.page.keyboard.type(text)

    def focus(self):
        """Return what has the focus; fail if nobody could see it."""
        at = self.page.evaluate(FOCUS)
        assert at is not None, "nothing has the focus"
        assert at["isThere"], f"the focus is off the screen: {at}"
        assert at["isSeen"], f"the focus cannot be seen: {at}"
        return at

    def walk(self, key="Tab"):
        """Go round by Tab, and return the stops."""
        stops = []
        for _ in range(MOST_STOPS):
            self.press(key)
            if self.page.evaluate("document.activeElement === document.body"):
                break
            stops.append(self.focus())
            if len(stops) > 1 and stops[-1]["name"] == stops[0]["name"]:
                break
        assert len(stops) < MOST_STOPS, "one never comes round"
        return stops

    def until(self, act):
        """Go on by Tab until an act has the focus."""
        for _ in range(MOST_STOPS):
            self.press("Tab")
            if self.page.evaluate("document.activeElement.dataset?.act") == act:
                self.focus()
                return
        raise AssertionError(f"no way to {act} by Tab")


@pytest.fixture
def desk(stage, ring_hall):
    """An operator of a hall that rings, not signed in; and their hands."""
    words = Words("en")
    context = stage.context(
        stage.desk_browser,
        words,
        viewport=DESK_SCREEN,
        permissions=["camera", "microphone"],
    )
    operator = Operator(context, stage.served.url, words)
    return operator, Hands(operator.page)


def test_a_whole_call_is_answered_and_recorded_by_keyboard_alone(
    stage, ring_hall, desk
):
    operator, hands = desk
    page, user = operator.page, ring_hall.operators[0]

    operator.open()
    expect(page.get_by_label("User name")).to_be_focused()
    hands.type(user)
    hands.press("Tab")
    hands.type(stage.served.password(user))
    hands.press("Enter")
    operator.is_at("choose")
    expect(page.locator(".seat-card").first).to_be_focused()
    hands.focus()
    hands.press("Enter")
    operator.is_at("idle")
    expect(page.locator("waiting-line h2")).to_be_focused()
    hands.until("ready")
    hands.press("Enter")
    menu = page.get_by_label("Availability", exact=True)
    expect(menu).to_have_attribute("data-availability", "ready")

    caller = stage.caller(ring_hall)
    caller.open()
    caller.tap()
    expect(page.locator("call-offer")).to_be_visible()
    hands.press("Alt+a")
    operator.is_at("call")
    operator.number()
    expect(menu.locator("option:checked")).to_have_text("On a call")
    expect(page.get_by_label("Write to the caller", exact=True)).to_be_focused()
    hands.focus()
    hands.type("Officers are on their way")
    hands.press("Enter")
    caller.has_read("Officers are on their way")

    hands.press("Alt+f")
    assert hands.focus()["id"] == "category"
    hands.type(CATEGORY[0])
    hands.press("Enter", "Tab", "ArrowLeft")
    expect(page.locator("[name=priority][value='1']")).to_be_checked()
    hands.focus()
    hands.press("Tab")
    assert hands.focus()["id"] == "place"
    hands.type("12 Harbour Road")
    hands.press("Alt+n")
    assert hands.focus()["id"] == "notes"
    hands.type("One man, a knife")
    operator.knows_saved()
    expect(operator.field("Category")).to_have_value(re.compile(CATEGORY[2]))

    hands.press("Alt+e")
    assert hands.focus()["act"] == "end-yes"
    hands.press("Enter")
    expect(page.locator("call-head [data-part=wrap-up]")).to_be_visible()
    expect(page.locator("#notes")).to_be_focused()
    missing = page.locator("call-head [data-part=missing]")
    expect(missing).to_have_text("Outcome missing")
    # Late, and another agency's: the head is at its fullest, and Done in sight.
    page.evaluate(FULL_HEAD)
    expect(page.locator("call-head [data-part=done]")).to_be_in_viewport(ratio=1)
    hands.press("Tab", "Tab")
    assert hands.focus()["id"] == "disposition"
    hands.press("Alt+n", "Alt+8")
    assert hands.focus()["id"] == "disposition"
    hands.press("ArrowDown")
    expect(operator.field("Outcome")).to_have_value("officers_sent")
    operator.knows_saved()
    expect(missing).to_be_hidden()
    hands.press("Alt+o")
    operator.is_at("idle")
    expect(page.locator("waiting-line h2")).to_be_focused()
    assert not page.evaluate("window.wasClicked")


def test_tab_goes_through_a_call_in_order_and_one_always_sees_where(talking, hall):
    _, operator = talking(hall)
    page, hands = operator.page, Hands(operator.page)
    expect(page.locator("caller-place")).to_have_attribute("data-map", "on")
    expect(page.locator("caller-sound [data-part=sound]")).to_be_enabled()
    page.evaluate("document.activeElement.blur()")
    page.locator("#availability").focus()
    stops = hands.walk()
    regions = [stop["region"] for stop in stops if stop["region"] in WALK]
    in_order = list(dict.fromkeys(regions))
    assert in_order[: len(WALK)] == WALK

    page.locator("#availability").focus()
    hands.press("?")
    sheet = page.locator("key-sheet dialog")
    expect(sheet).to_be_visible()
    for height in (720, 800):
        page.set_viewport_size({"width": 1280, "height": height})
        assert sheet.evaluate("box => box.scrollHeight <= box.clientHeight"), height
    hands.press("Escape")
    expect(sheet).to_be_hidden()
