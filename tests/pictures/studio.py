"""Where the pictures are taken: a server of their own, two browsers, and who is before
them.

The region is the demo's, but that one agency rings, and another's breaks are asked for:
so each state can be brought about. Nothing of it is left afterwards.
"""

import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from PIL import Image
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Page,
    expect,
    sync_playwright,
)

from tests.browser.people import Caller, Operator
from tests.browser.stage import DESK_SCREEN, PHONE_SCREEN, launch_options
from tests.browser.supervisor import Supervisor
from tests.browser.words import Language, Words
from tests.faults.proxy import Proxy
from tests.pictures import drawn, officers, street
from tests.pictures.beside import Beside
from tests.pictures.captions import CAPTIONS
from tests.served import ROOT, Served, serve

FOLDER = ROOT / "docs" / "pictures"
QUALITY = 80  # of WebP
PATIENCE = 25_000  # ms
ZONE = "Asia/Shanghai"
ALL = ("geolocation", "camera", "microphone")
Place = tuple[float, float]  # latitude, longitude

# Ground of the demo region, well inside its borders.
ZHIFU: Place = (37.5398, 121.3914)  # whose consoles accept by themselves
LAISHAN: Place = (37.4602, 121.4478)  # whose consoles ring
CENTRE = ("li", "sun")  # operators of the command centre
FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>{fonts}</dir>
  <alias><family>system-ui</family><prefer>
    <family>Roboto</family><family>Noto Sans CJK SC</family>
  </prefer></alias>
  <alias><family>sans-serif</family><prefer>
    <family>Roboto</family><family>Noto Sans CJK SC</family>
  </prefer></alias>
</fontconfig>
"""
STAFF = """
[[staff]]
username = "lin"
name = "林悦 Lin"
number = "370602-09"
role = "operator"
skills = ["en", "ko", "sign"]
agencies = ["370602"]

[[staff]]
username = "tao"
name = "陶然 Tao"
number = "370613-02"
role = "operator"
agencies = ["370613"]
"""


@dataclass
class Studio:
    """Brings people on, each with a window of their own, and keeps pictures."""

    served: Served
    phones: Browser
    desks: dict[str, Browser]
    language: Language = "en"
    exits: ExitStack = field(default_factory=ExitStack)
    kept: list[str] = field(default_factory=list)
    has_past: bool = False  # whether calls of former days were made up

    @property
    def words(self) -> Words:
        """The words of the language that everybody speaks now."""
        return Words(self.language)

    def caller(
        self,
        place: Place | None = ZHIFU,
        *,
        allows: tuple[str, ...] = ALL,
        script: str = "",
        url: str = "",
        **options: Any,
    ) -> Caller:
        """Bring on somebody with a phone that allows these."""
        options.setdefault("viewport", PHONE_SCREEN)
        options.setdefault("device_scale_factor", 2)
        if place is not None:
            latitude, longitude = place
            options["geolocation"] = {
                "latitude": latitude, "longitude": longitude, "accuracy": 12,
            }  # fmt: skip
        allowed = [one for one in allows if place is not None or one != "geolocation"]
        context = self.context(
            self.phones, permissions=allowed, has_touch=True, **options
        )
        if script:
            context.add_init_script(script)
        return Caller(context, url or self.served.url, self.words)

    def operator(
        self, user: str, *, desk: str = "chen", url: str = "", **options: Any
    ) -> Operator:
        """Bring on an operator, who stands before the seats."""
        options.setdefault("viewport", DESK_SCREEN)
        options.setdefault("permissions", ["camera", "microphone"])
        context = self.context(self.desks[desk], **options)
        operator = Operator(context, url or self.served.url, self.words)
        operator.signs_in(user, self.served.password(user))
        return operator

    def seated(self, user: str, number: int = 1, **options: Any) -> Operator:
        """Bring an operator to a seat, ready."""
        operator = self.operator(user, **options)
        operator.takes_seat(number)
        operator.becomes("ready")
        return operator

    def supervisor(
        self, user: str = "zhao", *, url: str = "", **options: Any
    ) -> Supervisor:
        """Bring on a supervisor before the board."""
        options.setdefault("viewport", DESK_SCREEN)
        context = self.context(self.desks["wu"], permissions=["microphone"], **options)
        supervisor = Supervisor(context, url or self.served.url, self.words)
        supervisor.signs_in(user, self.served.password(user))
        return supervisor

    def staff(self, user: str, path: str, **options: Any) -> Page:
        """Sign somebody in and go to a page."""
        options.setdefault("viewport", DESK_SCREEN)
        page = self.context(self.desks["wu"], **options).new_page()
        page.goto(f"{self.served.url}/accounts/login/?next={path}")
        page.get_by_label(self.words("User name")).fill(user)
        page.get_by_label(self.words("Password")).fill(self.served.password(user))
        page.get_by_role("button", name=self.words("Sign in")).click()
        page.wait_for_url(f"**{path}")
        return page

    def context(self, browser: Browser, **options: Any) -> BrowserContext:
        """Open a window of this language that trusts the server."""
        context = browser.new_context(
            ignore_https_errors=True,
            locale=self.words.locale,
            timezone_id=ZONE,
            **options,
        )
        self.exits.callback(context.close)
        context.set_default_timeout(PATIENCE)
        return context

    def line(self) -> Proxy:
        """Return a line to the server that can be cut."""
        port = self.served.front_ports[0]
        return Proxy(target_port=self.served.port, port=port)

    def beside(self) -> Beside:
        """Bring on callers and operators who need no window."""
        return self.exits.enter_context(Beside(self.served))

    def keep(self, page: Page, name: str, *, whole: bool = False) -> None:
        """Keep a picture of a screen; ``whole``: what one must scroll for, too."""
        if name not in CAPTIONS:
            raise LookupError(f"captions.py says nothing of {name}")
        picture = Image.open(BytesIO(page.screenshot(full_page=whole)))
        file = FOLDER / f"{name}-{self.language}.webp"
        picture.convert("RGB").save(file, quality=QUALITY, method=6)
        self.kept.append(file.name)


@contextmanager
def open_studio() -> Iterator[Studio]:
    """Start the server and the browsers."""
    expect.set_options(timeout=PATIENCE)
    FOLDER.mkdir(parents=True, exist_ok=True)
    with ExitStack() as exits:
        folder = Path(exits.enter_context(tempfile.TemporaryDirectory()))
        region = {"ALARM110_REGION": str(_region(folder))}
        served = exits.enter_context(serve(extra_env=region))
        chromium = exits.enter_context(sync_playwright()).chromium
        cameras = {
            "street": street.street(),
            "chen": officers.officer(officers.CHEN),
            "wu": officers.officer(officers.WU),
        }
        browsers = {}
        fonts = _fonts(folder)
        for name, frames in cameras.items():
            options = launch_options(
                drawn.write_camera(folder / f"{name}.y4m", frames), program="browser"
            )
            # What a phone is allowed is answered by its permissions, not by a switch.
            options["args"] = [one for one in options["args"] if "fake-ui" not in one]
            browsers[name] = chromium.launch(**options, env=fonts)
            exits.callback(browsers[name].close)
        phones = browsers.pop("street")
        yield Studio(served, phones, browsers)


def _fonts(folder: Path) -> dict[str, str | float | bool]:
    """Return the browsers' environment, with the fonts of PICTURE_FONTS if it is set.

    A bare machine's own are wider than any phone's: lines would break that never do.
    """
    environment: dict[str, str | float | bool] = dict(os.environ)
    if fonts := os.environ.get("PICTURE_FONTS"):
        file = folder / "fonts.conf"
        file.write_text(FONTS.format(fonts=escape(fonts)), encoding="utf-8")
        environment["FONTCONFIG_FILE"] = str(file)
    return environment


def _region(folder: Path) -> Path:
    """Write the demo's region file with what the pictures need besides."""
    text = (ROOT / "dispatch" / "regions" / "yantai.toml").read_text(encoding="utf-8")
    text = _changed(text, "370613", 'answer_mode = "auto"', 'answer_mode = "ring"')
    text = _changed(
        text, "370613", "seats = 3",
        "seats = 3\nmisses_before_away = 1\nbreaks_need_approval = true\n"
        'break_reasons = [{ text = "用餐", text_en = "Meal" }]',
    )  # fmt: skip
    text = _changed(text, "370602", "seats = 4", "seats = 4\npublishes_figures = true")
    file = folder / "yantai.toml"
    file.write_text(text + STAFF, encoding="utf-8")
    return file


def _changed(text: str, code: str, before: str, after: str) -> str:
    """Return the region's text with a line of one agency changed."""
    pattern = rf'(\[\[agencies\]\]\ncode = "{code}".*?){re.escape(before)}\n'
    changed, count = re.subn(
        pattern, rf"\g<1>{after}\n", text, count=1, flags=re.DOTALL
    )
    if not count:
        raise LookupError(f"the demo's agency {code} has no line {before!r}")
    return changed
