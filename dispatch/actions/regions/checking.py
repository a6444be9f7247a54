"""A whole region file read and checked, for ``--check`` and for onboarding alike.

Nothing is written. What only the database can tell (its own constraints) is told when
the file is loaded; with ``--check`` that is undone again.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import shapely
from django.db import connection

from accounts.matching import FaultyPolygon
from accounts.models import Agency, Area
from dispatch.actions.regions.faults import Fault, Lines
from dispatch.actions.regions.ground_check import (
    Piece,
    ground_faults,
    outside_faults,
    pieces_of,
    read_piece,
    uncovered,
)
from dispatch.actions.regions.polygons import Outline, outline, read_geojson
from dispatch.actions.regions.region_file import RegionFile, Written, read_file
from dispatch.actions.regions.rules import region_faults
from dispatch.actions.regions.warnings import region_warnings

Outlines = dict[tuple[str, str], Outline]


class Checked(NamedTuple):
    """A file, the ground it names, and everything there is to say of it."""

    region: RegionFile
    lines: Lines
    outlines: Outlines
    faults: list[Fault]
    warnings: list[Fault]
    has_database: bool


def check_file(path: Path) -> Checked:
    """Read a file and check all of it; see ``faults`` before anything else.

    Raises:
        RegionFaulty: it is no TOML at all.
    """
    written = read_file(path)
    region, lines, faults = written
    has_database = Agency._meta.db_table in connection.introspection.table_names()
    elsewhere = _agencies_elsewhere(region) if has_database else None
    faults += region_faults(region, lines, elsewhere)
    outlines, missing = _outlines(written, path.parent)
    faults += missing
    if has_database:
        faults += _default_elsewhere(region, lines)
    whole = None
    if isinstance(region.region.outline, str):
        whole = _whole(region.region.outline, path.parent, lines, faults)
    warnings = list(region_warnings(region, lines))
    if not missing:
        foreign = _foreign_pieces(region) if has_database else []
        mine = _pieces(region, outlines)
        faults += _ground_faults(mine, foreign, lines)
        if whole is not None:
            faults += _outside(mine, whole, lines)
            if gap := uncovered(whole.polygon, [piece for *_, piece in mine]):
                warnings.append(Fault(lines.at("region", "outline"), gap))
    unique = sorted(set(faults))
    return Checked(region, lines, outlines, unique, sorted(warnings), has_database)


def _agencies_elsewhere(region: RegionFile) -> set[str]:
    """Return the codes of agencies in service that other regions have."""
    rows = Agency.objects.filter(is_active=True, is_synthetic=False)
    if region.region.code:
        rows = rows.exclude(code__startswith=region.region.code)
    return set(rows.values_list("code", flat=True))


def _default_elsewhere(region: RegionFile, lines: Lines) -> Iterator[Fault]:
    """Refuse a second default agency, and say the two ways out."""
    there = Agency.objects.filter(is_default=True, is_active=True)
    code = there.values_list("code", flat=True).first()
    if code is None or (region.region.code and code.startswith(region.region.code)):
        return
    for n, agency in enumerate(region.agencies):
        if agency.default:
            text = (
                f"there is a default agency already, {code} of another region: leave "
                "this line out, or begin with an empty data folder (ALARM110_HOME)"
            )
            yield Fault(lines.at("agencies", n, "default"), text)


def _outlines(written: Written, folder: Path) -> tuple[Outlines, list[Fault]]:
    """Find every polygon; what cannot be found is a fault on its line."""
    found: Outlines = {}
    faults: list[Fault] = []
    for n, agency in enumerate(written.region.agencies):
        for at, area in enumerate(agency.area_specs):
            if (area.gb is None) == (area.file is None) or not area.own_code:
                continue  # another rule's matter
            try:
                found[agency.code, area.own_code] = outline(area, folder)
            except FaultyPolygon as fault:
                place = ("agencies", n, "areas", at)
                line = written.lines.nearest(place, "file", "gb")
                faults.append(Fault(line, f"agency {agency.code}: {fault}"))
    return found, faults


Held = list[tuple[int, int, bool, Piece]]  # agency, area, drawn by hand, ground


def _pieces(region: RegionFile, outlines: Outlines) -> Held:
    return [
        (n, at, area.file is not None, piece)
        for n, agency in enumerate(region.agencies)
        for at, area in enumerate(agency.area_specs)
        if (found := outlines.get((agency.code, area.own_code)))
        and (
            piece := read_piece(
                f"{agency.code}/{area.own_code}", agency.code, found.polygon
            )
        )
    ]


def _foreign_pieces(region: RegionFile) -> list[Piece]:
    foreign = Area.objects.filter(is_active=True, agency__is_active=True)
    foreign = foreign.exclude(agency__code__startswith=region.region.code)
    return pieces_of(foreign.select_related("agency"))


def _ground_faults(mine: Held, others: list[Piece], lines: Lines) -> Iterator[Fault]:
    """Hold the pieces of the file against each other and against other regions'."""
    for place, (n, at, is_drawn, piece) in enumerate(mine):
        later = [other for *_, other in mine[place + 1 :]]
        rest = [other for *_, other in mine if other is not piece] + others
        line = lines.nearest(("agencies", n, "areas", at), "file", "gb")
        # What the package drew is on WGS-84; its pieces need no guess.
        for fault in ground_faults(piece, rest, told=later, datum=is_drawn):
            yield Fault(line, f"agency {piece.agency}: {fault}")


def _whole(name: str, folder: Path, lines: Lines, faults: list[Fault]) -> Piece | None:
    """Return the region's own outline; one that cannot be used is a fault."""
    try:
        geometry = read_geojson(folder / name, name)
    except FaultyPolygon as fault:
        faults.append(Fault(lines.at("region", "outline"), f"region: {fault}"))
        return None
    return read_piece("the region", "", geometry)


def _outside(mine: Held, whole: Piece, lines: Lines) -> Iterator[Fault]:
    shapely.prepare(whole.polygon)
    for n, at, _is_drawn, piece in mine:
        line = lines.nearest(("agencies", n, "areas", at), "file", "gb")
        for fault in outside_faults(piece, whole.polygon):
            yield Fault(line, f"agency {piece.agency}: {fault}")
