"""Region files at the edges: no ground to look up, no database, helpers elsewhere."""

import json
from functools import cache

import pytest
from django.core.management import CommandError
from django.db import connection

from accounts.models import Agency, Area
from dispatch.actions.regions import polygons
from tests.accounts.region import everything, onboard, rewrite

pytestmark = pytest.mark.django_db
SEATS = 'seats = [{ number = 7, label = "七号", label_en = "Seven" }]'


def refusal(region, *options: str) -> list[str]:
    """Load it, and return the faults told; nothing may have been loaded."""
    rows = everything()
    with pytest.raises(CommandError) as told:
        onboard(region, *options)
    assert everything() == rows
    return [line.strip() for line in str(told.value).split("\n")[1:]]


def test_without_the_package_of_districts_a_code_has_no_ground(region, monkeypatch):
    monkeypatch.setattr(polygons, "PACKAGE", "nowhere_to_be_found")
    read = polygons._districts.__wrapped__
    monkeypatch.setattr(polygons, "_districts", cache(read))
    [fault] = refusal(region)
    assert "the package nowhere_to_be_found is not installed" in fault
    assert polygons.districts_near("370602") == []
    rewrite(region, 'areas = ["370602"]', "areas = []")  # one's own ground is enough
    assert "agency 370613: made" in onboard(region)


def test_a_collection_of_one_feature_is_a_polygon(region):
    path = region.parent / "own.geojson"
    feature = json.loads(path.read_text())
    collection = {"type": "FeatureCollection", "features": [feature]}
    path.write_text(json.dumps(collection))
    onboard(region)
    assert Area.objects.get(code="900001").polygon == feature["geometry"]


def test_without_a_database_nothing_is_loaded(region, monkeypatch):
    monkeypatch.setattr(connection.introspection, "table_names", list)
    [fault] = refusal(region)
    assert fault == "there is no database yet: manage.py prepare"


def test_a_helper_of_another_region_that_has_no_seat_answers_nothing(region):
    """The file alone cannot tell; the database can."""
    Agency.objects.create(code="110101", name="别处")
    rewrite(region, SEATS, 'seats = 0\ntiers = [{ neighbour = "110101" }]')
    [fault] = refusal(region)
    assert "agency 370613: calls come here, but neither it nor a neighbour" in fault


def test_a_file_without_an_agency_is_told(region):
    text = region.read_text(encoding="utf-8")
    head = text[: text.index("[[agencies]]")].rstrip()
    region.write_text(f"agencies = []\n\n{head}\n", encoding="utf-8")
    [fault] = refusal(region)
    assert fault == "line 1: agencies: it is empty"


def test_a_head_that_is_no_table_is_told_and_the_rest_is_read(region):
    text = region.read_text(encoding="utf-8")
    rest = text[text.index("[[agencies]]") :]
    region.write_text(f"region = 3\n\n{rest}", encoding="utf-8")
    rewrite(region, 'role = "operator"', 'role = "boss"')
    first, second = refusal(region)
    assert first == "line 1: region: 3 is not a table"
    assert '"boss" is not one of' in second
