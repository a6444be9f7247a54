"""A faulty region file is named with its line, and nothing is loaded."""

import re

import pytest
from django.core.management import CommandError
from django.utils import translation

from accounts.models import Agency
from tests.accounts.region import everything, onboard, rewrite

pytestmark = pytest.mark.django_db


def test_check_tells_and_writes_nothing(region, settings):
    before = everything()
    said = onboard(region, "--check")
    assert "agency 370602: made" in said
    assert said[-1] == "only checked: nothing was written"
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
    ('neighbour = "370613"', 'neighbour = "370602"', "tiers = [", "own neighbour"),
    ('areas = ["370602"]', 'areas = ["370699"]', "370699", "no polygon for 370699"),
    ('"own.geojson"', '"gone.geojson"', "gone.geojson", "gone.geojson"),
    ('"own.geojson"', '"small.toml"', "small.toml", "not GeoJSON"),
    ('code = "900001", ', "", "own.geojson", "code"),
    ('code = "900001"', 'code = "370602"', "own.geojson", "370602 is there twice"),
    ('name = "乙"', 'name = "乙"\ndefault = true', "default = true", "default"),
    ("number = 7", "number = 0", "number = 0", "seats"),
    ('role = "operator"', 'role = "boss"', "boss", "boss"),
    ('agencies = ["370602"]', 'agencies = ["370699"]', "370699", "370699"),
    ('agencies = ["370602"]', "agencies = []", "chen", "needs agencies"),
    ('agencies = ["370602"]', "everywhere = true", "chen", "works in an agency"),
    ('username = "zhao"', 'username = "chen"', "chen", "twice"),
    ('username = "zhao"', 'username = "canary"', '"canary"', "canary"),
    ('[region]\ncode = "3706"\n', "[region]\n", "[region]", "code"),
    ("[[phrases]]", "[[sayings]]", "sayings", "sayings"),
    ('text = "您好"', 'text = "a\\u0000b"', "u0000", "text"),
]


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
    Agency.objects.create(code="110101", name="别处", is_default=True)
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
