"""The operator's console at one seat, in every state."""

from playwright.sync_api import expect

from tests.browser.people import SETTLED, Caller, Operator
from tests.pictures.phone import SAID, leaves, sees_moving, talk
from tests.pictures.studio import LAISHAN, ZHIFU, Studio

WIDE, NARROW = {"width": 1440, "height": 900}, {"width": 1280, "height": 720}
NOTES = {
    "en": (
        "Under no. 12, on the street",
        "One man, dark hood, torch. Red car, alarm on.",
    ),
    "zh": ("12号楼下，路边", "一名男子，深色连帽衫，手电。红色轿车，警报在响。"),
}
# By the rules a caller who is lost is waited for two minutes.
LOST_MS = 135_000


def seat(studio: Studio) -> None:
    """Coming, sitting down, and leaving."""
    context = studio.context(studio.desks["chen"], viewport=WIDE)
    page = context.new_page()
    page.goto(f"{studio.served.url}/console/")
    studio.keep(page, "console-sign-in")
    operator = studio.operator("chen")
    page = operator.page
    operator.waits(1)
    studio.keep(page, "console-choose")
    operator.takes_seat()
    operator.waits(2)
    studio.keep(page, "console-off")
    operator.becomes("ready")
    operator.waits(1)
    studio.keep(page, "console-ready")
    operator.button("Keys and settings").click()
    operator.waits(SETTLED)
    studio.keep(page, "console-keys")
    operator.button("Close").click()
    other = operator.another_window()
    other.open()
    other.is_at("choose")
    other.seat_card(1).click()
    other.is_at("idle")
    operator.is_at("elsewhere")
    studio.keep(page, "console-elsewhere")
    operator.button("Use here").click()
    operator.is_at("idle")
    operator.becomes("off")
    operator.button("Leave seat").click()
    other.open()
    other.is_at("choose")
    other.button("Sign out").click()
    operator.is_at("signed_out")
    studio.keep(page, "console-signed-out")


def line(studio: Studio) -> None:
    """Calls that wait while nobody is ready."""
    operator = studio.operator("chen")
    operator.takes_seat()
    beside = studio.beside()
    beside.taps(ZHIFU)
    beside.taps(ZHIFU, silently=True)
    beside.taps((37.5301, 121.4003))
    calls = operator.page.locator("waiting-line .line-call")
    expect(calls).to_have_count(3)
    operator.waits(3)
    studio.keep(operator.page, "console-line")
    operator.button("Leave seat").click()


def ringing(studio: Studio) -> None:
    """Where a person accepts: a ring, a silent one, and one that nobody took."""
    operator = studio.seated("wang")
    offer = operator.page.locator("call-offer")
    caller = studio.caller(LAISHAN)
    caller.open()
    caller.tap()
    expect(offer).to_be_visible()
    caller.writes(SAID[studio.language][0])
    operator.waits(3)
    studio.keep(operator.page, "console-ringing")
    operator.button("Accept").click()
    operator.is_at("call")
    operator.number()
    operator.ends_call()
    operator.finishes()
    beside = studio.beside()
    beside.taps(LAISHAN, silently=True)
    expect(offer).to_be_visible()
    operator.waits(2)
    studio.keep(operator.page, "console-ringing-silent")
    menu = operator.page.get_by_label(operator.words("Availability"), exact=True)
    expect(menu).to_have_attribute("data-availability", "away", timeout=30_000)
    operator.waits(1)
    studio.keep(operator.page, "console-away")
    operator.becomes("off")
    operator.button("Leave seat").click()


def call(studio: Studio) -> None:
    """One call at the seat, from its picture to its end."""
    caller, operator = talk(studio)
    page = operator.page
    place, notes = NOTES[studio.language]
    operator.field("Place").fill(place)
    operator.field("Notes").fill(notes)
    operator.chooses_category("0102")
    operator.knows_saved()
    page.keyboard.press("Alt+p")
    operator.sees("Kept as evidence %(time)s")
    page.locator("[data-part=live]").click()
    operator.waits(3)
    studio.keep(page, "console-call")
    page.set_viewport_size(NARROW)
    operator.waits(1)
    studio.keep(page, "console-call-small")
    page.set_viewport_size(WIDE)
    page.evaluate("document.documentElement.dataset.theme = 'light'")
    operator.waits(1)
    studio.keep(page, "console-call-light")
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    operator.button("Phrases").click()
    operator.waits(SETTLED)
    studio.keep(page, "console-phrases")
    operator.button("Phrases").click()
    page.keyboard.press("Alt+w")
    operator.waits(SETTLED)
    studio.keep(page, "console-warn")
    page.keyboard.press("Escape")
    page.keyboard.press("Alt+d")
    expect(page.locator("evidence-panel .clip").first).to_be_visible()
    operator.waits(2)
    studio.keep(page, "console-evidence")
    page.keyboard.press("Alt+d")
    operator.button("End call").click()
    operator.waits(SETTLED)
    studio.keep(page, "console-end-question")
    operator.button("No, go on").click()
    caller.presses("Silent")
    expect(page.locator("call-head [data-part=silent]")).to_be_visible()
    operator.waits(1)
    studio.keep(page, "console-silent")
    operator.ends_call()
    operator.waits(2)
    studio.keep(page, "console-wrap-up")
    leaves(operator, is_in_call=False)


def lost(studio: Studio) -> None:
    """The phone falls silent; the call ends, and is to be called back."""
    caller, operator = talk(studio)
    caller.context.close()
    operator.sees("Picture frozen for %(seconds)s s", seconds=20)
    lost = operator.page.locator("caller-picture [data-part=lost]")
    expect(lost).to_be_visible(timeout=20_000)
    operator.waits(4)
    studio.keep(operator.page, "console-lost")
    over = operator.page.locator("call-head [data-part=wrap-up]")
    expect(over).to_be_visible(timeout=LOST_MS)
    operator.becomes("off")
    operator.finishes()
    operator.page.locator("call-backs .back").first.wait_for()
    operator.waits(1)
    studio.keep(operator.page, "console-call-back")
    operator.button("Leave seat").click()


def cut(studio: Studio) -> None:
    """The console's own line is cut."""
    with studio.line() as line:
        operator = studio.seated("chen", url=line.url)
        caller = _calls(studio, operator)
        line.cut()
        cut = operator.page.locator("console-bar [data-part=cut]")
        expect(cut).to_be_visible(timeout=10_000)
        operator.waits(2)
        studio.keep(operator.page, "console-cut")
        line.restore()
        expect(cut).to_be_hidden(timeout=20_000)
        caller.hangs_up()
        leaves(operator, is_in_call=False)


def _calls(studio: Studio, operator: Operator) -> Caller:
    caller = studio.caller()
    caller.open()
    caller.tap()
    operator.is_at("call")
    operator.number()
    caller.is_at("talking")
    sees_moving(operator, "caller-picture [data-part=live]")
    caller.writes(SAID[studio.language][0])
    operator.has_read(SAID[studio.language][0])
    return caller


SCENES = {
    "console-seat": seat,
    "console-line": line,
    "console-ringing": ringing,
    "console-call": call,
    "console-lost": lost,
    "console-cut": cut,
}
