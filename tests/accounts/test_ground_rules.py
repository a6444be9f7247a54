"""Pieces of ground against each other, told with the place: far away, holes, axes."""

import pytest
import shapely
from django.utils import translation
from shapely.geometry import box

from dispatch.actions.regions.ground_check import Piece, ground_faults

HOME = Piece("home", "990101", box(10, 50, 11, 51))


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


def faults(piece: Piece, *others: Piece) -> list[str]:
    return list(ground_faults(piece, others, datum=False))


def test_swapped_axes_are_told_where_both_could_be_a_latitude():
    swapped = Piece("new", "990102", box(50, 10, 51, 11))
    assert faults(swapped, HOME) == [
        "10.50000, 50.50000: latitude and longitude are swapped"
    ]


def test_ground_that_is_far_from_the_rest_of_the_region_is_told():
    far = Piece("new", "990102", box(10, 20, 11, 21))
    assert faults(far, HOME) == [
        "20.50000, 10.50000: it is more than 1,000 km from the rest of the region"
    ]
    assert faults(far._replace(polygon=box(10, 45, 11, 46)), HOME) == []


def test_ground_of_another_region_may_be_as_far_as_it_likes():
    assert faults(Piece("new", "880101", box(10, 20, 11, 21)), HOME) == []


def test_a_hole_is_none_where_another_agency_answers():
    """A city in its county."""
    hole = box(10.4, 50.4, 10.6, 50.6)
    county = Piece("county", "990102", HOME.polygon.difference(hole))
    away = Piece("away", "990103", box(12, 50, 13, 51))
    city = Piece("city", "990104", hole)
    assert faults(county, away, city) == []
    assert faults(county, away) == [
        "50.50000, 10.50000: a hole that nobody answers for"
    ]


def test_a_hole_of_which_half_is_answered_is_told_where_nobody_answers():
    hole = box(10.4, 50.4, 10.6, 50.6)
    county = Piece("county", "990102", HOME.polygon.difference(hole))
    half = Piece("half", "990104", box(10.4, 50.4, 10.5, 50.6))
    [fault] = faults(county, half)
    lat, lon = map(float, fault.split(": ")[0].split(", "))
    rest = hole.difference(half.polygon)
    assert rest.contains(shapely.Point(lon, lat))
