"""How the cameras of the pictures are drawn, so that nobody's face is shown.

Short loops for Chromium's fake camera: ``street.py`` for a phone, ``officers.py`` for
the desks.
"""

import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image

WIDTH, HEIGHT = 640, 480
FINE = 2  # drawn so many times as large, then made small: smooth edges
RATE = 10  # frames a second; two browsers share two cores
FRAMES = 60  # the loop, 6 s
LARGE = (WIDTH * FINE, HEIGHT * FINE)

Colour = tuple[int, int, int]
Point = tuple[float, float]
Box = tuple[float, float, float, float]


def write_camera(path: Path, frames: Iterator[Image.Image]) -> Path:
    """Write pictures as a camera file (.y4m) for Chromium."""
    head = f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F{RATE}:1 Ip A1:1 C420jpeg\n"
    with path.open("wb") as file:
        file.write(head.encode())
        for frame in frames:
            luma, blue, red = frame.convert("YCbCr").split()
            half = (WIDTH // 2, HEIGHT // 2)
            planes = (luma, blue.resize(half), red.resize(half))
            file.write(b"FRAME\n" + b"".join(plane.tobytes() for plane in planes))
    return path


def wave(at: float, turns: int = 1, shift: float = 0.0) -> float:
    """Return -1 … 1 for a place in the loop (0 … 1) that it goes through in turns."""
    return math.sin(2 * math.pi * (at * turns + shift))


def slope(stops: list[tuple[float, Colour]], height: int) -> np.ndarray:
    """Return a column of colours that runs through stops (0 … 1)."""
    at = np.linspace(0, 1, height)
    places = [place for place, _ in stops]
    channels = [
        np.interp(at, places, [colour[n] for _, colour in stops]) for n in range(3)
    ]
    return np.stack(channels, axis=1)


def glow(picture: Image.Image, at: Point, radius: float, colour: Colour) -> None:
    """Add light around a point."""
    x, y = at
    box = (int(x - radius), int(y - radius), int(x + radius), int(y + radius))
    down, across = np.mgrid[box[1] : box[3], box[0] : box[2]]
    strength = np.clip(1 - np.hypot(across - x, down - y) / radius, 0, 1) ** 2
    light = (strength[..., None] * np.array(colour)).astype(np.uint8)
    part = np.asarray(picture.crop(box)).astype(np.int16)
    lit = np.clip(part + light, 0, 255).astype(np.uint8)
    picture.paste(Image.fromarray(lit), box[:2])
