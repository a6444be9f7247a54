"""A colleague's call is to be taken over only once that console is silent."""

import pytest
from playwright.sync_api import expect

from tests.browser.look import look
from tests.browser.words import both_languages


@pytest.mark.deep
@both_languages
def test_take_over_is_offered_while_a_colleagues_console_is_silent(
    stage, talking, pair_hall, language
):
    line = stage.line()
    caller, lost = talking(pair_hall, language, operator_url=line.url)
    number = lost.number()
    deputy = stage.operator(pair_hall.operators[1], language)
    deputy.takes_seat(2)
    page = deputy.page
    page.set_viewport_size({"width": 1280, "height": 720})
    row = page.locator("colleague-seats .seat-row").first
    expect(row).to_contain_text(deputy.words("On a call"))
    button = row.locator("[data-act=ask-take-over]")
    expect(button).to_be_hidden()

    line.hang()  # its lease has 8 s: silent after 4, given up after 8
    button.click(timeout=8_000)
    deputy.sees("That console gives no sign of life. Your reason is kept and told.")
    page.keyboard.type("The screen at desk 1 is dark")
    look(page, f"console-take-over-{language}")
    page.keyboard.press("Enter")
    deputy.is_at("call")
    line.restore()
    assert deputy.number() == number
    caller.is_told("connected")
    # In its wrap-up, or before the seats if its lease ran out: told all the same.
    told = lost.page.get_by_role("alert").filter(
        has_text="The screen at desk 1 is dark"
    )
    expect(told).to_be_visible()
