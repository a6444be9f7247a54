"""The region file: what stands in it, and how it is read.

What the file does not say stays as it is in the database. ``shape`` tells what does not
fit these declarations (``wanted`` is how it says what would), ``rules`` what they
cannot tell.
"""

import re
import tomllib
from datetime import time
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

from msgspec import UNSET, Meta, Struct, UnsetType

from dispatch.actions.regions.faults import Fault, Lines, RegionFaulty
from dispatch.actions.regions.places import Path as Keys
from dispatch.actions.regions.shape import fit

CANARY_CODE = "000000"
CANARY_USER = "canary"
MAX_SEATS = 500

Code = Annotated[
    str, Meta(pattern=r"^[0-9]{6}$", extra={"wanted": "a code of six digits"})
]
Phone = Annotated[
    str,
    Meta(
        pattern=r"^\+?[0-9][0-9 -]{0,17}[0-9]$",
        extra={"wanted": "a phone number of 2 to 20 digits, spaces, -, or + in front"},
    ),
]
Name = Annotated[str, Meta(min_length=1, max_length=80, pattern=r"^[^\x00]+$")]
Label = Annotated[str, Meta(max_length=60, pattern=r"^[^\x00]*$")]
Sentence = Annotated[str, Meta(min_length=1, max_length=500, pattern=r"^[^\x00]+$")]


class Strict(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Base: a misspelt key is a fault, not a setting that silently does nothing."""


class RegionHead(Strict, frozen=True, kw_only=True):
    """``[region]``: every agency's code begins with ``code``."""

    code: Annotated[
        str, Meta(pattern=r"^[0-9]{2,6}$", extra={"wanted": "a code of 2 to 6 digits"})
    ]
    name: Name
    name_en: Name | UnsetType = UNSET
    # Of the whole installation; they count where the file has the default agency.
    language: Literal["zh-hans", "en"] | UnsetType = UNSET
    time_zone: Annotated[str, Meta(max_length=60)] | UnsetType = UNSET
    phone_country: Annotated[str, Meta(max_length=60)] | UnsetType = UNSET
    phone_number: Phone | UnsetType = UNSET
    # A GeoJSON file: no area may reach out of it.
    outline: Annotated[str, Meta(max_length=200)] | UnsetType = UNSET
    demo: bool = False  # staff get random passwords, written to demo.txt


class AreaSpec(Strict, frozen=True, kw_only=True):
    """A piece of ground: ``gb`` from the package, or a GeoJSON ``file`` beside this."""

    gb: Code | None = None
    file: str | None = None
    code: Code | None = None
    name: Name | UnsetType = UNSET
    name_en: Name | UnsetType = UNSET
    source: Annotated[str, Meta(max_length=200)] | UnsetType = UNSET

    @property
    def own_code(self) -> str:
        """The area's code in the database."""
        return self.code or self.gb or ""


class SeatSpec(Strict, frozen=True, kw_only=True):
    """A seat with a name of its own."""

    number: Annotated[int, Meta(ge=1, le=9999)]
    label: Label | UnsetType = UNSET
    label_en: Label | UnsetType = UNSET


class TierSpec(Strict, frozen=True, kw_only=True):
    """A neighbour that helps after some seconds; earlier in the list is asked first."""

    neighbour: Code
    after_seconds: Annotated[int, Meta(ge=0, le=3600)] = 20


class Category(Strict, frozen=True, kw_only=True):
    """What an incident can be filed as."""

    code: Annotated[
        str,
        Meta(
            pattern=r"^[0-9A-Z.-]{1,12}$",
            extra={"wanted": "1 to 12 capital letters, digits, . or -"},
        ),
    ]
    name: Name
    name_en: Name | UnsetType = UNSET


class Phrase(Strict, frozen=True, kw_only=True):
    """A sentence an operator sends with one click."""

    text: Sentence
    text_en: Sentence | UnsetType = UNSET


class AgencySpec(Strict, frozen=True, kw_only=True):
    """``[[agencies]]``: a police force, its ground, seats and neighbours."""

    code: Code
    name: Name
    name_en: Name | UnsetType = UNSET
    phone_number: Phone | UnsetType = UNSET
    answer_mode: Literal["auto", "ring"] | UnsetType = UNSET
    # Rules of the seats; DESIGN's own where the file says nothing.
    ring_seconds: Annotated[int, Meta(ge=3, le=60)] | UnsetType = UNSET
    wrap_up_seconds: Annotated[int, Meta(ge=0, le=600)] | UnsetType = UNSET
    misses_before_away: Annotated[int, Meta(ge=1, le=100)] | UnsetType = UNSET
    miss_rest_seconds: Annotated[int, Meta(ge=0, le=60)] | UnsetType = UNSET
    breaks_need_approval: bool | UnsetType = UNSET
    break_reasons: list[Phrase] | UnsetType = UNSET
    # Local times as TOML has them (08:00:00), and who answers outside them.
    opens_at: time | UnsetType = UNSET
    closes_at: time | UnsetType = UNSET
    after_hours: Code | UnsetType = UNSET
    publishes_figures: bool | UnsetType = UNSET
    default: bool = False
    areas: list[Code | AreaSpec] = []
    seats: Annotated[int, Meta(ge=0, le=MAX_SEATS)] | list[SeatSpec] = 0
    tiers: list[TierSpec] = []

    @property
    def area_specs(self) -> list[AreaSpec]:
        """The areas, those given by a bare code too."""
        return [AreaSpec(gb=a) if isinstance(a, str) else a for a in self.areas]

    @property
    def seat_specs(self) -> list[SeatSpec]:
        """The seats, those given by a count too."""
        if isinstance(self.seats, int):
            return [SeatSpec(number=n) for n in range(1, self.seats + 1)]
        return self.seats


class StaffSpec(Strict, frozen=True, kw_only=True):
    """``[[staff]]``: a person, with one role in some agencies (``"*"``: each here)."""

    username: Annotated[
        str,
        Meta(
            pattern=r"^[a-z][a-z0-9._-]{0,39}$",
            extra={"wanted": "1 to 40 of a-z 0-9 . _ -, a letter first"},
        ),
    ]
    name: Annotated[str, Meta(min_length=1, max_length=60)]
    number: Annotated[str, Meta(max_length=20)] | UnsetType = UNSET
    role: Literal["operator", "supervisor", "auditor", "administrator"]
    skills: list[str] | UnsetType = UNSET  # "en", "ko"; "sign" is sign language
    agencies: list[str] = []
    everywhere: bool = False  # in all agencies, those of other regions too


class RegionFile(Strict, frozen=True, kw_only=True):
    """The whole file."""

    region: RegionHead
    agencies: Annotated[list[AgencySpec], Meta(min_length=1)]
    categories: list[Category] | UnsetType = UNSET
    phrases: list[Phrase] | UnsetType = UNSET
    staff: list[StaffSpec] = []


class Written(NamedTuple):
    """A file as it was written: what it says, where, and what of it does not fit.

    With faults, ``region`` says what could be understood, for the rules to go on.
    """

    region: RegionFile
    lines: Lines
    faults: list[Fault]


def read_file(path: Path) -> Written:
    """Read a file.

    Raises:
        RegionFaulty: it is no TOML at all.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise RegionFaulty([Fault(0, f"cannot be read: {error.strerror}")]) from error
    except UnicodeDecodeError as error:
        raise RegionFaulty([Fault(0, "is not UTF-8 text")]) from error
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise RegionFaulty([_syntax_fault(error)]) from error
    except RecursionError as error:
        raise RegionFaulty([Fault(0, "has lists within lists without end")]) from error
    lines = Lines(text)
    region, misfits = fit(document, RegionFile)
    faults = [
        Fault(lines.at(*path), ": ".join(filter(None, [_where(document, path), text])))
        for path, text in misfits
    ]
    return Written(region, lines, faults)


def _syntax_fault(error: tomllib.TOMLDecodeError) -> Fault:
    """Take the line out of "… (at line 3, column 7)"."""
    place = re.search(r"\(at line (\d+), column \d+\)", str(error))
    text = re.sub(r"\s*\(at .*\)", "", str(error))
    return Fault(int(place[1]) if place else 0, text)


def _where(document: dict[str, Any], path: Keys) -> str:
    """Say a place in words: ``agency 370602: tiers: neighbour``."""
    if not path:
        return ""
    table, *rest = path
    words = [str(table)]
    if rest and isinstance(rest[0], int):
        row = document[str(table)][rest[0]]
        called = row.get("code") or row.get("username") if isinstance(row, dict) else ""
        one = {"agencies": "agency", "categories": "category", "phrases": "phrase"}
        word = one.get(str(table), str(table))
        name = called if isinstance(called, str) and called else f"no. {rest[0] + 1}"
        words = [f"{word} {name}"]
        rest = rest[1:]
    return ": ".join(words + [step for step in rest if isinstance(step, str)])
