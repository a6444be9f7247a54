"""Where a phone said that it was, as sentences of the timeline."""

import math
from typing import Any

from django.utils.translation import gettext as _

from accounts.matching import E7, KM_PER_DEGREE
from dispatch.snapshots.record import words
from dispatch.snapshots.record.words import Said
from reports.written import accuracy, coordinates

Position = dict[str, Any]

ROUND = 360 * E7  # all around the Earth


def told(position: Position, before: Position | None) -> Said:
    """Return a position's sentence, with what is another than in the one before.

    A phone says again where it is though it did not move: told in small, as such.
    """
    place = words.in_language(position["area"], position["area_en"])
    said: dict[str, object] = {
        "place": place or _("outside every known area"),
        "accuracy": accuracy(position["accuracy_mm"]),
    }
    sentence, is_same = _("Position: %(place)s, %(accuracy)s"), False
    if before is not None:
        moved = round(_apart(before, position))
        is_same = not moved and said["accuracy"] == accuracy(before["accuracy_mm"])
        if moved:
            said["distance"] = _far(moved)
            sentence = _(
                "Position: %(place)s, %(accuracy)s, %(distance)s from the one before"
            )
        elif is_same:
            sentence = _("Position again: %(place)s, %(accuracy)s, not moved")
    return Said(
        sentence % said,
        icon="map-pin",
        sort="place",
        detail=coordinates(position["lat_e7"], position["lon_e7"]),
        is_quiet=is_same,
    )


def _far(metres: int) -> str:
    """Return 14 m, 2.3 km."""
    if metres < 1000:
        return _("%(n)s m") % {"n": metres}
    return _("%(n)s km") % {"n": f"{metres / 1000:.1f}"}


def _apart(one: Position, other: Position) -> float:
    """Return how many metres lie between two positions, as on a plane: they are near.

    The shorter way around the Earth: 180° east and 180° west are one line.
    """
    middle = (one["lat_e7"] + other["lat_e7"]) / 2 / E7
    east = (other["lon_e7"] - one["lon_e7"] + ROUND // 2) % ROUND - ROUND // 2
    narrowed = east * math.cos(math.radians(middle))
    degrees = math.hypot(narrowed, other["lat_e7"] - one["lat_e7"]) / E7
    return degrees * KM_PER_DEGREE * 1000
