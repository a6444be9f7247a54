"""Pictures, honest and hostile: each is made here, byte by byte where need be."""

import struct
import zlib
from io import BytesIO

from PIL import Image

PLACE = (37.0, 32.0, 1.5)  # degrees, minutes, seconds


def jpeg(
    width: int = 320, height: int = 200, *, turn: int = 0, place: bool = False
) -> bytes:
    """Return a photo whose left half is red; with a place as a phone writes it."""
    image = Image.new("RGB", (width, height), "blue")
    image.paste("red", (0, 0, width // 2, height))
    exif = Image.Exif()
    if turn:
        exif[0x0112] = turn
    if place:
        exif.get_ifd(0x8825).update({1: "N", 2: PLACE, 3: "E", 4: (121.0, 23.0, 0.5)})
    file = BytesIO()
    image.save(file, "JPEG", exif=exif)
    return file.getvalue()


def encoded(format: str, mode: str = "RGB", size: tuple[int, int] = (64, 48)) -> bytes:
    """Return a picture in another format."""
    file = BytesIO()
    Image.new(mode, size).save(file, format)
    return file.getvalue()


def png_bomb(width: int, height: int) -> bytes:
    """Return a picture of one colour that is far larger than its file."""
    row = b"\0" * (width // 8 + 2)
    packer = zlib.compressobj(9)
    body = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        _block(kind, data)
        for kind, data in ((b"IHDR", header), (b"IDAT", body), (b"IEND", b""))
    )


def png_with_text_bomb() -> bytes:
    """Return a picture whose comment unpacks to 300 MB."""
    text = b"Comment\0\0" + zlib.compress(b"\0" * 300_000_000, 9)
    whole = encoded("PNG")
    return whole[:33] + _block(b"zTXt", text) + whole[33:]


def png_that_lies(width: int, height: int) -> bytes:
    """Return a small picture that says it is another size."""
    whole = bytearray(encoded("PNG"))
    whole[16:24] = struct.pack(">II", width, height)
    whole[29:33] = struct.pack(">I", zlib.crc32(bytes(whole[12:29])))
    return bytes(whole)


def _block(kind: bytes, data: bytes) -> bytes:
    checked = kind + data
    return (
        struct.pack(">I", len(data)) + checked + struct.pack(">I", zlib.crc32(checked))
    )
