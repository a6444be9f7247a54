"""Law 8: a silent call is heard at the seat, and nothing sounds at the phone.

The ear stands at the phone's outputs (``ear.py``), the relay counts what it sends.
The seat's page holds its voice back in silence; here it is made to forget that, so that
what is proved is the server's own word.
"""

import pytest
from playwright.sync_api import expect

from tests.browser import sound
from tests.browser.ear import AUDIBLE, SILENCE, forget, heard, put_ear
from tests.browser.look import picture
from tests.browser.recorded import recordings
from tests.browser.relay_legs import legs
from tests.browser.sound import PHONE_HERTZ

SEAT_SOUND = "caller-sound [data-part=audio]"
PHONE_VIDEO = "officer-frame video.theirs"
BEEPS = 5  # seconds of the caller's microphone that must be heard
PACKETS = 100  # 2 s of sound
LATE_PACKETS = 25  # half a second until the relay knows what the phone knows
TAKEN_IN = 40  # seconds from the end of a call to two closed recordings

# A seat whose page would hold its voice back cannot.
LOUD_SEAT = """
Object.defineProperty(MediaStreamTrack.prototype, "enabled", {
  get: () => true, set: () => {},
});
"""


def loud_operator(stage, hall):
    """Bring on an operator who is always heard by the server."""
    operator = stage.operator(hall.operators[0])
    operator.context.add_init_script(LOUD_SEAT)
    operator.reloads()
    operator.is_at("choose")
    operator.takes_seat()
    operator.becomes("ready")
    return operator


def listening_caller(stage, hall):
    """Bring on a caller with an ear at the phone."""
    caller = stage.caller(hall)
    put_ear(caller.context)
    caller.open()
    return caller


def hear_the_caller(operator):
    """Wait until so many of the caller's beeps were heard at the seat."""
    operator.until(
        lambda: len(sound.seconds_heard(operator.page, PHONE_HERTZ)) >= BEEPS,
        seconds=40,
    )


def more_was_sent_by_the_seat(operator, served):
    """Wait until the relay got two more seconds of the seat's voice."""
    before = legs(served)["host"].audio_in
    operator.until(
        lambda: (
            "host" in (now := legs(served)) and now["host"].audio_in > before + PACKETS
        ),
        seconds=40,
    )


def test_a_silent_call_sounds_at_the_seat_and_never_at_the_phone(stage, hall, served):
    operator = loud_operator(stage, hall)
    caller = listening_caller(stage, hall)
    caller.tap(silently=True)
    operator.is_at("call")
    caller.is_at("talking")
    number = caller.number()
    sound.hear(operator.page, SEAT_SOUND)
    hear_the_caller(operator)
    more_was_sent_by_the_seat(operator, served)

    # Whatever else could make a phone ring, speak or shake.
    operator.writes("Are you alone?")
    caller.has_read("Are you alone?")
    operator.page.locator("[data-act=warn]").click()
    operator.button("Ask the caller").click()
    caller.button("No, do not show").wait_for()
    picture(caller.page, "silent_warning_phone")
    caller.answers_warning(accept=False)
    picture(caller.page, "silent_phone")
    picture(operator.page, "silent_seat")
    operator.reloads()
    operator.is_at("call")
    operator.until(lambda: "host" in (now := legs(served)) and now["host"].is_up)
    more_was_sent_by_the_seat(operator, served)

    now = legs(served)
    assert now["guest"].audio_out == 0, now
    assert now["guest"].audio_in > PACKETS
    operator.ends_call()
    caller.is_at("ended")
    ear = heard(caller.page)
    print(f"silent: {ear}; guest {now['guest']}; host {now['host']}")
    assert ear.remote_tracks >= 1
    assert ear.seconds > 5
    assert ear.loudest < SILENCE, ear
    assert ear.felt == []
    assert {"phone", "relay"} == sources_with_beeps(operator, served, number)


def sources_with_beeps(operator, served, number):
    """Return which recordings of the caller hold their beeps, once all are closed."""
    operator.until(
        lambda: (
            len(clips := recordings(served, number)) >= 2
            and all(clip.is_closed for clip in clips)
        ),
        seconds=TAKEN_IN,
    )
    return {
        clip.row["source"]
        for clip in recordings(served, number)
        if sum(len(part.beeps) for part in clip.segments(PHONE_HERTZ)) >= BEEPS
    }


@pytest.mark.deep
def test_the_ear_hears_a_normal_call_and_no_more_once_it_is_silent(stage, hall, served):
    operator = loud_operator(stage, hall)
    caller = listening_caller(stage, hall)
    caller.tap()
    operator.is_at("call")
    caller.is_at("talking")
    expect(caller.page.locator(PHONE_VIDEO)).to_have_js_property("muted", value=False)

    def is_audible() -> bool:
        levels = heard(caller.page).levels
        return all(
            levels.get(output, SILENCE) > AUDIBLE
            for output in ("remote tracks", "elements")
        )

    caller.until(is_audible, seconds=40)
    print(f"normal: {heard(caller.page).levels}")
    assert legs(served)["guest"].audio_out > 0

    caller.button("Silent", exact=True).click()
    band = operator.page.locator("call-head [data-part=silent]")
    expect(band).to_be_visible()
    expect(caller.page.locator(PHONE_VIDEO)).to_have_js_property("muted", value=True)
    forget(caller.page)
    sent = legs(served)["guest"].audio_out
    more_was_sent_by_the_seat(operator, served)
    # The phone plays nothing from here on; what was under way may still come in.
    assert heard(caller.page).levels.get("elements", -200) < SILENCE
    late = legs(served)["guest"].audio_out - sent
    forget(caller.page)
    more_was_sent_by_the_seat(operator, served)
    ear = heard(caller.page)
    print(f"gone silent: {late} late packets, {ear.levels} in {ear.seconds:.1f} s")
    assert late <= LATE_PACKETS
    assert legs(served)["guest"].audio_out == sent + late
    assert ear.seconds > 1
    assert ear.loudest < SILENCE, ear
    assert ear.felt == []
    operator.ends_call()
    caller.is_at("ended")
