"""PostgreSQL crashes: nobody is told "received", and the same tap lands once after."""

import asyncio
import json
import time
from uuid import uuid4

import pytest

from tests.clients import Console, Phone
from tests.faults.small import HALL, small_server
from tests.faults.writer import AGAIN
from tests.services import postgres
from tests.wire import Refused

pytestmark = [pytest.mark.faults, pytest.mark.postgres, pytest.mark.deep]

ANSWERED = 3.5  # seconds: a phone must not be left hanging
LANDED = 5.0  # seconds after the database is back
JSON = {"Content-Type": "application/json"}


@pytest.fixture(scope="module")
def city(tmp_path_factory):
    """A server on a PostgreSQL of its own, which may crash."""
    with postgres() as database:
        url = database.new_database("city")
        folder = tmp_path_factory.mktemp("region")
        with small_server(folder, database_url=url) as served:
            yield served, database


@pytest.fixture
def crashed(city):
    """The same, with the database gone; it is back afterwards whatever happens."""
    served, database = city
    database.stop("immediate")
    try:
        yield served, database
    finally:
        if database.is_stopped:
            database.start()
        served.wait_ready()


async def patiently(act):
    """Do it as a phone does: again while the answer is "try again"."""
    async with asyncio.timeout(LANDED):
        while True:
            try:
                return await act()
            except Refused as refused:
                if refused.code != "try_again":
                    raise
                await asyncio.sleep(AGAIN)


async def test_a_tap_while_it_is_away_is_refused_in_time_and_lands_once_after(crashed):
    served, database = crashed
    body = json.dumps({"id": str(uuid4()), "text": "Help."}).encode()
    async with Phone(served) as lin:
        began = time.monotonic()
        answer = await lin.http.request("POST", "/api/v1/calls", body, JSON)
        assert time.monotonic() - began <= ANSWERED
        assert answer.status == 503
        assert answer.json()["code"] == "try_again"
        assert int(answer.headers["retry-after"]) >= 1

        database.start()
        began = time.monotonic()
        while answer.status == 503 and time.monotonic() - began < LANDED:
            answer = await lin.http.request("POST", "/api/v1/calls", body, JSON)
        assert answer.status == 201
        assert time.monotonic() - began <= LANDED
        again = await lin.http.request("POST", "/api/v1/calls", body, JSON)
        assert again.status == 200
        assert again.json()["call"] == answer.json()["call"]
        lin.call = again.json()
        await lin.open_line()
        await lin.command("hang_up")


async def test_the_alarm_page_still_comes_and_readyz_tells(crashed):
    served, _ = crashed
    assert served.ready()["database"] is False
    assert served.ready()["ready"] is False
    async with Phone(served) as lin:
        for _visit in range(2):  # the second with a device cookie
            page = await lin.http.request("GET", "/")
            assert page.status == 200
            assert b"alarm-page" in page.body
        assert (await lin.http.request("GET", "/healthz")).status == 200
        staff = await lin.http.request("GET", "/accounts/login/")
        assert staff.status in (200, 503)


async def test_a_call_outlives_a_crash(city):
    served, database = city
    async with Console(served, HALL.operators[0]) as chen, Phone(served) as lin:
        await chen.take_seat()
        await chen.ready()
        call = await patiently(lin.tap)
        await chen.accept()
        await lin.command("post_message", text="Before")
        epochs = lin.line.epoch, chen.line.epoch

        database.stop("immediate")
        message = {"id": str(uuid4()), "text": "While it was away"}
        with pytest.raises(Refused) as refused:
            await lin.command("post_message", **message)
        assert refused.value.code == "try_again"
        database.start()
        served.wait_ready()
        heard = chen.line.expect(
            lambda f: (
                f.get("type") == "message.posted"
                and f["data"]["text"] == message["text"]
            )
        )
        await patiently(lambda: lin.command("post_message", **message))
        await heard

        assert (lin.line.epoch, chen.line.epoch) == epochs
        ended = lin.line.expect("call.ended")
        await chen.command("end_call", call=call["call"])
        assert (await ended)["data"]["call"]["end_reason"] == "seat_ended"
        await chen.command("finish_wrap_up")
        await chen.command("leave_seat")
