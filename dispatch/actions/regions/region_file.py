"""The region file: its shape, and what must hold before anything is loaded.

What the file does not say stays as it is in the database.
"""

import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import time
from pathlib import Path
from typing import Annotated, Literal, TypeVar

import msgspec
from django.core.exceptions import ValidationError
from msgspec import UNSET, Meta, Struct, UnsetType

from accounts.models.listed import check_skills
from dispatch.actions.regions.faults import Fault, Lines, RegionFaulty

T = TypeVar("T")
CANARY_CODE = "000000"
CANARY_USER = "canary"
MAX_SEATS = 500

Code = Annotated[str, Meta(pattern=r"^[0-9]{6}$")]
Name = Annotated[str, Meta(min_length=1, max_length=80, pattern=r"^[^\x00]+$")]
Label = Annotated[str, Meta(max_length=60, pattern=r"^[^\x00]*$")]
Sentence = Annotated[str, Meta(min_length=1, max_length=500, pattern=r"^[^\x00]+$")]


class Strict(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Base: a misspelt key is a fault, not a setting that silently does nothing."""


class RegionHead(Strict, frozen=True, kw_only=True):
    """``[region]``: every agency's code begins with ``code``."""

    code: Annotated[str, Meta(pattern=r"^[0-9]{2,6}$")]
    name: Name
    name_en: Name | UnsetType = UNSET
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

    code: Annotated[str, Meta(min_length=1, max_length=12, pattern=r"^[0-9A-Z.-]+$")]
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
    phone_number: Annotated[str, Meta(pattern=r"^[0-9+ -]{2,20}$")] | UnsetType = UNSET
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

    username: Annotated[str, Meta(pattern=r"^[a-z][a-z0-9._-]{0,39}$")]
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


def read_region(path: Path) -> tuple[RegionFile, Lines]:
    """Read and check a file.

    Raises:
        RegionFaulty: with every fault found, each with its line.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise RegionFaulty([Fault(0, f"cannot be read: {error.strerror}")]) from error
    except UnicodeDecodeError as error:
        raise RegionFaulty([Fault(0, "is not UTF-8 text")]) from error
    lines = Lines(text)
    try:
        region = msgspec.convert(tomllib.loads(text), RegionFile)
    except tomllib.TOMLDecodeError as error:
        raise RegionFaulty([_syntax_fault(error)]) from error
    except msgspec.ValidationError as error:
        raise RegionFaulty([_shape_fault(error, lines)]) from error
    if faults := list(_faults(region, lines)):
        raise RegionFaulty(faults)
    return region, lines


def _syntax_fault(error: tomllib.TOMLDecodeError) -> Fault:
    """Take the line out of "… (at line 3, column 7)"."""
    place = re.search(r"\(at line (\d+), column \d+\)", str(error))
    text = re.sub(r"\s*\(at .*\)", "", str(error))
    return Fault(int(place[1]) if place else 0, text)


def _shape_fault(error: msgspec.ValidationError, lines: Lines) -> Fault:
    """Take the place out of "Expected `int` - at `$.agencies[3].seats`"."""
    text, _, path = str(error).partition(" - at `")
    unknown = re.search(r"unknown field `([^`]+)`", text)
    word = unknown[1] if unknown else ""
    key = f"{word} =" if word and path.startswith("$.") else word
    line = lines.of_path(path.removesuffix("`"), key) or lines.of_path(path, word)
    where = re.sub(r"^\$\.?", "", path.removesuffix("`"))
    return Fault(line, f"{where}: {text}" if where else text)


def _faults(region: RegionFile, lines: Lines) -> Iterator[Fault]:
    """Find what the shape alone cannot tell."""
    codes = [agency.code for agency in region.agencies]
    for n, code in _repeated(codes):
        yield Fault(lines.of("agencies", n, "code"), f"agency {code} is there twice")
    for n, agency in enumerate(region.agencies):
        yield from _agency_faults(agency, n, region, lines)
    yield from _ground_faults(region, lines)
    defaults = [n for n, agency in enumerate(region.agencies) if agency.default]
    for n in defaults[1:]:
        line = lines.of("agencies", n, "default")
        yield Fault(line, "there is a default agency already")
    if region.categories is not UNSET:
        for n, code in _repeated(category.code for category in region.categories):
            line = lines.of("categories", n, "code")
            yield Fault(line, f"category {code} is there twice")
    yield from _staff_faults(region, set(codes), lines)


def _agency_faults(
    agency: AgencySpec, n: int, region: RegionFile, lines: Lines
) -> Iterator[Fault]:
    head = lines.of("agencies", n, "code")
    if agency.code == CANARY_CODE:
        yield Fault(head, f"{CANARY_CODE} is the canary's")
    elif not agency.code.startswith(region.region.code):
        yield Fault(head, f"agency {agency.code} is not in region {region.region.code}")
    seats = [seat.number for seat in agency.seat_specs]
    for _, number in _repeated(seats):
        line = lines.of("agencies", n, "seats")
        yield Fault(line, f"agency {agency.code}: seat {number} is there twice")
    neighbours = [tier.neighbour for tier in agency.tiers]
    line = lines.of("agencies", n, "tiers")
    for _, code in _repeated(neighbours):
        yield Fault(line, f"agency {agency.code}: neighbour {code} is there twice")
    if agency.code in neighbours:
        yield Fault(line, f"agency {agency.code} cannot be its own neighbour")
    if (agency.opens_at is UNSET) != (agency.closes_at is UNSET):
        key = "opens_at" if agency.closes_at is UNSET else "closes_at"
        line = lines.of("agencies", n, key)
        yield Fault(line, f"agency {agency.code}: give both hours, or neither")
    if agency.after_hours == agency.code:
        line = lines.of("agencies", n, "after_hours")
        yield Fault(line, f"agency {agency.code} cannot stand in for itself")
    for area in agency.area_specs:
        if (area.gb is None) == (area.file is None):
            line = lines.of("agencies", n, "areas")
            yield Fault(line, f"agency {agency.code}: an area has either gb or file")
        elif not area.own_code or (area.file and area.name is UNSET):
            line = lines.of("agencies", n, "areas", area.file or "")
            yield Fault(line, f"agency {agency.code}: an area from a file needs "
                        "a code and a name")  # fmt: skip


def _ground_faults(region: RegionFile, lines: Lines) -> Iterator[Fault]:
    """Refuse one piece of ground in two hands."""
    held = [
        (n, area.own_code)
        for n, agency in enumerate(region.agencies)
        for area in agency.area_specs
        if area.own_code
    ]
    for at, code in _repeated(code for _, code in held):
        line = lines.of("agencies", held[at][0], "areas", code)
        yield Fault(line, f"area {code} is there twice")


def _staff_faults(region: RegionFile, codes: set[str], lines: Lines) -> Iterator[Fault]:
    for n, name in _repeated(person.username for person in region.staff):
        line = lines.of("staff", n, "username")
        yield Fault(line, f"staff member {name} is there twice")
    for n, person in enumerate(region.staff):
        line = lines.of("staff", n, "username")
        if person.username == CANARY_USER:
            yield Fault(line, f"{CANARY_USER} is the canary's own name")
        if bool(person.agencies) == person.everywhere:
            yield Fault(line, f"{person.username} needs agencies, or everywhere = true")
        if person.skills is not UNSET:
            try:
                check_skills(person.skills)
            except ValidationError as error:
                line = lines.of("staff", n, "skills")
                yield Fault(line, f"{person.username}: {error.messages[0]}")
        if person.everywhere and person.role == "operator":
            yield Fault(line, f"{person.username}: an operator works in an agency")
        for code in person.agencies:
            if code not in codes and code != "*":
                line = lines.of("staff", n, "agencies", code)
                yield Fault(line, f"{person.username}: there is no agency {code}")


def _repeated(values: Iterable[T]) -> Iterator[tuple[int, T]]:
    """Yield what was seen before, with its place."""
    seen: Counter[T] = Counter()
    for n, value in enumerate(values):
        if seen[value]:
            yield n, value
        seen[value] += 1
