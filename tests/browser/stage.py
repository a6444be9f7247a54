"""Where callers and operators come on, each in a window that is watched."""

import os
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext

from tests.browser.people import Caller, Operator
from tests.browser.witness import Witness
from tests.browser.words import Language, Words
from tests.faults.proxy import Proxy
from tests.halls import Hall
from tests.served import Served
from tests.services import require

PHONE_SCREEN = {"width": 390, "height": 844}
DESK_SCREEN = {"width": 1440, "height": 900}
# The cameras' frames: the phone's from 0 on, the desk's from DESK_FIRST on.
PHONE_FRAMES, DESK_FRAMES, DESK_FIRST = 200, 20, 0x8000


def launch_options(
    camera: Path, microphone: Path | None = None, *, program: str = "chromium"
) -> dict[str, Any]:
    """Return what starts the system's Chromium with files for its devices.

    ``program``: ``browser`` where its questions or its profile matter.
    """
    return {
        "executable_path": next(iter(require(program).values())),
        "args": [
            "--headless",
            *(["--no-sandbox"] if os.getuid() == 0 else []),
            "--use-fake-device-for-media-stream",
            "--use-fake-ui-for-media-stream",
            f"--use-file-for-fake-video-capture={camera}",
            *(
                [f"--use-file-for-fake-audio-capture={microphone}"]
                if microphone
                else []
            ),
            "--disable-background-networking",
            # No page's worker is taken from behind an unknown certificate otherwise.
            "--ignore-certificate-errors",
        ],
    }


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
            options.setdefault("permissions", ["geolocation", "camera", "microphone"])
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
        options.setdefault("permissions", ["camera", "microphone"])
        context = self.context(
            self.desk_browser, words, viewport=DESK_SCREEN, **options
        )
        operator = Operator(context, url or self.served.url, words)
        operator.signs_in(user, self.served.password(user))
        return operator

    def context(self, browser: Browser, words: Words, **options: Any) -> BrowserContext:
        """Open a window that trusts the server and is watched.

        Pages are not kept on the phone unless a test asks: what is kept would answer in
        place of the routes that tests lay.
        """
        options.setdefault("service_workers", "block")
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
