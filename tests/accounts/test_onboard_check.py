"""``onboard --check``: every fault at once, warnings apart, nothing written."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError
from django.db import connection

from dispatch.actions.regions.places import key_lines
from tests.accounts.region import everything, onboard, rewrite

pytestmark = pytest.mark.django_db
BASE = Path(__file__).parents[2]


def told(region: Path) -> list[str]:
    """Check a faulty file; return its faults, each with its line."""
    with pytest.raises(CommandError) as refusal:
        onboard(region, "--check")
    head, *faults = str(refusal.value).split("\n")
    assert head.endswith("nothing was loaded")
    return [fault.strip() for fault in faults]


def line_of(region: Path, text: str) -> str:
    before = region.read_text(encoding="utf-8").split(text)[0]
    return f"line {before.count(chr(10)) + 1}: "


# What is written instead of what; where the fault must be pointed at; its sentence.
FAULTS = [
    ("seats = 2", "seets = 2", "seets", 'did you mean "seats"?'),
    ("seats = 2", "seats = 501", "seats", "501 is not a whole number from 0 to 500"),
    ("seats = 2", "seats = true", "seats", "true is not a whole number from 0 to 500"),
    ("after_seconds = 5", "after_seconds = 5.5", "after_seconds", "5.5 is not a whole"),
    ('code = "3706"', 'code = "37-06"', '"37-06"', "region: code: "),
    ("demo = true", 'demo = "yes"', "demo", '"yes" is not true or false'),
    ("demo = true", 'time_zone = "Asia/Atlantis"', "time_zone", "Asia/Atlantis"),
    ("demo = true", 'time_zone = "../etc"', "time_zone", "there is no time zone"),
    ("demo = true", 'language = "fr"', "language", 'one of "en", "zh-hans"'),
    ("demo = true", 'phone_country = "cn"', "phone_country", "two capital letters"),
    ("demo = true", 'phone_number = "call me"', "phone_number", "a phone number of"),
    ("seats = 2", 'seats = 2\nphone_number = "--"', "phone_number", '"--" is not'),
    ("seats = 2", 'closes_at = 20:00:00\nopens_at = "8"\nseats = 2', "opens_at",
     "a time such as 08:00"),
    ("demo = true", 'outline = "gone.geojson"', "outline", "gone.geojson cannot"),
    ("default = true\n", "", "[[agencies]]", "no agency has default = true"),
    ('areas = ["370602"]', 'areas = ["110101"]', "areas", "not in region 3706"),
    ('username = "zhao"\n', "", "[[staff]]\nname", 'the key "username" is missing'),
    ('code = "01"', 'code = "a b"', '"a b"', "1 to 12 capital letters"),
    ("{ number = 7, label", "{ number = 7 }, { number = 7, label", "seats = [{ ",
     "seat 7 is there twice"),
]  # fmt: skip


@pytest.mark.parametrize(("before", "after", "where", "sentence"), FAULTS)
def test_one_fault_is_one_clear_line(region, before, after, where, sentence):
    rewrite(region, before, after)
    rows = everything()
    [fault] = told(region)
    assert fault.startswith(line_of(region, where)), fault
    assert sentence in fault
    assert everything() == rows


def test_all_faults_come_at_once_whatever_their_kind(region):
    rewrite(region, "seats = 2", "seets = 2")  # a shape
    rewrite(region, 'name = "乙"', "name = 7")  # another
    rewrite(region, 'code = "900001"', 'code = "370602"')  # a rule
    rewrite(region, '"zhao"', '"chen"')  # and one further down
    faults = told(region)
    assert [fault.split(":")[0] for fault in faults] == [
        line_of(region, text)[:-2]
        for text in (
            "[[agencies]]",
            "seets",
            "name = 7",
            "own.geo",
            '"chen"\nname = "赵',
        )
        if text != "[[agencies]]"
    ], faults


def test_a_word_in_a_comment_is_not_the_key(region):
    rewrite(region, "[region]", '[region]  # time_zone = "x"\n# demo = 1')
    rewrite(region, "demo = true", 'time_zone = "x"')
    [fault] = told(region)
    line = region.read_text().splitlines().index('time_zone = "x"') + 1
    assert fault.startswith(f"line {line}: ")


def test_tables_within_tables_have_their_lines():
    text = (
        '[[a]]\nb = [1, # c\n {c = "]"},\n]\n[[a.sub]]\n"e.f" = """x\n[g]"""\nh.i = 1\n'
    )
    assert key_lines(text) == {
        ("a",): 1,
        ("a", 0): 1,
        ("a", 0, "b"): 2,
        ("a", 0, "b", 0): 2,
        ("a", 0, "b", 1): 3,
        ("a", 0, "b", 1, "c"): 3,
        ("a", 0, "sub"): 5,
        ("a", 0, "sub", 0): 5,
        ("a", 0, "sub", 0, "e.f"): 6,
        ("a", 0, "sub", 0, "h"): 8,
        ("a", 0, "sub", 0, "h", "i"): 8,
    }


# --- Ground --------------------------------------------------------------------------


def draw(region: Path, name: str, ring: list[list[float]]) -> None:
    geometry = {"type": "Polygon", "coordinates": [ring]}
    document = {"type": "Feature", "properties": {}, "geometry": geometry}
    (region.parent / name).write_text(json.dumps(document))


def test_a_ring_that_is_not_closed_is_told_with_both_ends(region):
    draw(region, "own.geojson", [[121, 37], [121.1, 37], [121.1, 37.1], [121, 37.1]])
    [fault] = told(region)
    assert fault.startswith(line_of(region, "own.geojson"))
    assert "begins at 37.00000, 121.00000 and ends at 37.10000, 121.00000" in fault


def test_a_ring_that_crosses_itself_is_told_where(region):
    draw(
        region,
        "own.geojson",
        [[121, 37], [121.1, 37.1], [121.1, 37], [121, 37.1], [121, 37]],
    )
    [fault] = told(region)
    assert fault.startswith(line_of(region, "own.geojson"))
    assert "it crosses itself, at 37.05000, 121.05000" in fault


def test_ground_outside_the_region_and_ground_nobody_has_are_told(region, capsys):
    box = [[121, 37], [121.05, 37], [121.05, 37.2], [121, 37.2], [121, 37]]
    draw(region, "whole.geojson", box)
    rewrite(region, "demo = true", 'demo = true\noutline = "whole.geojson"')
    rewrite(region, 'areas = ["370602"]', "areas = []")
    [fault] = told(region)
    assert fault.startswith(line_of(region, "own.geojson"))
    assert "75 % of it lie outside the region's outline" in fault
    warning = f"warning: {line_of(region, 'outline =')}"
    assert warning in capsys.readouterr().err


# --- Warnings ------------------------------------------------------------------------


def test_warnings_stand_apart_and_stop_nothing(region, capsys):
    rewrite(region, "seats = 2", "seats = 0")
    rewrite(region, 'text = "您好"\n', 'text = "您好"\n\n[[phrases]]\ntext = "好"\n')
    said = onboard(region, "--check")
    assert said[-1] == "no fault: only checked, nothing was written"
    err = capsys.readouterr().err.splitlines()
    assert all(line.startswith("warning: line ") for line in err)
    where = line_of(region, 'text = "您好"')
    assert f"warning: {where}phrase “您好” has no text_en: " in "\n".join(err)
    where = line_of(region, "seats = 0")
    assert f"warning: {where}agency 370602 has no seat: only neighbours answer" in err
    assert not [line for line in said if "warning" in line]


def test_a_file_in_one_language_is_not_nagged(region, capsys):
    rewrite(region, 'text_en = "Hello"\n', "")
    rewrite(region, ', label_en = "Seven"', "")
    onboard(region, "--check")
    assert "_en" not in capsys.readouterr().err


# --- The installation ----------------------------------------------------------------


def test_what_the_region_says_of_the_installation_is_kept_for_the_settings(
    region, settings
):
    more = 'time_zone = "Europe/London"\nphone_country = "GB"\nphone_number = "112"'
    rewrite(region, "demo = true", f'demo = true\nlanguage = "en"\n{more}')
    onboard(region, "--check")
    assert not (settings.HOME / "region.json").exists()
    onboard(region)
    kept = json.loads((settings.HOME / "region.json").read_text())
    assert kept["time_zone"] == "Europe/London"
    said = read_settings(settings.HOME, {})
    assert said == "en Europe/London GB 112"
    said = read_settings(settings.HOME, {"ALARM110_TIME_ZONE": "Asia/Tokyo"})
    assert said == "en Asia/Tokyo GB 112"


def read_settings(home: Path, more: dict[str, str]) -> str:
    """Start another process in this data folder; return what holds there."""
    code = (
        "import alarm110.settings as s;"
        "print(s.LANGUAGE_CODE, s.TIME_ZONE, s.PHONE_COUNTRY, s.EMERGENCY_NUMBER)"
    )
    clean = {k: v for k, v in os.environ.items() if not k.startswith("ALARM110_")}
    answer = subprocess.run(
        [sys.executable, "-c", code],
        cwd=BASE,
        env=clean | {"ALARM110_HOME": str(home)} | more,
        capture_output=True,
        check=True,
        text=True,
    )
    return answer.stdout.strip()


def test_a_region_beside_the_first_does_not_speak_for_the_installation(
    region, settings, capsys
):
    onboard(region)
    other = region.with_name("other.toml")
    text = '[region]\ncode = "1101"\nname = "别处"\ntime_zone = "Europe/London"\n'
    text += '[[agencies]]\ncode = "110101"\nname = "别处"\nseats = 1\n'
    other.write_text(text, encoding="utf-8")
    capsys.readouterr()
    onboard(other)
    assert not (settings.HOME / "region.json").exists()
    assert "line 4: time_zone counts only in the file" in capsys.readouterr().err


def test_without_a_database_the_file_alone_is_checked(region, monkeypatch):
    monkeypatch.setattr(connection.introspection, "table_names", list)
    said = onboard(region, "--check")
    assert said[0] == "there is no database yet: only the file was checked"
    rewrite(region, 'neighbour = "370613"', 'neighbour = "370699"')
    [fault] = told(region)
    assert "there is no agency 370699 to help" in fault
