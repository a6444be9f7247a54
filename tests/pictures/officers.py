"""What the cameras of the desks see: an officer in a headset, and a wall of screens."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from tests.pictures.drawn import (
    FRAMES,
    HEIGHT,
    LARGE,
    WIDTH,
    Colour,
    Point,
    slope,
    wave,
)


@dataclass(frozen=True)
class Officer:
    """How somebody at a desk looks."""

    skin: Colour
    hair: Colour
    has_cap: bool
    glow: Colour  # of the screens behind


CHEN = Officer((226, 178, 144), (34, 28, 30), has_cap=True, glow=(38, 92, 150))
WU = Officer((202, 150, 114), (28, 24, 26), has_cap=False, glow=(30, 116, 110))


def officer(who: Officer) -> Iterator[Image.Image]:
    """Yield the loop of a desk's camera."""
    room = _control_room(who.glow)
    for number in range(FRAMES):
        at = number / FRAMES
        picture = room.copy()
        nod = (6 * wave(at), 5 * wave(at, 2, 0.2))
        is_blinking = number in {17, 18, 47, 48}
        speaks = max(0.0, wave(at, 7)) if number < 40 else 0.0
        _person(ImageDraw.Draw(picture), who, nod, speaks, is_blinking=is_blinking)
        yield picture.resize((WIDTH, HEIGHT), Image.Resampling.BOX)


def _control_room(glow: Colour) -> Image.Image:
    """Draw the room behind: a wall of screens, out of focus."""
    column = slope([(0, (22, 28, 44)), (1, (12, 15, 26))], LARGE[1]).astype(np.uint8)
    picture = Image.fromarray(np.repeat(column[:, None], LARGE[0], axis=1))
    draw = ImageDraw.Draw(picture)
    dice = np.random.default_rng(3)
    for row in range(2):
        for place in range(4):
            x, y = 30 + place * 312, 60 + row * 232
            shade = tuple(int(part * dice.uniform(0.6, 1)) for part in glow)
            draw.rectangle((x, y, x + 284, y + 200), fill=shade)
            for _ in range(7):
                ends = dice.integers((x, y), (x + 284, y + 200), (2, 2))
                draw.line([tuple(map(int, end)) for end in ends], (150, 190, 210), 5)
    for _ in range(16):
        x, y = int(dice.integers(40, 1240)), int(dice.integers(70, 480))
        draw.ellipse((x, y, x + 16, y + 16), fill=(240, 170, 90))
    return picture.filter(ImageFilter.GaussianBlur(11))


def _person(
    draw: ImageDraw.ImageDraw,
    who: Officer,
    nod: Point,
    speaks: float,
    *,
    is_blinking: bool,
) -> None:
    """Draw an officer, whose head stands a little off where it rests."""
    _uniform(draw, who.skin)
    x, y = 640 + nod[0], 400 + nod[1]
    oval: Callable[..., None] = lambda dx, dy, rx, ry, fill: draw.ellipse(  # noqa: E731
        (x + dx - rx, y + dy - ry, x + dx + rx, y + dy + ry), fill=fill
    )
    shade = tuple(part * 5 // 6 for part in who.skin)
    oval(0, -26, 150, 176, who.hair)
    for side in (-1, 1):
        oval(side * 138, 8, 22, 36, shade)
    oval(0, 14, 134, 172, who.skin)
    for side in (-1, 1):  # brows, eyes
        draw.line([(x + side * 34, y - 40), (x + side * 86, y - 36)], who.hair, 10)
        if is_blinking:
            draw.line([(x + side * 40, y), (x + side * 78, y)], who.hair, 6)
        else:
            oval(side * 59, 0, 22, 13, (250, 248, 244))
            oval(side * 59, 1, 11, 12, (36, 26, 24))
    draw.line([(x, y + 6), (x - 12, y + 62), (x + 10, y + 66)], shade, 8, joint="curve")
    oval(0, 110, 38 - 6 * speaks, 7 + 15 * speaks, (150, 72, 70))
    if speaks < 0.2:
        draw.line([(x - 34, y + 110), (x + 34, y + 110)], (120, 58, 58), 4)
    _hair(draw, who, x, y)
    _headset(draw, x, y)


def _hair(draw: ImageDraw.ImageDraw, who: Officer, x: float, y: float) -> None:
    if not who.has_cap:
        draw.pieslice((x - 150, y - 204, x + 150, y + 90), 182, 358, fill=who.hair)
        draw.pieslice((x - 120, y - 120, x + 150, y + 40), 200, 350, fill=who.skin)
        return
    draw.pieslice((x - 186, y - 250, x + 186, y - 40), 170, 370, fill=(20, 28, 56))
    draw.rectangle((x - 148, y - 150, x + 148, y - 96), fill=(14, 20, 42))
    draw.pieslice((x - 152, y - 142, x + 152, y - 42), 0, 180, fill=(8, 10, 18))
    draw.line([(x - 144, y - 100), (x + 144, y - 100)], (196, 170, 96), 6)
    draw.ellipse((x - 24, y - 188, x + 24, y - 140), fill=(206, 180, 104))
    draw.ellipse((x - 13, y - 177, x + 13, y - 151), fill=(34, 64, 128))


def _headset(draw: ImageDraw.ImageDraw, x: float, y: float) -> None:
    band = (x - 158, y - 176, x + 158, y + 150)
    draw.arc(band, 186, 214, fill=(44, 46, 54), width=18)
    draw.arc(band, 326, 354, fill=(44, 46, 54), width=18)
    for side in (-1, 1):
        left, right = sorted((x + side * 126, x + side * 166))
        draw.rounded_rectangle((left, y - 42, right, y + 60), 18, fill=(30, 32, 40))
    draw.line([(x - 148, y + 50), (x - 122, y + 124), (x - 60, y + 140)],
              (44, 46, 54), 9, joint="curve")  # fmt: skip
    draw.ellipse((x - 76, y + 126, x - 42, y + 154), fill=(24, 26, 32))


def _uniform(draw: ImageDraw.ImageDraw, skin: Colour) -> None:
    navy, light = (28, 40, 78), (166, 190, 220)
    draw.polygon([(130, 960), (210, 742), (470, 640), (810, 640), (1070, 742),
                  (1150, 960)], navy)  # fmt: skip
    shade = tuple(part * 4 // 5 for part in skin)
    draw.polygon([(566, 520), (714, 520), (730, 690), (550, 690)], shade)
    draw.polygon([(520, 640), (640, 760), (760, 640), (800, 660), (670, 960),
                  (610, 960), (480, 660)], light)  # fmt: skip
    draw.polygon([(600, 676), (680, 676), (668, 742), (612, 742)], light)
    draw.polygon([(614, 716), (666, 716), (690, 960), (590, 960)], (20, 28, 56))
    for side in (-1, 1):
        x = 640 + side * 330
        draw.polygon([(x - 74, 714), (x + 74, 714 + 20), (x + 74, 758), (x - 74, 748)],
                     (18, 26, 54))  # fmt: skip
        draw.ellipse((x - 14, 724, x + 14, 748), fill=(206, 180, 104))
