"""A camera whose every frame says its own number, and how to read it off a screen.

Chromium plays the file as a camera, over and over. Each frame has a row of blocks: a
white and a black one to know it by, 16 bits, parity. The number survives JPEG, scaling
and the wire. What a screen shows is written down as it appears, with the time; both
screens are on this machine, so their clocks are one.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray
from playwright.sync_api import Page

# Slow and small: two browsers encode and decode it in software beside all else on two
# cores. The benches, which measure what a real phone sends, ask for .mjpeg, which
# Chromium plays at 30 frames a second, and blocks twice as wide.
FRAMES_A_SECOND, MJPEG_RATE = 10, 30
BLOCK, WIDE_BLOCK = 16, 32
WIDTH, HEIGHT = 20 * BLOCK, 15 * BLOCK
BITS = 16
ROW = slice(6 * BLOCK, 9 * BLOCK)  # the lines of the picture that hold the blocks


def write_camera(path: Path, *, first: int, frames: int, block: int = BLOCK) -> Path:
    """Write a quick camera file (.mjpeg) whose frames are numbered from ``first``."""
    encoder: Any = av.CodecContext.create("mjpeg", "w")
    encoder.width, encoder.height = 20 * block, 15 * block
    encoder.pix_fmt = "yuvj420p"
    encoder.time_base = Fraction(1, MJPEG_RATE)
    with path.open("wb") as file:
        for number in range(first, first + frames):
            frame = av.VideoFrame.from_ndarray(_picture(number, block), format="gray")
            frame.pts = number
            for packet in encoder.encode(frame.reformat(format="yuvj420p")):
                file.write(bytes(packet))
        for packet in encoder.encode(None):
            file.write(bytes(packet))
    return path


def write_slow_camera(
    path: Path, numbers: Iterable[int], *, rate: int = FRAMES_A_SECOND
) -> Path:
    """Write a camera file (.y4m) of that many frames a second, so numbered."""
    head = f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F{rate}:1 Ip A1:1 C420jpeg\n"
    grey = bytes([128]) * (WIDTH * HEIGHT // 2)
    with path.open("wb") as file:
        file.write(head.encode())
        for number in numbers:
            file.write(b"FRAME\n" + _picture(number).tobytes() + grey)
    return path


def _picture(number: int, block: int = BLOCK) -> NDArray[np.uint8]:
    """Draw a frame: a slope of grey, and the row of blocks across its middle."""
    down, across = np.mgrid[0 : 15 * block, 0 : 20 * block]
    picture = (48 + (across + down) * 4 // block).astype(np.uint8)
    bits = [number >> place & 1 for place in range(BITS)]
    blocks = [1, 0, *bits, sum(bits) % 2, 0]
    row = np.repeat(np.array(blocks, np.uint8) * 255, block)
    picture[6 * block : 9 * block] = row
    return picture


# Draws a <video> or <img> small enough to read, and returns its number, or null.
_READ = """
function read(source) {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [640, 480];
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.drawImage(source, 0, 0, 640, 480);
  const blocks = [];
  for (let block = 0; block < 20; block += 1) {
    const { data } = context.getImageData(block * 32 + 12, 236, 8, 8);
    let sum = 0;
    for (let at = 0; at < data.length; at += 4) sum += data[at];
    blocks.push(sum / 64 > 128 ? 1 : 0);
  }
  const bits = blocks.slice(2, 18);
  const parity = bits.reduce((sum, bit) => sum + bit, 0) % 2;
  if (blocks[0] !== 1 || blocks[1] !== 0 || blocks[18] !== parity) return null;
  return bits.reduce((sum, bit, place) => sum + bit * 2 ** place, 0);
}
"""

_WATCH_VIDEO = """(selector) => {
  const video = document.querySelector(selector);
  window.seen = [];
  const look = () => {
    const number = read(video);
    if (number !== null) window.seen.push([Date.now(), number]);
    video.requestVideoFrameCallback(look);
  };
  video.requestVideoFrameCallback(look);
"""

_WATCH_IMAGE = """(selector) => {
  const image = document.querySelector(selector);
  window.seen = [];
  const look = async () => {
    const shown = image.getAttribute("src");
    if (!shown) return;
    await image.decode().catch(() => {});
    // The next one came meanwhile: its own look reads it, once.
    if (image.getAttribute("src") !== shown) return;
    window.seen.push([Date.now(), read(image)]);
  };
  new MutationObserver(look).observe(image, { attributeFilter: ["src"] });
"""

_READ_IMAGE = """(selector) => {
  const image = document.querySelector(selector);
  return image?.naturalWidth || image?.videoWidth ? read(image) : null;
"""


@dataclass(frozen=True)
class Shown:
    """A frame number on a screen, and when it appeared there (seconds)."""

    at: float
    number: int


def watch_video(page: Page, selector: str) -> None:
    """Write down every frame that a camera's preview shows from now on."""
    page.evaluate(_WATCH_VIDEO + _READ + "}", selector)


def watch_image(page: Page, selector: str) -> None:
    """Write down every still that appears in a picture from now on."""
    page.evaluate(_WATCH_IMAGE + _READ + "}", selector)


def seen(page: Page) -> list[Shown]:
    """Return what was written down; an unreadable still fails here."""
    rows: list[tuple[float, int | None]] = page.evaluate("window.seen")
    assert all(number is not None for _, number in rows), "a still without a number"
    return [Shown(at / 1000, number) for at, number in rows if number is not None]


def number_in(page: Page, selector: str) -> int | None:
    """Return the number in a still or a video; None: no picture, or no number."""
    number: int | None = page.evaluate(_READ_IMAGE + _READ + "}", selector)
    return number


def ages(stills: list[Shown], preview: list[Shown], frames: int) -> list[float]:
    """Return how old each still was when it appeared, in seconds.

    The phone's own preview tells when it had that frame. It skips some, so the nearest
    one is looked for, and the rest counted; the file repeats after ``frames``.
    """
    return [still.at - _taken_at(still, preview, frames) for still in stills]


def _taken_at(still: Shown, preview: list[Shown], frames: int) -> float:
    half_round = frames / FRAMES_A_SECOND / 2  # else an old frame looks like a new one
    nearest = min(
        (one for one in preview if abs(one.at - still.at) < half_round),
        key=lambda one: abs(_frames_between(one, still, frames)),
    )
    return nearest.at + _frames_between(nearest, still, frames) / FRAMES_A_SECOND


def _frames_between(one: Shown, other: Shown, frames: int) -> int:
    """Return how many frames later the other is; negative: earlier."""
    return (other.number - one.number + frames // 2) % frames - frames // 2
