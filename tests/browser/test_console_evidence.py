"""Evidence at the seat: snapshots, playback with seek while it grows, photos."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.camera import WIDTH, write_camera
from tests.browser.look import look
from tests.browser.stage import PHONE_FRAMES
from tests.browser.test_console_live import NO_DEVICES, reads_live, shows

PLAYER = "evidence-player video"
PHOTO = "evidence-player img"
COPY_WITHIN = 30_000  # ms; the worker looks each second, on a busy machine
OUT_OF_REACH = "**/api/v1/console/incidents/**"


def opens_evidence(operator):
    """Open the panel by its key; return its rows."""
    operator.page.keyboard.press("Alt+d")
    expect(operator.page.locator("evidence-panel")).to_be_visible()
    return operator.page.locator("evidence-panel .clip")


def test_a_snapshot_is_kept_as_evidence_and_can_be_looked_at(talking, hall):
    _, operator = talking(hall)
    page = operator.page
    reads_live(operator)
    page.keyboard.press("Alt+p")
    operator.sees("Kept as evidence %(time)s")

    row = opens_evidence(operator).filter(has_text=operator.words("Snapshot"))
    expect(row).to_have_count(1)
    expect(row).to_contain_text(operator.words("complete"))
    row.get_by_role("button", name=operator.words("Look")).click(timeout=COPY_WITHIN)
    picture = page.locator(PHOTO)
    expect(picture).to_have_js_property("complete", value=True)
    assert operator.frame_in(PHOTO) < PHONE_FRAMES
    look(page, "console-snapshot")
    page.keyboard.press("Escape")
    expect(picture).to_have_count(0)
    expect(page.locator("evidence-panel")).to_be_visible()


def test_a_snapshot_that_is_not_kept_says_so_and_is_tried_again_by_hand(talking, hall):
    _, operator = talking(hall)
    page = operator.page
    reads_live(operator)
    page.route(OUT_OF_REACH, lambda route: route.abort())
    page.keyboard.press("Alt+p")
    operator.sees("Not kept: %(why)s")
    page.unroute(OUT_OF_REACH)
    page.locator("picture-snapshot").get_by_role("button", name="Try again").click()
    operator.sees("Kept as evidence %(time)s")
    rows = opens_evidence(operator).filter(has_text=operator.words("Snapshot"))
    expect(rows).to_have_count(1)


@pytest.mark.deep
def test_the_phones_recording_is_played_while_it_grows_and_seeks(talking, hall):
    caller, operator = talking(hall)
    page = operator.page
    row = opens_evidence(operator).filter(has_text=operator.words("from the phone"))
    expect(row).to_contain_text(operator.words("still arriving"), timeout=15_000)
    operator.waits(5)  # long enough to seek in
    row.get_by_role("button", name=operator.words("Play so far")).click()
    video = page.locator(PLAYER)
    expect(video).to_be_visible(timeout=COPY_WITHIN)
    operator.until(lambda: video.evaluate("(one) => one.currentTime > 0.2"))
    length = video.evaluate("(one) => one.duration")
    assert 2 < length < 120
    assert video.evaluate(SEEK, length - 1) == round(length - 1, 1)
    look(page, "console-playback")
    page.keyboard.press("Escape")

    caller.hangs_up()
    expect(page.locator("evidence-panel [data-part=ended]")).to_be_visible()
    look(page, "console-wrap-up")


SEEK = """async (video, to) => {
  const done = new Promise((seeked) =>
    video.addEventListener("seeked", seeked, { once: true }));
  video.pause();
  video.currentTime = to;
  await done;
  return Math.round(video.currentTime * 10) / 10;
}"""


def test_a_photo_stands_in_the_text_and_is_looked_at(talking, hall, tmp_path):
    caller, operator = talking(hall)
    photo = write_camera(tmp_path / "photo.jpg", first=7, frames=1)
    caller.page.locator("attach-files input[name=file]").set_input_files(photo)

    picture = operator.page.locator("text-thread .message-photo")
    expect(picture).to_be_visible(timeout=COPY_WITHIN)
    picture.click()
    expect(operator.page.locator(PHOTO)).to_have_js_property("complete", value=True)
    operator.until(lambda: operator.page.locator(PHOTO).evaluate(WIDE) == WIDTH)
    href = operator.page.locator("evidence-player [data-part=original]")
    assert re.search(r"/clips/[0-9a-f-]{36}/original$", href.get_attribute("href"))


WIDE = "(image) => image.naturalWidth"


def test_what_one_call_recorded_is_not_shown_in_the_next(talking, hall, stage):
    caller, operator = talking(hall)
    rows = opens_evidence(operator)
    expect(rows.first).to_be_visible(timeout=15_000)
    caller.hangs_up()
    operator.finishes()

    other = stage.caller(hall)
    other.context.add_init_script(NO_DEVICES)
    other.open()
    other.tap()
    operator.is_at("call")
    shows(operator.page, "none")
    expect(operator.page.locator("evidence-panel")).to_be_hidden()
    opens_evidence(operator)
    expect(rows).to_have_count(0)
    operator.sees("Nothing recorded has arrived yet.")
