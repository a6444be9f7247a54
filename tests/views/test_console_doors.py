"""What a console fetches beside its socket: the ground, other agencies, a past."""

import gzip
from uuid import uuid4

import msgspec
import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction

from accounts.models import Agency, Area, Tier
from accounts.snapshots import forget_ground
from alarm110 import env
from dispatch.actions.serving import is_served
from dispatch.snapshots import outlines
from dispatch.snapshots.earlier import SHOWN, earlier_alarms
from dispatch.snapshots.neighbours import MOST
from dispatch.snapshots.others import others_of
from dispatch.snapshots.outlines import ground_map
from reports.models import Incident
from tests.accounts.cast import PLAIN_STATIC
from tests.ground import IN_FUSHAN, IN_LAIZHOU, IN_ZHIFU, square
from tests.house import device_cookie, sign_in

GROUND = "/api/v1/console/ground"
OTHERS = "/api/v1/console/agencies"
FRAUD = {"code": "0103", "name": "诈骗", "name_en": "Fraud"}


async def get(house, name, path, **headers):
    """Fetch as somebody of the staff."""
    session = await house.db(sign_in, house.world.staff[name])
    cookies = f"__Host-session={session}"
    return await house.request("GET", path, headers=headers, cookies=cookies)


# --- Ground --------------------------------------------------------------------------


def drawn(*agencies):
    forget_ground()
    found = ground_map(frozenset(agency.pk for agency in agencies))
    return msgspec.json.decode(found.body)["areas"]


async def test_an_operators_map_has_their_own_ground_and_its_neighbours(house):
    answer = await get(house, "chen", GROUND)
    assert answer.status == 200
    areas = {area["name_en"]: area["is_own"] for area in answer.json()["areas"]}
    # Fushan helps Zhifu; Laizhou lies far away and is nothing to it.
    assert areas == {"Zhifu": True, "Fushan": False}
    ring = answer.json()["areas"][-1]["polygons"][0][0]
    assert [121.0, 37.0] in ring


async def test_what_a_browser_has_of_the_map_is_not_sent_again(house):
    first = await get(house, "chen", GROUND, **{"accept-encoding": "gzip"})
    body = first.body
    if first.headers.get("content-encoding") == "gzip":
        body = gzip.decompress(body)
    assert msgspec.json.decode(body)["areas"]
    again = await get(house, "chen", GROUND, **{"if-none-match": first.headers["etag"]})
    assert (again.status, again.body) == (304, b"")


async def test_who_has_no_console_gets_no_map_and_no_past(house):
    _, lin = await house.connected()
    earlier = f"/api/v1/console/incidents/{lin.stream}/earlier"
    for path in (GROUND, OTHERS, earlier):
        for cookies in ("", device_cookie("lin")):
            answer = await house.request("GET", path, cookies=cookies)
            assert answer.status == 404
            assert answer.json()["code"] == "not_found"
        assert (await house.post(path, {})).status == 405
    for path in (GROUND, OTHERS):
        assert (await get(house, "zhao", path)).status == 404  # sits at no seat


def test_big_outlines_are_thinned_and_small_ones_stay(world, monkeypatch):
    corners = drawn(world.zhifu)[-1]["polygons"][0][0]
    assert len(corners) == 5
    ring = [[121 + n / 1e4, 37 + (n % 2) / 1e5] for n in range(2000)]
    ring += [[121.2, 37.2], [121, 37.2], ring[0]]
    polygon = {"type": "Polygon", "coordinates": [ring]}
    Area.objects.filter(agency=world.zhifu).update(polygon=polygon)
    monkeypatch.setattr(outlines, "MOST_POINTS", 200)
    found = drawn(world.zhifu)
    points = sum(len(r) for area in found for p in area["polygons"] for r in p)
    assert points <= 200


def test_an_area_that_cannot_be_read_is_left_out_and_the_map_comes(world):
    Area.objects.create(
        agency=world.zhifu, code="370699", name="坏", polygon={"type": "Polygon"}
    )
    assert "坏" not in [area["name"] for area in drawn(world.zhifu)]


def test_the_canarys_ground_and_what_is_out_of_service_are_on_no_map(world):
    canary = Agency.objects.create(code="999999", name="金丝雀", is_synthetic=True)
    for code, agency, is_active in (
        ("999999", canary, True),
        ("370698", world.zhifu, False),
    ):
        Area.objects.create(
            agency=agency,
            code=code,
            name=code,
            is_active=is_active,
            polygon=square(121.1),
        )
    assert [area["code"] for area in drawn(world.zhifu)] == ["370611", "370602"]


# --- Other agencies ------------------------------------------------------------------


def others(world):
    """Return how each other agency stands for a console of Zhifu."""
    found = others_of(frozenset([world.zhifu.pk]))
    return {
        agency: (one["free"], one["is_served"])
        for agency in Agency.objects.exclude(pk=world.zhifu.pk)
        if (one := found.get(str(agency.uuid)))
    }


async def test_an_operator_is_told_where_somebody_is_free(house):
    await house.db(house.world.sit, "fu")
    answer = await get(house, "chen", OTHERS)
    assert (answer.status, answer.headers["cache-control"]) == (200, "no-store")
    assert answer.json()["agencies"] == {
        str(house.world.fushan.uuid): {"free": 1, "is_served": True},
        str(house.world.laizhou.uuid): {"free": 0, "is_served": False},
    }


def test_only_a_free_ready_seat_can_be_asked_and_a_line_needs_somebody_ready(world):
    laizhou = world.laizhou
    assert others(world)[laizhou] == (0, False)
    ma = world.sit("ma", ready=False)
    assert others(world)[laizhou] == (0, False)
    world.choose(ma, "ready")
    assert others(world)[laizhou] == (1, True)
    world.take(ma, world.tap(position=IN_LAIZHOU).call)
    assert others(world)[laizhou] == (0, True), "she takes the next one after it"


def test_a_line_is_served_by_whoever_helps_it(world):
    world.sit("chen")
    assert others(world)[world.laizhou] == (0, False)
    Tier.objects.create(
        agency=world.laizhou, neighbour=world.zhifu, rank=1, after_seconds=20
    )
    assert others(world)[world.laizhou] == (0, True)
    for agency, (_, served) in others(world).items():
        assert served == is_served(agency), "the door says what a transfer would"


def test_the_canary_and_who_is_out_of_service_are_not_told(world):
    canary = Agency.objects.create(code="999999", name="金丝雀", is_synthetic=True)
    Agency.objects.filter(pk=world.laizhou.pk).update(is_active=False)
    assert set(others(world)) == {world.fushan}
    assert canary not in others(world)


def test_who_works_for_several_agencies_is_told_of_them_too(world):
    found = others_of(frozenset([world.zhifu.pk, world.laizhou.pk]))
    assert set(found) == {str(agency.uuid) for agency in world.agencies}


def test_however_many_agencies_there_are_it_costs_the_same_and_helpers_are_told(
    world, django_assert_num_queries
):
    with transaction.atomic():
        Agency.objects.bulk_create(
            Agency(code=f"1{number:05}", name="远") for number in range(MOST + 5)
        )
        with django_assert_num_queries(6):
            found = others_of(frozenset([world.zhifu.pk]))
        transaction.set_rollback(True)
    assert len(found) == MOST
    assert str(world.fushan.uuid) in found  # its code comes last, but it helps Zhifu


# --- Tiles ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tiles", "allowed"),
    [
        ("", ""),
        ("/tiles/{z}/{x}/{y}.png", ""),
        ("https://tiles.example.org/{z}/{x}/{y}.png", "https://tiles.example.org"),
    ],
)
async def test_only_a_named_host_of_tiles_joins_the_consoles_policy(
    house, settings, tiles, allowed
):
    settings.MAP_TILES, settings.STORAGES = tiles, PLAIN_STATIC
    page = await get(house, "chen", "/console/")
    assert page.status == 200
    policy = page.headers["content-security-policy"]
    images = next(p for p in policy.split("; ") if p.startswith("img-src"))
    assert images == f"img-src 'self' data: blob: {allowed}".strip()
    assert "https://" not in policy.replace(images, "")
    phone = await house.request("GET", "/")
    assert "https://" not in phone.headers["content-security-policy"]


@pytest.mark.parametrize(
    "written",
    [
        "https://tiles.example.org/{z}/{x}.png",
        "http://tiles.example.org/{z}/{x}/{y}.png",
        "//tiles.example.org/{z}/{x}/{y}.png",
        "https://{s}.tiles.example.org/{z}/{x}/{y}.png",
        "https://a.example.org; script-src */{z}/{x}/{y}",
    ],
)
def test_an_address_of_tiles_that_cannot_be_meant_ends_the_start(monkeypatch, written):
    monkeypatch.setenv("ALARM110_MAP_TILES", written)
    with pytest.raises(ImproperlyConfigured, match="ALARM110_MAP_TILES"):
        env.tiles("ALARM110_MAP_TILES")


# --- Earlier alarms ------------------------------------------------------------------


def alarms(world, count, **fields):
    """Let Lin raise alarms that end one after the other."""
    for _ in range(count):
        tapped = world.tap(**fields)
        world.hang_up(world.place(tapped))
    return world.tap(**fields)


def told(world, tapped, name="chen"):
    incident = Incident.objects.get(uuid=tapped.incident)
    return earlier_alarms(incident, world.staff[name])


def test_the_first_alarm_of_a_phone_has_no_past(world):
    world.tap("mei", position=IN_ZHIFU)
    tapped = world.tap(position=IN_ZHIFU)
    assert told(world, tapped) == {"count": 0, "incidents": []}


def test_earlier_alarms_are_counted_and_the_newest_told_with_how_they_ended(world):
    tapped = alarms(world, SHOWN + 2, position=IN_ZHIFU)
    first, *_, before, last = Incident.objects.order_by("pk")
    assert last.uuid == tapped.incident
    with transaction.atomic():  # read with a form filled in, which no entry tells of
        Agency.objects.filter(pk=world.zhifu.pk).update(categories=[FRAUD])
        Incident.objects.filter(pk=before.pk).update(
            category="0103", disposition="advice"
        )
        past = told(world, tapped)
        transaction.set_rollback(True)
    assert past["count"] == SHOWN + 2
    numbers = [row["number"] for row in past["incidents"]]
    assert len(numbers) == SHOWN
    assert first.number not in numbers
    newest = past["incidents"][0]
    assert newest["number"] == before.number
    assert (newest["category"], newest["category_en"]) == ("诈骗", "Fraud")
    assert (newest["disposition"], newest["end_reason"]) == ("advice", "caller_ended")


def test_what_other_agencies_answered_is_not_even_counted(world):
    world.hang_up(world.place(alarms(world, 1, position=IN_FUSHAN)))
    tapped = alarms(world, 1, position=IN_ZHIFU)
    assert told(world, tapped, "chen")["count"] == 1
    assert told(world, tapped, "fu")["count"] == 2


async def test_who_hosts_wraps_up_or_supervises_is_told_and_nobody_else(house):
    chen, lin = await house.connected()
    path = f"/api/v1/console/incidents/{lin.stream}/earlier"
    for name, status in (("chen", 200), ("zhao", 200), ("wu", 404), ("ma", 404)):
        assert (await get(house, name, path)).status == status
    await chen.command("end_call", call=lin.call["call"])
    answer = await get(house, "chen", path)
    assert answer.json() == {"count": 0, "incidents": []}
    assert answer.headers["cache-control"] == "no-store"
    await chen.command("finish_wrap_up")
    assert (await get(house, "chen", path)).status == 404
    nowhere = f"/api/v1/console/incidents/{uuid4()}/earlier"
    assert (await get(house, "chen", nowhere)).status == 404
