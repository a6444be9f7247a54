"""Whose ground a position is on, over the real polygons of Yantai."""

import math
from pathlib import Path

import pytest

from accounts.actions.configure import configure_agency, configure_area
from accounts.matching import AreaIndex, FaultyPolygon, Ground, read_polygon
from accounts.models import Agency, Area
from accounts.snapshots import area_index, forget_ground
from dispatch.actions.regions.polygons import outline
from dispatch.actions.regions.region_file import AreaSpec
from tests.accounts.cast import SQUARE

# Points well known from maps, WGS-84: the middle of each town.
TOWNS = {
    370602: (37.5330, 121.3900),
    370611: (37.4980, 121.2680),
    370612: (37.3870, 121.6000),
    370613: (37.4600, 121.4400),
    370614: (37.7900, 120.7600),
    370681: (37.6460, 120.4780),
    370682: (36.9790, 120.7110),
    370683: (37.1770, 119.9420),
    370685: (37.3550, 120.4340),
    370686: (37.3350, 120.8500),
    370687: (36.7760, 121.1590),
}
E7 = 10**7


@pytest.fixture(scope="module")
def yantai() -> AreaIndex:
    """The 11 districts; an agency's id is its code, an area's too."""
    here = Path()
    return AreaIndex(
        Ground(code, code, outline(AreaSpec(gb=str(code)), here).polygon)
        for code in TOWNS
    )


def at(index, lat, lon):
    return index.locate(round(lat * E7), round(lon * E7))


def test_every_polygon_was_taken(yantai):
    assert len(yantai) == 11
    assert yantai.faulty == []


@pytest.mark.parametrize(("code", "point"), TOWNS.items())
def test_each_town_lies_in_its_own_district(yantai, code, point):
    place = at(yantai, *point)
    assert (place.agency_id, place.area_id, place.is_inside) == (code, code, True)


def test_a_boat_off_the_coast_belongs_to_the_nearest_district(yantai):
    place = at(yantai, 37.62, 121.40)  # some 5 km north of Zhifu
    assert not place.is_inside
    assert place.agency_id in {370602, 370613}


@pytest.mark.parametrize(
    "point",
    [
        (38.0, 122.0),  # open sea, 50 km out
        (39.9042, 116.4074),  # Beijing
        (0.0, 0.0),  # what a broken phone says
        (-37.5, -121.4),
        (90.0, 121.4),
    ],
)
def test_far_away_is_nobodys_ground(yantai, point):
    assert at(yantai, *point) is None


@pytest.mark.parametrize(
    ("lat", "lon"),
    [
        (math.nan, 1213900000),
        (375330000.0, 1213900000.0),
        (math.inf, 0),
        (None, None),
        ("375330000", "1213900000"),
        (True, 1213900000),
        (375330000, 10**30),
        (90 * E7 + 1, 0),
        (0, 180 * E7 + 1),
    ],
)
def test_what_is_no_position_on_earth_is_nowhere(yantai, lat, lon):
    assert yantai.locate(lat, lon) is None


def box(west, south, east, north):
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def test_nearest_is_measured_on_the_ground_not_in_degrees():
    # At 60° north a degree of longitude is half as long: 0.12° east is nearer than
    # 0.10° north.
    east = Ground(1, 1, box(10.12, 59.9, 10.2, 60.1))
    north = Ground(2, 2, box(9.9, 60.10, 10.1, 60.2))
    assert at(AreaIndex([north, east]), 60.0, 10.0).agency_id == 1


def test_nearest_ends_at_twenty_kilometres():
    index = AreaIndex([Ground(1, 1, box(121.0, 37.0, 122.0, 37.1))])
    assert at(index, 37.1 + 0.179, 121.5).is_inside is False  # 19.9 km
    assert at(index, 37.1 + 0.181, 121.5) is None  # 20.1 km


def test_of_several_areas_around_a_point_the_smallest_answers():
    city = Ground(1, 1, box(121.0, 37.0, 122.0, 38.0))
    district = Ground(2, 2, box(121.4, 37.4, 121.5, 37.5))
    assert at(AreaIndex([city, district]), 37.45, 121.45).agency_id == 2
    assert at(AreaIndex([district, city]), 37.45, 121.45).agency_id == 2
    assert at(AreaIndex([city, district]), 37.9, 121.9).agency_id == 1


def test_one_broken_polygon_does_not_stop_the_others():
    good = Ground(1, 1, box(121.0, 37.0, 122.0, 38.0))
    index = AreaIndex([Ground(9, 9, {"type": "Polygon", "coordinates": "no"}), good])
    assert index.faulty == [9]
    assert at(index, 37.5, 121.5).agency_id == 1


def test_an_empty_index_knows_no_place():
    assert at(AreaIndex([]), 37.5, 121.4) is None


BOW_TIE = [[[121, 37], [122, 38], [122, 37], [121, 38], [121, 37]]]


@pytest.mark.parametrize(
    "geometry",
    [
        None,
        [],
        "POLYGON((0 0))",
        {"type": "Point", "coordinates": [121, 37]},
        {"type": "Polygon"},
        {"type": "Polygon", "coordinates": []},
        {"type": "Polygon", "coordinates": [[[121, 37], [122, 37]]]},
        {"type": "Polygon", "coordinates": BOW_TIE},
        {"type": "Polygon", "coordinates": [[["a", "b"], [1, 2], [3, 4], ["a", "b"]]]},
        box(37.0, 121.0, 38.0, 122.0),  # latitude and longitude swapped
        box(13_500_000, 4_500_000, 13_600_000, 4_600_000),  # metres
        box(math.nan, 37.0, 122.0, 38.0),
    ],
)
def test_a_faulty_polygon_is_refused_with_a_reason(geometry):
    with pytest.raises(FaultyPolygon, match=r"\w"):
        read_polygon(geometry)


def test_the_index_leaves_out_the_canary_and_what_is_closed(cast):
    canary = Agency.objects.create(code="000000", name="自检", is_synthetic=True)
    for agency in (cast.zhifu, canary):
        configure_area(Area(agency=agency, code="1", name="a", polygon=SQUARE))
    assert at(area_index(), 37.05, 121.1).agency_id == cast.zhifu.pk

    cast.zhifu.is_active = False
    configure_agency(cast.zhifu)
    forget_ground()
    assert at(area_index(), 37.05, 121.1) is None


def test_the_index_is_checked_at_most_every_ten_seconds(
    cast, django_assert_num_queries, monkeypatch
):
    monkeypatch.setattr("accounts.snapshots.GROUND_CHECK_SECONDS", 10)
    area_index()
    with django_assert_num_queries(0):
        first = area_index()
    monkeypatch.setattr("accounts.snapshots.GROUND_CHECK_SECONDS", 0)
    with django_assert_num_queries(1):
        assert area_index() is first  # looked at, unchanged
    configure_area(Area(agency=cast.zhifu, code="1", name="a", polygon=SQUARE))
    assert len(area_index()) == len(first) + 1


def test_an_area_with_a_bad_polygon_is_not_saved(cast):
    from django.core.exceptions import ValidationError

    with pytest.raises(ValidationError, match="polygon"):
        configure_area(Area(agency=cast.zhifu, code="1", name="a", polygon={}))
    assert not Area.objects.exists()
