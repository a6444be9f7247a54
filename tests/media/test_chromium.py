"""MediaLeg in real Chromiums, through the real relay; numbers read off the screen."""

import asyncio
import signal
import time
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.async_api import Page, async_playwright

from dispatch.media.interface import RoomPolicy, party
from tests.browser.camera import _READ, write_camera
from tests.browser.stage import launch_options
from tests.media.page_server import PageServer
from tests.media.peers import SILENT

pytestmark = [pytest.mark.browser, pytest.mark.slow]

FRAMES = 300

NUMBER = "() => { const video = document.querySelector('video');" + _READ
NUMBER += "return video.videoWidth ? read(video) : null; }"
SECOND = NUMBER.replace("'video'", "'#second'")
MOST_SDP_BYTES = 16 * 1024  # what a signal may hold


class Trial:
    """Two pages with a leg each."""

    def __init__(self, browser, server: PageServer) -> None:
        self.browser, self.server = browser, server
        self.call = uuid4()

    async def page(self, who: str, source: str, first: int = 0) -> Page:
        context = await self.browser.new_context(permissions=["camera", "microphone"])
        page = await context.new_page()
        facts = f"call={self.call}&who={who}&source={source}&first={first}"
        await page.goto(f"{self.server.url}?{facts}")
        await page.wait_for_function("typeof window.begin === 'function'")
        await page.evaluate("window.begin()")
        return page


async def number(page: Page, screen: str = NUMBER) -> int | None:
    """Return the number on the screen."""
    return await page.evaluate(screen)


async def moving(
    page: Page, seconds: float = 15.0, screen: str = NUMBER
) -> tuple[int, float]:
    """Wait until the number changes; return it, and how long that took."""
    began = time.monotonic()
    first = await number(page, screen)
    while time.monotonic() < began + seconds:
        now = await number(page, screen)
        if now is not None and now != first:
            return now, time.monotonic() - began
        await asyncio.sleep(0.03)
    raise AssertionError("the picture stands still")


async def loudest(page: Page) -> float:
    """Return the highest level of sound within two seconds."""
    levels = []
    for _ in range(40):
        levels.append((await page.evaluate("media.stats()"))["audioLevelIn"])
        await asyncio.sleep(0.05)
    return max(levels)


@pytest.fixture(scope="module")
def camera(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("cameras") / "phone.mjpeg"
    return write_camera(path, first=0, frames=FRAMES)


@pytest.fixture
async def trial(web, camera) -> AsyncIterator[Trial]:
    async with async_playwright() as playwright, PageServer(web.backend) as server:
        browser = await playwright.chromium.launch(**launch_options(camera))
        yield Trial(browser, server)
        await browser.close()


async def test_both_see_and_hear_each_other(trial):
    host = await trial.page("host", "painted", first=20_000)
    guest = await trial.page("guest", "camera")
    began = time.monotonic()
    seen, _ = await moving(host)
    print(f"guest's picture at the host after {time.monotonic() - began:.2f} s")
    assert 0 <= seen < FRAMES
    seen, _ = await moving(guest)
    assert seen > 20_000
    await asyncio.sleep(2)
    for page in (host, guest):
        stats = await page.evaluate("media.stats()")
        print(stats)
        assert stats["framesDecoded"] > 15
        assert stats["framesSent"] > 15
        assert await loudest(page) > 0.01  # the fake microphone beeps each second
        assert await page.evaluate("media.state") == "up"


@pytest.mark.deep
async def test_one_who_gives_nothing_still_sees(trial):
    guest = await trial.page("guest", "camera")
    host = await trial.page("host", "none")
    await moving(host)
    await asyncio.sleep(8)  # nothing comes to the phone, and that is no fault
    for page in (host, guest):
        states = await page.evaluate("states")
        assert [state for _, state, _ in states] == ["connecting", "up"], states


@pytest.mark.deep
async def test_another_camera_needs_no_new_offer(trial):
    host = await trial.page("host", "none")
    guest = await trial.page("guest", "camera")
    await moving(host)
    await guest.evaluate("media.setTrack('video', null)")
    await asyncio.sleep(1.5)
    still = await number(host)
    await asyncio.sleep(0.5)
    assert await number(host) == still
    await guest.evaluate("media.setTrack('video', painted())")
    await moving(host)
    assert trial.server.offers == 2


async def test_silence_keeps_the_seat_unheard(trial, web):
    trial.server.policy = SILENT
    guest = await trial.page("guest", "camera")
    host = await trial.page("host", "painted", first=20_000)
    await moving(guest)
    await moving(host)
    await asyncio.sleep(1)
    legs = {leg.who: leg for leg in (await web.backend.health()).legs}
    assert legs["guest"].audio_out == 0
    assert legs["host"].audio_in > 20
    assert legs["host"].audio_out > 20


async def test_the_picture_is_back_well_within_ten_seconds_of_a_kill(trial, relay):
    host = await trial.page("host", "painted", first=20_000)
    guest = await trial.page("guest", "camera")
    await moving(host)
    await moving(guest)
    relay.kill()
    killed = time.monotonic()
    relay.start()
    await host.wait_for_function("media.state !== 'up'")
    await host.wait_for_function("media.state === 'up'", timeout=15_000)
    await moving(host)
    back = time.monotonic() - killed
    await moving(guest)
    print(f"picture back {back:.2f} s after the kill")
    assert back < 8
    assert [state for _, state, _ in await host.evaluate("states")][:2] == [
        "connecting",
        "up",
    ]


async def test_a_relay_that_hangs_is_noticed(trial, relay):
    """No event tells it: SIGSTOP; the leg finds out by itself."""
    host = await trial.page("host", "painted", first=20_000)
    await trial.page("guest", "camera")
    await moving(host)
    relay.process.send_signal(signal.SIGSTOP)
    try:
        await host.wait_for_function("media.state === 'lost'", timeout=8_000)
    finally:
        relay.process.send_signal(signal.SIGCONT)
    await host.wait_for_function("media.state === 'up'", timeout=20_000)
    await moving(host)


@pytest.mark.deep
async def test_a_third_page_sees_both_and_is_heard_as_it_may_be(trial, web):
    who = party(uuid4())
    trial.server.policy = RoomPolicy(is_silent=False, audiences={who: "nobody"})
    host = await trial.page("host", "none")
    guest = await trial.page("guest", "camera")
    await moving(host)
    print(f"an offer of two sides has {trial.server.offer_bytes} bytes")
    assert trial.server.offer_bytes < MOST_SDP_BYTES
    third = await trial.page(who, "monitor")
    seen, took = await moving(third)
    print(f"guest's picture at the third page after {took:.2f} s")
    assert 0 <= seen < FRAMES
    print(f"an offer of a party has {trial.server.offer_bytes} bytes")
    assert trial.server.offer_bytes < MOST_SDP_BYTES
    assert await third.evaluate("media.microphone") == "off"
    assert await guest.evaluate("[...media.voices.keys()]") == []
    assert await loudest(guest) < 0.01  # the host gives nothing, and it only listens

    trial.server.policy = RoomPolicy(is_silent=False, audiences={who: "all"})
    await web.backend.set_policy(trial.call, trial.server.policy)
    await third.evaluate("media.beStance('open')")
    await guest.wait_for_function("media.voices.size === 1")
    assert await guest.evaluate("[...media.voices.keys()]") == [who]
    for page in (guest, host):
        assert await loudest(page) > 0.01  # its fake microphone beeps each second
    assert await third.evaluate("media.speakers") == ["guest", "host"]
    assert trial.server.offers == 3  # nobody began anew for it
    await third.evaluate("media.leave()")
    await guest.wait_for_function("media.voices.size === 0")
    await moving(host)


@pytest.mark.deep
async def test_a_party_sees_the_hosts_picture_in_its_second_line(trial):
    who = party(uuid4())
    trial.server.policy = RoomPolicy(is_silent=True, audiences={who: "all"})
    await trial.page("host", "painted", first=20_000)
    third = await trial.page(who, "open")
    seen, took = await moving(third, screen=SECOND)
    print(f"host's picture at the third page after {took:.2f} s")
    assert seen > 20_000
    assert await number(third) is None
