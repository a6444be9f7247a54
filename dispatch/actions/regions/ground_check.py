"""Pieces of ground against each other: holes, overlaps, the wrong datum, far away.

Every fault says where, in degrees (latitude, longitude). Ground that lies wholly within
another agency's is right (a city in its county: the smaller answers); ground that
crosses a border is not, as nobody could say whose a caller there is.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import shapely
from django.utils.translation import gettext as _
from shapely.geometry import Polygon
from shapely.geometry.base import BaseGeometry

from accounts.matching import FaultyPolygon, read_polygon
from accounts.models import Area
from dispatch.actions.regions.datum import looks_like
from dispatch.actions.regions.polygons import districts_near

SLIVER = 0.02  # of the smaller one: borders of two sources never fit exactly
WITHIN = 0.98  # of the smaller one: it lies in the other
LARGER = 1.1  # times, or the two are the same ground
FAR_DEGREES = 10  # some 1,000 km: no region is that wide


class Piece(NamedTuple):
    """One piece of ground: what to call it, whose it is, and where."""

    name: str
    agency: str
    polygon: BaseGeometry


def read_piece(name: str, agency: str, geometry: object) -> Piece | None:
    """Return ground that can be read; what cannot is another check's matter."""
    try:
        return Piece(name, agency, read_polygon(geometry))
    except FaultyPolygon:
        return None


def pieces_of(areas: Iterable[Area]) -> list[Piece]:
    """Return areas of the database as pieces."""
    read = (
        read_piece(f"{area.agency.code}/{area.code}", area.agency.code, area.polygon)
        for area in areas
    )
    return [piece for piece in read if piece is not None]


def ground_faults(
    piece: Piece,
    others: Sequence[Piece],
    *,
    told: Sequence[Piece] = (),
    datum: bool = True,
) -> Iterator[str]:
    """Yield what is wrong with a piece among the others, each with its place.

    ``told`` are those others whose overlap with this one is told at them.
    """
    yield from _far_away(piece, others)
    yield from _holes(piece, others)
    yield from _overlaps(
        piece, [other for other in others if all(other is not t for t in told)]
    )
    if datum:
        known = [shapely.geometry.shape(g) for g in districts_near(piece.agency)]
        if name := looks_like(piece.polygon, known):
            yield _(
                "%(place)s: it seems to be drawn on %(datum)s, not on WGS-84; convert "
                "it first"
            ) % {"place": _place(piece.polygon), "datum": name}


def outside_faults(piece: Piece, region: BaseGeometry) -> Iterator[str]:
    """Yield where a piece reaches out of the region's own outline."""
    outside = piece.polygon.difference(region)
    part = outside.area / piece.polygon.area
    if part > SLIVER:
        yield _("%(place)s: %(part)d %% of it lie outside the region's outline") % {
            "place": _place(outside),
            "part": max(1, round(part * 100)),
        }


def uncovered(region: BaseGeometry, pieces: Iterable[Piece]) -> str:
    """Say where nobody answers within the region's outline; nothing if all is told."""
    rest = region.difference(shapely.union_all([piece.polygon for piece in pieces]))
    part = rest.area / region.area
    if part <= SLIVER:
        return ""
    largest = max(shapely.get_parts(rest), key=lambda one: one.area)
    return _(
        "%(place)s: %(part)d %% of the region lie in no area; the nearest area within "
        "20 km answers there, else the default agency"
    ) % {"place": _place(largest), "part": round(part * 100)}


def _far_away(piece: Piece, others: Sequence[Piece]) -> Iterator[str]:
    near = [other.polygon for other in others if other.agency[:2] == piece.agency[:2]]
    if not near:
        return
    away = min(piece.polygon.distance(other) for other in near)
    if away <= FAR_DEGREES:
        return
    turned = shapely.transform(piece.polygon, lambda points: points[:, ::-1])
    if min(turned.distance(other) for other in near) < FAR_DEGREES:
        text = _("%(place)s: latitude and longitude are swapped")
    else:
        text = _("%(place)s: it is more than 1,000 km from the rest of the region")
    yield text % {"place": _place(piece.polygon)}


def _holes(piece: Piece, others: Sequence[Piece]) -> Iterator[str]:
    for part in shapely.get_parts(piece.polygon):
        for ring in part.interiors:
            hole = Polygon(ring)
            rest = hole
            for other in others:
                if other.polygon.intersects(hole):
                    rest = rest.difference(other.polygon)
            if rest.area > SLIVER * hole.area:
                yield _("%(place)s: a hole that nobody answers for") % {
                    "place": _place(rest)
                }


def _overlaps(piece: Piece, others: Sequence[Piece]) -> Iterator[str]:
    for other in others:
        if other.agency == piece.agency or not piece.polygon.intersects(other.polygon):
            continue
        shared = piece.polygon.intersection(other.polygon)
        smaller, larger = sorted([piece.polygon.area, other.polygon.area])
        part = shared.area / smaller
        is_within = part >= WITHIN and larger >= LARGER * smaller
        if part > SLIVER and not is_within:
            yield _("%(place)s: it overlaps %(other)s (%(part)d %% of the smaller)") % {
                "place": _place(shared),
                "other": other.name,
                "part": round(part * 100),
            }


def _place(where: BaseGeometry) -> str:
    """Return a point within, as latitude and longitude."""
    point = where.representative_point()
    return f"{point.y:.5f}, {point.x:.5f}"
