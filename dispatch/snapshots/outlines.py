"""The ground as a map draws it: outlines of one's own areas and of those around them.

For a person to find their way on a screen. Whose ground a position is on is decided by
``accounts.matching`` on the full polygons; these here are thinned.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from threading import Lock
from typing import Any

import msgspec
from django.db.models import Q
from shapely.geometry.base import BaseGeometry

from accounts.matching import AreaIndex, FaultyPolygon, read_polygon
from accounts.models import Area, Tier
from accounts.snapshots import area_index

MOST_POINTS = 6_000  # of all outlines together: about 120 kB, 40 kB compressed
FINEST = 0.0001  # degrees, about 10 m; doubled until the points are few enough
DIGITS = 5  # of a degree: a metre
AROUND = 0.25  # degrees around one's own ground that are drawn too, about 25 km
MOST_AREAS = 300
MOST_KEPT = 64  # sets of agencies whose map is kept; each operator's is one of few


@dataclass(frozen=True, slots=True)
class GroundMap:
    """What one set of agencies is shown, ready to be sent."""

    body: bytes
    etag: str


# By the area index they belong to, at most 10 s old, and by agencies.
_kept: dict[tuple[AreaIndex, frozenset[int]], GroundMap] = {}
_drawing = Lock()


def ground_map(agencies: frozenset[int]) -> GroundMap:
    """Return the map of these agencies' ground and what lies around it.

    Two queries, or none where it is kept. Whoever asks while it is drawn waits for it
    and does not draw it again.
    """
    found = _kept.get((area_index(), agencies))
    if found is None:
        with _drawing:
            # Looked at again: whoever waited for long must not draw for an old index.
            index = area_index()
            found = _kept.get((index, agencies)) or _keep(index, agencies)
    return found


def _keep(index: AreaIndex, agencies: frozenset[int]) -> GroundMap:
    for key in list(_kept):
        if key[0] is not index or len(_kept) >= MOST_KEPT:
            del _kept[key]
    body = msgspec.json.encode({"areas": _drawn(agencies)})
    etag = f'"{sha256(body).hexdigest()[:32]}"'
    found = _kept[index, agencies] = GroundMap(body, etag)
    return found


def _drawn(agencies: frozenset[int]) -> list[dict[str, Any]]:
    """Return the areas, one's own last: their lines lie over the others'."""
    near = set(agencies)
    pairs = Tier.objects.filter(
        Q(agency_id__in=agencies) | Q(neighbour_id__in=agencies), is_active=True
    )
    for pair in pairs.values_list("agency_id", "neighbour_id"):
        near.update(pair)
    areas = Area.objects.filter(
        is_active=True, agency__is_active=True, agency__is_synthetic=False
    )
    shapes = list(_read(areas))
    own = [shape for area, shape in shapes if area.agency_id in agencies]
    chosen = [
        (area, shape)
        for area, shape in shapes
        if area.agency_id in near or _is_around(shape, own)
    ]
    chosen.sort(key=lambda pair: (pair[0].agency_id in agencies, pair[0].code))
    chosen = chosen[-MOST_AREAS:]
    thin = _thinned([shape for _, shape in chosen])
    return [
        {
            "code": area.code,
            "name": area.name,
            "name_en": area.name_en or area.name,
            "is_own": area.agency_id in agencies,
            "source": area.source,
            "label": _point(shape.representative_point()),
            "polygons": _rings(outline),
        }
        for (area, shape), outline in zip(chosen, thin, strict=True)
    ]


def _read(areas: Iterable[Area]) -> Iterable[tuple[Area, BaseGeometry]]:
    """Leave out what cannot be read, as the index does: one bad row spoils no map."""
    for area in areas:
        try:
            yield area, read_polygon(area.polygon)
        except FaultyPolygon:
            continue


def _is_around(shape: BaseGeometry, own: list[BaseGeometry]) -> bool:
    return any(shape.envelope.distance(ground.envelope) < AROUND for ground in own)


def _thinned(shapes: list[BaseGeometry]) -> list[BaseGeometry]:
    """Return the shapes with few enough points for a page; small ones untouched."""
    tolerance = FINEST
    thin = shapes
    while sum(map(_count, thin)) > MOST_POINTS and tolerance < 1:
        thin = [shape.simplify(tolerance, preserve_topology=True) for shape in shapes]
        tolerance *= 2
    return thin


def _count(shape: BaseGeometry) -> int:
    return sum(len(ring) for polygon in _rings(shape) for ring in polygon)


def _rings(shape: BaseGeometry) -> list[list[list[list[float]]]]:
    """Return a shape as polygons of rings of [longitude, latitude]."""
    polygons = shape.geoms if shape.geom_type == "MultiPolygon" else [shape]
    return [
        [
            [[round(x, DIGITS), round(y, DIGITS)] for x, y, *_ in ring.coords]
            for ring in (polygon.exterior, *polygon.interiors)
        ]
        for polygon in polygons
    ]


def _point(point: Any) -> list[float]:
    return [round(point.x, DIGITS), round(point.y, DIGITS)]
