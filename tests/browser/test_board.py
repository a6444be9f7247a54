"""The supervisor before the board: a tap is there within a second, and acting works."""

import re

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from tests.browser.look import picture
from tests.browser.stage import Stage
from tests.browser.words import Words
from tests.halls import Hall

SIGN_IN = """
from accounts.actions.roles import enrol
from accounts.models import Agency, User
from accounts.states import RoleKind
from tests.house import sign_in
user = User(username="board{code}", display_name="Zhao")
user.set_unusable_password()
enrol(user, RoleKind.SUPERVISOR, [Agency.objects.get(code="{code}")])
print(sign_in(user))
"""
DESK = {"width": 1440, "height": 900}
# What of the bar, the figures and the health stands out of its box or the screen.
STICKS_OUT = """() => [...document.querySelectorAll(
    ".b-top > *, .b-sums > *, .b-goals > *, .b-goals dt, .b-goals small, .b-health li")]
  .filter((part) => part.checkVisibility())
  .filter((part) => {
    const { right, bottom } = part.getBoundingClientRect();
    return right > innerWidth || bottom > innerHeight
      || part.scrollWidth > part.clientWidth + 1;
  }).map((part) => part.outerHTML.slice(0, 120))"""
# The places that cannot be read whole.
CUT_PLACES = """() => [...document.querySelectorAll(".b-place")]
  .filter((place) => !place.checkVisibility()
    || place.scrollWidth > place.clientWidth
    || place.scrollHeight > place.clientHeight + 2)
  .map((place) => place.textContent)"""
# As many calls as are asked for, of several agencies and with long names, as on a busy
# day; what stands out of its row then, or is cut.
LONG = [
    (
        "Yantai Economic and Technological Development Zone",
        "Alexandra Featherstonehaugh",
    ),
    ("烟台经济技术开发区（黄渤海新区）古现街道", "阿不都热合曼·买买提"),
    ("Harbour and Gull Island", "Alexandra Featherstonehaugh"),
]
SPARSE = 6  # waiting calls that have a line each for their places
LONG_NAMES = """([part, count, name, operator]) => {
  const view = document.querySelector(part);
  Object.defineProperty(view.state, "ownCode", { configurable: true, get: () => "" });
  const { line } = view.state.agencies[0];
  window.usual ??= {};
  const usual = window.usual[part] ??= [...line.values()].find(({ state }) =>
    (state === "connected") === (part === "board-calls"));
  for (const key of [...line.keys()]) if (key.startsWith(part)) line.delete(key);
  for (let n = 1; n < count; n += 1) line.set(part + n, { ...usual, call: part + n });
  for (const [key, call] of line)
    line.set(key, {
      ...call, area: name, area_en: name, operator: call.operator && operator,
    });
  view.renew();
  view.show();
}"""
OUT_OF_ROW = """() => [...document.querySelectorAll(
    ":is(.b-waiting, .b-call) > .b-thing > :not(.b-here, .b-grow)")]
  .filter((part) => {
    const row = part.parentElement.getBoundingClientRect();
    const own = part.getBoundingClientRect();
    const isCut = part.matches(".b-number") && part.scrollWidth > part.clientWidth + 1;
    return isCut || own.bottom > row.bottom + 1 || own.top < row.top - 1
      || own.right > row.right + 1;
  }).map((part) => part.outerHTML.slice(0, 160))"""
_axe = Axe()


def supervisor(stage: Stage, hall: Hall, path: str = "/admin/") -> Page:
    """Bring a supervisor of the hall before the board; return once it is whole."""
    code = SIGN_IN.format(code=hall.code)
    printed = stage.served.manage("shell", "--verbosity=0", "-c", code)
    context = stage.context(
        stage.desk_browser, Words("en"), viewport=DESK, permissions=["microphone"]
    )
    context.add_cookies(
        [{
            "name": "__Host-session", "value": printed.split()[-1], "secure": True,
            "url": stage.served.url,
        }]
    )  # fmt: skip
    page = context.new_page()
    page.goto(stage.served.url + path)
    expect(page.locator("live-board")).to_have_attribute("data-whole", "true")
    expect(page.locator("live-board")).to_have_attribute("data-line", "live")
    return page


def look(page: Page, name: str) -> None:
    """Keep a picture; axe finds nothing in the board itself."""
    picture(page, name)
    found = _axe.run(page, context="live-board").response["violations"]
    assert not found, [
        (rule["id"], rule["help"], [node["html"][:160] for node in rule["nodes"][:4]])
        for rule in found
    ]


def rows(page: Page, part: str) -> Locator:
    return page.locator(f"{part} [data-key]")


def press(page: Page, name: str) -> None:
    page.locator("act-panel").get_by_role("button", name=name, exact=True).click()


def post(page: Page, text: str) -> Locator:
    """Post a notice; return what the board says of that."""
    page.locator("[data-opens=notice]").click()
    page.locator("act-panel").get_by_label("Text").fill(text)
    press(page, "Post")
    said = page.locator("[data-board=said]")
    expect(said).to_contain_text("The notice stands at every seat of")
    return said


def take_back(page: Page) -> None:
    page.locator("board-notices").get_by_role("button", name="Take back").click()
    expect(page.locator("board-notices")).to_be_hidden()


def test_a_tap_is_on_the_board_in_a_second_and_its_priority_can_be_raised(stage, hall):
    page = supervisor(stage, hall)
    board = page.locator("live-board")
    expect(board).to_contain_text("Nobody is waiting.")
    look(page, "board-empty")
    caller = stage.caller(hall)
    caller.open()
    caller.tap(silently=True)
    caller.is_at("waiting")
    row = rows(page, "board-line").first
    expect(row).to_be_visible(timeout=1000)
    expect(row).to_contain_text("SILENT")
    expect(page.locator("[data-board=waiting]")).to_have_text("1")

    row.get_by_role("button").press("Enter")
    panel = page.get_by_role("dialog")
    expect(panel.get_by_role("heading")).to_be_focused()
    look(page, "board-panel")
    press(page, "3 · Normal")
    expect(row).to_contain_text("Priority 3: Normal", timeout=1000)
    press(page, "1 · Life in danger")
    expect(row).to_have_attribute("data-priority", "1", timeout=1000)
    expect(row).to_contain_text("Life in danger")
    said = page.locator("[data-board=said]")
    expect(said).to_contain_text("priority 1")
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(row.get_by_role("button")).to_be_focused()
    said.get_by_role("button", name="Undo").click()
    expect(row).to_have_attribute("data-priority", "3", timeout=1000)


def test_a_supervisor_listens_joins_and_leaves_and_the_operator_is_sent_on_a_break(
    stage, hall, talking
):
    page = supervisor(stage, hall)
    caller, operator = talking(hall)
    call = rows(page, "board-calls").first
    expect(call).to_be_visible(timeout=1000)
    seat = page.locator("board-seats [data-doing=on_call]")
    expect(seat).to_have_count(1)
    call.get_by_role("button").click()
    press(page, "Listen")
    expect(page.get_by_text("Say why")).to_be_visible()
    page.get_by_label("Reason").fill("Training")
    press(page, "Listen")
    room = page.locator("board-room")
    expect(room).to_contain_text(
        "You listen; nobody in the call knows. This is on record."
    )
    look(page, "board-listening")
    room.get_by_role("button", name="Join").click()
    expect(room).to_contain_text("Everybody hears you")
    room.get_by_role("button", name="Leave").click()
    expect(room).to_be_hidden()

    call.get_by_role("button").click()
    page.get_by_label("Reason").fill("Training")
    press(page, "End the call")
    question = page.get_by_text("End this call for everybody?")
    expect(question).to_be_visible()
    seat.get_by_role("button").click()
    expect(page.get_by_role("dialog")).to_contain_text("On a call")
    expect(question).to_be_hidden()  # it was asked of the call, not of the seat
    page.keyboard.press("Escape")

    caller.hangs_up()
    expect(seat).to_have_count(0)
    operator.finishes()
    ready = page.locator("board-seats [data-doing=ready] button")
    ready.click()
    page.get_by_label("Reason").fill("A hard call")
    press(page, "Send on a break")
    expect(page.locator("board-seats [data-doing=break]")).to_have_count(1)
    menu = operator.page.get_by_label("Availability", exact=True)
    expect(menu).to_have_attribute("data-availability", "break")


def test_the_wall_shows_places_whole(stage, hall, talking):
    page = supervisor(stage, hall, "/admin/?wall=1")
    talking(hall)
    waiting = stage.caller(hall)
    waiting.open()
    waiting.tap(silently=True)
    for part in "board-line", "board-calls":
        expect(rows(page, part)).to_have_count(1)
    for width, height in (1280, 720), (1920, 1080):
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_timeout(1200)  # within a second it knows how much fits
        assert page.evaluate(CUT_PLACES) == []
        look(page, f"board-wall-calls-{width}")
    for name, operator in LONG:
        for count in 1, 2, 4, 6, 9:
            for part in "board-line", "board-calls":
                page.evaluate(LONG_NAMES, [part, count, name, operator])
            page.wait_for_timeout(1200)
            picture(page, f"board-wall-long-{count}-{len(name)}")
            if count <= SPARSE or len(name) < 40:  # else it ends in its second line
                assert page.evaluate(CUT_PLACES) == [], (count, name)
            assert page.evaluate(OUT_OF_ROW) == [], (count, name)
            expect(page.locator("board-line .b-place").first).to_have_attribute(
                "title", name
            )
    page.set_viewport_size({"width": 1280, "height": 720})
    page.wait_for_timeout(1200)
    picture(page, "board-wall-long-small")
    assert page.evaluate(OUT_OF_ROW) == []


def test_the_board_says_since_when_it_is_not_live_and_comes_back(stage, hall):
    page = supervisor(stage, hall)
    board = page.locator("live-board")
    said = post(page, "Use the north gate")
    page.context.set_offline(True)
    page.evaluate("window.dispatchEvent(new Event('offline'))")
    stage.served.kill_web()
    expect(board).to_have_attribute("data-line", "cut", timeout=8000)
    expect(page.locator("[data-board=cut-since]")).to_have_text(
        re.compile(r"Not live for \d+ s\.")
    )
    expect(said).to_be_hidden()  # whether it still stands there, nobody knows
    look(page, "board-cut")
    page.context.set_offline(False)
    expect(board).to_have_attribute("data-line", "live", timeout=20_000)
    stage.served.wait_ready()
    take_back(page)


def test_the_wall_has_no_menus_and_nothing_scrolls(stage, hall):
    page = supervisor(stage, hall, "/admin/?wall=1")
    page.set_viewport_size({"width": 1920, "height": 1080})
    expect(page.locator("#nav-sidebar")).to_be_hidden()
    size = page.evaluate(
        "[document.documentElement.scrollHeight, innerHeight,"
        " document.documentElement.scrollWidth, innerWidth]"
    )
    assert size[0] <= size[1]
    assert size[2] <= size[3]
    look(page, "board-wall")
    page.set_viewport_size({"width": 1280, "height": 800})
    expect(page.locator("board-health [data-tone=ok] >> visible=true")).to_have_count(1)
    assert page.evaluate(STICKS_OUT) == []
    look(page, "board-wall-small")
    page.get_by_role("button", name="Leave the wall").click()
    expect(page.locator("#nav-sidebar")).to_be_visible()

    said = post(page, "Use the north gate")
    # Nobody sits there: small, but with its name, and within reach of the keyboard.
    empty = page.locator("board-seats [data-doing=nobody] button").first
    box = empty.bounding_box()
    assert box
    assert (box["width"] < 80, box["height"] < 50) == (True, True)
    expect(empty).to_have_accessible_name(re.compile(r"\S+.* Nobody$"))
    empty.press("Enter")
    panel = page.get_by_role("dialog")
    expect(panel.get_by_role("heading")).to_be_focused()
    page.keyboard.press("w")
    expect(page.locator("#nav-sidebar")).to_be_hidden()
    expect(panel).to_be_hidden()
    expect(said).to_be_hidden()
    notices = page.locator("board-notices")
    expect(notices).to_contain_text("Use the north gate")
    expect(notices.get_by_role("button")).to_be_hidden()
    page.keyboard.press("Escape")
    expect(page.locator("#nav-sidebar")).to_be_visible()
    take_back(page)
