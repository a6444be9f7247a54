"""Whose ground a position is on. Pure: no database, no clock."""

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from shapely.errors import GEOSException
from shapely.geometry import Point, shape
from shapely.geometry.base import BaseGeometry

E7 = 10**7  # degrees are integers of 1e-7 on the wire and in the chain
NEAREST_KM = 20  # the coarse polygons miss 3.5 % of the coast and the islands
KM_PER_DEGREE = 111.195  # of latitude, on a sphere of 6,371 km


@dataclass(frozen=True, slots=True)
class Ground:
    """One area as the index takes it: whose it is, and its GeoJSON geometry."""

    agency_id: int
    area_id: int
    polygon: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Place:
    """The area that answers for a position; nearest one if it is inside none."""

    agency_id: int
    area_id: int
    is_inside: bool


class FaultyPolygon(ValueError):
    """A geometry that no area can have; the message says why."""


def read_polygon(geometry: object) -> BaseGeometry:
    """Return a valid WGS-84 Polygon or MultiPolygon, or raise FaultyPolygon."""
    if not isinstance(geometry, Mapping):
        raise FaultyPolygon("it is not a GeoJSON geometry")
    if geometry.get("type") not in ("Polygon", "MultiPolygon"):
        raise FaultyPolygon("it is not a Polygon or MultiPolygon")
    try:
        polygon = shape(geometry)
    except (GEOSException, ValueError, TypeError, LookupError, AttributeError) as error:
        raise FaultyPolygon("its coordinates cannot be read") from error
    if polygon.is_empty:
        raise FaultyPolygon("it is empty")
    west, south, east, north = polygon.bounds
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        where = f"at {south:g}, {west:g} to {north:g}, {east:g}"
        if -90 <= west <= east <= 90 and -180 <= south <= north <= 180:
            raise FaultyPolygon(f"its latitude and longitude are swapped, {where}")
        raise FaultyPolygon(
            f"its coordinates are not degrees (longitude, latitude), {where}"
        )
    if not polygon.is_valid:
        raise FaultyPolygon(_invalid_reason(polygon))
    return polygon


def read_drawn_polygon(geometry: object) -> BaseGeometry:
    """Return a polygon that is to be kept: each ring must also be closed (RFC 7946).

    A ring that does not end where it began reads as if it did; mostly its end is lost,
    and the straight line across is not the border.
    """
    polygon = read_polygon(geometry)
    assert isinstance(geometry, Mapping)
    parts = geometry["coordinates"]
    parts = [parts] if geometry["type"] == "Polygon" else parts
    for ring in (ring for part in parts for ring in part):
        first, last = ring[0][:2], ring[-1][:2]
        if list(first) != list(last):
            raise FaultyPolygon(
                f"a ring is not closed: it begins at {_degrees_text(*first)} and ends "
                f"at {_degrees_text(*last)}"
            )
    return polygon


def _invalid_reason(polygon: BaseGeometry) -> str:
    """Say why a polygon is none, with the place, latitude first."""
    told = shapely.is_valid_reason(polygon)
    found = re.fullmatch(r"(.*)\[(-?[\d.e-]+) (-?[\d.e-]+)\]", told)
    if found is None:
        return f"it is not valid: {told}"
    reason = found[1]
    if "elf-intersection" in reason:
        reason = "it crosses itself"
    where = _degrees_text(float(found[2]), float(found[3]))
    return f"{reason}, at {where}"


def _degrees_text(lon: float, lat: float) -> str:
    return f"{lat:.5f}, {lon:.5f}"


class AreaIndex:
    """Finds the area of a position among thousands, in microseconds.

    A polygon that cannot be read is left out and named in ``faulty``: one bad row may
    not stop every alarm from finding its way.
    """

    def __init__(self, grounds: Iterable[Ground]) -> None:
        self._grounds: list[Ground] = []
        self._polygons: list[BaseGeometry] = []
        self.faulty: list[int] = []
        for ground in grounds:
            try:
                polygon = read_polygon(ground.polygon)
            except FaultyPolygon:
                self.faulty.append(ground.area_id)
                continue
            self._grounds.append(ground)
            self._polygons.append(polygon)
        self._tree = shapely.STRtree(self._polygons)

    def __len__(self) -> int:
        return len(self._grounds)

    def locate(self, lat_e7: object, lon_e7: object) -> Place | None:
        """Return the place of a claimed position; None where it is nobody's ground.

        Inside several areas (a city around its district) the smallest answers. Outside
        all, the nearest within 20 km does. What is no position on Earth is nowhere.
        """
        lat, lon = _degrees(lat_e7, 90), _degrees(lon_e7, 180)
        if lat is None or lon is None:
            return None
        point = Point(lon, lat)
        inside = self._tree.query(point, predicate="intersects")
        if len(inside):
            found = min(inside, key=lambda i: (self._polygons[i].area, int(i)))
            return self._place(found, is_inside=True)
        return self._nearest(point)

    def _nearest(self, point: Point) -> Place | None:
        """Measure in km on a plane that touches the Earth at the point."""
        narrowing = max(math.cos(math.radians(point.y)), 0.01)
        reach = NEAREST_KM / KM_PER_DEGREE
        box = shapely.box(
            point.x - reach / narrowing,
            point.y - reach,
            point.x + reach / narrowing,
            point.y + reach,
        )
        here = np.array([point.x, point.y])
        scale = np.array([KM_PER_DEGREE * narrowing, KM_PER_DEGREE])
        best, best_km = None, float(NEAREST_KM)
        for i in sorted(self._tree.query(box)):
            plane = shapely.transform(self._polygons[i], lambda xy: (xy - here) * scale)
            if (km := plane.distance(Point(0, 0))) <= best_km:
                best, best_km = i, km
        return None if best is None else self._place(best, is_inside=False)

    def _place(self, i: int, *, is_inside: bool) -> Place:
        ground = self._grounds[i]
        return Place(ground.agency_id, ground.area_id, is_inside)


def _degrees(value: object, limit: int) -> float | None:
    """Read whole 1e-7 degrees within ±limit; a boolean, a float or NaN is none."""
    if not isinstance(value, int) or isinstance(value, bool):
        return None
    return value / E7 if abs(value) <= limit * E7 else None
