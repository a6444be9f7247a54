"""The live call on the phone: up and down the ladder, silent, and for an offender."""

import signal

import pytest
from playwright.sync_api import expect

from tests.browser import camera
from tests.browser.frames import Frames
from tests.browser.people import SETTLED
from tests.browser.processes import relay_of, tell
from tests.browser.stage import DESK_FIRST, DESK_FRAMES
from tests.browser.test_silent import LISTEN

OFFICER = "officer-frame video.theirs"
FALL, RISE = 15, 20  # seconds


def begin(stage, hall, *, silently=False):
    """Bring on both sides in a live call, with what the phone says on its socket."""
    operator = stage.operator(hall.operators[0])
    operator.takes_seat()
    operator.becomes("ready")
    caller = stage.caller(hall)
    caller.context.add_init_script(LISTEN)
    frames = Frames(caller.page)
    caller.open()
    caller.tap(silently=silently)
    operator.is_at("call")
    caller.is_at("talking")
    caller.until(lambda: rung(frames) == "video", seconds=RISE)
    return caller, operator, frames


def rung(frames) -> str | None:
    """Return what the phone last said it gives."""
    return frames.last_sent("report_device").get("rung")


@pytest.mark.deep
def test_it_falls_to_stills_and_climbs_back_without_a_new_call(stage, hall, served):
    caller, operator, frames = begin(stage, hall)
    number = caller.number()
    expect(caller.page.locator("officer-frame")).to_have_attribute("data-live", "")
    camera.watch_video(caller.page, OFFICER)
    caller.until(lambda: len(camera.seen(caller.page)) > 20)
    assert {one.number for one in camera.seen(caller.page)} <= set(
        range(DESK_FIRST, DESK_FIRST + DESK_FRAMES)
    )
    caller.waits(1)
    before = frames.count_sent("still")
    caller.waits(3)
    assert frames.count_sent("still") == before, "stills beside live video"
    caller.waits(6)  # the first climb is no news; a fall afterwards is

    relay = relay_of(served)
    assert relay is not None
    tell([relay], signal.SIGSTOP)
    try:
        caller.until(lambda: rung(frames) == "stills", seconds=FALL)
        caller.sees("Live video does not get through now.")
        caller.until(lambda: frames.count_sent("still") > before + 3)
        caller.writes("Still here")
        operator.has_read("Still here")
    finally:
        tell([relay], signal.SIGCONT)
    caller.until(lambda: rung(frames) == "video", seconds=30)
    caller.sees("Live video reaches the police now.", seconds=20)
    assert caller.number() == number


def test_in_silence_nothing_sounds_and_the_seat_still_sees(stage, hall):
    caller, operator, frames = begin(stage, hall, silently=True)
    report = frames.last_sent("report_device")
    assert report["microphone"] == "on"
    caller.until(
        lambda: frames.last_sent("report_device")["recording"] == "kept", seconds=20
    )
    operator.page.locator("caller-picture [data-part=live]").wait_for()
    caller.waits(2)
    players = caller.page.evaluate(
        """() => [...document.querySelectorAll("audio, video")].map((player) => ({
          muted: player.muted,
          sounds: player.srcObject?.getAudioTracks().length ?? 0,
        }))"""
    )
    assert all(player["muted"] and player["sounds"] == 0 for player in players), players
    assert caller.page.evaluate("window.noises") == []
    expect(caller.page.locator("officer-frame")).to_be_hidden()


def test_going_silent_in_mid_call_takes_the_sound_at_once(stage, hall):
    caller, _, frames = begin(stage, hall)
    officer = caller.page.locator(OFFICER)
    caller.until(lambda: officer.evaluate("video => !video.muted && !video.paused"))
    caller.button("Silent", exact=True).click()
    caller.until(lambda: officer.evaluate("video => video.srcObject === null"))
    assert officer.evaluate("video => video.muted")
    assert frames.last_sent("report_device")["microphone"] == "on"
    caller.presses("Leave silence")
    caller.button("Leave", exact=True).click()
    caller.until(lambda: officer.evaluate("video => !video.muted && !video.paused"))


def asks_to_warn(operator) -> None:
    """Press what asks the caller to show the officer."""
    operator.page.locator("warn-offender [data-part=warn]").click()
    operator.page.locator("warn-offender [data-part=warn-yes]").click()


def test_the_officer_is_shown_large_only_on_the_callers_nod(stage, hall):
    caller, operator, _ = begin(stage, hall)
    frame = caller.page.locator("officer-frame")
    question = caller.page.locator("warning-question")
    asks_to_warn(operator)
    expect(question).to_be_visible()
    no = question.get_by_role("button", name="No, do not show")
    expect(no).to_be_focused()
    expect(frame).not_to_have_attribute("data-large", "")
    caller.answers_warning(accept=False)
    expect(question).to_be_hidden()
    expect(frame).not_to_have_attribute("data-large", "")

    operator.sees("The caller said no")  # else the same button takes the question back
    asks_to_warn(operator)
    caller.answers_warning(accept=True)
    expect(frame).to_have_attribute("data-large", "")
    box, screen = frame.bounding_box(), caller.page.viewport_size
    assert (box["width"], box["height"]) == (screen["width"], screen["height"])
    assert caller.page.locator(OFFICER).evaluate("video => !video.muted")
    expect(frame.locator("[data-part=police]")).to_contain_text("Police.")
    caller.button("Back to the call").click()
    expect(frame.locator("[data-part=police]")).to_be_hidden()
    expect(frame).not_to_have_attribute("data-large", "")
    caller.is_at("talking")


def test_in_silence_a_yes_ends_it_and_a_no_does_not(stage, hall):
    caller, operator, _ = begin(stage, hall, silently=True)
    question = caller.page.locator("warning-question")
    asks_to_warn(operator)
    expect(question).to_contain_text("This ends silence")
    no = question.get_by_role("button", name="No, do not show")
    expect(no).to_be_focused()
    caller.answers_warning(accept=False)
    expect(caller.alarm).to_have_attribute("data-mode", "silent")
    assert caller.page.evaluate("window.noises") == []

    operator.sees("The caller said no")  # else the same button takes the question back
    asks_to_warn(operator)
    caller.answers_warning(accept=True)
    expect(caller.alarm).to_have_attribute("data-mode", "normal")
    expect(caller.page.locator("officer-frame")).to_have_attribute("data-large", "")
    operator.page.locator("warn-offender [data-part=warn]").click()
    expect(caller.page.locator("officer-frame")).not_to_have_attribute("data-large", "")


def test_a_thumb_on_its_way_to_something_else_answers_no_question(stage, hall):
    caller, operator, frames = begin(stage, hall, silently=True)
    question = caller.page.locator("warning-question")
    caller.page.evaluate(PRESS_AT_ONCE, "warn")
    asks_to_warn(operator)
    caller.until(lambda: caller.page.evaluate("window.isPressed"))
    caller.waits(SETTLED)
    expect(question).to_be_visible()
    expect(caller.alarm).to_have_attribute("data-mode", "silent")
    assert frames.count_sent("answer_warning") == 0

    caller.answers_warning(accept=False)
    expect(question).to_be_hidden()
    operator.sees("The caller said no")


def test_a_press_while_the_page_changes_hides_no_question_unanswered(stage, hall):
    """It was dropped by the page, and the question vanished all the same."""
    operator = stage.operator(hall.operators[0])
    operator.takes_seat()
    operator.becomes("ready")
    caller = stage.caller(hall)
    caller.open()
    caller.page.wait_for_function(
        "() => Boolean(customElements.get('warning-question'))"
    )
    caller.page.evaluate(PRESS_AS_IT_CHANGES)
    caller.tap()
    caller.is_at("talking")
    assert caller.page.evaluate("window.stayed") is True


PRESS_AT_ONCE = """(command) => {
  const question = document.querySelector("warning-question");
  new MutationObserver(() => {
    if (question.hidden || window.isPressed) return;
    window.isPressed = true;
    question.querySelector(`[data-command=${command}]`).click();
  }).observe(question, { attributeFilter: ["hidden"] });
}"""
PRESS_AS_IT_CHANGES = """() => {
  const page = document.querySelector("alarm-page");
  const question = page.querySelector("warning-question");
  new MutationObserver(() => {
    if (page.dataset.phase !== "talking" || "stayed" in window) return;
    question.hidden = false;
    question.querySelector("[data-command=refuse-warning]").click();
    window.stayed = !question.hidden;
    question.hidden = true;
  }).observe(page, { attributeFilter: ["data-phase"] });
}"""
