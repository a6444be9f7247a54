"""The map in a call: comes after the call, follows the caller, obeys the hand."""

import re

from playwright.sync_api import expect

from tests.browser.look import look


def outline(page):
    """Return where the outline of the hall's own ground stands on the screen."""
    box = page.locator(".map-area-own").first.bounding_box()
    assert box is not None
    return {side: round(value) for side, value in box.items()}


def goes_on(caller, operator, latitude, longitude):
    """Let the caller walk on, and wait until the seat knows."""
    spot = {"latitude": latitude, "longitude": longitude, "accuracy": 20}
    caller.context.set_geolocation(spot)
    # How many there are says nothing: who stands still is told again each 15 s.
    trail = operator.page.locator("caller-place .place-list li")
    expect(trail.filter(has_text="±20 m").first).to_be_attached(timeout=15_000)


# The names on the map; of those that are shown, which are cut or lie under something.
NAMES = """async () => {
  const painted = () => new Promise(requestAnimationFrame);
  await painted().then(painted);
  const place = document.querySelector(".map");
  const whole = place.getBoundingClientRect();
  const on = ".map-acts, .map-far, .map-note, .leaflet-control";
  const over = [...document.querySelectorAll(on)];
  const names = [...place.querySelectorAll(".map-name span")];
  const shown = names.filter((name) => getComputedStyle(name).visibility === "visible");
  const meet = (one, other) => one.left < other.right && other.left < one.right
    && one.top < other.bottom && other.top < one.bottom;
  const box = (part) => part.getBoundingClientRect();
  const isBad = (name) => box(name).left < whole.left || box(name).right > whole.right
    || box(name).top < whole.top || box(name).bottom > whole.bottom
    || over.some((part) => meet(box(part), box(name)))
    || shown.some((other) => other !== name && meet(box(other), box(name)));
  return {all: names.length, bad: shown.filter(isBad).map((name) => name.textContent)};
}"""


# The caller's dot: its middle is in the map, with nothing over it that stands there.
DOT_IS_SEEN = """async () => {
  const painted = () => new Promise(requestAnimationFrame);
  await painted().then(painted);
  const { left, top, width, height } = document.querySelector(".map-here")
    .getBoundingClientRect();
  const at = document.elementFromPoint(left + width / 2, top + height / 2);
  return Boolean(at?.closest(".map")) && !at.closest(".leaflet-control");
}"""


def no_name_is_cut(page):
    """Fail if a name stands half in the map, under its buttons, or over another."""
    names = page.evaluate(NAMES)
    assert names["all"], "no name at all"
    assert names["bad"] == []


def test_the_map_follows_the_caller_but_never_out_of_ones_hand(talking, hall):
    caller, operator = talking(hall)
    page, (latitude, longitude) = operator.page, hall.place
    place, centre = page.locator("caller-place"), page.locator("[data-part=centre]")
    expect(place).to_have_attribute("data-map", "on")
    expect(page.locator(".map-here")).to_be_visible()
    expect(place.locator("[data-part=age]")).to_have_text(
        re.compile(r"^±12 m, \d+ s ago$")
    )
    expect(page.locator(".place-sketch")).to_be_hidden()
    assert page.locator(".map a").count() == 0, "no link, no flag"
    look(page, "console-map")
    no_name_is_cut(page)
    for _ in range(4):  # so far that many names come near each other
        page.locator("[data-act=map-out]").click()
    no_name_is_cut(page)
    expect(centre).to_have_text(re.compile("^Caller"))
    centre.click()
    expect(centre).to_have_attribute("data-held", "false")
    expect(centre).to_have_text(re.compile("^Near"))

    # For whoever sees no map: the same as a list, by keyboard too.
    positions = page.locator("[data-part=positions]")
    expect(positions).to_be_hidden()
    page.get_by_text("Positions as a list").focus()
    page.keyboard.press("Enter")
    expect(positions.get_by_role("listitem").first).to_be_visible()
    expect(positions).to_contain_text("±12 m")
    page.keyboard.press("Tab")
    expect(positions).to_be_focused()
    look(page, "console-positions")
    page.get_by_text("Positions as a list").click()
    expect(positions).to_be_hidden()

    at_first = outline(page)
    box = page.locator(".map").bounding_box()
    x, y = box["x"] + box["width"] / 3, box["y"] + box["height"] / 3
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 70, y + 30, steps=4)
    expect(centre).to_have_attribute("data-held", "true")
    held = outline(page)
    assert held["x"] - at_first["x"] > 50
    # Mid drag: far enough that the map would have to follow, and off all ground, which
    # the words above say without taking room from it.
    size = page.locator(".map").bounding_box()
    # North of its own hall, not beside: a call left over rings in the nearest one.
    goes_on(caller, operator, latitude + 0.03, longitude)
    expect(place.locator("[data-part=outside]")).to_be_visible()
    expect(place.locator("[data-part=area-line]")).to_be_hidden()
    far = place.locator("[data-part=far]")
    expect(far).to_have_text(re.compile(r"^about \d+(\.\d)? km north"))
    for part in (place.locator("[data-part=outside]"), far):
        assert part.evaluate("(part) => part.scrollWidth <= part.clientWidth"), "cut"
    acts = place.locator(".map-acts").bounding_box()
    words = far.bounding_box()
    assert words["y"] >= acts["y"] + acts["height"], "under the buttons"
    look(page, "console-outside")
    assert page.locator(".map").bounding_box() == size
    assert outline(page) == held
    page.mouse.up()

    page.keyboard.press("Alt+0")
    expect(centre).to_have_attribute("data-held", "false")
    whole, here = page.locator(".map").bounding_box(), page.locator(".map-here")
    dot = here.bounding_box()
    assert whole["x"] < dot["x"] < whole["x"] + whole["width"]
    assert whole["y"] < dot["y"] < whole["y"] + whole["height"]
    # A province away: dot and outline in one picture, whatever lies on it.
    spot = {"latitude": latitude + 2.4, "longitude": longitude - 5, "accuracy": 30}
    caller.context.set_geolocation(spot)
    expect(far).to_have_text(re.compile(r"^about \d{3} km north"), timeout=15_000)
    for width, height in ((1440, 900), (1280, 720), (1920, 1080), (1100, 720)):
        page.set_viewport_size({"width": width, "height": height})
        # A word on the button where there is room, and never over the caller.
        expect(centre.locator("[aria-hidden]").last).to_be_visible(visible=width > 1800)
        look(page, f"console-outside-{width}")
        assert page.evaluate(DOT_IS_SEEN), (width, height)
        copy, panel = place.locator(".place-copy").bounding_box(), place.bounding_box()
        assert copy["x"] + copy["width"] < panel["x"] + panel["width"], width
    caller.hangs_up()  # else it comes back to the line of whoever helps out there
    caller.is_at("ended")


def test_where_the_map_cannot_come_the_words_and_the_sketch_stand(stage, hall, talking):
    blocked = []

    def refuse(route):
        blocked.append(route.request.url)
        route.abort()

    opening = stage.context

    def context(browser, words, **options):
        made = opening(browser, words, **options)
        made.route(re.compile(r"/leaflet\."), refuse)
        return made

    stage.context = context
    caller, operator = talking(hall)
    page = operator.page
    operator.until(lambda: bool(blocked))
    expect(page.locator("caller-place")).to_have_attribute("data-map", "off")
    expect(page.locator(".place-sketch")).to_be_visible()
    expect(page.locator("caller-place [data-part=coordinates]")).to_be_visible()
    operator.writes("Are you alone?")
    caller.has_read("Are you alone?")
