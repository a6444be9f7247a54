"""What goes into a conversion and what comes out of it."""

from collections.abc import Sequence
from pathlib import Path

import msgspec
from msgspec import Struct

JOB, RESULT = "job.json", "result.json"  # in the conversion's private folder
COPY = "copy"  # the finished copy, beside them
MAX_NOTE = 80  # characters, as ``ViewCopy.reason`` holds

# Why there is no copy; stored, and shown in words by the console.
NOT_AN_IMAGE = "not_an_image"
NOT_A_RECORDING = "not_a_recording"
UNKNOWN_TYPE = "unknown_type"
TOO_MANY_PIXELS = "too_many_pixels"
TOO_LARGE = "too_large"
TOOK_TOO_LONG = "took_too_long"


# What content is that is not what it was said to be, by the kind of job.
NOT_THAT = {"photo": NOT_AN_IMAGE, "recording": NOT_A_RECORDING}


class Refused(Exception):
    """There can be no copy; ``reason`` is one of the codes above."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class Part(Struct, frozen=True, kw_only=True):
    """One segment: a file of the chunks that came, in order; maybe with holes."""

    number: int
    file: str
    is_whole: bool = True


class Job(Struct, frozen=True, kw_only=True):
    """One conversion. ``kind`` is photo or recording; a photo has one part."""

    kind: str
    parts: list[Part]


class Result(Struct, frozen=True, kw_only=True):
    """What became of it. ``note`` says which segments are not or not wholly in it.

    ``fault`` names what broke the conversion, if nobody foresaw it. ``parts`` says
    where each segment lies in the copy: its number, from and to, in milliseconds.
    """

    refused: str = ""
    fault: str = ""
    mime: str = ""
    duration_ms: int = 0
    note: str = ""
    parts: list[tuple[int, int, int]] = []


def write(folder: Path, name: str, what: Job | Result) -> None:
    """Put a job or a result into its folder."""
    (folder / name).write_bytes(msgspec.json.encode(what))


def note_of(
    *, left_out: Sequence[int], cut_short: Sequence[int], holes: Sequence[int] = ()
) -> str:
    """Write what a copy lacks, e.g. ``left_out:0,3-5;holes:2``; empty: nothing."""
    told = [
        f"{word}:{_ranges(numbers)}"
        for word, numbers in (
            ("left_out", left_out),
            ("cut_short", cut_short),
            ("holes", holes),
        )
        if numbers
    ]
    note = ";".join(told)
    return note if len(note) <= MAX_NOTE else f"{note[: MAX_NOTE - 1]}…"


def _ranges(numbers: Sequence[int]) -> str:
    """Write 3, 4, 5, 9 as ``3-5,9``."""
    ranges: list[list[int]] = []
    for number in sorted(numbers):
        if ranges and number == ranges[-1][1] + 1:
            ranges[-1][1] = number
        else:
            ranges.append([number, number])
    return ",".join(f"{a}" if a == b else f"{a}-{b}" for a, b in ranges)
