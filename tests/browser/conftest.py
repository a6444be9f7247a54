"""Two Chromiums, one for phones and one for desks, and who uses them.

Playwright's fixtures are made here for this folder only, not by its pytest plug-in for
the whole session: while it runs, asyncio takes the main thread's loop for a running
one, and no asynchronous test could follow.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright

from tests.browser.camera import FRAMES_A_SECOND, write_slow_camera
from tests.browser.people import Caller, Operator
from tests.browser.sound import DESK_HERTZ, PHONE_HERTZ, write_microphone
from tests.browser.stage import (
    DESK_FIRST,
    DESK_FRAMES,
    PHONE_FRAMES,
    Stage,
    launch_options,
)
from tests.browser.words import Language
from tests.halls import Hall, write_region
from tests.served import Served

# What hall each fixture gives.
HALLS: dict[str, dict[str, Any]] = {
    "hall": {},
    "pair_hall": {"staff": 2},
    "ring_hall": {"answer": "ring"},
    "city_hall": {"staff": 3, "seats": 3, "has_supervisor": True},
}


# Halls beyond one a test, for tests that are tried once more.
SPARES = 8


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what stands in this folder, and allow each a second and a third try.

    Two browsers that encode and decode video beside a server and a relay, on two cores:
    now and then one of them stands still for seconds. A second try needs a hall of its
    own and is told in the summary; a fault of ours fails both.
    """
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker("browser")
            item.add_marker(pytest.mark.flaky(reruns=2))


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
        write_slow_camera(folder / "phone.y4m", range(PHONE_FRAMES)),
        write_slow_camera(
            folder / "desk.y4m", range(DESK_FIRST, DESK_FIRST + DESK_FRAMES)
        ),
    )


@pytest.fixture(scope="package")
def microphones(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Their microphones, as long as the cameras, whose pitches never meet."""
    folder = tmp_path_factory.mktemp("microphones")
    phone, desk = PHONE_FRAMES // FRAMES_A_SECOND, DESK_FRAMES // FRAMES_A_SECOND
    return (
        write_microphone(folder / "phone.wav", hertz=PHONE_HERTZ, seconds=phone),
        write_microphone(folder / "desk.wav", hertz=DESK_HERTZ, seconds=desk),
    )


@pytest.fixture(scope="package")
def phone_browser(
    playwright: Playwright, cameras: tuple[Path, Path], microphones: tuple[Path, Path]
) -> Iterator[Browser]:
    """The browser of all callers."""
    browser = playwright.chromium.launch(**launch_options(cameras[0], microphones[0]))
    yield browser
    browser.close()


@pytest.fixture(scope="package")
def desk_browser(
    playwright: Playwright, cameras: tuple[Path, Path], microphones: tuple[Path, Path]
) -> Iterator[Browser]:
    """The browser of all operators."""
    browser = playwright.chromium.launch(**launch_options(cameras[1], microphones[1]))
    yield browser
    browser.close()


# --- Halls ---------------------------------------------------------------------------


@pytest.fixture(scope="package")
def halls(
    request: pytest.FixtureRequest,
    served: Served,
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[str, Iterator[Hall]]:
    """A hall for each test that will ask for one."""
    wanted = [
        name
        for item in request.session.items
        if isinstance(item, pytest.Function)
        for name in item.fixturenames
        if name in HALLS
    ]
    wanted += [name for name in dict.fromkeys(wanted) for _ in range(SPARES)]
    made = [(name, Hall(n, **HALLS[name])) for n, name in enumerate(wanted, start=1)]
    folder = tmp_path_factory.mktemp("halls")
    region = write_region(folder, [hall for _, hall in made])
    served.manage("onboard", str(region))
    served.restart_web()  # a running one looks for new ground only each 10 s
    return {kind: iter([h for name, h in made if name == kind]) for kind in HALLS}


@pytest.fixture
def hall(halls: dict[str, Iterator[Hall]]) -> Hall:
    """A hall of this test's own, whose consoles accept by themselves."""
    return next(halls["hall"])


@pytest.fixture
def pair_hall(halls: dict[str, Iterator[Hall]]) -> Hall:
    """The same with two operators."""
    return next(halls["pair_hall"])


@pytest.fixture
def ring_hall(halls: dict[str, Iterator[Hall]]) -> Hall:
    """A hall of this test's own, where a person accepts."""
    return next(halls["ring_hall"])


@pytest.fixture
def city_hall(halls: dict[str, Iterator[Hall]]) -> Hall:
    """A hall of this test's own with three seats, three operators and a supervisor."""
    return next(halls["city_hall"])


# --- People --------------------------------------------------------------------------


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
        operator.number()  # the incident came too: until then its keys do nothing
        caller.is_at("talking")
        return caller, operator

    return begin
