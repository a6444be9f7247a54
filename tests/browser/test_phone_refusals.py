"""Camera and microphone refused, missing, busy or unanswered: the alarm stands.

Every row of what browsers do that a headless one can be made to do: the phone climbs as
high as it can without them, and both sides are told why it is not higher.
"""

from dataclasses import dataclass

import pytest
from playwright.sync_api import expect

from tests.browser.fits import fits
from tests.browser.frames import Frames
from tests.browser.look import picture
from tests.browser.people import SETTLED, Caller
from tests.browser.stage import launch_options
from tests.browser.test_without import answer, default_desk, leave
from tests.browser.words import both_languages

ALL = ["geolocation", "camera", "microphone"]
UNANSWERED = 15  # seconds until the next rung is taken
# What a browser does that Chromium's switches cannot bring about.
NEVER = "navigator.mediaDevices.getUserMedia = () => new Promise(() => {});"
NO_SUCH_DEVICE = """
navigator.mediaDevices.getUserMedia = async () => {
  throw new DOMException("Requested device not found", "NotFoundError");
};
"""
INSECURE = """
Object.defineProperty(Navigator.prototype, "mediaDevices", { value: undefined });
Object.defineProperty(window, "isSecureContext", { value: false });
"""
BUSY_TWICE = """
const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
let busy = 2;
navigator.mediaDevices.getUserMedia = async (wish) => {
  if (wish.video && busy > 0) {
    busy -= 1;
    throw new DOMException("Could not start video source", "NotReadableError");
  }
  return ask(wish);
};
"""
BUSY = BUSY_TWICE.replace("let busy = 2", "let busy = Infinity")


@dataclass(frozen=True)
class Row:
    """What is taken from the phone, and what both sides then know."""

    denied: tuple[str, ...]
    rung: str
    why: str
    camera: str
    microphone: str
    told: str
    script: str = ""


ROWS = {
    "camera denied": Row(
        ("camera",),
        "voice", "camera_refused", "refused", "on", "Camera not allowed",
    ),
    "microphone denied": Row(
        ("microphone",),
        "video", "microphone_refused", "on", "refused", "Microphone not allowed",
    ),
    "both denied": Row(
        ("camera", "microphone"),
        "text", "camera_refused", "refused", "refused", "Camera not allowed",
    ),
    "no device": Row(
        (), "text", "camera_none", "none", "none",
        "No camera here. Write what you see.", NO_SUCH_DEVICE,
    ),
    "camera busy": Row(
        (), "voice", "camera_none", "none", "on",
        "Another app uses the camera. Close that app.", BUSY,
    ),
    "camera busy for a moment": Row(
        (), "video", "", "on", "on", "Live picture", BUSY_TWICE,
    ),
}  # fmt: skip
# What two of the rows show in each run; the others in ``./run deep``.
USUAL = ("camera denied", "no device")
RARE = [pytest.param(row, marks=pytest.mark.deep) for row in ROWS if row not in USUAL]


def device_at_seat(operator_frames: Frames) -> dict[str, str | None]:
    """Return what the seat was told last, as far as it matters here."""
    told = operator_frames.last_heard("device")
    return {name: told.get(name) for name in ("rung", "why", "camera", "microphone")}


@pytest.fixture(scope="module")
def strict_browser(playwright, cameras, microphones):
    """Phones whose questions are answered by their permissions, not by a switch."""
    options = launch_options(cameras[0], microphones[0], program="browser")
    options["args"] = [one for one in options["args"] if "fake-ui" not in one]
    browser = playwright.chromium.launch(**options)
    yield browser
    browser.close()


@pytest.fixture
def stage(stage, strict_browser):
    """The stage, where a permission that is not given is refused."""
    stage.phone_browser = strict_browser
    return stage


def both(name, caller, operator):
    """Keep a picture of each side."""
    picture(caller.page, f"{name}-phone")
    picture(operator.page, f"{name}-seat")


def ready_seat(stage, hall):
    """Bring on an operator who is ready, and what their page hears."""
    operator = stage.operator(hall.operators[0])
    frames = Frames(operator.page)
    operator.reloads()
    operator.is_at("choose")
    operator.takes_seat()
    operator.becomes("ready")
    return operator, frames


@pytest.mark.parametrize("name", [*USUAL, *RARE])
def test_the_alarm_stands_and_both_are_told(stage, hall, name):
    row = ROWS[name]
    operator, frames = ready_seat(stage, hall)
    allowed = [name for name in ALL if name not in row.denied]
    caller = stage.caller(hall, permissions=allowed)
    if row.script:
        caller.context.add_init_script(row.script)
    caller.open()
    caller.tap()
    operator.is_at("call")
    caller.is_at("talking")

    wanted = {
        "rung": row.rung, "why": row.why,
        "camera": row.camera, "microphone": row.microphone,
    }  # fmt: skip
    caller.until(
        lambda: device_at_seat(frames) == wanted,
        seconds=20,
        seen=lambda: [f for f in frames.heard if f.get("type") == "device"],
    )
    caller.sees(row.told)
    caller.writes("At pier 3")
    operator.has_read("At pier 3")
    operator.writes("I read you")
    caller.has_read("I read you")
    both(name.replace(" ", "-"), caller, operator)


@both_languages
def test_refusals_push_nothing_out_of_sight(stage, language):
    operator = default_desk(stage)
    caller = stage.caller(None, language, permissions=[])
    caller.open()
    caller.tap()
    caller.is_at("waiting")
    caller.sees("No position. Write where you are.")
    for told in ("Camera", "Microphone"):
        caller.sees(f"{told} not allowed")
    fits(caller, f"refused-{language}")
    caller.writes("At pier 3")
    caller.knows_kept("At pier 3")
    fits(caller, f"refused-written-{language}")
    answer(operator, caller.number())
    caller.is_at("talking")
    operator.writes("I read you")
    caller.has_read("I read you")
    expect(caller.page.locator("[data-part=news]")).to_be_hidden()
    fits(caller, f"refused-talking-{language}")
    leave(operator)


def test_an_insecure_page_has_no_devices_and_no_place(stage):
    operator = default_desk(stage)
    caller = stage.caller(None, permissions=[])
    caller.context.add_init_script(INSECURE)
    frames = Frames(caller.page)
    caller.open()
    caller.tap()
    answer(operator, caller.number())
    caller.is_at("talking")
    caller.sees("Opened without https: no camera, no microphone.")
    report = frames.last_sent("report_device")
    assert (report["rung"], report["why"]) == ("text", "insecure")
    caller.writes("I am at pier 3")
    operator.has_read("I am at pier 3")
    both("insecure", caller, operator)
    leave(operator)


@pytest.mark.deep
def test_a_question_nobody_answers_holds_up_nothing(stage, hall):
    operator, frames = ready_seat(stage, hall)
    caller = stage.caller(hall)
    caller.context.add_init_script(NEVER)
    caller.open()
    caller.tap()
    operator.is_at("call")
    caller.is_at("talking")
    caller.writes("I cannot press anything")
    operator.has_read("I cannot press anything")
    caller.until(lambda: device_at_seat(frames)["camera"] == "asking")
    # The microphone is asked for all the same.
    caller.until(
        lambda: (
            device_at_seat(frames)
            == {"rung": "text", "why": "no_answer", "camera": "asking",
                "microphone": "asking"}
        ),
        seconds=UNANSWERED + 10,
    )  # fmt: skip
    caller.sees("Not answered yet. Tap Allow on your phone.")
    both("unanswered", caller, operator)


def test_what_was_refused_is_used_once_it_is_allowed(stage, hall):
    operator, frames = ready_seat(stage, hall)
    caller = stage.caller(hall, permissions=["geolocation"])
    caller.open()
    caller.tap()
    operator.is_at("call")
    caller.is_at("talking")
    caller.until(lambda: device_at_seat(frames)["rung"] == "text", seconds=15)
    camera = caller.page.locator("[data-sense=camera]")
    caller.waits(SETTLED)
    camera.get_by_role("button", name="How to allow").click()
    caller.sees("Tap the lock or the settings icon")
    caller.button("Close").click()

    caller.context.grant_permissions(ALL)
    given = {"rung": "video", "why": "", "camera": "on", "microphone": "on"}
    caller.until(lambda: device_at_seat(frames) == given, seconds=20)
    caller.sees("Live picture")


def test_own_switches_are_told_and_kept(stage, hall):
    operator, frames = ready_seat(stage, hall)
    caller = stage.caller(hall)
    caller.open()
    caller.tap()
    operator.is_at("call")
    caller.until(lambda: device_at_seat(frames)["rung"] == "video", seconds=20)
    caller.presses("Camera")
    caller.until(lambda: device_at_seat(frames)["why"] == "switched_off")
    assert device_at_seat(frames)["rung"] == "voice"
    caller.presses("Mic")
    caller.until(lambda: device_at_seat(frames)["rung"] == "text")
    caller.reloads()
    caller.is_at("talking")
    caller.waits(2)
    for name in ("Camera", "Mic"):
        expect(caller.button(name, exact=True)).to_have_attribute(
            "aria-pressed", "false"
        )
    caller.presses("Camera")
    caller.until(lambda: device_at_seat(frames)["rung"] == "video", seconds=20)


def test_a_phone_without_any_device(stage, playwright, cameras, hall):
    """No fake camera, no fake microphone: what Chromium itself says then."""
    operator, frames = ready_seat(stage, hall)
    options = launch_options(cameras[0], program="browser")
    options["args"] = [one for one in options["args"] if "fake-device" not in one]
    browser = playwright.chromium.launch(**options)
    stage.exits.callback(browser.close)
    latitude, longitude = hall.place
    context = browser.new_context(
        ignore_https_errors=True, locale="en-GB", permissions=ALL,
        geolocation={"latitude": latitude, "longitude": longitude},
    )  # fmt: skip
    caller = Caller(context, stage.served.url, operator.words)
    caller.open()
    caller.tap()
    operator.is_at("call")
    caller.is_at("talking")
    caller.until(lambda: device_at_seat(frames)["why"] == "camera_none", seconds=15)
    caller.sees("No camera here. Write what you see.")
    caller.sees("No microphone here. Write.")
    both("no-device-at-all", caller, operator)
