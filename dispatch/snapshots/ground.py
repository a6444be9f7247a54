"""Whose ground a claimed position is on, with the names that are shown of it."""

import logging
from dataclasses import dataclass
from typing import NamedTuple

from accounts.matching import AreaIndex
from accounts.models import Agency, Area
from accounts.snapshots import area_index
from dispatch import metrics
from dispatch.commands import Position
from reports.clock import now, wire_time
from reports.events import PositionView

log = logging.getLogger(__name__)


class Located(NamedTuple):
    """A position as the journal keeps it, and the agency that answers for it."""

    view: PositionView
    agency: Agency | None


@dataclass(slots=True)
class _Book:
    index: AreaIndex
    agencies: dict[int, Agency]
    areas: dict[int, Area]
    default: Agency | None


_book: _Book | None = None


def _ground() -> _Book:
    """Return names and agencies as old as the area index: at most 10 s."""
    global _book
    index = area_index()
    book = _book
    if book is None or book.index is not index:
        metrics.faulty_polygons.set(len(index.faulty))
        if index.faulty:
            log.error(
                "the polygons of %d areas cannot be read: alarms from there go to the "
                "nearest area, or to the default agency",
                len(index.faulty),
            )
        agencies = {agency.pk: agency for agency in Agency.objects.all()}
        book = _book = _Book(
            index=index,
            agencies=agencies,
            areas={area.pk: area for area in Area.objects.defer("polygon")},
            default=next((a for a in agencies.values() if a.is_default), None),
        )
    return book


def locate(position: Position) -> Located:
    """Look a claimed position up; outside every area there is no agency."""
    book = _ground()
    place = book.index.locate(position.lat_e7, position.lon_e7)
    area = book.areas.get(place.area_id) if place else None
    return Located(
        PositionView(
            lat_e7=position.lat_e7,
            lon_e7=position.lon_e7,
            accuracy_mm=position.accuracy_mm,
            age_ms=position.age_ms,
            at=wire_time(now()),
            area=area.name if area else "",
            area_en=(area.name_en or area.name) if area else "",
            is_inside=bool(place and place.is_inside),
        ),
        book.agencies.get(place.agency_id) if place else None,
    )


def default_agency() -> Agency:
    """Return who takes alarms without a place.

    Raises:
        RuntimeError: no region was brought on line yet.
    """
    agency = _ground().default or Agency.objects.filter(is_default=True).first()
    if agency is None:
        raise RuntimeError("no default agency: run manage.py onboard FILE")
    return agency


def canary_agency() -> Agency | None:
    """Return the agency that only the canary's taps go to."""
    return next((a for a in _ground().agencies.values() if a.is_synthetic), None)
