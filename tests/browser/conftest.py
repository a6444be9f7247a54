"""Two Chromiums, one for phones and one for desks, and who uses them.

Playwright's fixtures are made here for this folder only, not by its pytest plug-in for
the whole session: while it runs, asyncio takes the main thread's loop for a running
one, and no asynchronous test could follow.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Playwright, sync_playwright

from tests.browser.camera import write_camera
from tests.browser.people import Caller, Operator
from tests.browser.witness import Witness
from tests.browser.words import Language, Words
from tests.faults.proxy import Proxy
from tests.halls import Hall, write_region
from tests.served import Served
from tests.services import require

PHONE_FRAMES, DESK_FRAMES, DESK_FIRST = 600, 60, 0x8000
PHONE_SCREEN = {"width": 390, "height": 844}
DESK_SCREEN = {"width": 1440, "height": 900}
# How many tests may have a hall of each kind.
AUTO_HALLS, PAIR_HALLS, RING_HALLS = 20, 4, 4


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what stands in this folder."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker("browser")


# --- Browsers ------------------------------------------------------------------------


@pytest.fixture(scope="package")
def playwright() -> Iterator[Playwright]:
    """Playwright, while this folder's tests run."""
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="package")
def cameras(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The phone's camera and the desk's, whose numbers never meet."""
    folder = tmp_path_factory.mktemp("cameras")
    return (
        write_camera(folder / "phone.mjpeg", first=0, frames=PHONE_FRAMES),
        write_camera(folder / "desk.mjpeg", first=DESK_FIRST, frames=DESK_FRAMES),
    )


def launch_options(camera: Path) -> dict[str, Any]:
    """Return what starts the system's Chromium with a file for a camera."""
    return {
        "executable_path": next(iter(require("chromium").values())),
        "headless": os.environ.get("ALARM110_HEADED") != "1",
        "args": [
            "--headless=new",
            *(["--no-sandbox"] if os.getuid() == 0 else []),
            "--use-fake-device-for-media-stream",
            "--use-fake-ui-for-media-stream",
            f"--use-file-for-fake-video-capture={camera}",
            "--disable-background-networking",
        ],
    }


@pytest.fixture(scope="package")
def phone_browser(
    playwright: Playwright, cameras: tuple[Path, Path]
) -> Iterator[Browser]:
    """The browser of all callers."""
    browser = playwright.chromium.launch(**launch_options(cameras[0]))
    yield browser
    browser.close()


@pytest.fixture(scope="package")
def desk_browser(
    playwright: Playwright, cameras: tuple[Path, Path]
) -> Iterator[Browser]:
    """The browser of all operators."""
    browser = playwright.chromium.launch(**launch_options(cameras[1]))
    yield browser
    browser.close()


# --- Halls ---------------------------------------------------------------------------


@pytest.fixture(scope="package")
def halls(
    served: Served, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Iterator[Hall]]:
    """Halls nobody has used yet."""
    numbers = count(1)
    made = {
        "auto": [Hall(next(numbers)) for _ in range(AUTO_HALLS)],
        "pair": [Hall(next(numbers), staff=2) for _ in range(PAIR_HALLS)],
        "ring": [Hall(next(numbers), "ring") for _ in range(RING_HALLS)],
    }
    folder = tmp_path_factory.mktemp("halls")
    every = [hall for kind in made.values() for hall in kind]
    served.manage("onboard", str(write_region(folder, every)))
    return {kind: iter(halls) for kind, halls in made.items()}


@pytest.fixture
def hall(halls: dict[str, Iterator[Hall]]) -> Hall:
    """A hall of this test's own, whose consoles accept by themselves."""
    return next(halls["auto"])


@pytest.fixture
def pair_hall(halls: dict[str, Iterator[Hall]]) -> Hall:
    """The same with two operators."""
    return next(halls["pair"])


@pytest.fixture
def ring_hall(halls: dict[str, Iterator[Hall]]) -> Hall:
    """A hall of this test's own, where a person accepts."""
    return next(halls["ring"])


# --- People --------------------------------------------------------------------------


@dataclass
class Stage:
    """Brings people on, each with a browser context of their own."""

    served: Served
    phone_browser: Browser
    desk_browser: Browser
    witness: Witness = field(default_factory=Witness)
    exits: ExitStack = field(default_factory=ExitStack)

    def caller(
        self,
        hall: Hall | None,
        language: Language = "en",
        *,
        url: str | None = None,
        **options: Any,
    ) -> Caller:
        """Bring on somebody with a phone, standing on the ground of a hall."""
        words = Words(language)
        if hall is not None:
            latitude, longitude = hall.place
            options["geolocation"] = {
                "latitude": latitude, "longitude": longitude, "accuracy": 12,
            }  # fmt: skip
            options["permissions"] = ["geolocation", "camera"]
        context = self.context(
            self.phone_browser, words, viewport=PHONE_SCREEN, has_touch=True, **options
        )
        return Caller(context, url or self.served.url, words)

    def operator(
        self,
        user: str,
        language: Language = "en",
        *,
        url: str | None = None,
        **options: Any,
    ) -> Operator:
        """Bring on somebody who has signed in."""
        words = Words(language)
        context = self.context(
            self.desk_browser, words, viewport=DESK_SCREEN,
            permissions=["camera"], **options,
        )  # fmt: skip
        operator = Operator(context, url or self.served.url, words)
        operator.signs_in(user, self.served.password(user))
        return operator

    def context(self, browser: Browser, words: Words, **options: Any) -> BrowserContext:
        """Open a window that trusts the server and is watched."""
        context = browser.new_context(
            ignore_https_errors=True, locale=words.locale, **options
        )
        self.exits.callback(context.close)
        context.set_default_timeout(10_000)
        self.witness.watch(context)
        return context

    def line(self) -> Proxy:
        """Put a line that can be cut before the server."""
        used = {proxy.port for proxy in self._lines}
        port = next(port for port in self.served.front_ports if port not in used)
        proxy = self.exits.enter_context(Proxy(target_port=self.served.port, port=port))
        self._lines.append(proxy)
        return proxy

    _lines: list[Proxy] = field(default_factory=list)


@pytest.fixture
def stage(
    served: Served, phone_browser: Browser, desk_browser: Browser
) -> Iterator[Stage]:
    """The stage of one test; at the end nobody has asked another host for anything."""
    stage = Stage(served, phone_browser, desk_browser)
    with stage.exits:
        yield stage
        stage.witness.check()


Seated = Callable[..., tuple[Caller, Operator]]


@pytest.fixture
def talking(stage: Stage) -> Seated:
    """Bring on a caller and an operator in mid call."""

    def begin(
        hall: Hall,
        language: Language = "en",
        *,
        caller_url: str | None = None,
        operator_url: str | None = None,
    ) -> tuple[Caller, Operator]:
        operator = stage.operator(hall.operators[0], language, url=operator_url)
        operator.takes_seat()
        operator.becomes("ready")
        caller = stage.caller(hall, language, url=caller_url)
        caller.open()
        caller.tap()
        operator.is_at("call")
        caller.is_at("talking")
        return caller, operator

    return begin
