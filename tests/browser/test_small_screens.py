"""Small phones, turned phones, large type: what matters is in sight, and whole."""

import json
import re

from playwright.sync_api import expect

from tests.browser.fits import fits
from tests.browser.look import picture
from tests.browser.people import Caller
from tests.browser.stage import PHONE_SCREEN, launch_options
from tests.browser.test_odd_phones import nothing_is_cut
from tests.browser.words import Words, both_languages

TURNED = {"width": 844, "height": 390}
LARGE = 32  # px, twice the usual type
# An order to phone, in either language, and what makes it none.
PHONE = re.compile(r"call 110|拨打 110", re.IGNORECASE)
SAFELY = re.compile(r"safe|安全")


def fail_to_send(caller: Caller) -> None:
    """Let no alarm through, until ``unroute``."""
    caller.page.route("**/api/v1/calls", lambda route: route.abort())


def knows_not_sent(caller: Caller) -> None:
    """Wait until the page says that the alarm waits here."""
    caller.is_at("sending")
    expect(caller.page.locator("[data-part=not-sent]")).to_be_visible()


SAFE = "If you can speak safely, call %(phone)s."
NOT_SENT = (
    "Not sent yet. This page keeps trying: keep it open. "
    f"You can write here once it is sent. {SAFE}"
)
NO_LINE = f"No connection for %(seconds)s s. Keep writing. {SAFE}"


@both_languages
def test_a_call_fits_on_every_phone(stage, hall, language):
    operator = stage.operator(hall.operators[0], language)
    operator.takes_seat()
    caller = stage.caller(hall, language)
    caller.open()
    fits(caller, f"idle-{language}")
    fail_to_send(caller)
    caller.tap()
    knows_not_sent(caller)
    fits(caller, f"sending-{language}")
    caller.page.unroute("**/api/v1/calls")
    caller.is_at("waiting")
    caller.sees("Nobody can answer here now. Call %(phone)s.")
    fits(caller, f"waiting-{language}")

    operator.becomes("ready")
    operator.is_at("call")
    caller.is_at("talking")
    caller.sees_officer()
    is_recorded(caller)
    before = where_switches_are(caller)
    caller.writes("Two men at the door, one has a knife")
    operator.has_read("Two men at the door, one has a knife")
    assert where_switches_are(caller) == before  # the first word moves nothing
    operator.writes("I see them. Stay where you are, a car is on its way.")
    caller.has_read("Stay where you are")
    for written in caller.page.locator(".thread li").all()[-2:]:
        expect(written).to_be_in_viewport(ratio=0.99)
    expect(caller.page.locator("[data-part=news]")).to_be_hidden()
    fits(caller, f"talking-{language}")
    is_told_of_the_recording_where_it_is_narrow(caller)

    caller.button("Silent", exact=True).click()
    expect(caller.page.locator(":root[data-silent]")).to_be_attached()
    # How long it has lasted, as in every call.
    expect(caller.page.locator("[data-part=clock]")).to_have_text(
        re.compile("^0[0-4]:")
    )
    fits(caller, f"silent-{language}")


def is_recorded(caller: Caller) -> None:
    """Wait until nothing of what the phone sends is still to change."""
    ticks = caller.page.locator(".ticks")
    expect(ticks.locator("[data-tone=live]")).to_have_count(2)
    kept = ticks.locator("[data-sense=recording][data-tone=ok]")
    expect(kept).to_be_visible(timeout=15_000)


def where_switches_are(caller: Caller) -> object:
    """Return where the switches, the answers and the field stand."""
    boxes = """[...document.querySelectorAll(".controls button, .quick button, #words")]
      .filter((one) => one.checkVisibility())
      .map((one) => Math.round(one.getBoundingClientRect().top))"""
    return caller.page.evaluate(boxes)


def is_told_of_the_recording_where_it_is_narrow(caller: Caller) -> None:
    """Check that an old phone says it too."""
    before = caller.page.viewport_size
    caller.page.set_viewport_size({"width": 320, "height": 568})
    said = caller.page.locator("[data-sense=recording] [data-part=words]")
    expect(said).to_be_in_viewport(ratio=0.99)
    assert before is not None
    caller.page.set_viewport_size(before)


@both_languages
def test_who_hides_is_never_told_to_speak(stage, language):
    line = stage.line()
    caller = stage.caller(None, language, url=line.url, permissions=[])
    caller.open()
    fail_to_send(caller)
    caller.tap(silently=True)
    knows_not_sent(caller)
    caller.sees(NOT_SENT)
    only_if_safe(caller)
    fits(caller, f"hiding-sending-{language}")

    caller.page.unroute("**/api/v1/calls")
    caller.is_at("waiting")
    caller.sees("No position. Write where you are.")
    only_if_safe(caller)
    fits(caller, f"hiding-waiting-{language}")
    line.cut()
    caller.is_told("silent")
    caller.sees(NO_LINE)
    only_if_safe(caller)
    fits(caller, f"hiding-lost-{language}")

    line.restore()
    caller.is_told("waiting", seconds=30)
    caller.hangs_up()
    caller.is_at("ended")
    only_if_safe(caller)


def only_if_safe(caller: Caller) -> None:
    """Check each line that speaks of the telephone."""
    lines = caller.page.locator("body").inner_text().splitlines()
    told = [line for line in lines if PHONE.search(line)]
    assert told
    assert [line for line in told if not SAFELY.search(line)] == []


@both_languages
def test_large_type_cuts_nothing(stage, playwright, cameras, tmp_path, language):
    caller = with_large_type(stage, playwright, cameras, tmp_path, language)
    caller.open()
    size = "getComputedStyle(document.documentElement).fontSize"
    assert caller.page.evaluate(size) == f"{LARGE}px"
    whole(caller, f"idle-{language}")
    caller.tap()
    caller.is_at("waiting")
    caller.sees("No position. Write where you are.")
    whole(caller, f"waiting-{language}")
    caller.button("Silent", exact=True).click()
    expect(caller.page.locator(":root[data-silent]")).to_be_attached()
    whole(caller, f"silent-{language}")
    caller.hangs_up()
    caller.is_at("ended")
    whole(caller, f"ended-{language}")


def with_large_type(stage, playwright, cameras, tmp_path, language) -> Caller:
    """Bring on somebody whose browser shows everything twice as large."""
    (tmp_path / "Default").mkdir()
    wish = {"webkit": {"webprefs": {"default_font_size": LARGE}}}
    (tmp_path / "Default" / "Preferences").write_text(json.dumps(wish))
    words = Words(language)
    context = playwright.chromium.launch_persistent_context(
        tmp_path,
        **launch_options(cameras[0], program="browser"),
        ignore_https_errors=True,
        locale=words.locale,
        viewport=PHONE_SCREEN,
        service_workers="block",
    )
    stage.exits.callback(context.close)
    stage.witness.watch(context)
    return Caller(context, stage.served.url, words)


def whole(caller: Caller, name: str) -> None:
    """Look at it upright and turned."""
    for screen in (TURNED, PHONE_SCREEN):
        caller.page.set_viewport_size(screen)
        picture(caller.page, f"large-{name}-{screen['width']}")
        nothing_is_cut(caller, screen)
