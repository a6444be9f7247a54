"""The page with the button and the form without JavaScript wait behind no act."""

import asyncio
import threading

import pytest

from dispatch.actions import running
from dispatch.models import Call
from dispatch.snapshots.incident import incident_snapshot
from reports.models import Incident
from tests.accounts.cast import PLAIN_STATIC
from tests.house import device_cookie

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
