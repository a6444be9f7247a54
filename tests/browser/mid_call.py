"""A call in which both see each other live, and what of it is kept on either side."""

import base64
import contextlib
import signal
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from playwright.sync_api import BrowserContext, Error, Locator, Playwright, expect

from tests.browser.camera import FRAMES_A_SECOND
from tests.browser.kept import Clip, Kept
from tests.browser.people import Caller, Operator
from tests.browser.processes import family_of, tell
from tests.browser.pulse import LISTEN, is_moving, longest_gap
from tests.browser.stage import (
    DESK_FIRST,
    PHONE_FRAMES,
    PHONE_SCREEN,
    Stage,
    launch_options,
)
from tests.browser.words import Words
from tests.halls import Hall

STEADY = 1.5  # seconds: a picture that stands for less has not stopped

MINE = "call-pictures .mine video"  # the phone's own preview
OFFICER = "officer-frame video.theirs"
CALLER = "caller-picture video[data-part=live]"

# What the phone holds and no server has: place in its clip → SHA-256.
_WAITING = """async () => {
  const database = await new Promise((done, fail) => {
    const opening = indexedDB.open("alarm110.evidence");
    opening.onsuccess = () => done(opening.result);
    opening.onerror = () => fail(opening.error);
  });
  const chunks = await new Promise((done) => {
    const asked = database.transaction("chunks").objectStore("chunks").getAll();
    asked.onsuccess = () => done(asked.result);
  });
  database.close();
  return chunks.map((chunk) => [chunk.clip, chunk.segment, chunk.index, chunk.digest]);
}"""
Waiting = dict[tuple[str, int, int], str]


# --- Who is in it --------------------------------------------------------------------


@dataclass
class Phone:
    """A phone whose browser can die; opened again, it has what it kept."""

    stage: Stage
    playwright: Playwright
    folder: Path
    camera: Path
    contexts: list[BrowserContext] = field(default_factory=list)

    def turn_on(self, hall: Hall) -> Caller:
        """Start its browser."""
        words = Words("en")
        latitude, longitude = hall.place
        context = self.playwright.chromium.launch_persistent_context(
            self.folder,
            ignore_https_errors=True,
            locale=words.locale,
            viewport=PHONE_SCREEN,
            permissions=["geolocation", "camera", "microphone"],
            geolocation={"latitude": latitude, "longitude": longitude, "accuracy": 12},
            **launch_options(self.camera),
        )
        self.contexts.append(context)
        context.set_default_timeout(10_000)
        context.add_init_script(LISTEN)
        self.stage.witness.watch(context)
        return Caller(context, self.stage.served.url, words)

    def dies(self, look: Callable[[], int | None] = int) -> int:
        """Kill all its processes at once; return what was to be seen a moment ago."""
        pids = family_of(f"--user-data-dir={self.folder}")
        assert pids
        seen = look()
        tell(pids, signal.SIGKILL)
        assert seen is not None
        return seen

    def close(self) -> None:
        """Put it away, whatever is left of it."""
        for context in self.contexts:
            with contextlib.suppress(Error):
                context.close()


def connected(
    stage: Stage, hall: Hall, caller: Caller | None = None
) -> tuple[Caller, Operator]:
    """Bring a caller and an operator together in a call."""
    operator = stage.operator(hall.operators[0])
    operator.takes_seat()
    operator.becomes("ready")
    caller = caller or stage.caller(hall)
    caller.open()
    caller.tap()
    operator.is_at("call")
    caller.is_at("talking")
    return caller, operator


def in_call(
    stage: Stage, hall: Hall, caller: Caller | None = None
) -> tuple[Caller, Operator]:
    """Do the same, and wait until both see each other live."""
    caller, operator = connected(stage, hall, caller)
    see_each_other(caller, operator)
    return caller, operator


def see_each_other(caller: Caller, operator: Operator, *, seconds: float = 15) -> None:
    """Wait until both screens show live video that moves, of the right camera."""
    shown = operator.page.locator("caller-picture[data-shown=video]")
    expect(shown).to_be_visible(timeout=seconds * 1000)
    expect(caller.page.locator("officer-frame[data-live]")).to_be_visible(
        timeout=seconds * 1000
    )
    for person in (caller, operator):
        person.until(partial(is_moving, person.page), seconds=seconds)
    assert operator.frame_in(CALLER) < PHONE_FRAMES
    assert caller.frame_in(OFFICER) >= DESK_FIRST


def lost_after(kept: int, seen: int) -> float:
    """Return how many seconds of the camera lie between two of its frames."""
    half = PHONE_FRAMES // 2
    return ((seen - kept + half) % PHONE_FRAMES - half) / FRAMES_A_SECOND


def waiting(caller: Caller) -> Waiting:
    """Return the chunks that wait on the phone."""
    rows = caller.page.evaluate(_WAITING)
    return {
        (clip, segment, index): base64.b64decode(digest).hex()
        for clip, segment, index, digest in rows
    }


def phone_chunks(kept: Kept) -> Waiting:
    """Return every chunk of the phone's recordings that the server has."""
    return {
        (clip.uuid, *place): sha256
        for clip in kept.clips("phone")
        for place, sha256 in kept.chunks(clip).items()
    }


def plays(operator: Operator, clip: Clip) -> None:
    """Look at a clip's copy in the console, and see it play."""
    page = operator.page
    panel = page.locator("evidence-panel")
    if not panel.is_visible():
        page.locator("[data-evidence-button]").click()
    row = row_of(operator, clip)
    row.locator("[data-slot=look]").click()
    video = page.locator("evidence-player video")
    expect(video).to_be_visible(timeout=20_000)
    operator.until(
        lambda: video.evaluate("v => v.videoWidth > 0 && v.currentTime > 0.5")
    )
    duration = video.evaluate("v => v.duration")
    assert 1 < duration < 120
    page.locator("evidence-player [data-act=close-look]").click()
    expect(video).to_be_hidden()


def row_of(operator: Operator, clip: Clip) -> Locator:
    """Return a clip's line among the evidence."""
    link = operator.page.locator(f'[href$="{clip.uuid}/original"]')
    return operator.page.locator("evidence-panel .clip").filter(has=link)


# --- Figures -------------------------------------------------------------------------


def figure(what: str, seconds: float) -> None:
    """Say a figure."""
    print(f"\nfigure: {what}: {seconds:.2f} s")


def longest_gaps(people: tuple[Caller, Operator], what: str, since: float) -> None:
    """Say how long either picture stood; neither may have stopped."""
    for name, person in zip(("phone", "seat"), people, strict=True):
        gap = longest_gap(person.page, since)
        figure(f"{what}, longest gap in the picture on the {name}", gap.seconds)
        assert gap.stood <= STEADY, f"until {gap.ended_at - since:.1f} s after it"


def times_back(people: tuple[Caller, Operator], what: str, since: float) -> list[float]:
    """Wait until both pictures move again; say and return how long that took."""
    for person in people:  # what was on its way still arrives for a moment
        person.until(partial(is_moving, person.page, since + 1), seconds=30)
    see_each_other(*people)
    times = []
    for name, each in zip(("phone", "seat"), people, strict=True):
        times.append(longest_gap(each.page, since).ended_at - since)
        figure(f"{what}, picture back on the {name}", times[-1])
    return times
