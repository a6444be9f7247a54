"""A short animation: one real call, phone and console side by side.

Every frame is two screenshots of that moment; nothing is drawn but the frame around
them, a ring where somebody presses, and one line of words.
"""

import os
import subprocess
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont
from playwright.sync_api import Locator, expect

from tests.browser.people import Caller, Operator
from tests.pictures.console import NOTES
from tests.pictures.phone import SAID, sees_moving
from tests.pictures.studio import FOLDER, LAISHAN, Studio

SIZE = (1120, 604)
PHONE, DESK = (24, 26, 250, 541), (304, 26, 792, 495)  # left, top, width, height
GROUND, CASE, WORDS, MARK = (22, 27, 36), (6, 8, 12), (236, 240, 246), (255, 176, 32)
MOST = 1_500_000  # bytes
QUALITIES = (82, 72, 60, 48)
WAVES = {
    "ready": (
        "One page, one button. A seat is ready.",
        "一个页面，一个按钮。席位已就绪。",
    ),
    "tap": ("One tap.", "轻点一次。"),
    "ringing": (
        "The alarm already exists. The seat rings; the caller sees the truth.",
        "报警已经登记在案。席位响铃，报警人看到真实进展。",
    ),
    "accept": ("An operator accepts.", "接警员接听。"),
    "live": ("Picture and sound, both ways.", "双向视频和语音。"),
    "words": (
        "Words for those who cannot speak, each kept.",
        "不便说话就打字，句句留存。",
    ),
    "form": (
        "The form saves itself; what the phone records is kept as evidence.",
        "警单自动保存，手机所录作为证据留存。",
    ),
    "end": ("The end: a number, and a record.", "结束：一个编号，一份记录。"),
}  # fmt: skip


@dataclass
class Film:
    """Frames with how long each stands (ms)."""

    caller: Caller
    operator: Operator
    is_english: bool
    frames: list[Image.Image] = field(default_factory=list)
    holds: list[int] = field(default_factory=list)

    def shows(
        self, scene: str, hold: int, *, at: Locator | None = None, frames: int = 1
    ) -> None:
        """Take so many frames of both screens, each to stand so long."""
        for _ in range(frames):
            pages = (self.caller.page, self.operator.page)
            screens = [Image.open(BytesIO(one.screenshot())) for one in pages]
            self.frames.append(self._frame(scene, screens, at))
            self.holds.append(hold)

    def _frame(
        self, scene: str, screens: list[Image.Image], at: Locator | None
    ) -> Image.Image:
        frame = Image.new("RGB", SIZE, GROUND)
        draw = ImageDraw.Draw(frame)
        for screen, (left, top, width, height), page in zip(
            screens, (PHONE, DESK), (self.caller.page, self.operator.page), strict=True
        ):
            edge = (left - 9, top - 9, left + width + 8, top + height + 8)
            draw.rounded_rectangle(edge, 18 if width < 300 else 10, fill=CASE)
            small = screen.convert("RGB").resize(
                (width, height), Image.Resampling.LANCZOS
            )
            frame.paste(small, (left, top))
            if at is not None and at.page == page:
                self._mark(draw, at, (left, top), width)
        words = WAVES[scene][0 if self.is_english else 1]
        draw.text((DESK[0], 546), words, fill=WORDS, font=_font(23))
        return frame

    @staticmethod
    def _mark(
        draw: ImageDraw.ImageDraw, at: Locator, corner: tuple[int, int], width: int
    ) -> None:
        """Draw a ring where somebody presses."""
        box, size = at.bounding_box(), at.page.viewport_size
        assert box is not None
        assert size is not None
        scale = width / size["width"]
        x = corner[0] + (box["x"] + box["width"] / 2) * scale
        y = corner[1] + (box["y"] + box["height"] * 0.6) * scale
        for radius, colour in ((25, MARK), (20, None), (9, MARK)):
            ring = (x - radius, y - radius, x + radius, y + radius)
            draw.ellipse(
                ring, outline=colour, fill=MARK if radius == 9 else None, width=5
            )

    def write(self, path: Path) -> None:
        """Write the animation, as good as its size allows."""
        for quality in QUALITIES:
            first, *rest = self.frames
            first.save(
                path, save_all=True, append_images=rest, duration=self.holds, loop=0,
                quality=quality, method=4, minimize_size=True, kmax=30, kmin=9,
            )  # fmt: skip
            if path.stat().st_size <= MOST:
                return
        raise ValueError(f"{path} is {path.stat().st_size} bytes")


def _font(size: int) -> ImageFont.FreeTypeFont:
    """Return a font that has Chinese, too."""
    if folder := os.environ.get("PICTURE_FONTS"):
        for file in sorted(Path(folder).glob("*CJK*Bold*")):
            return ImageFont.truetype(str(file), size, index=2)  # Simplified Chinese
    asked = ["fc-match", "-f", "%{file}", "sans-serif:lang=zh-cn"]
    found = subprocess.run(asked, capture_output=True, text=True, check=True)
    return ImageFont.truetype(found.stdout, size)


def film(studio: Studio) -> None:
    """One call, from the tap to its end."""
    operator = studio.seated("wang")
    caller = studio.caller(LAISHAN, device_scale_factor=1)
    caller.open()
    caller.page.wait_for_load_state("networkidle")
    film = Film(caller, operator, is_english=studio.language == "en")
    film.shows("ready", 1300)
    button = caller.page.locator(".alarm-button")
    film.shows("tap", 600, at=button)
    caller.tap()
    expect(operator.page.locator("call-offer")).to_be_visible()
    caller.is_at("waiting")
    film.shows("ringing", 900, frames=2)
    accept = operator.button("Accept")
    film.shows("accept", 600, at=accept)
    accept.click()
    operator.is_at("call")
    operator.number()
    caller.is_at("talking")
    sees_moving(caller, "officer-frame video.theirs")
    sees_moving(operator, "caller-picture [data-part=live]")
    film.shows("live", 220, frames=8)
    first, second, third = SAID[studio.language]
    caller.writes(first)
    operator.has_read(first)
    film.shows("words", 260, frames=4)
    operator.writes(second)
    caller.has_read(second)
    film.shows("words", 260, frames=6)
    place, notes = NOTES[studio.language]
    operator.chooses_category("0102")
    operator.field("Place").fill(place)
    operator.field("Notes").fill(notes)
    caller.writes(third)
    operator.has_read(third)
    operator.knows_saved()
    film.shows("form", 260, frames=7)
    operator.ends_call()
    caller.is_at("ended")
    operator.waits(1)
    film.shows("end", 2200)
    operator.context.close()  # here a supervisor must allow an Off: who goes just goes
    file = FOLDER / f"film-{studio.language}.webp"
    film.write(file)
    studio.kept.append(file.name)


SCENES = {"film": film}
