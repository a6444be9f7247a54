"""Whether a polygon was drawn on another datum than WGS-84. Pure.

Maps sold in China use GCJ-02, some BD-09: positions are moved by some 500 m (1,100 m),
enough to send a caller at a border to the neighbour. The phone's position is WGS-84. So
a polygon that fits a known district clearly better once the district is moved likewise
was drawn on such a map.
"""

from collections.abc import Callable, Iterable
from math import atan2, cos, pi, sin, sqrt

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

# The ellipsoid of GCJ-02 (Krasovsky 1940), and the constant of BD-09.
AXIS, ECCENTRICITY = 6_378_245.0, 0.006_693_421_622_965_943
BAIDU = pi * 3000 / 180
SAME_PLACE = 0.7  # of the joint area: less, and it is another district altogether
BETTER = 0.6  # the misfit of the moved district, as a part of the misfit in place

Move = Callable[[float, float], tuple[float, float]]


def to_gcj02(lon: float, lat: float) -> tuple[float, float]:
    """Move a WGS-84 position as maps on GCJ-02 do."""
    x, y = lon - 105, lat - 35
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x))
    north += (20 * sin(6 * x * pi) + 20 * sin(2 * x * pi)) * 2 / 3
    north += (20 * sin(y * pi) + 40 * sin(y / 3 * pi)) * 2 / 3
    north += (160 * sin(y / 12 * pi) + 320 * sin(y * pi / 30)) * 2 / 3
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x))
    east += (20 * sin(6 * x * pi) + 20 * sin(2 * x * pi)) * 2 / 3
    east += (20 * sin(x * pi) + 40 * sin(x / 3 * pi)) * 2 / 3
    east += (150 * sin(x / 12 * pi) + 300 * sin(x / 30 * pi)) * 2 / 3
    bend = 1 - ECCENTRICITY * sin(lat / 180 * pi) ** 2
    north *= 180 / (AXIS * (1 - ECCENTRICITY) / (bend * sqrt(bend)) * pi)
    east *= 180 / (AXIS / sqrt(bend) * cos(lat / 180 * pi) * pi)
    return lon + east, lat + north


def to_bd09(lon: float, lat: float) -> tuple[float, float]:
    """Move a WGS-84 position as Baidu's maps do."""
    x, y = to_gcj02(lon, lat)
    far = sqrt(x * x + y * y) + 0.00002 * sin(y * BAIDU)
    turn = atan2(y, x) + 0.000003 * cos(x * BAIDU)
    return far * cos(turn) + 0.0065, far * sin(turn) + 0.006


DATUMS: dict[str, Move] = {"GCJ-02": to_gcj02, "BD-09": to_bd09}


def moved(polygon: BaseGeometry, move: Move) -> BaseGeometry:
    """Return a polygon with each of its points moved."""
    return shapely.transform(
        polygon, lambda points: np.array([move(lon, lat) for lon, lat in points])
    )


def looks_like(polygon: BaseGeometry, known: Iterable[BaseGeometry]) -> str | None:
    """Name the datum a polygon seems to be drawn on; None for WGS-84, or unknown.

    ``known`` are districts of the neighbourhood, in WGS-84.
    """
    best, most = None, SAME_PLACE
    for district in known:
        if not polygon.intersects(district):
            continue
        joint = polygon.intersection(district).area / polygon.union(district).area
        if joint > most:
            best, most = district, joint
    if best is None:
        return None
    misfit = polygon.symmetric_difference(best).area
    fits = {
        name: polygon.symmetric_difference(moved(best, move)).area
        for name, move in DATUMS.items()
    }
    name = min(fits, key=lambda datum: fits[datum])
    return name if fits[name] < BETTER * misfit else None
