"""The page with the button and the form without JavaScript wait behind no act."""

import asyncio
import html
import re
import threading
from urllib.parse import urlencode
from uuid import uuid4

import pytest

from dispatch.actions import running
from dispatch.models import Call
from dispatch.snapshots.agency import agency_snapshot
from dispatch.snapshots.incident import incident_snapshot
from reports.models import Entry, Incident
from tests.accounts.cast import PLAIN_STATIC
from tests.house import Phone, device_cookie

WORDS_KEPT = "The police have these words:"
NEW_ALARM = "are a new alarm"
FORM = {"content-type": "application/x-www-form-urlencoded"}


@pytest.fixture
async def busy(house, settings):
    """Every thread of the seats' acts is taken, as with fifty answers at once."""
    settings.STORAGES = {**settings.STORAGES, **PLAIN_STATIC}
    done = threading.Event()
    acts = [asyncio.ensure_future(running.run(done.wait, 60)) for _ in range(8)]
    yield
    done.set()
    await asyncio.gather(*acts)


async def test_a_page_with_a_cookie_comes_at_once(house, busy):
    async with asyncio.timeout(10):
        page = await house.request("GET", "/", cookies=device_cookie("lin"))
    assert page.status == 200
    assert b"<form" in page.body


async def test_the_plain_form_raises_the_alarm_at_once(house, busy):
    async with asyncio.timeout(10):
        answer = await house.request("POST", "/alarm/", b"text=help", headers=FORM)
    assert answer.status == 200
    assert await house.db(Call.objects.count) == 1


async def test_the_seat_is_told_that_nobody_can_answer_at_a_plain_form(house, settings):
    settings.STORAGES = {**settings.STORAGES, **PLAIN_STATIC}
    await house.request("POST", "/alarm/", b"text=help", headers=FORM)
    incident = await house.db(Incident.objects.get)
    assert "no_scripts" in incident.flags
    _, snapshot = await house.db(
        lambda: incident_snapshot(incident.uuid, for_caller=False)
    )
    assert "no_scripts" in snapshot["incident"]["flags"]
    call = await house.db(Call.objects.select_related("agency").get)
    _, line = await house.db(lambda: agency_snapshot(call.agency.uuid))
    assert [call["is_plain"] for call in line["line"].values()] == [True]


async def filled(house, cookies="", **fields) -> tuple[str, dict[str, str]]:
    """Send the plain form; return the page that answers, and its form's fields."""
    body = urlencode(fields).encode()
    english = {**FORM, "accept-language": "en"}
    answer = await house.request("POST", "/alarm/", body, english, cookies)
    assert answer.status == 200
    page = answer.body.decode()
    form = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page)
    return page, {name: html.unescape(value) for name, value in form}


def said() -> list[str]:
    """Return the kinds of the entries that carry words, and of new alarms."""
    kinds = ("incident.opened", "message.posted", "call.repeated")
    rows = Entry.objects.filter(kind__in=kinds).order_by("pk")
    return list(rows.values_list("kind", flat=True))


async def test_more_words_join_the_alarm_where_cookies_are_refused(house, settings):
    settings.STORAGES = {**settings.STORAGES, **PLAIN_STATIC}
    page, form = await filled(house, id=str(uuid4()), text="help")
    for words in ("he is leaving", "he is gone"):
        page, form = await filled(house, **form, text=words)
        assert NEW_ALARM not in page
    more = ["call.repeated", "message.posted"] * 2
    assert await house.db(said) == ["incident.opened", "message.posted", *more]
    # The live page could not find it: nothing leads there.
    assert 'href="/"' not in page
    assert "go_on" not in page


async def test_the_page_shows_which_words_the_police_have(house, settings):
    settings.STORAGES = {**settings.STORAGES, **PLAIN_STATIC}
    cookies, first = device_cookie("lin"), str(uuid4())
    page, _ = await filled(house, cookies, id=first)
    assert WORDS_KEPT not in page
    # Back, and the same form with words: they join the alarm that it has made.
    page, form = await filled(house, cookies, id=first, text="help <now>")
    assert page.index(WORDS_KEPT) < page.index("help &lt;now&gt;")
    page, _ = await filled(house, cookies, **form, text="he is leaving")
    again, _ = await filled(house, cookies, **form, text="he is leaving")
    for shown in (page, again):
        assert shown.index(WORDS_KEPT) < shown.index("he is leaving")
    more = ["call.repeated", "message.posted"] * 2
    assert await house.db(said) == ["incident.opened", *more]


async def test_the_first_form_sent_again_with_words_is_the_same_alarm_without_cookies(
    house, settings
):
    settings.STORAGES = {**settings.STORAGES, **PLAIN_STATIC}
    first = str(uuid4())
    await filled(house, id=first)
    page, form = await filled(house, id=first, text="help")
    assert WORDS_KEPT in page
    page, _ = await filled(house, **form, text="he is leaving")
    assert NEW_ALARM not in page
    more = ["call.repeated", "message.posted"] * 2
    assert await house.db(said) == ["incident.opened", *more]


async def test_the_page_says_when_more_words_became_a_new_alarm(house, settings):
    settings.STORAGES = {**settings.STORAGES, **PLAIN_STATIC}
    _, form = await filled(house, id=str(uuid4()), text="help")
    forged = {**form, "phone": form["phone"].replace("tap:", "tap:1")}
    page, _ = await filled(house, **forged, text="he is leaving")
    assert NEW_ALARM in page  # nobody else's alarm is joined by a made-up name
    phone = house.window(Phone(await mine(house, form["phone"]), ""))
    await phone.open_line()
    await phone.command("hang_up")
    page, again = await filled(house, **form, text="he is leaving")
    assert NEW_ALARM in page
    page, _ = await filled(house, **form, text="he is leaving")
    assert NEW_ALARM in page  # the same words sent twice
    page, _ = await filled(house, **again, text="and gone")
    assert NEW_ALARM not in page
    assert (await house.db(said)).count("incident.opened") == 3


async def mine(house, signed: str) -> dict[str, object]:
    """Return the live call of a phone that its form's signed field names."""
    cookies = device_cookie(signed.rpartition(":")[0])
    answer = await house.request("GET", "/api/v1/calls/mine", cookies=cookies)
    return {**answer.json()["live"], "epoch": None}


async def test_a_phone_that_keeps_cookies_has_a_way_on(house, settings):
    settings.STORAGES = {**settings.STORAGES, **PLAIN_STATIC}
    page, form = await filled(house, device_cookie("lin"), text="help")
    assert 'href="/"' in page
    assert "go_on" in page
    assert form["phone"] == ""  # the cookie names it
    await filled(house, device_cookie("lin"), **form, text="he is leaving")
    assert await house.db(Call.objects.count) == 1


async def test_the_seat_is_told_that_a_phone_was_only_late(house, settings):
    settings.STORAGES = {**settings.STORAGES, **PLAIN_STATIC}
    cookies = device_cookie("lin")
    await filled(house, cookies, text="help")
    chen = await house.console("chen")
    await chen.accept()
    live = (await house.request("GET", "/api/v1/calls/mine", cookies=cookies)).json()
    shown = chen.expect("incident.updated")
    phone = house.window(Phone({**live["live"], "epoch": None}, "lin"))
    await phone.open_line()
    flags = (await shown)["data"]["incident"]["flags"]
    assert flags == ["unverified", "position_missing"]
