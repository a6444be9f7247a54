"""Makes the database say what a region file says, in one transaction."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from msgspec import to_builtins

from accounts.actions.configure import configure_agency, configure_area, configure_tier
from accounts.matching import FaultyPolygon
from accounts.models import Agency, Area, Tier
from dispatch.actions.regions.answering import unanswered
from dispatch.actions.regions.canary import read_key, settle_canary, write_key
from dispatch.actions.regions.changes import Changes, said
from dispatch.actions.regions.faults import Fault, Lines, RegionFaulty
from dispatch.actions.regions.ground_check import (
    ground_faults,
    pieces_of,
    read_piece,
)
from dispatch.actions.regions.logins import fresh_logins, write_logins
from dispatch.actions.regions.people import settle_staff
from dispatch.actions.regions.polygons import Outline, outline
from dispatch.actions.regions.region_file import (
    AgencySpec,
    AreaSpec,
    RegionFile,
    SeatSpec,
    read_region,
)
from dispatch.actions.regions.seats import settle_seats
from reports.journal import open_streams
from reports.models import StreamKind

AGENCY_KEYS = (
    "name",
    "name_en",
    "phone_number",
    "answer_mode",
    "ring_seconds",
    "wrap_up_seconds",
    "misses_before_away",
    "miss_rest_seconds",
    "breaks_need_approval",
    "opens_at",
    "closes_at",
    "publishes_figures",
)
Outlines = dict[tuple[str, str], Outline]


class Outcome(NamedTuple):
    """What a run changed (or, checked only, would have), and what is left to do."""

    changes: list[str]
    hints: list[str]


@transaction.atomic
def open_agency(agency: Agency) -> None:
    """Save an agency and open its stream, so that its seats and line can be told of."""
    configure_agency(agency)
    open_streams([agency.uuid], StreamKind.AGENCY)


def load_region(path: Path, *, check_only: bool = False) -> Outcome:
    """Bring a region on line; a second run changes nothing.

    Raises:
        RegionFaulty: something is wrong with the file; nothing was loaded.
    """
    region, lines = read_region(path)
    outlines = _outlines(region, path.parent, lines)
    logins = fresh_logins(region)
    key = read_key(settings.HOME / "canary.key")
    changes = Changes()
    hints: list[str] = []
    with transaction.atomic():
        agencies = _settle_ground(region, outlines, lines, changes)
        rows = settle_staff(region, agencies, logins, changes, hints)
        canary = settle_canary(key, changes)
        open_streams([a.uuid for a in [*agencies.values(), canary]], StreamKind.AGENCY)
        seats = {agencies[a.code].pk: a.seat_specs for a in region.agencies}
        seats |= {gone: [] for gone in _close_vanished(region, agencies, changes)}
        seats[canary.pk] = [SeatSpec(number=1)]
        settle_seats(seats, changes, hints)
        _refuse_unanswered(region, agencies, lines)
        if check_only:
            transaction.set_rollback(True)
        else:  # inside: a full disk undoes the passwords that could not be told
            write_key(settings.HOME / "canary.key", key)
            if rows:
                write_logins(settings.HOME / "demo.txt", rows)
    return Outcome(changes.lines, hints)


def _outlines(region: RegionFile, folder: Path, lines: Lines) -> Outlines:
    """Find every polygon before anything is written."""
    found: Outlines = {}
    faults: list[Fault] = []
    for n, agency in enumerate(region.agencies):
        for area in agency.area_specs:
            try:
                found[agency.code, area.own_code] = outline(area, folder)
            except FaultyPolygon as fault:
                line = lines.of("agencies", n, "areas", area.gb or area.file or "")
                faults.append(Fault(line, f"agency {agency.code}: {fault}"))
    if not faults:
        faults = list(_ground_faults(region, found, lines))
    if faults:
        raise RegionFaulty(faults)
    return found


def _ground_faults(
    region: RegionFile, outlines: Outlines, lines: Lines
) -> Iterator[Fault]:
    """Hold the pieces of the file against each other and against other regions'."""
    mine = [
        (n, area, piece)
        for n, agency in enumerate(region.agencies)
        for area in agency.area_specs
        if (
            piece := read_piece(
                f"{agency.code}/{area.own_code}",
                agency.code,
                outlines[agency.code, area.own_code].polygon,
            )
        )
    ]
    foreign = Area.objects.filter(is_active=True, agency__is_active=True).exclude(
        agency__code__startswith=region.region.code
    )
    others = pieces_of(foreign.select_related("agency"))
    for at, (n, area, piece) in enumerate(mine):
        later = [other for _n, _area, other in mine[at + 1 :]]
        rest = [other for _n, _area, other in mine if other is not piece] + others
        # What the package drew is on WGS-84; its pieces need no guess.
        drawn = area.file is not None
        for fault in ground_faults(piece, rest, told=later, datum=drawn):
            line = lines.of("agencies", n, "areas", area.file or area.gb or "")
            yield Fault(line, f"agency {piece.agency}: {fault}")


def _refuse_unanswered(
    region: RegionFile, agencies: dict[str, Agency], lines: Lines
) -> None:
    """Refuse a region whose callers, somewhere, nobody could ever answer."""
    order = {spec.code: n for n, spec in enumerate(region.agencies)}
    alone = unanswered([agency.pk for agency in agencies.values()])
    if faults := [
        Fault(
            lines.of("agencies", order[agency.code], "seats")
            or lines.of("agencies", order[agency.code]),
            f"agency {agency.code}: calls come here, but neither it nor a neighbour "
            "it names has a seat",
        )
        for agency in alone
    ]:
        raise RegionFaulty(faults)


@contextmanager
def _blamed(line: int, what: str) -> Iterator[None]:
    """Turn a refused value into a fault on its line."""
    try:
        yield
    except ValidationError as error:
        text = "; ".join(error.messages)
        raise RegionFaulty([Fault(line, f"{what}: {text}")]) from error


def _settle_ground(
    region: RegionFile, outlines: Outlines, lines: Lines, changes: Changes
) -> dict[str, Agency]:
    """Settle agencies, areas and tiers; return the agencies of the file by code."""
    known = {
        a.code: a for a in Agency.objects.filter(code__startswith=region.region.code)
    }
    agencies = {
        a.code: known.get(a.code) or Agency(code=a.code) for a in region.agencies
    }
    # The former default steps back before the new one comes: there is only one.
    order = sorted(enumerate(region.agencies), key=lambda pair: pair[1].default)
    for n, spec in order:
        with _blamed(lines.of("agencies", n), f"agency {spec.code}"):
            _settle_agency(spec, region, agencies[spec.code], changes)
    neighbours = _known_neighbours(region, agencies, lines)
    for n, spec in enumerate(region.agencies):
        with _blamed(lines.of("agencies", n, "after_hours"), f"agency {spec.code}"):
            _settle_after_hours(spec, agencies[spec.code], neighbours, changes)
        with _blamed(lines.of("agencies", n, "areas"), f"agency {spec.code}"):
            _settle_areas(spec, agencies[spec.code], outlines, changes)
        with _blamed(lines.of("agencies", n, "tiers"), f"agency {spec.code}"):
            _settle_tiers(spec, agencies[spec.code], neighbours, changes)
    return agencies


def _known_neighbours(
    region: RegionFile, agencies: dict[str, Agency], lines: Lines
) -> dict[str, Agency]:
    """Return every agency that is to help; also one of a region on line already."""
    wanted = {tier.neighbour for spec in region.agencies for tier in spec.tiers}
    wanted |= {str(a.after_hours) for a in region.agencies if a.after_hours}
    there = Agency.objects.filter(code__in=wanted)
    known = {a.code: a for a in there} | agencies
    faults = [
        Fault(
            lines.of("agencies", n, "after_hours"),
            f"agency {spec.code}: there is no agency {spec.after_hours} to stand in",
        )
        for n, spec in enumerate(region.agencies)
        if spec.after_hours and spec.after_hours not in known
    ]
    faults += [
        Fault(
            lines.of("agencies", n, "tiers", tier.neighbour),
            f"agency {spec.code}: there is no agency {tier.neighbour} to help",
        )
        for n, spec in enumerate(region.agencies)
        for tier in spec.tiers
        if tier.neighbour not in known
    ]
    if faults:
        raise RegionFaulty(faults)
    return known


def _settle_agency(
    spec: AgencySpec, region: RegionFile, agency: Agency, changes: Changes
) -> None:
    wanted = said(spec, *AGENCY_KEYS)
    wanted |= to_builtins(said(spec, "break_reasons"))
    wanted |= to_builtins(said(region, "categories", "phrases"))
    wanted |= {"is_default": spec.default, "is_active": True}
    changes.settle(f"agency {spec.code}", agency, wanted, configure_agency)


def _settle_after_hours(
    spec: AgencySpec, agency: Agency, known: dict[str, Agency], changes: Changes
) -> None:
    """Name who stands in, once all agencies are there."""
    if isinstance(spec.after_hours, str):
        wanted = {"after_hours": known[spec.after_hours]}
        changes.settle(f"agency {spec.code}", agency, wanted, configure_agency)


def _settle_areas(
    spec: AgencySpec, agency: Agency, outlines: Outlines, changes: Changes
) -> None:
    known = {area.code: area for area in agency.areas.all()}
    for area in spec.area_specs:
        found = outlines[spec.code, area.own_code]
        row = known.pop(area.own_code, None) or Area(agency=agency, code=area.own_code)
        wanted = {"polygon": found.polygon, "source": found.source, "is_active": True}
        wanted |= _area_names(area, found)
        changes.settle(f"area {spec.code}/{row.code}", row, wanted, configure_area)
    for row in known.values():
        changes.settle(
            f"area {spec.code}/{row.code}", row, {"is_active": False}, configure_area
        )


def _area_names(area: AreaSpec, found: Outline) -> dict[str, object]:
    names = said(area, "name", "name_en", "source")
    return names if "name" in names else {"name": found.name, **names}


def _settle_tiers(
    spec: AgencySpec, agency: Agency, neighbours: dict[str, Agency], changes: Changes
) -> None:
    known = {t.neighbour.code: t for t in agency.tiers.select_related("neighbour")}
    for rank, tier in enumerate(spec.tiers, start=1):
        row = known.pop(tier.neighbour, None) or Tier(
            agency=agency, neighbour=neighbours[tier.neighbour]
        )
        wanted = {"rank": rank, "after_seconds": tier.after_seconds, "is_active": True}
        changes.settle(
            f"tier {spec.code} → {tier.neighbour}", row, wanted, configure_tier
        )
    for code, row in known.items():
        changes.settle(
            f"tier {spec.code} → {code}", row, {"is_active": False}, configure_tier
        )


def _close_vanished(
    region: RegionFile, agencies: dict[str, Agency], changes: Changes
) -> list[int]:
    """Take agencies of this region that the file no longer has out of service."""
    vanished = Agency.objects.filter(
        code__startswith=region.region.code, is_active=True, is_synthetic=False
    ).exclude(code__in=agencies)
    closed = []
    for agency in vanished:
        wanted = {"is_active": False, "is_default": False}
        changes.settle(f"agency {agency.code}", agency, wanted, configure_agency)
        closed.append(agency.pk)
    return closed
