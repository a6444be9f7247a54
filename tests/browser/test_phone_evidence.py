"""What the phone records reaches the server, whatever becomes of line, page, call."""

import base64
import hashlib
import re

import pytest
from playwright.sync_api import expect

from tests.browser.kept import Kept

CHUNKS = re.compile(r"/segments/\d+/chunks/\d+$")
KEPT = "Recording, kept by the police"
PICTURE = bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffd9")
FEW = 4  # chunks: seconds of recording

WAITING = """async () => {
  const open = indexedDB.open("alarm110.evidence");
  await new Promise((done) => { open.onsuccess = done; });
  const all = open.result.transaction("chunks").objectStore("chunks").getAll();
  await new Promise((done) => { all.onsuccess = done; });
  open.result.close();
  return all.result.map(({ clip, segment, index, digest }) =>
    [clip, segment, index, digest]);
}"""

# As the server does with what nobody continues for a week; the key is the phone's.
CLOSE = """async () => {
  const open = indexedDB.open("alarm110.evidence");
  await new Promise((done) => { open.onsuccess = done; });
  const all = open.result.transaction("clips").objectStore("clips").getAll();
  await new Promise((done) => { all.onsuccess = done; });
  open.result.close();
  const [{ incident, clip, evidence }] = all.result;
  const answer = await fetch(`/api/v1/incidents/${incident}/clips/${clip}/close`, {
    method: "POST",
    headers: { "Content-Type": "application/json", "Alarm110-Evidence": evidence },
    body: JSON.stringify({ segments: [], reason: "lost" }),
  });
  return answer.status;
}"""


def waiting(caller) -> dict[tuple[str, int, int], str]:
    """Return what waits on the phone: place to SHA-256, in hex."""
    return {
        (clip, segment, index): base64.b64decode(digest).hex()
        for clip, segment, index, digest in caller.page.evaluate(WAITING)
    }


def stored(served, number: str) -> dict[tuple[str, int, int], str]:
    """Return what the server has of the phone's recordings."""
    kept = Kept(served, number)
    return {
        (clip.uuid, *place): sha256
        for clip in kept.clips("phone")
        for place, sha256 in kept.chunks(clip).items()
    }


def holds_up(caller) -> None:
    """Let no chunk through from now on."""
    caller.page.route(CHUNKS, lambda route: route.abort())


@pytest.fixture
def recording(stage, hall):
    """A caller who waits, and whose recording the server has begun to keep."""
    caller = stage.caller(hall)
    caller.open()
    caller.tap()
    caller.is_at("waiting")
    caller.sees(KEPT, seconds=20)
    return caller


def test_it_is_kept_before_anybody_answers(recording, served):
    number = recording.number()
    recording.until(lambda: len(stored(served, number)) >= FEW, seconds=20)
    recording.presses("Camera")  # off: a new clip, of sound alone
    recording.until(
        lambda: (
            {clip.kind for clip in Kept(served, number).clips("phone")}
            == {"video", "audio"}
        ),
        seconds=20,
    )
    recording.hangs_up()
    recording.is_at("ended")
    recording.sees("All of the recording is with the police.", seconds=20)
    recording.until(
        lambda: all(
            (clip.state, clip.is_complete) == ("closed", True)
            for clip in Kept(served, number).clips("phone")
        )
    )
    clips = Kept(served, number).clips("phone")
    assert len(clips) == 2


def test_a_reload_with_chunks_pending_loses_none(recording, served):
    number = recording.number()
    holds_up(recording)
    recording.until(lambda: len(waiting(recording)) >= FEW, seconds=20)
    pending = waiting(recording)
    recording.reloads()
    recording.is_at("waiting")
    recording.page.unroute(CHUNKS)
    recording.until(
        lambda: pending.items() <= stored(served, number).items(), seconds=40
    )
    recording.sees(KEPT, seconds=20)
    before = next(iter(pending))[0]
    left = {place for place in waiting(recording) if place[0] == before}
    assert not left


def test_after_the_end_the_rest_is_sent_and_told(recording, served):
    number = recording.number()
    holds_up(recording)
    recording.until(lambda: len(waiting(recording)) >= FEW, seconds=20)
    recording.hangs_up()
    recording.is_at("ended")
    recording.sees("Sending the rest of the recording… %(count)s left")
    pending = waiting(recording)
    recording.page.unroute(CHUNKS)
    recording.sees("All of the recording is with the police.", seconds=40)
    assert pending.items() <= stored(served, number).items()
    assert waiting(recording) == {}


def test_on_the_next_visit_the_rest_is_sent(recording, served):
    number = recording.number()
    holds_up(recording)
    recording.until(lambda: len(waiting(recording)) >= FEW, seconds=20)
    recording.hangs_up()
    recording.is_at("ended")
    recording.presses("Back to the alarm button")
    recording.is_at("idle")
    pending = waiting(recording)
    assert len(pending) >= FEW
    recording.page.goto("about:blank")
    recording.page.unroute(CHUNKS)
    recording.open()
    recording.is_at("idle")
    recording.sees("All of the recording is with the police.", seconds=40)
    assert pending.items() <= stored(served, number).items()


@pytest.mark.deep
def test_a_full_server_is_told_and_loses_nothing(recording, served):
    number = recording.number()
    refusal = {"status": 507, "headers": {"Retry-After": "1"}, "body": "{}"}
    recording.page.route(CHUNKS, lambda route: route.fulfill(**refusal))
    recording.sees("Recording, but there is no room to store it now")
    recording.waits(3)
    pending = waiting(recording)
    recording.page.unroute(CHUNKS)
    recording.sees(KEPT, seconds=20)
    recording.until(
        lambda: pending.items() <= stored(served, number).items(), seconds=20
    )


@pytest.mark.deep
def test_a_clip_that_was_closed_meanwhile_goes_on_in_another(recording, served):
    number = recording.number()
    holds_up(recording)
    recording.until(lambda: len(waiting(recording)) >= FEW, seconds=20)
    assert recording.page.evaluate(CLOSE) == 200
    pending = waiting(recording)
    recording.page.unroute(CHUNKS)
    recording.hangs_up()
    recording.is_at("ended")
    recording.sees("All of the recording is with the police.", seconds=40)
    assert waiting(recording) == {}
    kept = Kept(served, number)
    first, second = kept.clips("phone")
    assert (first.reason, second.name) == ("lost", f"continues {first.uuid}")
    held = {tuple(place): sha256 for (_, *place), sha256 in pending.items()}
    assert held.items() <= kept.chunks(second).items()


def test_a_photo_reaches_the_seat_whole(talking, hall, served, tmp_path):
    caller, operator = talking(hall)
    number = caller.number()
    photo = tmp_path / "door.jpg"
    photo.write_bytes(PICTURE + bytes(1_500_000))  # two chunks
    caller.presses("Send a photo or a file")
    caller.sees("up to 200 MB")
    caller.page.set_input_files("attach-files [name=photo]", photo)
    line = caller.messages().filter(has_text="door.jpg")
    expect(line.locator("small")).to_have_text(re.compile("✓"), timeout=30_000)
    expect(line.locator("img")).to_be_visible()
    expect(operator.messages()).to_have_count(1)
    assert whole(served, number) == [hashlib.sha256(photo.read_bytes()).hexdigest()]


@pytest.mark.deep
def test_a_photo_on_its_way_survives_a_reload(talking, hall, served, tmp_path):
    caller, operator = talking(hall)
    number = caller.number()
    photo = tmp_path / "door.jpg"
    photo.write_bytes(PICTURE + bytes(1_500_000))
    holds_up(caller)
    caller.page.set_input_files("attach-files [name=file]", photo)
    caller.sees("Sending… %(sent)s of %(total)s MB", sent=0, total=2)
    caller.waits(1)
    caller.reloads()
    caller.page.unroute(CHUNKS)
    expect(operator.messages()).to_have_count(1, timeout=40_000)
    assert whole(served, number) == [hashlib.sha256(photo.read_bytes()).hexdigest()]


def test_a_photo_can_be_taken_back(talking, hall, tmp_path):
    caller, operator = talking(hall)
    photo = tmp_path / "wrong.jpg"
    photo.write_bytes(PICTURE + bytes(100_000))
    holds_up(caller)
    caller.page.set_input_files("attach-files [name=file]", photo)
    line = caller.messages().filter(has_text="wrong.jpg")
    line.get_by_role("button", name="Cancel").click()
    expect(line).to_contain_text("Cancelled")
    caller.page.unroute(CHUNKS)
    caller.writes("Not that one")
    operator.has_read("Not that one")
    expect(operator.messages()).to_have_count(1)


def test_what_cannot_be_sent_says_so(talking, hall, tmp_path):
    caller, _ = talking(hall)
    empty = tmp_path / "empty.jpg"
    empty.write_bytes(b"")
    caller.presses("Send a photo or a file")
    caller.page.set_input_files("attach-files [name=file]", empty)
    caller.sees("%(name)s is empty.", name="empty.jpg")


def whole(served, number: str) -> list[str]:
    """Return the SHA-256 of each photo as the server can put it together."""
    kept = Kept(served, number)
    photos = [clip for clip in kept.clips("phone") if clip.kind == "photo"]
    return [
        hashlib.sha256(b"".join(kept.segments(clip))).hexdigest() for clip in photos
    ]


@pytest.mark.deep
def test_a_private_window_keeps_it_in_the_page_and_says_so(stage, hall, served):
    caller = stage.caller(hall)
    caller.context.add_init_script(
        "Object.defineProperty(window, 'indexedDB', { get() { throw new DOMException("
        "'denied', 'SecurityError'); } });"
    )
    caller.open()
    caller.tap()
    caller.sees(KEPT, seconds=20)
    holds_up(caller)
    caller.sees("Recording, only in this page: keep it open", seconds=30)
    caller.page.unroute(CHUNKS)
    caller.sees(KEPT, seconds=30)
