"""Without JavaScript, without cookies, without leave to use camera and position."""

import json
import re

import pytest
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import expect

from tests.browser.look import picture
from tests.browser.people import Caller, Operator
from tests.browser.stage import PHONE_SCREEN, launch_options
from tests.browser.words import Words

BLOCK = 2  # Chromium's content setting


def default_desk(stage) -> Operator:
    """Bring on an operator where alarms without a place go."""
    operator = stage.operator("li")
    free = operator.page.locator("seat-chooser .seat-card:enabled").first
    free.click()
    operator.is_at("idle")
    return operator


def answer(operator: Operator, number: str) -> None:
    """Become ready; end what others left in the line until this call is here."""
    operator.becomes("ready")
    operator.is_at("call")
    while (serial := operator.number()) != number.split("-")[-1]:
        operator.ends_call()
        operator.button("Done").click()
        shown = operator.page.locator("call-head [data-part=number]")
        expect(shown).not_to_have_text(serial)


def leave(operator: Operator) -> None:
    """End the call and leave the seat free for the next test."""
    operator.ends_call()
    operator.becomes("off")
    operator.finishes()
    operator.button("Leave seat").click()
    operator.is_at("choose")


def shows_as_kept(caller: Caller, words: str) -> None:
    """Check that nobody need send these words twice."""
    kept = caller.page.get_by_text("The police have these words:").locator("..")
    expect(kept).to_contain_text(words)


def test_the_form_alone_raises_the_alarm_in_words(stage):
    operator = default_desk(stage)
    caller = stage.caller(None, java_script_enabled=False)
    caller.page.goto(caller.url)
    expect(caller.page.locator(".alarm-button")).to_be_visible()
    expect(caller.page.locator(".what-happens")).to_be_hidden()  # nothing of it is true
    field = caller.page.get_by_label("What is happening, and where? (optional)")
    field.fill("Two men at pier 3")
    caller.tap()
    expect(caller.page.get_by_role("heading", name="Alarm received")).to_be_visible()
    number = caller.page.locator(".quote").inner_text()
    assert re.fullmatch(r"370600-\d{8}-\d{4,}", number)
    expect(caller.page.get_by_role("link", name="Call 110")).to_be_visible()
    shows_as_kept(caller, "Two men at pier 3")
    caller.page.get_by_label("Something to add?").fill("One has a knife")
    caller.page.get_by_role("button", name="Send these words too").click()
    shows_as_kept(caller, "One has a knife")
    picture(caller.page, "without-scripts-more-words")
    assert caller.page.locator(".quote").inner_text() == number

    answer(operator, number)
    operator.has_read("Two men at pier 3")
    operator.has_read("One has a knife")
    operator.sees("The phone runs no scripts: nobody there reads this.")
    operator.sees("The phone has not said where it is, and cannot be asked.")
    leave(operator)


@pytest.fixture
def cookieless(stage, playwright, cameras, hall, tmp_path):
    """A caller whose browser refuses every cookie, and all storage with them."""
    refusal = {"profile": {"default_content_setting_values": {"cookies": BLOCK}}}
    (tmp_path / "Default").mkdir()
    (tmp_path / "Default" / "Preferences").write_text(json.dumps(refusal))
    latitude, longitude = hall.place
    context = playwright.chromium.launch_persistent_context(
        tmp_path,
        **launch_options(cameras[0], program="browser"),
        ignore_https_errors=True,
        locale="en-GB",
        viewport=PHONE_SCREEN,
        geolocation={"latitude": latitude, "longitude": longitude},
        permissions=["geolocation", "camera"],
    )
    stage.exits.callback(context.close)
    stage.witness.watch(context)
    return Caller(context, stage.served.url, Words("en"))


def test_refused_cookies_cost_nothing(stage, hall, cookieless):
    operator = stage.operator(hall.operators[0])
    operator.takes_seat()
    operator.becomes("ready")
    caller = cookieless
    caller.open()
    caller.tap()
    operator.is_at("call")
    caller.is_at("talking")
    assert caller.context.cookies() == []
    with pytest.raises(PlaywrightError, match="SecurityError"):
        caller.page.evaluate("window.sessionStorage.length")
    caller.writes("No cookie for you")
    operator.has_read("No cookie for you")
    operator.writes("None needed")
    caller.has_read("None needed")
    operator.ends_call()
    caller.is_at("ended")


def test_who_refuses_camera_and_position_still_talks(stage):
    operator = default_desk(stage)
    caller = stage.caller(None, permissions=[])
    caller.open()
    caller.tap()
    number = caller.number()
    caller.sees("No position. Write where you are.")
    answer(operator, number)
    caller.is_at("talking")
    operator.sees("The phone has not said where it is. Ask.")
    caller.writes("I am at pier 3")
    operator.has_read("I am at pier 3")
    leave(operator)
