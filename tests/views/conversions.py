"""A conversion as the worker does it: a private folder, a process of its own."""

import contextlib
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import av
from PIL import Image

from reports.copies import child
from reports.copies.jobs import Job, Part, Refused


@dataclass
class Made:
    """A finished copy, read into memory."""

    content: bytes
    copied: child.Copied

    @contextlib.contextmanager
    def opened(self) -> Iterator[av.container.InputContainer]:
        """Open a recording's copy."""
        with av.open(BytesIO(self.content), "r") as container:
            yield container

    def picture(self) -> Image.Image:
        """Open a photo's copy, and draw it."""
        image = Image.open(BytesIO(self.content))
        image.load()
        return image

    def packets(self, kind: str) -> int:
        """Return how many packets of video or audio there are."""
        with self.opened() as container:
            return sum(1 for p in container.demux() if p.size and p.stream.type == kind)


def convert(kind: str, *segments: bytes, holes: tuple[int, ...] = ()) -> Made:
    """Convert segments; raise ``Refused`` as the worker would meet it."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for number, segment in enumerate(segments):
            (folder / str(number)).write_bytes(segment)
        parts = [
            Part(number=n, file=str(n), is_whole=n not in holes)
            for n in range(len(segments))
        ]
        copied = child.convert(folder, Job(kind=kind, parts=parts))
        return Made(copied.path.read_bytes(), copied)


def outcome(kind: str, *segments: bytes) -> Made | str:
    """Return the copy, or why there can be none."""
    try:
        return convert(kind, *segments)
    except Refused as refused:
        return refused.reason


def refusal(kind: str, *segments: bytes) -> str:
    """Return why there can be no copy."""
    reason = outcome(kind, *segments)
    assert isinstance(reason, str)
    return reason
