"""The phone's doors of evidence: full clips, disks and lines, and a flood."""

import asyncio
from uuid import uuid4

import pytest

from reports.actions.evidence import chunks, desk
from reports.api import budgets
from reports.clock import monotonic
from reports.errors import OverBudget, StorageFull
from reports.storage.local import WriteOnceStorage
from tests.evidence.phones import (
    FIRST,
    SECOND,
    Recorder,
    code,
)
from tests.evidence.settled import books_hold, stored_bytes
from tests.held import database_held

pytestmark = pytest.mark.usefixtures("folder")


async def test_a_clip_that_is_full_is_sealed_and_the_call_goes_on(
    house, lin, monkeypatch
):
    monkeypatch.setattr(chunks, "MAX_CLIP_BYTES", 100_000)
    await lin.open()
    assert (await lin.put(0, FIRST)).status == 200
    refused = await lin.put(1, SECOND)
    assert code(refused) == (413, "over_quota")
    assert refused.json()["facts"] == {"of": "clip"}
    assert code(await lin.put(2, b"small")) == (409, "clip_closed")
    assert (await lin.put(0, FIRST)).status == 200
    clip = (await lin.look()).json()["clip"]
    assert (clip["state"], clip["reason"]) == ("closed", "over_quota")
    assert (await lin.close({0: 2})).json()["clip"] == clip
    other = Recorder(house, lin.incident, lin.capability)  # a new one goes on
    await other.open()
    assert (await other.put(0, FIRST)).status == 200
    await books_hold(house)


async def test_where_the_incident_is_full_the_phone_is_told_so_and_the_clip_stays(
    house, lin, monkeypatch
):
    """A phone that took it for a full clip would begin one clip after another."""
    await lin.open()
    with monkeypatch.context() as patch:
        patch.setattr(chunks, "MAX_INCIDENT_BYTES", len(FIRST))
        assert (await lin.put(0, FIRST)).status == 200
        refused = await lin.put(1, SECOND)
        assert code(refused) == (413, "over_quota")
        assert refused.json()["facts"] == {"of": "incident"}
    assert (await lin.look()).json()["clip"]["state"] == "open"
    assert (await lin.put(1, SECOND)).status == 200
    await books_hold(house)


async def test_a_disk_that_is_full(house, lin, monkeypatch):
    await lin.open()

    def is_full(self: WriteOnceStorage, key: str, data: bytes) -> bool:
        raise StorageFull

    with monkeypatch.context() as patch:
        patch.setattr(WriteOnceStorage, "put", is_full)
        answer = await lin.put(0, FIRST)
        assert code(answer) == (507, "storage_full")
        assert answer.headers["retry-after"] == "15"
    assert (await lin.look()).json()["stored"] == []
    assert (await lin.put(0, FIRST)).status == 200


async def test_a_database_that_is_held_costs_a_chunk_nothing(house, lin):
    await lin.open()
    async with database_held("reports_stream"):
        answer = await lin.put(0, FIRST)
        assert code(answer) == (503, "try_again")
        assert answer.headers["retry-after"] == "1"
        assert (await lin.look()).json()["stored"] == []
    assert (await lin.put(0, FIRST)).status == 200
    assert await stored_bytes(house, lin) == {(0, 0): FIRST}


async def test_only_so_much_waits_for_a_slow_disk(house, lin, monkeypatch):
    monkeypatch.setattr(desk, "MAX_UNDER_WAY", len(FIRST) + 100)
    await lin.open()
    assert (await lin.put(0, FIRST)).status == 200
    many = await asyncio.gather(lin.put(1, FIRST), lin.put(2, FIRST), lin.put(3, b"s"))
    assert sorted(answer.status for answer in many) == [200, 200, 503]
    assert (await lin.put(1, FIRST)).status == 200
    assert (await lin.put(2, FIRST)).status == 200


# --- Floods --------------------------------------------------------------------------


async def test_sixteen_chunks_a_second_pass_and_a_flood_does_not(house, lin):
    await lin.open()
    answers = [code(await lin.put(n, bytes([n]) * 100)) for n in range(16)]
    assert answers == [(200, "")] * 16

    began = monotonic()
    flood = await asyncio.gather(*(lin.put(n, b"x" * 100) for n in range(20, 420)))
    passed = [answer for answer in flood if answer.status == 200]
    refused = [answer for answer in flood if answer.status == 429]
    refill = (monotonic() - began) * budgets.REQUESTS_PER_SECOND
    assert len(passed) + len(refused) == len(flood)
    assert len(passed) <= budgets.BURST + refill + 1
    assert {code(answer)[1] for answer in refused} == {"over_budget"}
    assert {answer.headers["retry-after"] for answer in refused} == {"1"}

    mei = Recorder.of(house, await house.tap("mei"))  # nobody else pays for it
    await mei.open()
    assert (await mei.put(0, FIRST)).status == 200
    await asyncio.sleep(1)
    again = [code(await lin.put(n, b"x" * 100))[0] for n in range(300, 316)]
    assert again == [200] * 16


def test_a_budget_ends_and_comes_back(monkeypatch):
    moment = 1000.0
    monkeypatch.setattr(budgets, "monotonic", lambda: moment)
    lin, mei = uuid4(), uuid4()
    for _ in range(48):
        budgets.spend(lin)
    with pytest.raises(OverBudget):
        budgets.spend(lin)
    budgets.spend(mei)
    moment += 1
    for _ in range(24):
        budgets.spend(lin)
    with pytest.raises(OverBudget):
        budgets.spend(lin)


def test_budgets_are_not_kept_for_ever(monkeypatch):
    monkeypatch.setattr(budgets.kept, "most", 10)
    for _ in range(100):
        budgets.spend(uuid4())
    assert len(budgets.kept) == 10
