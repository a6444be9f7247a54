"""Picture and sound: live, in both recordings, and looked at afterwards."""

from dataclasses import replace
from statistics import median

from playwright.sync_api import expect

from tests.browser import camera, sound
from tests.browser.look import picture
from tests.browser.recorded import recordings
from tests.browser.sound import PHONE_HERTZ
from tests.browser.stage import DESK_FIRST, DESK_FRAMES, PHONE_FRAMES

SEAT_VIDEO = "caller-picture [data-part=live]"
SEAT_SOUND = "caller-sound [data-part=audio]"
PHONE_VIDEO = "officer-frame video.theirs"
PLAYER = "evidence-player video"
LIVE = 60  # seconds until the picture moves, on a machine that is far too busy
FRAMES = 60  # different ones that must be seen
TALK_SECONDS = 10  # recorded at least
# Seconds at the beginning whose beeps a phone may swallow: its echo canceller has to
# learn, from the officer's first words, what is echo. Two of ten were seen to go.
LEARNING = 4
APART = 1.0  # seconds between the two recordings of one moment, at most
# Seconds that sound may be further from picture in one of them: 0.01 to 0.5 were
# seen on a machine far too busy. The relay's clock takes each kind's first packet.
OUT_OF_STEP = 0.8
TAKEN_IN = 40  # seconds from the end of a call to two closed clips
COPIED = 30  # seconds until a copy that is asked for can be looked at


def shown(page) -> int:
    """Return how many different frames a screen has shown."""
    return page.evaluate("new Set(window.seen.map(([, number]) => number)).size")


def all_are_of(numbers: range, seen: list[camera.Shown]) -> None:
    """Fail if a frame is of another camera than this one."""
    others = {one.number for one in seen} - set(numbers)
    assert not others, sorted(others)[:10]


def test_live_both_ways_and_kept_twice(talking, hall, served):
    caller, operator = talking(hall)
    number = caller.number()
    operator.page.locator(SEAT_VIDEO).wait_for(timeout=LIVE * 1000)
    camera.watch_video(operator.page, SEAT_VIDEO)
    camera.watch_video(caller.page, PHONE_VIDEO)
    sound.hear(operator.page, SEAT_SOUND)

    come: dict[str, int] = {}

    def is_seen_and_heard() -> bool:
        come["at the seat"] = shown(operator.page)
        come["at the phone"] = shown(caller.page)
        come["beeps"] = len(sound.seconds_heard(operator.page, PHONE_HERTZ))
        return (
            come["at the seat"] > FRAMES
            and come["at the phone"] > DESK_FRAMES // 2
            and come["beeps"] >= TALK_SECONDS
        )

    try:
        operator.until(is_seen_and_heard, seconds=LIVE)
    finally:
        print(f"live: {come}")
    seen = camera.seen(operator.page)
    all_are_of(range(PHONE_FRAMES), seen)
    desk = range(DESK_FIRST, DESK_FIRST + DESK_FRAMES)
    all_are_of(desk, camera.seen(caller.page))
    picture(caller.page, "live_phone")
    picture(operator.page, "live_seat")
    operator.ends_call()
    caller.is_at("ended")

    phone, relay = both_closed(operator, served, number)
    for clip in (phone, relay):
        clip.check()
    one, other = (clip.segments(PHONE_HERTZ) for clip in (phone, relay))
    other = [other[0], *(as_the_seat_saw_it(part, seen) for part in other[1:])]
    they_show_the_same(one, other)
    it_plays_and_seeks(operator, one)


def both_closed(operator, served, number):
    """Wait until the phone's clip and the relay's of the caller are closed."""
    found = {}

    def are_closed() -> bool:
        clips = recordings(served, number)
        found.update({clip.row["source"]: clip for clip in clips})
        return set(found) == {"phone", "relay"} and all(c.is_closed for c in clips)

    operator.until(are_closed, seconds=TAKEN_IN)
    return found["phone"], found["relay"]


def as_the_seat_saw_it(part, seen):
    """Put a later segment on the clock: its beginning is not kept, but was seen."""
    late = median(pairs(part.frames, [(one.at, one.number) for one in seen]) or [0.0])
    return replace(
        part,
        frames=[(at + late, number) for at, number in part.frames],
        beeps=[replace(beep, at=beep.at + late) for beep in part.beeps],
    )


def they_show_the_same(phone, relay):
    """Each number and each beep stands in both, at the same time by one clock."""
    pictures = pairs(
        [frame for part in phone for frame in part.frames],
        [frame for part in relay for frame in part.frames],
    )
    beeps = pairs(
        [(beep.at, beep.second) for part in phone for beep in part.beeps],
        [(beep.at, beep.second) for part in relay for beep in part.beeps],
    )
    print(
        f"pictures {len(pictures)}: {min(pictures):+.3f} {median(pictures):+.3f}"
        f" {max(pictures):+.3f} s; beeps {len(beeps)}: {min(beeps):+.3f}"
        f" {median(beeps):+.3f} {max(beeps):+.3f} s"
    )
    assert len(pictures) > 50
    assert len(beeps) >= TALK_SECONDS - LEARNING
    assert max(map(abs, [*pictures, *beeps])) < APART
    assert abs(median(pictures) - median(beeps)) < OUT_OF_STEP
    unreadable = sum(part.unreadable for part in [*phone, *relay])
    assert unreadable <= len(pictures) // 20


def pairs(ours, theirs):
    """Return how much later (seconds) the other recording has what this one has."""
    return [
        min((at - when for at, what in theirs if what == name), key=abs)
        for when, name in ours
        if any(what == name for _, what in theirs)
    ]


def it_plays_and_seeks(operator, segments):
    """The copy of the phone's clip plays in the console, and jumps where it is told."""
    page = operator.page
    row = page.locator("evidence-panel .clip").filter(
        has_text=operator.words("from the phone")
    )
    expect(row).to_contain_text(operator.words("complete"))
    row.get_by_role("button").click(timeout=COPIED * 1000)  # Prepare, or Play
    video = page.locator(PLAYER)
    expect(video).to_be_visible(timeout=COPIED * 1000)
    operator.until(lambda: video.evaluate("(one) => one.currentTime > 0.5"))
    picture(page, "play_seat")
    length = video.evaluate("(one) => one.duration")
    assert length > TALK_SECONDS
    began = segments[0].began_at
    frames = [(at - began, number) for part in segments for at, number in part.frames]
    for target in (length * 0.75, length * 0.25):
        number = video.evaluate(SEEK + camera._READ + "}", target)
        when = [at for at, known in frames if known == number]
        print(f"at {target:.2f} s stands {number}, recorded at {when}")
        assert min(abs(at - target) for at in when) < APART


SEEK = """async (video, target) => {
  video.pause();
  const done = new Promise((seeked) => {
    video.addEventListener("seeked", seeked, { once: true });
  });
  // "seeked" may come before the frame is painted: the one of before is read then.
  const painted = new Promise((painted) => {
    const look = (_now, { mediaTime }) =>
      Math.abs(mediaTime - target) < 1
        ? painted()
        : video.requestVideoFrameCallback(look);
    video.requestVideoFrameCallback(look);
  });
  video.currentTime = target;
  await done;
  await Promise.race([painted, new Promise((late) => setTimeout(late, 3000))]);
  return read(video);
"""
