"""One file brings a region on line; a second run changes nothing."""

import stat
from pathlib import Path

import pytest
import shapely
from django.db import connection

from accounts.api.device import canary_device, device_hash
from accounts.matching import read_polygon
from accounts.models import Agency, Area, Caller, Role, Tier, User
from accounts.snapshots import area_index, rights_of
from accounts.states import RoleKind
from dispatch.models import Seat, Shift
from reports.journal import verify
from reports.models import Entry
from tests.accounts.region import SMALL, everything, onboard, rewrite
from tests.pages.admin.world import goes_on, happen, is_over

pytestmark = pytest.mark.django_db
YANTAI = Path(__file__).parents[2] / "dispatch" / "regions" / "yantai.toml"

# --- Yantai --------------------------------------------------------------------------


def test_yantai_comes_on_line_and_a_second_run_changes_nothing(settings):
    first = onboard(YANTAI)
    assert "agency 370602: made" in first
    before, told = everything(), (settings.HOME / "demo.txt").read_text()
    key = (settings.HOME / "canary.key").read_text()

    assert onboard(YANTAI) == ["nothing changed"]

    assert everything() == before
    assert (settings.HOME / "demo.txt").read_text() == told
    assert (settings.HOME / "canary.key").read_text() == key


def test_yantai_is_the_city_and_its_eleven_districts():
    onboard(YANTAI)
    real = Agency.objects.filter(is_synthetic=False)
    assert real.count() == 12
    assert Area.objects.count() == 11
    assert {len(agency.categories) for agency in real} == {31}
    assert all(phrase["text_en"] for phrase in real[0].phrases)
    default = Agency.objects.get(is_default=True)
    assert (default.code, default.answer_mode) == ("370600", "auto")
    seats = {a.code: a.seats.count() for a in real}
    assert seats["370600"] == 6
    assert seats["370602"] == 4
    assert min(seats.values()) >= 2
    assert len(area_index()) == 11
    place = area_index().locate(375330000, 1213900000)
    assert Agency.objects.get(pk=place.agency_id).code == "370602"


def test_neighbours_of_yantai_are_neighbours():
    onboard(YANTAI)
    ground = {a.agency_id: read_polygon(a.polygon) for a in Area.objects.all()}
    for tier in Tier.objects.select_related("agency", "neighbour"):
        if "370600" in (tier.agency.code, tier.neighbour.code):
            continue  # the command centre has no ground of its own
        gap = shapely.distance(ground[tier.agency_id], ground[tier.neighbour_id])
        assert gap < 0.01, f"{tier} do not touch"  # degrees, about 1 km
    for agency in Agency.objects.filter(is_synthetic=False, is_default=False):
        assert agency.tiers.filter(neighbour__code="370600").exists()


def test_demo_log_ins_work_and_are_for_their_owner_only(settings):
    onboard(YANTAI)
    path = settings.HOME / "demo.txt"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    lines = [n for n in path.read_text().splitlines() if not n.startswith("#")]
    logins = dict(line.split()[:2] for line in lines)
    assert len(set(logins.values())) == len(logins) == 17
    for name in ("chen", "ma", "zhao", "tang"):
        assert User.objects.get(username=name).check_password(logins[name])
    zhifu = Agency.objects.get(code="370602").pk
    rights = {n: rights_of(User.objects.get(username=n)) for n in logins}
    assert rights["chen"].may_operate(zhifu)
    assert rights["wu"].may_operate(zhifu)
    assert not rights["ma"].may_operate(zhifu)
    assert rights["zhao"].may_supervise(zhifu)
    assert rights["han"].may_audit(zhifu)
    assert rights["tang"].may_administer(None)


def test_the_canary_has_everything_of_its_own(settings):
    onboard(YANTAI)
    path = settings.HOME / "canary.key"
    key = path.read_text().strip()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    agency = Agency.objects.get(is_synthetic=True)
    assert agency.code == "000000"
    assert agency.seats.count() == 1
    assert not agency.areas.exists()
    assert not Tier.objects.filter(neighbour=agency).exists()
    operator = User.objects.get(username="canary")
    assert operator.check_password(key)
    assert rights_of(operator).operator_agencies == {agency.pk}
    caller = Caller.objects.get(is_synthetic=True)
    assert caller.device_hash == device_hash(canary_device(key))


def test_a_lost_canary_key_is_made_anew(settings):
    onboard(YANTAI)
    (settings.HOME / "canary.key").unlink()
    changed = onboard(YANTAI)
    assert changed == [
        "canary's operator: password is the key again",
        "canary's caller: key changed",
    ]
    key = (settings.HOME / "canary.key").read_text().strip()
    assert User.objects.get(username="canary").check_password(key)
    assert Caller.objects.get(is_synthetic=True).device_hash == device_hash(
        canary_device(key)
    )


# --- What changes --------------------------------------------------------------------


def test_every_new_seat_is_an_entry_of_its_agency(region):
    onboard(region)
    agency = Agency.objects.get(code="370602")
    entries = Entry.objects.filter(stream__uuid=agency.uuid)
    assert entries.count() == 2
    assert {entry.kind for entry in entries} == {"seat.updated"}
    assert verify(agency.uuid) is None


def test_changed_rows_are_listed_and_nothing_else_moves(region):
    onboard(region)
    rewrite(region, 'name = "甲"', 'name = "甲局"')
    rewrite(region, "after_seconds = 5", "after_seconds = 50")
    rewrite(region, "seats = 2", "seats = 3")
    assert onboard(region) == [
        "agency 370602: name '甲' → '甲局'",
        "tier 370602 → 370613: after_seconds '5' → '50'",
        "seat 370602/3: made",
    ]


def without_370613(text):
    start = text.index('[[agencies]]\ncode = "370613"')
    text = text[:start] + text[text.index("[[categories]]") :]
    return text.replace('  { neighbour = "370613", after_seconds = 5 },\n', "")


def test_an_agency_with_calls_that_go_on_is_closed_by_a_later_run(region):
    onboard(region)
    agency = Agency.objects.get(code="370613")
    connection.run_on_commit.clear()
    neighbour, chen = (
        Agency.objects.get(code="370602"),
        User.objects.get(username="chen"),
    )
    call = happen(neighbour, chen, "+8613800138000").call
    Shift.objects.all().delete()
    goes_on(call, agency=agency)
    region.write_text(without_370613(SMALL), encoding="utf-8")

    told = "agency 370613 has calls that go on and was not closed: run this again"
    assert told in "\n".join(onboard(region, "--check"))
    assert told in "\n".join(onboard(region))
    agency.refresh_from_db()
    assert agency.is_active
    assert agency.seats.filter(is_active=True).exists()
    assert not agency.areas.filter(is_active=True).exists()  # no new calls come

    is_over(call)
    assert told not in "\n".join(onboard(region))
    assert not Agency.objects.get(code="370613").is_active
    assert not agency.seats.filter(is_active=True).exists()


def test_what_vanished_goes_out_of_service_and_stays(region):
    onboard(region)
    text = without_370613(SMALL)
    text = text.replace('areas = ["370602"]', "areas = []").replace("= 2", "= 1")
    region.write_text(text, encoding="utf-8")

    onboard(region)

    assert not Agency.objects.get(code="370613").is_active
    assert not Area.objects.get(code="370602").is_active
    assert not Tier.objects.get().is_active
    assert [s.is_active for s in Seat.objects.order_by("agency__code", "number")] == [
        True,  # the canary's
        True,
        False,  # 370602/2
        False,  # 370613/7
    ]
    assert onboard(region) == ["nothing changed"]

    region.write_text(SMALL, encoding="utf-8")
    onboard(region)
    assert Agency.objects.get(code="370613").is_active
    assert Seat.objects.filter(is_active=False).count() == 0


def test_another_region_is_left_alone(region):
    onboard(region)
    Agency.objects.create(code="110101", name="别处")
    assert onboard(region) == ["nothing changed"]
    assert Agency.objects.get(code="110101").is_active


def test_what_the_file_does_not_say_stays_as_it_is(region):
    onboard(region)
    agency = Agency.objects.get(code="370602")
    agency.answer_mode, agency.name_en = "ring", "A"
    agency.save()
    Seat.objects.filter(agency=agency, number=1).update(label="窗边")
    assert onboard(region) == ["nothing changed"]
    agency.refresh_from_db()
    assert (agency.answer_mode, agency.name_en) == ("ring", "A")
    assert Seat.objects.get(agency=agency, number=1).label == "窗边"


def test_the_live_state_of_a_seat_is_not_touched(region):
    onboard(region)
    Seat.objects.filter(number=7).update(availability="ready", epoch=5)
    rewrite(region, 'label_en = "Seven"', 'label_en = "No. 7"')
    onboard(region)
    seat = Seat.objects.get(number=7)
    assert (seat.label_en, seat.availability, seat.epoch) == ("No. 7", "ready", 5)


def test_the_default_moves_in_one_run(region):
    onboard(region)
    rewrite(region, "default = true\n", "")
    rewrite(region, 'name = "乙"', 'name = "乙"\ndefault = true')
    onboard(region)
    assert Agency.objects.get(is_default=True).code == "370613"


def test_a_new_person_is_added_to_the_log_ins_and_the_others_stay(region, settings):
    onboard(region)
    path = settings.HOME / "demo.txt"
    before = path.read_text().splitlines()
    more = '\n[[staff]]\nusername = "wu"\nname = "吴"\nrole = "operator"\nagencies = '
    region.write_text(SMALL + more + '["370602"]\n', encoding="utf-8")
    assert onboard(region) == ["staff wu: made"]
    after = path.read_text().splitlines()
    assert after[: len(before)] == before
    assert after[-1].split()[0] == "wu"


def test_who_was_closed_by_an_administrator_stays_closed(region):
    onboard(region)
    User.objects.filter(username="chen").update(is_active=False)
    assert onboard(region) == ["nothing changed"]
    assert not User.objects.get(username="chen").is_active


def test_a_missing_role_is_given_and_none_is_taken(region):
    onboard(region)
    zhao = User.objects.get(username="zhao")
    extra = Agency.objects.create(code="110101", name="别处")
    Role.objects.create(user=zhao, kind=RoleKind.AUDITOR, agency=extra)
    Role.objects.filter(user=zhao, agency__code="370613").delete()
    version = zhao.rights_version
    assert onboard(region) == ["staff zhao: supervisor 370613"]
    zhao.refresh_from_db()
    assert zhao.rights_version == version + 1
    assert zhao.roles.count() == 3


def test_without_demo_nobody_gets_a_password(region, settings):
    rewrite(region, "demo = true", "demo = false")
    said = onboard(region)
    assert "give a password: manage.py changepassword chen" in said
    assert not User.objects.get(username="chen").has_usable_password()
    assert not (settings.HOME / "demo.txt").exists()
