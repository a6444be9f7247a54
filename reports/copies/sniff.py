"""What bytes are, by how they begin: never by a name or a type somebody claimed.

A playlist, a concat list, an SVG or an HTML page begins like neither of these, so it
reaches no reader: a list named ``.mp4`` would have ffmpeg open the files and addresses
that it names.
"""

from pathlib import Path

EBML = b"\x1a\x45\xdf\xa3"
JPEG = b"\xff\xd8\xff"

HEAD = 16  # bytes that are enough to tell
DOCTYPE = 64  # within these an EBML file says which kind it is


def demuxer_of(head: bytes) -> str | None:
    """Return the one reader that may open such a recording, or None."""
    if head.startswith(EBML):
        return "matroska"
    if head[4:8] == b"ftyp":
        return "mov"
    return None


def is_image(head: bytes) -> bool:
    """Return whether it begins like a picture that we draw anew."""
    return head.startswith((JPEG, b"\x89PNG\r\n\x1a\n")) or (
        head[:4] == b"RIFF" and head[8:12] == b"WEBP"
    )


def suffix_of(head: bytes) -> str:
    """Return what a file that begins so may be called, by us alone; else ``bin``."""
    if head.startswith(EBML):
        return "webm" if b"webm" in head[:DOCTYPE] else "mkv"
    if head[4:8] == b"ftyp":
        return "mp4"
    if head.startswith(JPEG):
        return "jpg"
    if is_image(head):
        return "webp" if head.startswith(b"RIFF") else "png"
    return "bin"


def head_of(path: Path) -> bytes:
    """Read how a file begins."""
    with path.open("rb") as file:
        return file.read(HEAD)
