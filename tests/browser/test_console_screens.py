"""A call at the seat: all of it on one screen, and nothing moves when something comes.

Both languages and both sizes of a desk's screen; axe finds nothing.
"""

import pytest
from playwright.sync_api import expect

from tests.browser.look import look
from tests.browser.test_console_live import reads_live
from tests.browser.words import both_languages

SIZES = {"wide": (1440, 900), "small": (1280, 720)}
# On which the whole form is in sight, whatever else moves to make room.
DESKS = [(1280, 800), (1280, 860), (1280, 880), (1440, 900), (1920, 1080)]
# A small window, and 1440 x 900 enlarged to 200 % (WCAG 2.2, 1.4.4): it is scrolled.
SMALL = [(1100, 720), (1024, 768), (720, 450)]
LEAST_PICTURE = 120  # pixels high; half a face can be told
# What stands on the screen at once, and may not move.
PARTS = [
    "call-head",
    "caller-picture",
    "caller-phone",
    "own-voice button",
    "[data-part=sound]",
    "[data-part=stops]",
    "picture-snapshot button",
    "warn-offender button",
    "[data-evidence-button]",
    "caller-place",
    "text-thread",
    "text-thread textarea",
    "incident-form",
    "camera-preview button >> visible=true",
]
# Words or keys that stick out of their button, and buttons out of the screen.
STICKS_OUT = """() => {
  const parts = [...document.querySelectorAll("button, p, li, h2")];
  return parts.filter((part) => {
  if (!part.offsetParent || part.closest("[data-part=scroll], .place-list, .clip-list"))
    return false;
  const box = part.getBoundingClientRect();
  const isCut = part.matches("button") && part.scrollWidth > part.clientWidth + 1;
  return isCut || box.right > innerWidth + 1 || box.bottom > innerHeight + 1;
  }).map((part) => part.outerHTML.slice(0, 120));
}"""

# Not cut off by a box that scrolls, nor under something else.
IS_ON_TOP = """part => {
  const box = part.getBoundingClientRect(), x = box.left + box.width / 2;
  return [box.top + 2, box.bottom - 2].every(
    (y) => part.contains(document.elementFromPoint(x, y)));
}"""


def boxes(page):
    """Return where everything stands, to the pixel."""
    found = {}
    for part in PARTS:
        box = page.locator(part).first.bounding_box()
        assert box is not None, part
        found[part] = {side: round(value) for side, value in box.items()}
    return found


@pytest.mark.parametrize("size", SIZES)
@both_languages
def test_a_call_is_on_one_screen_and_nothing_moves(talking, hall, language, size):
    caller, operator = talking(hall, language)
    page = operator.page
    width, height = SIZES[size]
    page.set_viewport_size({"width": width, "height": height})
    reads_live(operator)
    recording = page.locator("caller-phone [data-part=device] li").last
    expect(recording).to_contain_text(operator.words("kept here"), timeout=20_000)
    at_first = boxes(page)
    look(page, f"console-live-{size}-{language}")
    outcome = page.locator("#disposition")
    for one in (*DESKS, (width, height)):
        page.set_viewport_size({"width": one[0], "height": one[1]})
        expect(outcome).to_be_in_viewport(ratio=1)
        assert outcome.evaluate(IS_ON_TOP), f"one would have to scroll at {one}"
        assert page.evaluate(STICKS_OUT) == [], one

    caller.writes("Two men at the door, one has a knife, and I am alone in here")
    operator.has_read("Two men at the door, one has a knife, and I am alone in here")
    page.keyboard.press("Alt+p")
    operator.sees("Kept as evidence %(time)s")
    page.keyboard.press("Alt+m")
    expect(page.locator("own-voice button")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("Alt+w")
    operator.button("Ask the caller").click()
    operator.sees("Asked. The caller decides.")
    assert page.evaluate(STICKS_OUT) == []
    assert boxes(page) == at_first
    look(page, f"console-said-{size}-{language}")

    page.keyboard.press("Alt+d")
    expect(page.locator("evidence-panel .clip").first).to_be_visible()
    look(page, f"console-evidence-{size}-{language}")
    assert page.evaluate(STICKS_OUT) == []


@pytest.mark.deep
def test_small_or_enlarged_the_picture_stays_one_and_the_way_out_in_sight(
    talking, hall
):
    caller, operator = talking(hall)
    page = operator.page
    reads_live(operator)
    caller.writes("They are in the kitchen")
    operator.has_read("They are in the kitchen")
    for width, height in SMALL:
        page.set_viewport_size({"width": width, "height": height})
        picture = page.locator("caller-picture").bounding_box()
        assert picture["height"] >= LEAST_PICTURE, (width, height)
        line = page.locator("console-bar [data-part=line]").bounding_box()
        menu = page.locator("#availability").bounding_box()
        is_beside = menu["x"] + menu["width"] <= line["x"]
        is_below = menu["y"] + menu["height"] <= line["y"]
        assert is_beside or is_below, f"the line is covered at {width}"
        look(page, f"console-scrolled-{width}")
        operator.field("Persons").scroll_into_view_if_needed()
        assert page.locator("#persons").evaluate(IS_ON_TOP), (width, height)
        end = page.locator("call-head [data-part=end]")
        expect(end).to_be_in_viewport(ratio=1)
        assert end.evaluate(IS_ON_TOP), "the end stays in sight"
        page.keyboard.press("Alt+i")
        page.get_by_placeholder("Seat, name, language or place").focus()
        page.locator(".call").evaluate("(call) => call.scrollTo(0, 9999)")
        assert end.evaluate(IS_ON_TOP), "also while somebody is looked for"
        page.keyboard.press("Escape")
        page.locator("caller-picture").scroll_into_view_if_needed()
