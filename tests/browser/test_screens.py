"""Every screen in both languages: axe finds nothing, and a picture is kept to look at.

The caller's pages are light in one language and dark in the other.
"""

import re

from django.template.loader import render_to_string
from django.utils import translation
from playwright.sync_api import expect

from tests.browser.look import look
from tests.browser.words import both_languages
from tests.halls import CATEGORY

SCHEMES = {"en": "light", "zh": "dark"}
POLICY = "default-src 'none'; style-src 'self'; img-src 'self'"


@both_languages
def test_the_callers_screens(stage, hall, language):
    operator = stage.operator(hall.operators[0], language)
    operator.takes_seat()
    before = stage.caller(hall, language)  # whom the seat takes first
    before.open()
    before.tap()
    before.is_at("waiting")
    caller = stage.caller(hall, language, color_scheme=SCHEMES[language])
    page = caller.page

    def see(name):
        look(page, f"caller-{name}-{language}")

    caller.open()
    see("1-idle")
    page.route("**/api/v1/calls", lambda route: route.abort())
    caller.tap()
    caller.is_at("sending")
    expect(page.locator("[data-part=not-sent]")).to_be_visible()
    see("2-sending")
    page.unroute("**/api/v1/calls")
    caller.is_at("waiting")
    caller.sees("Nobody can answer here now. Call %(phone)s.")
    see("3-nobody-on-duty")
    operator.becomes("ready")
    before.is_at("talking")
    caller.sees("You are next")
    # With words below it, there is little room to unfold anything.
    caller.writes("Two men at the door, one has a knife")
    caller.knows_kept("Two men at the door, one has a knife")
    page.locator("phone-check summary").click()
    expect(page.locator("#phone")).to_be_in_viewport(ratio=1)
    see("4-waiting-phone")
    page.locator("phone-check summary").click()
    caller.presses("End")
    # A sheet that leaves a strip of what it covers looks broken.
    expect(page.locator("#words")).to_be_hidden()
    see("5-end-question")
    caller.button("No, go on").click()
    expect(page.locator("#words")).to_be_visible()

    before.hangs_up()
    operator.button("Done").click()
    caller.is_at("talking")
    operator.writes("I see your camera. Are you alone?")
    caller.button("Yes", exact=True).click()
    operator.has_read(caller.words("Yes"))
    caller.sees_officer()
    see("6-talking")

    other = caller.another_window()
    other.open()
    other.is_told("watching")
    look(other.page, f"caller-7-watching-{language}")
    other.page.close()

    caller.button("Silent", exact=True).click()
    caller.presses("Leave silence")
    see("8-silent")
    caller.button("Stay silent").click()
    operator.ends_call()
    caller.is_at("ended")
    see("9-ended")
    operator.finishes()


@both_languages
def test_a_silent_callers_screens(stage, language):
    caller = stage.caller(None, language, permissions=[])
    caller.open()
    caller.tap(silently=True)
    caller.is_at("waiting")
    caller.sees("No position. Write where you are.")
    look(caller.page, f"caller-silent-waiting-{language}")
    caller.hangs_up()
    caller.is_at("ended")
    look(caller.page, f"caller-silent-ended-{language}")


@both_languages
def test_the_desks_screens(stage, ring_hall, language):
    operator = stage.operator(ring_hall.operators[0], language)
    page = operator.page

    def see(name):
        look(page, f"desk-{name}-{language}")

    see("1-choose")
    operator.takes_seat()
    see("2-off")
    caller = stage.caller(ring_hall, language)
    caller.open()
    caller.tap()
    expect(page.locator("waiting-line .line-call")).to_have_count(1)
    see("3-line")
    operator.button("Keys and settings").click()
    see("4-keys")
    operator.button("Close").click()
    operator.becomes("ready")
    expect(page.locator("call-offer")).to_be_visible()
    see("5-offer")
    operator.button("Accept").click()
    operator.is_at("call")
    caller.is_at("talking")
    caller.writes("Two men at the door, one has a knife")
    operator.has_read("Two men at the door, one has a knife")
    operator.writes("I see them. Stay where you are.")
    operator.field("Place").fill("Pier 3")
    operator.field("Notes").fill("Two men, one knife")
    operator.chooses_category(CATEGORY[0])
    operator.knows_saved()
    expect(page.locator("caller-picture")).to_have_attribute(
        "data-shown", re.compile("video|still")
    )
    see("6-call")
    operator.button("Phrases").click()
    operator.button("End call").click()
    see("7-end-question")
    operator.button("No, go on").click()
    caller.button("Silent", exact=True).click()
    expect(page.locator("call-head [data-part=silent]")).to_be_visible()
    see("8-silent")

    other = operator.another_window()
    other.open()
    other.is_at("choose")
    look(other.page, f"desk-9-choose-mine-{language}")
    other.seat_card(1).click()
    other.is_at("call")
    operator.is_at("elsewhere")
    see("10-elsewhere")
    other.ends_call()
    look(other.page, f"desk-11-wrap-up-{language}")
    other.finishes()
    operator.button("Use here").click()
    operator.is_at("idle")
    other.open()
    other.button("Sign out").click()
    operator.is_at("signed_out")
    see("12-signed-out")


@both_languages
def test_the_staffs_plain_pages(stage, language):
    operator = stage.operator("sun", language)
    page, words = operator.page, operator.words
    for path, name in [("password/change", "password"), ("logout", "logout")]:
        page.goto(f"{operator.url}/accounts/{path}/")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        look(page, f"staff-{name}-{language}")
    operator.context.clear_cookies()
    page.goto(f"{operator.url}/accounts/login/")
    look(page, f"staff-login-{language}")
    page.get_by_label(words("User name")).fill("nobody")
    page.get_by_label(words("Password")).fill("wrong")
    operator.button("Sign in").click()
    expect(page.get_by_role("alert")).to_be_visible()
    look(page, f"staff-login-refused-{language}")


@both_languages
def test_the_page_after_the_plain_form(stage, language):
    caller = stage.caller(
        None, language, color_scheme=SCHEMES[language], permissions=[]
    )
    page = caller.page
    # With scripts it goes on by itself, too soon to be looked at.
    page.route("**/go_on*.js", lambda route: route.abort())
    page.route("**/main*.js", lambda route: route.abort())
    page.goto(caller.url)
    caller.tap()
    number = page.locator(".quote")
    expect(number).to_be_visible()
    told = number.inner_text()
    look(page, f"plain-done-{language}")

    page.unroute("**/main*.js")
    page.locator('a[href="/"]').click()
    caller.is_at("waiting")
    assert caller.number() == told
    caller.hangs_up()
    caller.is_at("ended")


@both_languages
def test_error_pages(stage, language):
    caller = stage.caller(None, language, color_scheme=SCHEMES[language])
    page = caller.page
    assert page.goto(f"{caller.url}/nowhere/").status == 404
    # The number to dial looks as it does everywhere: of this style, and with its icon.
    dial = page.locator(".call-button:has(.icon)")
    expect(dial).to_have_css("background-color", "rgb(168, 18, 27)")
    look(page, f"error-404-{language}")
    for code in (400, 403, 500, 503):
        with translation.override("en" if language == "en" else "zh-hans"):
            serve_page(page, code, render_to_string(f"{code}.html"))
        page.goto(f"{caller.url}/{code}")
        look(page, f"error-{code}-{language}")


def serve_page(page, code, body):
    """Let an address of the server show a page that it shows only in trouble."""
    policy = {"Content-Security-Policy": POLICY}
    page.route(
        f"**/{code}",
        lambda route: route.fulfill(
            body=body, content_type="text/html", headers=policy
        ),
    )
