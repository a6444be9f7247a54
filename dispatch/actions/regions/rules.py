"""What must hold in a region file beyond its shape. Pure: no database.

Each rule is a generator of faults, each on the line of its very key.
"""

import re
import zoneinfo
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from typing import TypeVar

import phonenumbers
from django.core.exceptions import ValidationError
from msgspec import UNSET

from accounts.models.listed import check_skills
from dispatch.actions.regions.faults import Fault, Lines
from dispatch.actions.regions.region_file import (
    CANARY_CODE,
    CANARY_USER,
    AgencySpec,
    RegionFile,
)

T = TypeVar("T")
SIX_DIGITS = re.compile(r"[0-9]{6}")


def region_faults(
    region: RegionFile, lines: Lines, elsewhere: Collection[str] | None
) -> Iterator[Fault]:
    """Find everything that contradicts itself or leads nowhere.

    ``elsewhere`` are the codes of agencies that other regions have on line; None where
    there is no database to ask.
    """
    yield from _head_faults(region, lines)
    codes = [agency.code for agency in region.agencies]
    for n, code in _repeated(codes):
        yield Fault(lines.at("agencies", n, "code"), f"agency {code} is there twice")
    for n, agency in enumerate(region.agencies):
        yield from _agency_faults(agency, n, region, lines)
        yield from _reference_faults(agency, n, region, lines, elsewhere)
    yield from _ground_faults(region, lines)
    yield from _default_faults(region, lines, elsewhere)
    yield from _unanswered_faults(region, lines)
    if region.categories is not UNSET:
        for n, code in _repeated(category.code for category in region.categories):
            line = lines.at("categories", n, "code")
            yield Fault(line, f"category {code} is there twice")
    yield from _staff_faults(region, set(codes), lines)


def _head_faults(region: RegionFile, lines: Lines) -> Iterator[Fault]:
    head = region.region
    if isinstance(head.time_zone, str) and not _is_time_zone(head.time_zone):
        line = lines.at("region", "time_zone")
        yield Fault(line, f'there is no time zone "{head.time_zone}"; they are called '
                    "Asia/Shanghai, Europe/London …")  # fmt: skip
    country = head.phone_country
    if isinstance(country, str) and country not in phonenumbers.SUPPORTED_REGIONS:
        line = lines.at("region", "phone_country")
        yield Fault(line, f'"{country}" is no country with phone numbers; write two '
                    "capital letters, CN, GB …")  # fmt: skip


def _is_time_zone(name: str) -> bool:
    try:
        zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return bool(name)


def _agency_faults(
    agency: AgencySpec, n: int, region: RegionFile, lines: Lines
) -> Iterator[Fault]:
    head = lines.at("agencies", n, "code")
    if agency.code == CANARY_CODE:
        yield Fault(head, f"{CANARY_CODE} is the canary's")
    elif SIX_DIGITS.fullmatch(agency.code) and not _is_within(agency.code, region):
        yield Fault(head, f"agency {agency.code} is not in region {region.region.code}")
    for at, number in _repeated(seat.number for seat in agency.seat_specs):
        line = lines.at("agencies", n, "seats", at, "number")
        yield Fault(line, f"agency {agency.code}: seat {number} is there twice")
    neighbours = [tier.neighbour for tier in agency.tiers]
    for at, code in _repeated(neighbours):
        line = lines.at("agencies", n, "tiers", at, "neighbour")
        yield Fault(line, f"agency {agency.code}: neighbour {code} is there twice")
    if agency.code and agency.code in neighbours:
        at = neighbours.index(agency.code)
        line = lines.at("agencies", n, "tiers", at, "neighbour")
        yield Fault(line, f"agency {agency.code} cannot be its own neighbour")
    if (agency.opens_at is UNSET) != (agency.closes_at is UNSET):
        key = "opens_at" if agency.closes_at is UNSET else "closes_at"
        line = lines.at("agencies", n, key)
        yield Fault(line, f"agency {agency.code}: give both hours, or neither")
    if agency.after_hours and agency.after_hours == agency.code:
        line = lines.at("agencies", n, "after_hours")
        yield Fault(line, f"agency {agency.code} cannot stand in for itself")
    for at, area in enumerate(agency.area_specs):
        if (area.gb is None) == (area.file is None):
            line = lines.nearest(("agencies", n, "areas", at), "gb")
            yield Fault(line, f"agency {agency.code}: an area has either gb or file")
        elif not area.own_code or (area.file and area.name is UNSET):
            line = lines.at("agencies", n, "areas", at, "file")
            yield Fault(line, f"agency {agency.code}: an area from a file needs "
                        "a code and a name")  # fmt: skip


def _is_within(code: str, region: RegionFile) -> bool:
    """Return whether a code begins with the region's; a misspelt one says nothing."""
    own = region.region.code
    return not own.isdecimal() or code.startswith(own)


def _reference_faults(
    agency: AgencySpec,
    n: int,
    region: RegionFile,
    lines: Lines,
    elsewhere: Collection[str] | None,
) -> Iterator[Fault]:
    """Refuse agencies that are named and are nowhere."""
    mine = {agency.code for agency in region.agencies}

    def is_missing(code: str) -> bool:
        if not SIX_DIGITS.fullmatch(code) or code in mine:
            return False  # told already, or there
        if elsewhere is None:  # no database yet: another region's may come later
            return _is_within(code, region)
        return code not in elsewhere

    if isinstance(agency.after_hours, str) and is_missing(agency.after_hours):
        line = lines.at("agencies", n, "after_hours")
        yield Fault(line, f"agency {agency.code}: there is no agency "
                    f"{agency.after_hours} to stand in")  # fmt: skip
    for at, tier in enumerate(agency.tiers):
        if is_missing(tier.neighbour):
            line = lines.at("agencies", n, "tiers", at, "neighbour")
            yield Fault(line, f"agency {agency.code}: there is no agency "
                        f"{tier.neighbour} to help")  # fmt: skip


def _ground_faults(region: RegionFile, lines: Lines) -> Iterator[Fault]:
    """Refuse one piece of ground in two hands, and ground of another region."""
    held = [
        (n, at, area)
        for n, agency in enumerate(region.agencies)
        for at, area in enumerate(agency.area_specs)
        if area.own_code
    ]
    for n, at, area in held:
        if area.gb and not _is_within(area.gb, region):
            line = lines.nearest(("agencies", n, "areas", at), "gb")
            yield Fault(line, f"area {area.gb} is not in region {region.region.code}")
    for place, code in _repeated(area.own_code for _n, _at, area in held):
        n, at, area = held[place]
        line = lines.nearest(("agencies", n, "areas", at), "code", "gb")
        yield Fault(line, f"area {code} is there twice")


def _default_faults(
    region: RegionFile, lines: Lines, elsewhere: Collection[str] | None
) -> Iterator[Fault]:
    defaults = [n for n, agency in enumerate(region.agencies) if agency.default]
    for n in defaults[1:]:
        line = lines.at("agencies", n, "default")
        yield Fault(line, "there is a default agency already")
    if not defaults and region.agencies and not elsewhere:
        text = "no agency has default = true: who takes alarms without a place?"
        yield Fault(lines.at("agencies", 0), text)


def _unanswered_faults(region: RegionFile, lines: Lines) -> Iterator[Fault]:
    """Refuse agencies that calls come to and no seat could take.

    Overflow reaches direct neighbours only, so two agencies without seats that help
    each other are a loop that leads nowhere. A neighbour of another region is taken to
    have seats here; ``answering`` asks the database.
    """
    mine = {agency.code for agency in region.agencies}
    seated = {agency.code for agency in region.agencies if agency.seats}
    for n, agency in enumerate(region.agencies):
        helpers = {tier.neighbour for tier in agency.tiers}
        is_served = agency.code in seated or (helpers & seated) or (helpers - mine)
        if (agency.areas or agency.default) and not is_served:
            line = lines.nearest(("agencies", n), "seats", "code")
            yield Fault(line, unanswered_text(agency.code))


def unanswered_text(code: str) -> str:
    """Say that nobody could answer an agency's calls."""
    return f"agency {code}: calls come here, but neither it nor a neighbour it names " \
        "has a seat"  # fmt: skip


def _staff_faults(region: RegionFile, codes: set[str], lines: Lines) -> Iterator[Fault]:
    for n, name in _repeated(person.username for person in region.staff):
        line = lines.at("staff", n, "username")
        yield Fault(line, f"staff member {name} is there twice")
    for n, person in enumerate(region.staff):
        line = lines.at("staff", n, "username")
        if person.username == CANARY_USER:
            yield Fault(line, f"{CANARY_USER} is the canary's own name")
        if bool(person.agencies) == person.everywhere:
            at = lines.nearest(("staff", n), "agencies", "username")
            yield Fault(at, f"{person.username} needs agencies, or everywhere = true")
        if person.skills is not UNSET:
            try:
                check_skills(person.skills)
            except ValidationError as error:
                at = lines.at("staff", n, "skills")
                yield Fault(at, f"{person.username}: {error.messages[0]}")
        if person.everywhere and person.role == "operator":
            at = lines.at("staff", n, "everywhere")
            yield Fault(at, f"{person.username}: an operator works in an agency")
        for place, code in enumerate(person.agencies):
            if code and code not in codes and code != "*":
                at = lines.at("staff", n, "agencies", place)
                yield Fault(at, f"{person.username}: there is no agency {code}")


def _repeated(values: Iterable[T]) -> Iterator[tuple[int, T]]:
    """Yield what was seen before, with its place."""
    seen: Counter[T] = Counter()
    for n, value in enumerate(values):
        if value and seen[value]:
            yield n, value
        seen[value] += 1
