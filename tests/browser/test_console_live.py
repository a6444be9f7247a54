"""The operator's side of live media: picture and its age, sound, mutings, a warning."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.camera import number_in
from tests.browser.look import look
from tests.browser.stage import PHONE_FRAMES

PICTURE = "caller-picture"
LIVE = "caller-picture [data-part=live]"
STILL = "caller-picture [data-part=still]"
LIVE_WITHIN = 15_000  # ms; two browsers encode and decode on two cores
# A computer with neither, whatever the browser was told to make believe.
NO_DEVICES = """
navigator.mediaDevices.getUserMedia = async () => {
  throw new DOMException("Requested device not found", "NotFoundError");
};
"""
# Whether the last frame that the seat keeps is a picture, and not black.
KEPT_IS_BRIGHT = """() => {
  const kept = document.querySelector("caller-picture [data-part=kept]");
  if (!kept.width) return false;
  const { data } = kept.getContext("2d").getImageData(0, 0, kept.width, kept.height);
  return data.some((value, index) => index % 4 < 3 && value > 100);
}"""
NO_WEBRTC = "delete window.RTCPeerConnection;"


def shows(page: Page, what: str) -> None:
    """Wait until the caller's picture is video, a still, or none."""
    expect(page.locator(PICTURE)).to_have_attribute(
        "data-shown", what, timeout=LIVE_WITHIN
    )


def is_heard(operator) -> None:
    """Wait until the bar of the caller's sound moves."""
    bar = operator.page.locator("caller-phone level-bar")
    operator.until(
        lambda: float(bar.get_attribute("data-level") or 0) > 0.2, seconds=20
    )


def reads_live(operator) -> None:
    """Wait until the video shows a frame of the phone's camera."""
    shows(operator.page, "video")
    assert operator.frame_in(LIVE) < PHONE_FRAMES


def test_live_video_comes_and_survives_a_reload_of_the_console(talking, hall):
    _, operator = talking(hall)
    page = operator.page
    reads_live(operator)
    operator.sees("Live video")
    is_heard(operator)
    expect(page.locator("caller-phone [data-part=rung]")).to_have_text(
        operator.words("Live video")
    )

    page.keyboard.press("Alt+g")
    expect(page.locator(PICTURE)).to_have_attribute("data-veiled", "true")
    expect(page.locator(LIVE)).to_have_css("filter", re.compile("blur"))
    page.keyboard.press("Alt+g")

    operator.reloads()
    operator.is_at("call")
    reads_live(operator)


def test_a_picture_that_stands_says_so_and_never_looks_live(talking, hall):
    caller, operator = talking(hall)
    reads_live(operator)

    caller.context.set_offline(True)
    caller.page.close()
    expect(operator.page.locator(PICTURE)).to_have_attribute(
        "data-age", "ageing", timeout=8000
    )
    operator.sees("Picture frozen for %(seconds)s s")
    expect(operator.page.locator(PICTURE)).to_have_attribute(
        "data-age", "stale", timeout=8000
    )
    expect(operator.page.locator(LIVE)).to_have_css("filter", re.compile("grayscale"))


def test_a_track_that_ends_leaves_its_last_frame_and_no_black(talking, hall):
    _, operator = talking(hall)
    reads_live(operator)
    page = operator.page
    page.wait_for_function(KEPT_IS_BRIGHT)

    page.locator(LIVE).evaluate(
        "video => video.srcObject.getVideoTracks().forEach((track) => track.stop())"
    )
    shows(page, "kept")
    operator.sees("Picture frozen for %(seconds)s s")
    expect(page.locator(LIVE)).to_be_hidden()
    assert page.evaluate(KEPT_IS_BRIGHT)
    look(page, "console-last-frame")


def test_a_seat_without_camera_and_microphone_sees_hears_and_says_so(stage, hall):
    operator = stage.operator(hall.operators[0])
    operator.context.add_init_script(NO_DEVICES)
    operator.reloads()
    operator.is_at("choose")
    operator.takes_seat()
    operator.sees("No camera found. Calls work without it.")
    operator.sees("No microphone found. You can see, hear and write.")
    look(operator.page, "console-without-devices-idle")
    operator.becomes("ready")
    caller = stage.caller(hall)
    caller.open()
    caller.tap()
    operator.is_at("call")

    reads_live(operator)
    is_heard(operator)
    expect(operator.page.locator("own-voice button")).to_contain_text(
        operator.words("No microphone")
    )
    operator.page.keyboard.press("Alt+m")
    operator.sees("No microphone found. Write, or use the telephone.")


def test_without_live_video_stills_go_on_with_their_age(stage, hall):
    operator = stage.operator(hall.operators[0])
    operator.context.add_init_script(NO_WEBRTC)
    operator.reloads()
    operator.is_at("choose")
    operator.takes_seat()
    operator.becomes("ready")
    caller = stage.caller(hall)
    caller.context.add_init_script(NO_WEBRTC)
    caller.open()
    caller.tap()
    operator.is_at("call")

    shows(operator.page, "still")
    assert operator.frame_in(STILL) < PHONE_FRAMES
    operator.sees("This browser cannot do live video. Pictures instead.")
    expect(operator.page.locator("caller-phone [data-part=rung]")).to_contain_text(
        operator.words("the phone's browser cannot do live video")
    )


def test_muting_oneself_is_held_by_the_server_and_survives_a_reload(talking, hall):
    _, operator = talking(hall)
    page, mute = operator.page, operator.page.locator("own-voice button")
    expect(mute).to_contain_text(operator.words("Mute me"))
    page.keyboard.press("Alt+m")
    expect(mute).to_contain_text(operator.words("Muted"))
    expect(mute).to_have_attribute("aria-pressed", "true")

    operator.reloads()
    operator.is_at("call")
    expect(mute).to_contain_text(operator.words("Muted"))
    page.keyboard.press("Alt+m")
    expect(mute).to_contain_text(operator.words("Mute me"))


def test_the_callers_picture_is_stopped_for_everyone_and_let_through_again(
    talking, hall
):
    _, operator = talking(hall)
    page = operator.page
    reads_live(operator)
    page.keyboard.press("Alt+y")
    operator.button("Stop the caller's picture").click()
    operator.sees("You stopped the caller's picture for everyone.")
    shows(page, "none")
    look(page, "console-stopped")
    decoded = page.locator(LIVE).evaluate(FRAMES)
    operator.waits(2)
    assert page.locator(LIVE).evaluate(FRAMES) - decoded < 10

    operator.button("Let the caller's picture through").click()
    reads_live(operator)
    page.keyboard.press("Escape")
    expect(page.locator("#stops-menu")).to_be_hidden()


FRAMES = "(video) => video.getVideoPlaybackQuality().totalVideoFrames"


def test_the_callers_sound_can_be_turned_off_here(talking, hall):
    _, operator = talking(hall)
    audio = operator.page.locator("caller-sound audio")
    is_heard(operator)
    expect(audio).to_have_js_property("muted", value=False)
    operator.page.keyboard.press("Alt+s")
    operator.sees("Turn sound on")
    expect(audio).to_have_js_property("muted", value=True)


@pytest.mark.parametrize("accepts", [True, pytest.param(False, marks=pytest.mark.deep)])
def test_a_warning_is_asked_here_and_decided_on_the_phone(talking, hall, accepts):
    caller, operator = talking(hall)
    page = operator.page
    page.keyboard.press("Alt+w")
    question = page.locator("#warn-ask")
    expect(question).to_be_visible()
    page.keyboard.press("Escape")
    expect(question).to_be_hidden()
    page.keyboard.press("Alt+w")
    look(page, "console-warn-question")
    operator.button("Ask the caller").click()
    operator.sees("Asked. The caller decides.")

    caller.answers_warning(accept=accepts)
    if not accepts:
        operator.sees("The caller said no")
        return
    operator.sees("You are shown large and loud")
    page.keyboard.press("Alt+w")
    operator.sees("Warning ended")


def test_in_a_silent_call_nothing_of_ours_is_sent_and_the_caller_is_heard(stage, hall):
    operator = stage.operator(hall.operators[0])
    operator.takes_seat()
    operator.becomes("ready")
    caller = stage.caller(hall)
    caller.open()
    caller.tap(silently=True)
    operator.is_at("call")
    page = operator.page

    operator.sees("The phone plays no sound; you hear the caller. Write only.")
    expect(page.locator("own-voice button")).to_contain_text(operator.words("Not sent"))
    is_heard(operator)
    page.keyboard.press("Alt+m")
    operator.sees("Silent call: the phone plays no sound, so your voice is not sent.")
    page.keyboard.press("Alt+w")
    operator.sees(
        "In a silent call this ends the silence: only the caller can, and may refuse."
    )


def test_words_and_picture_are_of_one_call_only(talking, hall, stage):
    caller, operator = talking(hall)
    reads_live(operator)
    caller.hangs_up()
    expect(operator.page.locator("evidence-panel")).to_be_visible()
    operator.finishes()

    other = stage.caller(hall)
    other.context.add_init_script(NO_DEVICES)
    other.open()
    other.tap()
    operator.is_at("call")
    shows(operator.page, "none")
    operator.waits(1)
    assert number_in(operator.page, STILL) is None
