"""Makes the database say what a region file says, in one transaction."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import NamedTuple

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from msgspec import to_builtins

from accounts.actions.configure import configure_agency, configure_area, configure_tier
from accounts.models import Agency, Area, Tier
from dispatch.actions.regions.answering import has_live_calls, unanswered
from dispatch.actions.regions.canary import read_key, settle_canary, write_key
from dispatch.actions.regions.changes import Changes, said
from dispatch.actions.regions.checking import Checked, Outlines, check_file
from dispatch.actions.regions.faults import Fault, RegionFaulty
from dispatch.actions.regions.installation import (
    settle_installation,
    write_installation,
)
from dispatch.actions.regions.logins import fresh_logins, write_logins
from dispatch.actions.regions.on_a_copy import on_a_copy
from dispatch.actions.regions.people import settle_staff
from dispatch.actions.regions.polygons import Outline
from dispatch.actions.regions.region_file import (
    AgencySpec,
    AreaSpec,
    RegionFile,
    SeatSpec,
)
from dispatch.actions.regions.rules import unanswered_text
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


class Outcome(NamedTuple):
    """What a run changed (or, checked only, would have), and what is left to do."""

    changes: list[str]
    hints: list[str]
    warnings: list[Fault]


@transaction.atomic
def open_agency(agency: Agency) -> None:
    """Save an agency and open its stream, so that its seats and line can be told of.

    Raises:
        ValidationError: it is to be closed, and calls in its line go on.
    """
    was_open = Agency.objects.filter(pk=agency.pk, is_active=True).exists()
    if was_open and not agency.is_active and has_live_calls(agency):
        raise ValidationError(
            _("%(agency)s has calls that go on. Close it when they are over.")
            % {"agency": agency}
        )
    configure_agency(agency)
    open_streams([agency.uuid], StreamKind.AGENCY)


def load_region(path: Path, *, check_only: bool = False) -> Outcome:
    """Bring a region on line; a second run changes nothing.

    ``check_only`` does all of it too, where it holds nobody up, and undoes it.

    Raises:
        RegionFaulty: something is wrong with the file; nothing was loaded.
    """
    checked = check_file(path)
    region = checked.region
    if checked.faults:
        raise RegionFaulty(checked.faults, checked.warnings)
    if not checked.has_database:
        if check_only:
            told = "there is no database yet: only the file was checked"
            return Outcome([told], [], checked.warnings)
        raise RegionFaulty([Fault(0, "there is no database yet: manage.py prepare")])
    logins = fresh_logins(region)
    key = read_key(settings.HOME / "canary.key")
    changes = Changes()
    hints: list[str] = []
    with on_a_copy() if check_only else nullcontext(), transaction.atomic():
        agencies = _settle_ground(checked, changes)
        rows = settle_staff(region, agencies, logins, changes, hints)
        canary = settle_canary(key, changes)
        open_streams([a.uuid for a in [*agencies.values(), canary]], StreamKind.AGENCY)
        seats = {agencies[a.code].pk: a.seat_specs for a in region.agencies}
        gone = _close_vanished(region, agencies, changes, hints)
        seats |= {agency: [] for agency in gone}
        seats[canary.pk] = [SeatSpec(number=1)]
        settle_seats(seats, changes, hints)
        _refuse_unanswered(checked, agencies)
        installation = settle_installation(region, changes, hints)
        if check_only:
            transaction.set_rollback(True)
        else:  # inside: a full disk undoes the passwords that could not be told
            write_key(settings.HOME / "canary.key", key)
            write_installation(settings.HOME, installation)
            if rows:
                write_logins(settings.HOME / "demo.txt", rows)
    return Outcome(changes.lines, hints, checked.warnings)


def _refuse_unanswered(checked: Checked, agencies: dict[str, Agency]) -> None:
    """Refuse what the file alone could not tell: helpers elsewhere without a seat."""
    order = {spec.code: n for n, spec in enumerate(checked.region.agencies)}
    alone = unanswered([agency.pk for agency in agencies.values()])
    if faults := [
        Fault(
            checked.lines.nearest(("agencies", order[agency.code]), "seats", "code"),
            unanswered_text(agency.code),
        )
        for agency in alone
    ]:
        raise RegionFaulty(faults, checked.warnings)


@contextmanager
def _blamed(faults: list[Fault], line: int, what: str) -> Iterator[None]:
    """Turn a refused value into a fault on its line, and let the others go on."""
    try:
        with transaction.atomic():
            yield
    except ValidationError as error:
        faults.append(Fault(line, f"{what}: {'; '.join(error.messages)}"))


def _settle_ground(checked: Checked, changes: Changes) -> dict[str, Agency]:
    """Settle agencies, areas and tiers; return the agencies of the file by code."""
    region, lines, outlines = checked.region, checked.lines, checked.outlines
    known = {
        a.code: a for a in Agency.objects.filter(code__startswith=region.region.code)
    }
    agencies = {
        a.code: known.get(a.code) or Agency(code=a.code) for a in region.agencies
    }
    faults: list[Fault] = []
    # The former default steps back before the new one comes: there is only one.
    order = sorted(enumerate(region.agencies), key=lambda pair: pair[1].default)
    for n, spec in order:
        line = lines.nearest(("agencies", n), *(["default"] if spec.default else []))
        with _blamed(faults, line, f"agency {spec.code}"):
            _settle_agency(spec, region, agencies[spec.code], changes)
    if not faults:  # who could not be saved can hold no ground
        neighbours = _neighbours(region, agencies)
        for n, spec in enumerate(region.agencies):
            agency, what = agencies[spec.code], f"agency {spec.code}"
            with _blamed(faults, lines.at("agencies", n, "after_hours"), what):
                _settle_after_hours(spec, agency, neighbours, changes)
            with _blamed(faults, lines.at("agencies", n, "areas"), what):
                _settle_areas(spec, agency, outlines, changes)
            with _blamed(faults, lines.at("agencies", n, "tiers"), what):
                _settle_tiers(spec, agency, neighbours, changes)
    if faults:
        raise RegionFaulty(faults, checked.warnings)
    return agencies


def _neighbours(region: RegionFile, agencies: dict[str, Agency]) -> dict[str, Agency]:
    """Return every agency that is to help; also one of a region on line already."""
    wanted = {tier.neighbour for spec in region.agencies for tier in spec.tiers}
    wanted |= {str(a.after_hours) for a in region.agencies if a.after_hours}
    return {a.code: a for a in Agency.objects.filter(code__in=wanted)} | agencies


def _settle_agency(
    spec: AgencySpec, region: RegionFile, agency: Agency, changes: Changes
) -> None:
    wanted = said(spec, *AGENCY_KEYS)
    wanted = said(region.region, "phone_number") | wanted
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
    region: RegionFile,
    agencies: dict[str, Agency],
    changes: Changes,
    hints: list[str],
) -> list[int]:
    """Take agencies of this region that the file no longer has out of service.

    One whose calls go on is not closed under them: it would be gone from every board.
    It loses its ground, so that no new calls come to it, and is closed by a later run.
    """
    vanished = Agency.objects.filter(
        code__startswith=region.region.code, is_active=True, is_synthetic=False
    ).exclude(code__in=agencies)
    closed = []
    for agency in vanished:
        if has_live_calls(agency):
            changes.settle(
                f"agency {agency.code}", agency, {"is_default": False}, configure_agency
            )
            for area in agency.areas.all():
                changes.settle(
                    f"area {agency.code}/{area.code}",
                    area,
                    {"is_active": False},
                    configure_area,
                )
            hints.append(
                f"agency {agency.code} has calls that go on and was not closed: "
                "run this again"
            )
            continue
        wanted = {"is_active": False, "is_default": False}
        changes.settle(f"agency {agency.code}", agency, wanted, configure_agency)
        closed.append(agency.pk)
    return closed
