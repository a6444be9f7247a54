"""A faulty region file is named with its line, and nothing is loaded."""

import json
import re
from datetime import time
from pathlib import Path

import pytest
from django.core.management import CommandError
from django.utils import translation
from shapely.geometry import Point, mapping, shape

from accounts.models import Agency, User
from dispatch.actions.regions.datum import DATUMS, moved
from dispatch.actions.regions.polygons import districts_near, outline
from dispatch.actions.regions.region_file import AreaSpec
from tests.accounts.region import everything, onboard, rewrite

pytestmark = pytest.mark.django_db


def test_check_tells_and_writes_nothing(region, settings):
    before = everything()
    said = onboard(region, "--check")
    assert "agency 370602: made" in said
    assert said[-1] == "no fault: only checked, nothing was written"
    assert everything() == before
    assert not (settings.HOME / "demo.txt").exists()
    assert not (settings.HOME / "canary.key").exists()


# What is written instead of what, where the fault must be pointed at (the last such
# text in the file), and a word of what must be said.
FAULTS = [
    ("seats = 2", "seets = 2", "seets", "seets"),
    ("seats = 2", "seats = -1", "seats = -1", "seats"),
    ("seats = 2", 'seats = "two"', "two", "seats"),
    ("seats = 2", "seats = 2\nseats = 3", "seats = 3", "overwrite"),
    ('name = "甲"', "name = 甲", "name = 甲", "value"),
    ('code = "370602"', 'code = "37060"', '"37060"', "code"),
    ('code = "370602"', 'code = "110101"', '"110101"', "not in region 3706"),
    ('code = "370602"', 'code = "000000"', '"000000"', "canary"),
    ('code = "370613"', 'code = "370602"', 'code = "370602"', "twice"),
    ('neighbour = "370613"', 'neighbour = "370699"', "370699", "370699"),
    ('neighbour = "370613"', 'neighbour = "370602"', "neighbour =", "own neighbour"),
    ('areas = ["370602"]', 'areas = ["370699"]', "370699", "no polygon for 370699"),
    ('"own.geojson"', '"gone.geojson"', "gone.geojson", "gone.geojson"),
    ('"own.geojson"', '"small.toml"', "small.toml", "not GeoJSON"),
    ('code = "900001", ', "", "own.geojson", "code"),
    ('code = "900001"', 'code = "370602"', "own.geojson", "370602 is there twice"),
    ('name = "乙"', 'name = "乙"\ndefault = true', "default = true", "default"),
    ("number = 7", "number = 0", "number = 0", "seats"),
    ('role = "operator"', 'role = "boss"', "boss", "boss"),
    ('agencies = ["370602"]', 'agencies = ["370699"]', "370699", "370699"),
    ('agencies = ["370602"]', "agencies = []", "agencies = []", "needs agencies"),
    ('agencies = ["370602"]', "everywhere = true", "everywhere", "works in an agency"),
    ('username = "zhao"', 'username = "chen"', "chen", "twice"),
    ('username = "zhao"', 'username = "canary"', '"canary"', "canary"),
    ('[region]\ncode = "3706"\n', "[region]\n", "[region]", "code"),
    ("[[phrases]]", "[[sayings]]", "sayings", "sayings"),
    ('text = "您好"', 'text = "a\\u0000b"', "u0000", "text"),
    ("[[phrases]]", '[[categories]]\ncode = "01"\nname = "抢劫"\n\n[[phrases]]',
     'code = "01"', "category 01 is there twice"),
    ("after_seconds = 5 },", 'after_seconds = 5 },\n  { neighbour = "370613" },',
     '{ neighbour = "370613" }', "neighbour 370613 is there twice"),
    ("{ file =", '{ gb = "370613", file =', "own.geojson", "either gb or file"),
    ("seats = 2", "seats = { number = 2 }", "seats = { ", "this table is not"),
    ('name = "乙"', 'name = ["乙"]', 'name = ["', "this list is not"),
    # Rules of the seats, hours, who stands in.
    ("seats = 2", "seats = 2\nring_seconds = 2", "ring_seconds", "ring_seconds"),
    ("seats = 2", "seats = 2\nopens_at = 08:00:00", "opens_at", "both hours"),
    ("seats = 2", "seats = 2\nopens_at = 8", "opens_at", "opens_at"),
    ("seats = 2", 'seats = 2\nafter_hours = "370602"', "after_hours", "for itself"),
    ("seats = 2", 'seats = 2\nafter_hours = "370699"', "after_hours", "370699"),
    ('role = "operator"', 'role = "operator"\nskills = ["x y"]', "x y", "x y"),
    ('role = "operator"', 'role = "operator"\nskills = "en"', '"en"', "skills"),
]  # fmt: skip


@pytest.mark.parametrize("options", [(), ("--check",)])
@pytest.mark.parametrize(("before", "after", "where", "word"), FAULTS)
def test_a_fault_is_named_with_its_line_and_nothing_is_loaded(
    region, settings, before, after, where, word, options
):
    rewrite(region, before, after)
    text = region.read_text(encoding="utf-8")
    line = text[: text.rindex(where)].count("\n") + 1
    rows = everything()

    with pytest.raises(CommandError) as refusal:
        onboard(region, *options)

    said = str(refusal.value)
    assert "nothing was loaded" in said
    assert word in said.split("\n", 1)[1]
    assert re.search(rf"^  line {line}: ", said, re.MULTILINE), said
    assert everything() == rows
    assert not (settings.HOME / "canary.key").exists()


def test_all_faults_are_told_at_once(region):
    rewrite(region, 'username = "zhao"', 'username = "chen"')
    rewrite(region, 'agencies = ["370602"]', 'agencies = ["370699"]')
    with pytest.raises(CommandError) as refusal:
        onboard(region)
    assert str(refusal.value).count("line ") == 2


def test_a_missing_file_and_a_foreign_encoding_are_one_clear_line(tmp_path):
    with pytest.raises(CommandError, match="No such file"):
        onboard(tmp_path / "gone.toml")
    path = tmp_path / "gb.toml"
    path.write_bytes('[region]\nname = "烟台"'.encode("gb18030"))
    with pytest.raises(CommandError, match="not UTF-8"):
        onboard(path)


def test_a_refusal_half_way_undoes_what_came_before(region, settings):
    # Out of service, so that only the database's own constraint finds it.
    Agency.objects.create(code="110101", name="别处", is_default=True, is_active=False)
    rows = everything()
    told = pytest.raises(CommandError, match="default agency already")
    with translation.override("en"), told:
        onboard(region)
    assert everything() == rows
    assert not (settings.HOME / "demo.txt").exists()


def test_a_full_disk_undoes_the_passwords_that_could_not_be_told(region, settings):
    (settings.HOME / "demo.txt").mkdir()  # nothing can be written there
    rows = everything()
    with pytest.raises(CommandError, match="nothing was loaded"):
        onboard(region)
    assert everything() == rows
    assert not list(settings.HOME.glob("demo.txt.*"))


# --- Ground --------------------------------------------------------------------------


def ring(west, south, east, north):
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


def draw(region, *rings, **more):
    """Write the second agency's ground anew."""
    geometry = {"type": "Polygon", "coordinates": rings}
    document = {"type": "Feature", "properties": {}, "geometry": geometry, **more}
    (region.parent / "own.geojson").write_text(json.dumps(document))


def refusal(region) -> str:
    """Load it, and return the one fault told; nothing may have been loaded."""
    rows = everything()
    with translation.override("en"), pytest.raises(CommandError) as told:
        onboard(region)
    assert everything() == rows
    [fault] = str(told.value).split("\n")[1:]
    return fault


def own_line(region) -> str:
    text = region.read_text(encoding="utf-8")
    return f"  line {text[: text.index('own.geojson')].count(chr(10)) + 1}: "


def district(code: str):
    """Return a district's polygon as the package has it."""
    return shape(next(g for g in districts_near(code) if is_of(g, code)))


def is_of(geometry, code: str) -> bool:
    return outline(AreaSpec(gb=code), Path()).polygon == geometry


def test_a_hole_is_told_with_its_place(region):
    hole = ring(121.02, 37.02, 121.04, 37.04)
    draw(region, ring(121, 37, 121.1, 37.1), hole)
    fault = refusal(region)
    assert fault.startswith(own_line(region))
    assert "agency 370613: 37.03000, 121.03000: a hole" in fault


def test_ground_that_reaches_into_a_neighbours_is_told_with_its_place(region):
    draw(region, ring(121.0, 37.4, 121.35, 37.6))
    fault = refusal(region)
    assert "it overlaps 370602/370602" in fault
    place = re.search(r"(\d+\.\d{5}), (\d+\.\d{5}): it overlaps", fault)
    lat, lon = map(float, place.groups())
    assert district("370602").contains(Point(lon, lat))


@pytest.mark.parametrize("datum", list(DATUMS))
def test_ground_drawn_on_another_datum_is_refused(region, datum):
    rewrite(region, 'areas = ["370602"]', "areas = []")
    rewrite(region, 'code = "370602"', 'code = "370611"')
    rewrite(region, 'agencies = ["370602"]', 'agencies = ["370611"]')
    drawn = moved(district("370613").simplify(0.0005), DATUMS[datum])
    document = {"type": "Feature", "geometry": mapping(drawn)}
    path = region.parent / "own.geojson"
    path.write_text(json.dumps(document))
    assert f"it seems to be drawn on {datum}, not on WGS-84" in refusal(region)
    sound = mapping(district("370613").simplify(0.0005))
    path.write_text(json.dumps({"type": "Feature", "geometry": sound}))
    assert "agency 370613: made" in onboard(region)


def test_a_file_that_names_another_datum_is_refused(region):
    properties = {"name": "urn:ogc:def:crs:EPSG::4490"}
    named = {"type": "name", "properties": properties}
    draw(region, ring(121, 37, 121.1, 37.1), crs=named)
    onboard(region, "--check")  # CGCS2000 is the same to a metre
    properties["name"] = "EPSG:3857"
    draw(region, ring(121, 37, 121.1, 37.1), crs=named)
    assert "own.geojson is drawn on EPSG:3857" in refusal(region)


def test_swapped_axes_are_told(region):
    draw(region, [[lat, lon] for lon, lat in ring(121, 37, 121.1, 37.1)])
    assert "latitude and longitude are swapped, at 121, 37" in refusal(region)


@pytest.mark.parametrize(
    "document",
    [
        {"type": "FeatureCollection", "features": []},
        {"type": "Feature", "geometry": None},
        {"type": "Point", "coordinates": [121, 37]},
        {"type": "Polygon", "coordinates": []},
        {"type": "Polygon", "coordinates": [ring(121, 37, 121, 37)]},
    ],
)
def test_a_file_without_a_polygon_is_refused(region, document):
    (region.parent / "own.geojson").write_text(json.dumps(document))
    assert refusal(region).startswith(own_line(region))


# --- Nobody answers ------------------------------------------------------------------


def test_an_agency_with_ground_that_no_seat_serves_is_refused(region):
    seats = 'seats = [{ number = 7, label = "七号", label_en = "Seven" }]'
    rewrite(region, seats, "seats = 0")
    assert "agency 370613: calls come here, but neither it nor" in refusal(region)
    rewrite(region, "seats = 0", 'seats = 0\ntiers = [{ neighbour = "370602" }]')
    assert "agency 370613: made" in onboard(region)


def test_agencies_without_seats_that_help_each_other_are_refused(region):
    seats = 'seats = [{ number = 7, label = "七号", label_en = "Seven" }]'
    rewrite(region, seats, 'seats = 0\ntiers = [{ neighbour = "370602" }]')
    rewrite(region, "seats = 2", "seats = 0")
    with pytest.raises(CommandError) as told:
        onboard(region)
    assert str(told.value).count("neither it nor a neighbour") == 2
    assert not Agency.objects.exists()


def test_agencies_that_wait_for_each_other_after_hours_are_refused(region):
    rewrite(region, "seats = 2", 'seats = 2\nafter_hours = "370613"')
    rewrite(region, 'name = "乙"', 'name = "乙"\nafter_hours = "370602"')
    assert "wait for each other" in refusal(region)


def test_the_rules_of_the_seats_and_skills_are_loaded_and_stay(region):
    rewrite(
        region,
        "seats = 2",
        "seats = 2\nring_seconds = 20\nopens_at = 08:00:00\ncloses_at = 20:00:00\n"
        'after_hours = "370613"\npublishes_figures = true\n'
        'break_reasons = [{ text = "用餐", text_en = "Meal" }]',
    )
    rewrite(region, 'role = "operator"', 'role = "operator"\nskills = ["en", "sign"]')
    onboard(region)
    agency = Agency.objects.get(code="370602")
    assert (agency.ring_seconds, agency.wrap_up_seconds) == (20, 30)
    assert (agency.opens_at, agency.closes_at) == (time(8), time(20))
    assert agency.after_hours == Agency.objects.get(code="370613")
    assert agency.publishes_figures
    assert agency.break_reasons == [{"text": "用餐", "text_en": "Meal"}]
    assert User.objects.get(username="chen").skills == ["en", "sign"]
    assert onboard(region) == ["nothing changed"]


def test_a_missing_outline_is_named_beside_missing_ground(region):
    """As whoever copies the example without its folder should be told, all at once."""
    rewrite(region, '"own.geojson"', '"gone.geojson"')
    rewrite(region, "demo = true", 'demo = true\noutline = "nowhere/outline.geojson"')
    with pytest.raises(CommandError) as told:
        onboard(region, "--check")
    assert "gone.geojson" in str(told.value)
    assert "nowhere/outline.geojson" in str(told.value)


def test_a_second_default_agency_is_told_with_both_ways_out(region, settings):
    Agency.objects.create(code="990100", name="别处", is_default=True)
    with pytest.raises(CommandError) as told:
        onboard(region, "--check")
    [fault] = str(told.value).split("\n")[1:]
    assert "990100" in fault
    assert "leave this line out" in fault
    assert "ALARM110_HOME" in fault
