"""What the caller's phone sees: from a window, a street at dusk, and somebody with a
torch at a parked car whose indicators flash.
"""

from collections.abc import Iterator

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from tests.pictures.drawn import (
    FRAMES,
    HEIGHT,
    LARGE,
    WIDTH,
    Box,
    Colour,
    Point,
    glow,
    slope,
    wave,
)

ROAD = (40, 41, 50)


def street() -> Iterator[Image.Image]:
    """Yield the loop of the phone's camera."""
    still = _street_at_rest()
    dice = np.random.default_rng(110)
    for number in range(FRAMES):
        at = number / FRAMES
        picture = still.copy()
        _indicators(picture, is_on=number // 4 % 2 == 0)
        _somebody_with_a_torch(picture, at)
        _window(picture)
        # A hand is never quite still.
        x, y = 14 + 10 * wave(at, 1), 12 + 8 * wave(at, 2, 0.1)
        view = (x, y, LARGE[0] - 28 + x, LARGE[1] - 24 + y)
        small = picture.resize((WIDTH, HEIGHT), Image.Resampling.BOX, box=_whole(view))
        grain = dice.normal(0, 2.5, (HEIGHT, WIDTH, 1))
        noisy = np.clip(np.asarray(small) + grain, 0, 255).astype(np.uint8)
        yield Image.fromarray(noisy)


def _whole(
    view: Box,
) -> Box:
    left, top, right, bottom = view
    return max(0, left), max(0, top), min(LARGE[0], right), min(LARGE[1], bottom)


def _street_at_rest() -> Image.Image:
    """Draw all of the street that does not move."""
    width, height = LARGE
    horizon = int(height * 0.46)
    sky = slope([(0, (18, 24, 58)), (0.6, (66, 58, 104)), (1, (196, 122, 92))], horizon)
    ground = slope([(0, (58, 54, 66)), (1, (26, 27, 36))], height - horizon)
    column = np.concatenate([sky, ground]).astype(np.uint8)
    picture = Image.fromarray(np.repeat(column[:, None], width, axis=1))
    draw = ImageDraw.Draw(picture)
    _skyline(draw, horizon)
    _road(draw, horizon)
    _house(draw, (0, 60), (430, 330), horizon, lit={2, 5, 6, 11})
    _house(draw, (1280, 20), (820, 318), horizon, lit={1, 4, 9, 10})
    _shop(draw)
    draw.line([(742, 610), (742, 210)], fill=(24, 26, 36), width=9)
    draw.line([(742, 214), (690, 204)], fill=(24, 26, 36), width=8)
    for reach, strength in ((250, (120, 84, 34)), (60, (150, 130, 80))):
        glow(picture, (690, 212), reach - 1, strength)
    ImageDraw.Draw(picture).ellipse((678, 204, 702, 218), fill=(255, 240, 196))
    glow(picture, (690, 640), 200, (70, 50, 20))
    _car(picture, (470, 470), 0.55, (70, 74, 88))
    _car(picture, (380, 640), 1.5, (112, 36, 44))
    return picture


def _skyline(draw: ImageDraw.ImageDraw, horizon: int) -> None:
    dice = np.random.default_rng(7)
    for x in range(380, 860, 44):
        top = horizon - int(dice.integers(50, 150))
        draw.rectangle((x, top, x + 40, horizon), fill=(46, 42, 68))
        for y in range(top + 10, horizon - 8, 16):
            for window in range(x + 6, x + 36, 12):
                if dice.random() < 0.4:
                    draw.rectangle((window, y, window + 5, y + 7), fill=(226, 178, 104))


def _road(draw: ImageDraw.ImageDraw, horizon: int) -> None:
    draw.polygon(
        [(600, horizon), (660, horizon), (1010, 960), (120, 960)], (40, 41, 50)
    )
    draw.polygon([(660, horizon), (690, horizon), (1280, 900), (1280, 960),
                  (1010, 960)], (74, 70, 78))  # fmt: skip
    draw.polygon([(570, horizon), (600, horizon), (120, 960), (0, 960), (0, 880)],
                 (70, 66, 76))  # fmt: skip
    for near in (0.04, 0.12, 0.24, 0.42, 0.68):
        far, y = near * 1.28 + 0.02, horizon + (960 - horizon) * near
        end = horizon + (960 - horizon) * far
        x, x_end = 630 - 65 * near, 630 - 65 * far
        draw.polygon([(x - 8 * near, y), (x + 8 * near, y), (x_end + 8 * far, end),
                      (x_end - 8 * far, end)], (190, 186, 176))  # fmt: skip


def _house(
    draw: ImageDraw.ImageDraw, near: Point, far: Point, horizon: int, lit: set[int]
) -> None:
    """Draw the front of a house that runs away from us, with its windows."""
    (x, top), (x_far, top_far) = near, far
    foot, foot_far = 900, horizon + 12
    is_left = x < x_far
    wall = (58, 52, 70) if is_left else (50, 46, 64)
    draw.polygon([(x, top), (x_far, top_far), (x_far, foot_far), (x, foot)], wall)

    def place(across: float, down: float) -> Point:
        near_y, far_y = top + (foot - top) * down, top_far + (foot_far - top_far) * down
        bend = across**0.8
        return x + (x_far - x) * bend, near_y + (far_y - near_y) * bend

    for row in range(3):
        for column in range(4):
            left, up = 0.07 + column * 0.235, 0.07 + row * 0.2
            corners = [
                place(left, up), place(left + 0.14, up),
                place(left + 0.14, up + 0.12), place(left, up + 0.12),
            ]  # fmt: skip
            is_lit = row * 4 + column in lit
            draw.polygon(corners, (244, 196, 118) if is_lit else (32, 34, 50))
            if is_lit:
                middle = place(left + 0.07, up), place(left + 0.07, up + 0.12)
                draw.line(middle, fill=(120, 92, 60), width=4)


def _shop(draw: ImageDraw.ImageDraw) -> None:
    """Draw a lit shop on the ground floor of the right house."""
    draw.polygon([(940, 520), (1180, 566), (1180, 770), (940, 640)], (250, 214, 140))
    draw.polygon([(930, 492), (1190, 528), (1200, 580), (920, 524)], (150, 52, 50))
    for part in range(1, 4):
        x = 940 + part * 60
        top, foot = 520 + part * 11.5, 640 + part * 32.5
        draw.line([(x, top), (x, foot)], fill=(120, 84, 50), width=5)


def _car(picture: Image.Image, at: Point, size: float, paint: Colour) -> None:
    """Draw a parked car from behind; ``at`` is the middle of its foot."""
    draw = ImageDraw.Draw(picture)
    x, y = at[0], at[1] + 90 * size

    def box(left: float, top: float, right: float, foot: float) -> list[float]:
        return [x + left * size, y + top * size, x + right * size, y + foot * size]

    dark = tuple(part * 2 // 3 for part in paint)
    draw.ellipse(box(-110, -14, 110, 14), fill=(16, 16, 22))
    for side in (-1, 1):
        left, right = sorted((side * 92, side * 60))
        draw.rounded_rectangle(box(left, -40, right, 6), 8 * size, fill=(12, 12, 16))
    draw.polygon([(x - 74 * size, y - 150 * size), (x + 74 * size, y - 150 * size),
                  (x + 96 * size, y - 92 * size), (x - 96 * size, y - 92 * size)],
                 dark)  # fmt: skip
    draw.polygon([(x - 64 * size, y - 142 * size), (x + 64 * size, y - 142 * size),
                  (x + 80 * size, y - 96 * size), (x - 80 * size, y - 96 * size)],
                 (36, 42, 60))  # fmt: skip
    draw.rounded_rectangle(box(-102, -98, 102, -20), 14 * size, fill=paint)
    draw.rectangle(box(-96, -40, 96, -26), fill=dark)
    draw.rectangle(box(-30, -66, 30, -48), fill=(196, 196, 190))
    for side in (-1, 1):
        left, right = sorted((side * 98, side * 74))
        draw.rounded_rectangle(box(left, -84, right, -58), 5 * size, fill=(120, 20, 20))


def _indicators(picture: Image.Image, *, is_on: bool) -> None:
    """The near car's alarm: its indicators flash."""
    if is_on:
        for x in (250, 510):
            glow(picture, (x, 669), 110, (210, 130, 20))
            ImageDraw.Draw(picture).ellipse(
                (x - 12, 660, x + 12, 678), fill=(255, 196, 80)
            )


def _somebody_with_a_torch(picture: Image.Image, at: float) -> None:
    """Draw somebody in a hood beside the near car, and where the torch points."""
    x, y = 612 + 5 * wave(at, 2), 492 + 4 * wave(at, 4)
    hand = (x - 62, y + 104 + 6 * wave(at, 3))
    aim = (418 + 34 * wave(at, 1), 586 + 16 * wave(at, 2))
    beam = Image.new("L", picture.size)
    ImageDraw.Draw(beam).polygon(
        [hand, (aim[0] - 16, aim[1] - 44), (aim[0] - 22, aim[1] + 46)], fill=110
    )
    light = Image.new("RGB", picture.size, (255, 250, 214))
    picture.paste(light, mask=beam.filter(ImageFilter.GaussianBlur(5)))
    glow(picture, aim, 72, (170, 168, 140))
    draw = ImageDraw.Draw(picture)
    cloth, edge = (17, 18, 26), (64, 56, 66)
    for step in (-1, 1):  # legs
        draw.line([(x + 12 * step, y + 190), (x + 20 * step, y + 316)], cloth, 32)
    draw.rounded_rectangle((x - 46, y + 62, x + 50, y + 220), 34, fill=cloth)
    draw.line([(x + 46, y + 84), (x + 49, y + 200)], edge, 5)
    draw.line([(x - 32, y + 86), (x - 42, y + 126), hand], cloth, 28, joint="curve")
    draw.ellipse((x - 40, y - 16, x + 40, y + 78), fill=cloth)
    draw.ellipse((x - 34, y + 6, x + 8, y + 64), fill=(9, 9, 14))
    draw.arc((x - 40, y - 16, x + 40, y + 78), -70, 40, fill=edge, width=4)
    draw.ellipse(
        (hand[0] - 12, hand[1] - 12, hand[0] + 12, hand[1] + 12), (240, 236, 200)
    )


def _window(picture: Image.Image) -> None:
    """The window one looks from: its sill, and a curtain at the side."""
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 916, 1280, 960), fill=(20, 18, 24))
    for fold, shade in enumerate((30, 24, 34, 22, 28)):
        x = 1130 + fold * 34
        draw.rectangle((x, 0, x + 36, 960), fill=(shade, shade - 6, shade + 4))
