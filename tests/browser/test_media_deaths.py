"""Deaths in mid call: what they cost of the picture and of the recording, in seconds.

Each test prints its figures (``pytest -s``), so that they can be quoted.
"""

import contextlib
import fcntl
import os
import re
import shutil
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright, Response, expect

from tests import services
from tests.browser.camera import number_in
from tests.browser.kept import Kept
from tests.browser.mid_call import (
    MINE,
    STEADY,
    Phone,
    connected,
    figure,
    in_call,
    longest_gaps,
    lost_after,
    phone_chunks,
    plays,
    row_of,
    see_each_other,
    times_back,
    waiting,
)
from tests.browser.people import Caller
from tests.browser.processes import relay_of, tell
from tests.browser.pulse import PulseStage, legs
from tests.browser.stage import DESK_FIRST, PHONE_FRAMES
from tests.faults.small import HALL, small_server
from tests.served import Served

CHUNK_DOOR = re.compile(r"/segments/\d+/chunks/\d+$")
KEPT = "Recording, kept by the police"
NO_ROOM = "Recording, but there is no room to store it now"
LOST = "Caller lost for %(long)s, since %(time)s."
CUT = 6.0  # seconds
CLIMB = 8.5  # seconds: a conversation climbs by itself at first; that is no news


# --- Stages --------------------------------------------------------------------------


# How long nobody saw or heard is what they ask: apart from all else (decision 020).
pytestmark = pytest.mark.deep


@pytest.fixture
def stage(
    served: Served, phone_browser: Browser, desk_browser: Browser
) -> Iterator[PulseStage]:
    """The stage of one test, all of whose pages tell their pulse."""
    yield from _staged(served, phone_browser, desk_browser)


@pytest.fixture
def small_stage(
    cramped: Served, phone_browser: Browser, desk_browser: Browser
) -> Iterator[PulseStage]:
    """The same before the server with the small disk."""
    yield from _staged(cramped, phone_browser, desk_browser)


def _staged(
    served: Served, phone_browser: Browser, desk_browser: Browser
) -> Iterator[PulseStage]:
    stage = PulseStage(served, phone_browser, desk_browser)
    with stage.exits:
        yield stage
        stage.witness.check()


@pytest.fixture
def phone(
    stage: PulseStage,
    playwright: Playwright,
    cameras: tuple[Path, Path],
    tmp_path: Path,
) -> Iterator[Phone]:
    """A phone of this test's own, which may die."""
    phone = Phone(stage, playwright, tmp_path / "phone", cameras[0])
    yield phone
    phone.close()


@pytest.fixture
def cramped(tmp_path: Path) -> Iterator[Served]:
    """A server whose evidence lies on a disk of 4 MiB, mounted for it alone."""
    unshare = shutil.which("unshare") or "false"
    trial = [unshare, "-m", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]
    if subprocess.run(trial, capture_output=True, check=False).returncode:
        services._go_without("no mounts of one's own (unshare -m, as root)")
    folder = tmp_path / "disk"
    mount = f'mount -t tmpfs -o size=4m tmpfs "{folder}" && exec "$@"'
    prefix = (unshare, "-m", "--propagation", "private", "sh", "-c", mount, "")
    env = {"ALARM110_EVIDENCE_DIR": str(folder)}
    with small_server(tmp_path, extra_env=env, prefix=prefix) as served:
        yield served


# --- Deaths of the phone -------------------------------------------------------------


def test_a_killed_browser_costs_two_seconds_of_the_recording(stage, hall, phone):
    caller, operator = in_call(stage, hall, phone.turn_on(hall))
    kept = Kept(stage.served, caller.number())
    caller.sees(KEPT)
    caller.until(lambda: len(kept.chunks(kept.clips("phone")[-1])) >= 4, seconds=20)

    seen = phone.dies(lambda: number_in(caller.page, MINE))
    operator.sees(LOST, seconds=15)
    clip = kept.clips("phone")[-1]
    lost = lost_after(kept.last_number(clip), seen)
    figure("browser killed, recording lost", lost)
    assert -0.2 <= lost <= 2

    # Nobody closed it, so it may still grow if the phone comes back; what there is can
    # be looked at.
    assert (clip.kind, clip.state, clip.is_complete) == ("video", "open", False)
    plays(operator, clip)
    stopped = operator.words("not all is here; the rest comes if the phone sends it")
    expect(row_of(operator, clip)).to_contain_text(stopped)
    operator.ends_call()


def test_what_waits_on_the_phone_outlives_reload_and_kill(stage, hall, phone):
    caller, operator = in_call(stage, hall, phone.turn_on(hall))
    kept = Kept(stage.served, caller.number())
    caller.sees(KEPT)
    hold_up(caller)
    caller.until(lambda: len(waiting(caller)) >= 4, seconds=15)
    pending = waiting(caller)
    caller.reloads()
    caller.is_at("talking")
    assert pending.items() <= waiting(caller).items()
    assert not pending.keys() & phone_chunks(kept).keys()
    let_go(caller)
    let_gone = time.time()
    caller.until(lambda: pending.items() <= phone_chunks(kept).items(), seconds=30)
    figure(f"reload, {len(pending)} waiting chunks delivered", time.time() - let_gone)

    caller.sees(KEPT, seconds=20)
    hold_up(caller)
    caller.sees("Recording, kept on this phone, sent later", seconds=30)
    pending = waiting(caller)
    phone.dies()
    operator.ends_call()
    caller = phone.turn_on(hall)
    hold_up(caller)
    caller.open()
    caller.is_at("idle")
    caller.sees("Sending the rest of the recording… %(count)s left")
    assert pending.items() <= waiting(caller).items()
    assert not pending.keys() & phone_chunks(kept).keys()
    let_go(caller)
    let_gone = time.time()
    caller.sees("All of the recording is with the police.", seconds=30)
    figure(f"killed, {len(pending)} waiting chunks delivered", time.time() - let_gone)
    assert waiting(caller) == {}
    assert pending.items() <= phone_chunks(kept).items()
    for clip in kept.clips("phone"):
        kept.segments(clip)  # every byte is what its hash says
        counts = Counter(segment for segment, _ in kept.chunks(clip))
        whole = {(n, index) for n, count in counts.items() for index in range(count)}
        assert kept.chunks(clip).keys() == whole, "a chunk between others is missing"


def hold_up(caller: Caller) -> None:
    """Let no chunk through from now on; the rest of the line is whole."""
    caller.context.route(CHUNK_DOOR, lambda route: route.abort())


def chunk_answers(caller: Caller) -> list[Response]:
    """Return a list that grows with each answer of the door for chunks."""
    answers: list[Response] = []

    def take(answer: Response) -> None:
        if CHUNK_DOOR.search(answer.url):
            answers.append(answer)

    caller.context.on("response", take)
    return answers


def let_go(caller: Caller) -> None:
    """Let chunks through again."""
    caller.context.unroute(CHUNK_DOOR)


# --- Deaths of the server ------------------------------------------------------------


def test_a_killed_web_process_stops_no_picture(stage, hall):
    people = caller, operator = in_call(stage, hall)
    number = caller.number()
    kept = Kept(stage.served, number)
    answers = chunk_answers(caller)
    caller.sees(KEPT)
    caller.until(lambda: len(answers) >= 3)
    legs_before = [legs(person.page) for person in people]
    files = stage.served.home / "relay"
    relayed = sum(path.stat().st_size for path in files.rglob("*.mkv"))
    count = len(phone_chunks(kept))

    killed = time.time()
    stage.served.restart_web()
    figure("web process killed, it serves again", time.time() - killed)
    caller.writes("Are you there?")
    operator.has_read("Are you there?")
    caller.is_told("connected")
    figure("web process killed, both sides talk again", time.time() - killed)
    caller.until(lambda: len(phone_chunks(kept)) >= count + 5, seconds=20)
    caller.sees(KEPT)
    longest_gaps(people, "web process killed", killed)
    assert [legs(person.page) for person in people] == legs_before
    assert sum(path.stat().st_size for path in files.rglob("*.mkv")) > relayed
    assert caller.number() == number
    stored = {
        f"{clip}/segments/{segment}/chunks/{index}"
        for clip, segment, index in phone_chunks(kept)
    }
    said = {answer.url.partition("/clips/")[2] for answer in answers if answer.ok}
    assert said <= stored
    operator.ends_call()


def test_a_killed_relay_is_back_and_its_recording_kept(stage, hall):
    people = caller, operator = in_call(stage, hall)
    number = caller.number()
    kept = Kept(stage.served, number)
    caller.waits(3)  # so that there is a recording to be lost
    relay = relay_of(stage.served)
    assert relay is not None
    seen = number_in(caller.page, MINE)
    assert seen is not None
    tell([relay], signal.SIGKILL)
    killed = time.time()

    assert max(times_back(people, "relay killed", killed)) <= 10
    assert caller.number() == number
    operator.until(
        lambda: any(clip.state == "closed" for clip in kept.clips("relay")), seconds=15
    )
    clip = kept.clips("relay")[0]
    lost = lost_after(kept.last_number(clip), seen)
    figure("relay killed, recording lost before the kill", lost)
    assert -0.5 <= lost <= 1
    plays(operator, clip)
    operator.ends_call()


def test_a_full_disk_stops_neither_call_nor_picture(small_stage):
    served = small_stage.served
    people = caller, operator = in_call(small_stage, HALL)
    disk = Path(f"/proc/{served.serve_pid()}/root{served.env['ALARM110_EVIDENCE_DIR']}")
    kept = Kept(served, caller.number(), disk)
    answers = chunk_answers(caller)
    caller.sees(KEPT)
    ballast = disk / "ballast"
    fill(ballast)
    full = time.time()
    caller.sees(NO_ROOM, seconds=15)
    figure("disk full, the phone says so", time.time() - full)
    assert answers[-1].status == 507
    caller.writes("Can you still hear me?")
    operator.has_read("Can you still hear me?")
    caller.until(lambda: len(waiting(caller)) >= 5)
    held = waiting(caller)
    assert not held.keys() & phone_chunks(kept).keys()
    longest_gaps(people, "disk full", full)

    ballast.unlink()
    freed = time.time()
    caller.until(lambda: held.items() <= phone_chunks(kept).items(), seconds=40)
    figure(f"room again, {len(held)} held chunks delivered", time.time() - freed)
    caller.sees(KEPT, seconds=20)
    operator.ends_call()
    caller.is_at("ended")
    caller.sees("All of the recording is with the police.", seconds=20)
    [clip] = kept.clips("phone")
    assert (clip.state, clip.is_complete, clip.gaps) == ("closed", True, [])
    kept.segments(clip)


def fill(file: Path) -> None:
    """Write until the disk takes no more."""
    with file.open("wb", buffering=0) as ballast, contextlib.suppress(OSError):
        while ballast.write(bytes(4096)):
            pass


# --- Lines ---------------------------------------------------------------------------


def test_a_line_cut_and_a_picture_cut_for_6_s_are_the_same_call(stage, hall):
    line = stage.line()
    people = caller, operator = in_call(stage, hall, stage.caller(hall, url=line.url))
    number, legs_before = caller.number(), [legs(person.page) for person in people]
    line.cut()
    cut = time.time()
    caller.waits(CUT)
    line.restore()
    restored = time.time()
    caller.is_told("connected", seconds=5)
    figure("line cut for 6 s, connected again", time.time() - restored)
    see_each_other(*people, seconds=5)
    longest_gaps(people, "line cut for 6 s", cut)
    assert [legs(person.page) for person in people] == legs_before
    assert caller.number() == number

    relay = relay_of(stage.served)
    assert relay is not None
    tell([relay], signal.SIGSTOP)
    stopped = time.time()
    try:
        caller.waits(CUT)
    finally:
        tell([relay], signal.SIGCONT)
    outage = time.time() - stopped
    times = times_back(people, "media cut for 6 s, from the cut", stopped)
    assert min(times) > outage - STEADY  # it was cut
    figure("media cut for 6 s, back after it", max(times) - outage)
    assert max(times) - outage <= 5
    caller.writes("The same call")
    operator.has_read("The same call")
    assert caller.number() == number
    operator.ends_call()


def test_without_a_relay_stills_and_with_it_live_in_the_same_call(stage, hall):
    with no_relay(stage.served):
        tapped = time.time()
        people = caller, operator = connected(stage, hall)
        number = caller.number()
        assert operator.frame_in("caller-picture [data-part=still]") < PHONE_FRAMES
        assert caller.frame_in("officer-frame img.theirs") >= DESK_FIRST
        figure(
            "no relay, stills on both sides after sign-in and tap", time.time() - tapped
        )
        phone_says = operator.page.locator("caller-phone")
        expect(phone_says).to_contain_text("the media server does not answer")
        seat_says = operator.page.locator("caller-phone [data-part=seat]")
        expect(seat_says).to_contain_text("The media server does not answer")
        phone_knows = caller.page.locator("[data-sense=camera]")
        expect(phone_knows).to_contain_text(re.compile("pictures seen"))
        # Which picture is the newest is looked at four times a second.
        shown = operator.page.locator("caller-picture")
        expect(shown).to_have_attribute("data-shown", "still")
        caller.waits(CLIMB)
    started = time.time()
    see_each_other(*people, seconds=25)
    figure("relay started, live on both sides", time.time() - started)
    caller.sees("Live video reaches the police now.")
    assert caller.number() == number
    operator.ends_call()


@contextlib.contextmanager
def no_relay(served: Served) -> Iterator[None]:
    """Let no relay run: it ends at once where another one holds its lock."""
    with ExitStack() as held:
        lock = os.open(served.home / "relay.lock", os.O_RDWR | os.O_CREAT, 0o600)
        held.callback(os.close, lock)
        deadline = time.monotonic() + 10
        while True:
            if relay := relay_of(served):
                tell([relay], signal.SIGKILL)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                assert time.monotonic() < deadline, "a relay keeps its lock"
                time.sleep(0.01)
        yield
