"""A picture drawn anew: nothing of the old file gets into the copy but its pixels.

So its place (EXIF GPS), and what a polyglot carries behind its last marker, stay in the
sealed original alone.
"""

from io import BytesIO
from pathlib import Path

from PIL import Image, ImageFile, ImageOps, UnidentifiedImageError

from reports.copies import sniff
from reports.copies.jobs import NOT_AN_IMAGE, TOO_MANY_PIXELS, Refused, Result, note_of

# Pillow knows 43 formats, and most faults were in the odd ones.
FORMATS = ["JPEG", "PNG", "WEBP"]
MAX_PIXELS = 40_000_000  # looked at before anything is unpacked; 81 fit into 9 KiB
MAX_SIDE = 2048  # of the copy
QUALITY = 85

# Our own limit, in ``opened``, refuses; Pillow's would warn at another number.
Image.MAX_IMAGE_PIXELS = None

# What Pillow raises at a file that is broken; it has no class of its own for most.
BROKEN = (OSError, SyntaxError, ValueError, IndexError, KeyError, TypeError, EOFError)


def copy(source: Path, target: Path) -> Result:
    """Draw the picture anew, upright, at most 2048 pixels a side, as a bare JPEG.

    Raises:
        Refused: it is no picture, or has too many pixels.
    """
    if not sniff.is_image(sniff.head_of(source)):
        raise Refused(NOT_AN_IMAGE)
    is_cut_short = False
    try:
        picture = _drawn(source)
    except BROKEN:
        # Half a photo may show a face: draw as far as it goes, and say so.
        ImageFile.LOAD_TRUNCATED_IMAGES = is_cut_short = True
        try:
            picture = _drawn(source)
        except BROKEN as error:
            raise Refused(NOT_AN_IMAGE) from error
    picture.save(target, "JPEG", quality=QUALITY)
    note = note_of(left_out=[], cut_short=[0] if is_cut_short else [])
    return Result(mime="image/jpeg", note=note)


def _drawn(source: Path) -> Image.Image:
    with source.open("rb") as file, _opened(file) as image:
        turn = image.getexif().get(0x0112)
        image.thumbnail((MAX_SIDE, MAX_SIDE))
        image.load()
        # The turn is a claim of the camera's, but everybody else's viewer believes it.
        image.getexif()[0x0112] = turn if turn in range(1, 9) else 1
        upright = ImageOps.exif_transpose(image)
        # A fresh canvas: whatever else hung on the picture does not come along. What is
        # see-through is shown on white, as on paper.
        canvas = Image.new("RGB", upright.size, "white")
        if upright.mode in ("P", "PA", "LA", "La", "RGBa"):
            upright = upright.convert("RGBA")
        canvas.paste(upright, mask=upright if upright.mode == "RGBA" else None)
        return canvas


def _opened(file: object) -> Image.Image:
    """Read a picture's header alone, and refuse what would not fit into memory."""
    image = Image.open(file, formats=FORMATS)  # type: ignore[arg-type]
    if image.width * image.height > MAX_PIXELS:
        raise Refused(TOO_MANY_PIXELS)
    return image


def is_jpeg(content: bytes) -> bool:
    """Say whether a seat's picture is one: its first bytes, and its own header."""
    if not content.startswith(sniff.JPEG):
        return False
    try:
        with _opened(BytesIO(content)) as image:
            return image.format in ("JPEG", "MPO")
    except (Refused, UnidentifiedImageError, *BROKEN):
        return False
