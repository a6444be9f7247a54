"""The database is locked: said so, nothing half done, and nothing lost."""

import asyncio
import json
import time
from uuid import uuid4

import pytest

from tests.clients import Phone
from tests.sockets.stage import (
    alarm,
    calls_with,
    database,
    hang_up,
    joined,
    on_duty,
    still_works,
)
from tests.wire import Refused

JSON = {"Content-Type": "application/json"}


async def test_a_tap_is_kept_by_the_phone_until_it_can_be_written(served):
    tap_id = str(uuid4())
    body = json.dumps({"id": tap_id, "text": "Help."}).encode()
    async with Phone(served) as lin:
        await lin.http.open()
        with database(served) as lock:
            lock.execute("BEGIN IMMEDIATE")
            began = time.monotonic()
            answer = await lin.http.request("POST", "/api/v1/calls", body, JSON)
            assert time.monotonic() - began <= 4
            lock.execute("ROLLBACK")
        assert answer.status == 503
        assert answer.json()["code"] == "try_again"
        assert int(answer.headers["retry-after"]) >= 1

        answer = await lin.http.request("POST", "/api/v1/calls", body, JSON)
        assert answer.status in (200, 201)  # 200: 503 was told, and yet it was written
        again = await lin.http.request("POST", "/api/v1/calls", body, JSON)
        assert again.status == 200
        assert again.json()["call"] == answer.json()["call"]
        assert calls_with(served, tap_id) == 1
        await hang_up(lin, answer.json())


async def test_a_call_outlives_it_and_refused_messages_can_be_sent_again(served):
    sent = str(uuid4())
    async with on_duty(served, "li") as li, alarm(served) as lin:
        await joined(li, lin)
        with database(served) as lock:
            lock.execute("BEGIN IMMEDIATE")
            with pytest.raises(Refused) as refused:
                await lin.command("post_message", id=sent, text="Are you there?")
            answer = await li.line.ask("set_availability", availability="break")
            lock.execute("ROLLBACK")
        assert refused.value.code == "try_again"
        assert answer["code"] == "try_again"
        heard = li.line.expect("message.posted")
        await lin.command("post_message", id=sent, text="Are you there?")
        assert (await heard)["data"]["client_id"] == sent
        await still_works(li, lin)


async def test_reading_goes_on_meanwhile(served):
    async with alarm(served) as lin:
        with database(served) as lock:
            lock.execute("BEGIN IMMEDIATE")
            async with asyncio.timeout(3):
                found = await lin.http.request("GET", "/api/v1/calls/mine")
                alive = await lin.http.request("GET", "/healthz")
            lock.execute("ROLLBACK")
        assert found.json()["live"]["call"] == lin.call["call"]
        assert alive.status == 200
