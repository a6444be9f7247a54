"""A second city, unlike the demo, comes on line from its file and takes alarms."""

import re
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone, translation
from msgspec import Struct, structs

from accounts.actions.verification import normal_phone
from accounts.models import Agency, Area, User, masked_phone
from accounts.models.fields import written_phone
from dispatch.actions.regions import region_file
from dispatch.models import Seat
from reports.actions.incidents import take_numbers
from tests.accounts.region import onboard
from tests.phones import Phones

BASE = Path(__file__).parents[2]
PORT_ALDER = BASE / "dispatch" / "regions" / "port-alder.toml"
# Degrees of 1e-7: a street of the Old Town, a pier, Gull Island, the airport.
PLACES = {
    "990101": {"lat_e7": 511100000, "lon_e7": -132600000, "accuracy_mm": 9000},
    "990102": {"lat_e7": 510600000, "lon_e7": -132400000, "accuracy_mm": 9000},
    "990106": {"lat_e7": 511090000, "lon_e7": -131550000, "accuracy_mm": 9000},
}
GULL_ISLAND = {"lat_e7": 509900000, "lon_e7": -130500000, "accuracy_mm": 9000}
OPEN_SEA = {"lat_e7": 520000000, "lon_e7": -200000000, "accuracy_mm": 9000}


@pytest.fixture
def its_settings(settings):
    """What its file says of the installation."""
    settings.REGION_LANGUAGE = settings.LANGUAGE_CODE = "en"
    settings.TIME_ZONE = "Europe/London"
    settings.PHONE_COUNTRY = "GB"
    settings.EMERGENCY_NUMBER = "112"


def test_its_file_has_neither_fault_nor_warning(db, capsys):
    said = onboard(PORT_ALDER, "--check")
    assert said[-1] == "no fault: only checked, nothing was written"
    assert capsys.readouterr().err == ""


def test_an_alarm_reaches_the_agency_of_the_ground_it_comes_from(
    rows, its_settings, settings
):
    onboard(PORT_ALDER)
    phones = Phones()
    for code, place in PLACES.items():
        call = phones.call(phones.tap(f"phone of {code}", position=place))
        assert call.agency.code == code
        assert call.incident.number.startswith(f"{code}-")
    island = phones.call(phones.tap("phone on the island", position=GULL_ISLAND))
    assert island.agency.code == "990102"  # the second piece of its ground
    # There Chinese is the foreign language, and English is everybody's.
    # What visitors see first is another thing than what the operators speak.
    settings.LANGUAGE_CODE = "zh-hans"
    for language, needs in (("en-GB", []), ("zh-CN", ["zh"])):
        tapped = phones.tap(f"phone in {language}", language=language)
        assert phones.call(tapped).needs == needs
    nowhere = phones.call(phones.tap("phone at sea", position=OPEN_SEA))
    assert nowhere.agency.code == "990100"  # the default
    told = phones.tap("phone without a place")
    assert told.agency.phone_number == "112"


def test_its_pages_speak_english_first_and_name_its_own_number(rows, its_settings):
    onboard(PORT_ALDER)
    page = Client().get("/", secure=True).content.decode()
    assert 'lang="en"' in page
    assert "Port Alder Control Room" in page
    assert "tel:112" in page
    assert "110" not in page.replace("alarm110", "").replace("Alarm110", "")
    missing = Client().get("/nowhere", secure=True).content.decode()
    assert "If you need help now, call 112" in missing
    assert 'href="tel:112"' in missing
    chinese = Client(headers={"accept-language": "zh"}).get("/", secure=True)
    assert "桤港警察局指挥室" in chinese.content.decode()
    with translation.override("en"):
        assert str(Agency.objects.get(code="990106")) == "Airport Police"
    with translation.override("zh-hans"):
        assert str(Agency.objects.get(code="990106")) == "机场警务站"
    assert not Agency.objects.filter(name_en="", is_synthetic=False).exists()
    assert not Area.objects.filter(name_en="").exists()
    assert Seat.objects.get(agency__code="990100", number=4).label_en == "Sign language"
    assert User.objects.get(username="holm").skills == ["en", "da", "sign"]


def test_its_numbers_are_read_and_shown_as_people_there_write_them(its_settings):
    assert normal_phone("07400 123456") == "+447400123456"
    assert masked_phone("+447400123456") == "740****3456"
    assert written_phone("+447400123456") == "07400 123456"
    assert masked_phone("+8613800138000") == "+86 138****8000"
    assert written_phone("+8613800138000") == "+86 138 0013 8000"


def test_its_days_begin_at_its_own_midnight(db, its_settings):
    agency = Agency(code="990101")
    late = datetime(2026, 7, 1, 23, 30, tzinfo=UTC)  # half past midnight, in summer
    with timezone.override(ZoneInfo("Europe/London")), transaction.atomic():
        assert take_numbers([agency], late) == ["990101-20260702-0001"]


def keys_of(kind: type[Struct]) -> list[str]:
    return [field.encode_name for field in structs.fields(kind)]


@pytest.mark.parametrize("kind", region_file.Strict.__subclasses__())
def test_each_key_of_the_file_is_documented_and_shown_by_an_example(kind):
    said = (BASE / "docs" / "region-file.md").read_text(encoding="utf-8")
    examples = PORT_ALDER.read_text(encoding="utf-8")
    examples += PORT_ALDER.with_name("yantai.toml").read_text(encoding="utf-8")
    for key in keys_of(kind):
        assert re.search(rf"`[^`]*\b{key}\b[^`]*`", said), f"{key} is not documented"
        stands = re.search(rf"(^|[{{,\s\[]){key}( =|\])", examples)
        assert stands, f"{key} is in no example"


def test_no_key_is_documented_that_is_none():
    said = (BASE / "docs" / "region-file.md").read_text(encoding="utf-8")
    known = {
        key for kind in region_file.Strict.__subclasses__() for key in keys_of(kind)
    }
    cells = re.findall(r"^\| ((?:`\w+`(?:, )?)+) \|", said, re.MULTILINE)
    written = {key for cell in cells for key in re.findall(r"`(\w+)`", cell)}
    assert written
    assert written - known == set()
