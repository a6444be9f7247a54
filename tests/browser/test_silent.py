"""A silent alarm: nothing sounds or shakes, the screen is dark, and it can be used."""

from io import BytesIO

import av
import numpy as np
from playwright.sync_api import expect

from tests.browser.look import look

# Every way in which a page can be heard or felt, written down instead.
LISTEN = """
window.noises = [];
const note = (name) => window.noises.push(name);
for (const name of ["AudioContext", "webkitAudioContext", "Notification"]) {
  if (!window[name]) continue;
  window[name] = new Proxy(window[name], {
    construct(target, args) { note(name); return new target(...args); },
  });
}
window.Audio = new Proxy(window.Audio, {
  construct(target, args) { note("Audio"); return new target(...args); },
});
const play = HTMLMediaElement.prototype.play;
HTMLMediaElement.prototype.play = function () {
  if (!this.muted) note(`${this.localName}.play`);
  return play.call(this);
};
const vibrate = navigator.vibrate?.bind(navigator);
Navigator.prototype.vibrate = (times) => { note("vibrate"); return vibrate(times); };
const speak = speechSynthesis.speak.bind(speechSynthesis);
SpeechSynthesis.prototype.speak = (words) => { note("speak"); speak(words); };
"""
DARK = 40  # of 255: what a screen in a dark room may be bright, in the middle


def brightness(page) -> float:
    """Return the median brightness of what is on the screen, 0 to 255."""
    with av.open(BytesIO(page.screenshot())) as picture:
        frame = next(picture.decode(video=0))
    return float(np.median(frame.to_ndarray(format="gray")))


def test_a_silent_alarm_makes_no_sound_and_no_light(stage, hall):
    operator = stage.operator(hall.operators[0])
    operator.takes_seat()
    caller = stage.caller(hall, color_scheme="light")
    caller.context.add_init_script(LISTEN)
    caller.open()
    assert brightness(caller.page) > 128
    caller.tap(silently=True)
    caller.is_at("waiting")
    assert brightness(caller.page) < DARK
    caller.button("I can't speak").click()

    operator.becomes("ready")
    operator.is_at("call")
    expect(operator.page.locator("call-head [data-part=silent]")).to_be_visible()
    expect(operator.page.locator("text-thread [data-part=silent]")).to_be_visible()
    operator.has_read("I can't speak")
    caller.is_at("talking")
    assert brightness(caller.page) < DARK

    operator.writes("Are you alone?")
    caller.has_read("Are you alone?")
    for answer in ("Yes", "No", "Not sure", "Danger now"):
        caller.button(answer, exact=True).click()
        operator.has_read(answer)
    danger = operator.page.locator("text-thread .message[data-danger=true]")
    expect(danger).to_have_count(1)
    expect(danger.locator(".message-danger")).to_be_visible()
    operator.sees("The caller says: danger now.")
    preview = operator.page.locator("caller-picture camera-preview")
    expect(preview).to_contain_text(
        operator.words("The caller does not see you: silent call.")
    )
    expect(preview).to_have_attribute("data-unseen", "true")
    look(operator.page, "console-silent-danger")
    expect(caller.page.locator("call-pictures img.theirs")).to_be_hidden()

    caller.reloads()
    caller.is_at("talking")
    assert brightness(caller.page) < DARK
    operator.ends_call()
    expect(operator.page.locator("call-room")).to_be_hidden()  # it would say nothing
    look(operator.page, "console-silent-wrap-up")
    caller.is_at("ended")
    assert brightness(caller.page) < DARK
    assert caller.page.evaluate("window.noises") == []


def test_silence_can_be_entered_and_left_in_mid_call(talking, hall):
    caller, operator = talking(hall)
    band = operator.page.locator("call-head [data-part=silent]")
    expect(band).to_be_hidden()
    caller.button("Silent", exact=True).click()
    expect(band).to_be_visible()
    assert brightness(caller.page) < DARK

    caller.presses("Leave silence")
    caller.button("Leave", exact=True).click()
    expect(band).to_be_hidden()
    assert brightness(caller.page) > 128
