"""An alarm from the tap to the end, in two browsers and two languages."""

import re

from playwright.sync_api import expect

from tests.browser import camera
from tests.browser.stage import DESK_FIRST, PHONE_FRAMES
from tests.browser.words import both_languages
from tests.halls import CATEGORY, PHRASE

SEAT_PICTURE = "caller-picture [data-part=still]"
PHONE_PREVIEW = "call-pictures .mine video"
PHONE_PICTURE = "call-pictures img.theirs"
STILLS = 9  # enough to say how many come a second
OLDEST = 1.0  # seconds, when it appears
MOST_RATE = 4.8  # a second: four, and the last one a little early
# A phone that can do no live video: stills are what is left.
NO_WEBRTC = "delete window.RTCPeerConnection;"


@both_languages
def test_an_alarm_from_the_tap_to_the_end(stage, hall, language):
    operator = stage.operator(hall.operators[0], language)
    operator.takes_seat()
    operator.becomes("ready")
    seat = operator.seat().split(" · ")[0]
    caller = stage.caller(hall, language)
    caller.context.add_init_script(NO_WEBRTC)
    caller.open()
    caller.tap()

    operator.is_at("call")  # by itself
    caller.is_at("talking")
    caller.is_told("connected")
    caller.sees("Connected to %(seat)s", seat=seat)
    camera.watch_video(caller.page, PHONE_PREVIEW)
    camera.watch_image(operator.page, SEAT_PICTURE)

    caller.writes("Two men at the door")
    caller.knows_kept("Two men at the door")
    operator.has_read("Two men at the door")
    operator.writes("I see them")
    operator.knows_kept("I see them")
    caller.has_read("I see them")

    phrase = PHRASE[0] if language == "zh" else PHRASE[1]
    operator.button("Phrases").click()
    operator.page.get_by_role("button", name=phrase).click()
    caller.has_read(phrase)
    caller.button("No", exact=True).click()
    expect(operator.messages()).to_have_count(4)
    assert operator.said()[3] == caller.words("No")
    pictures_are_fresh(caller, operator)

    operator.field("Place").fill("Pier 3")
    operator.field("Notes").fill("Two men, one knife")
    operator.chooses_category(CATEGORY[0])
    operator.knows_saved()
    operator.page.reload()
    operator.is_at("call")
    expect(operator.field("Place")).to_have_value("Pier 3")
    expect(operator.field("Notes")).to_have_value("Two men, one knife")
    expect(operator.field("Category")).to_have_value(re.compile(CATEGORY[0]))

    number = operator.number()
    operator.ends_call()
    caller.is_at("ended")
    caller.sees("The call-taker ended the call.")
    caller.sees(
        "If you still need help or are in danger again, call %(phone)s or raise a new "
        "alarm."
    )
    assert re.fullmatch(rf"{hall.code}-\d{{8}}-{number}", caller.end_number())
    operator.finishes()


def pictures_are_fresh(caller, operator):
    """Each side sees the other's camera; no still at the seat is older than 1 s."""
    assert caller.frame_in(PHONE_PICTURE) >= DESK_FIRST
    operator.until(lambda: len(camera.seen(operator.page)) >= STILLS)
    stills, preview = camera.seen(operator.page), camera.seen(caller.page)
    assert all(still.number < PHONE_FRAMES for still in stills)
    ages = camera.ages(stills, preview, PHONE_FRAMES)
    rate = (len(stills) - 1) / (stills[-1].at - stills[0].at)
    assert max(ages) <= OLDEST, ages
    assert 1 <= rate <= MOST_RATE, stills


@both_languages
def test_where_a_person_accepts_the_console_rings(stage, ring_hall, language):
    operator = stage.operator(ring_hall.operators[0], language)
    operator.takes_seat()
    operator.becomes("ready")
    caller = stage.caller(ring_hall, language)
    caller.open()
    caller.tap()

    offer = operator.page.locator("call-offer")
    expect(offer).to_be_visible()
    expect(offer).to_contain_text(f"{ring_hall.number}")
    caller.is_told("waiting")
    caller.sees("The connection works. A call-taker is being asked.")
    operator.button("Accept").click()
    operator.is_at("call")
    caller.is_at("talking")

    caller.hangs_up()
    caller.is_at("ended")
    caller.sees("You ended the call.")
    expect(operator.page.locator("call-head")).to_contain_text(
        operator.words("Ended by the caller")
    )
    operator.finishes()


def test_a_declined_call_goes_to_the_next_seat(stage, ring_hall):
    operator = stage.operator(ring_hall.operators[0])
    operator.takes_seat()
    operator.becomes("ready")
    caller = stage.caller(ring_hall)
    caller.open()
    caller.tap()

    operator.button("Decline").click()
    caller.sees("The connection works. Waiting for a call-taker.")
    caller.hangs_up()
    caller.is_at("ended")
