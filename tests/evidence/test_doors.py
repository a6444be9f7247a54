"""The phone's doors of evidence: what is stored, and for whom."""

import asyncio
import hashlib
import threading

import pytest

from reports.models import EvidenceChunk, EvidenceClip
from reports.storage import evidence_storage
from reports.storage.local import WriteOnceStorage
from tests.evidence.phones import (
    FIRST,
    SECOND,
    Recorder,
    code,
)
from tests.evidence.settled import books_hold, stored_bytes
from tests.wire import Frame

pytestmark = pytest.mark.usefixtures("folder")


async def test_a_recording_from_first_to_last(house, lin):
    opened = await lin.open(
        mime="video/webm;codecs=vp8", name="front", claimed_at="2026-11-25T08:00:00Z"
    )
    assert opened.status == 201
    clip = opened.json()["clip"]
    assert (clip["state"], clip["source"], clip["side"]) == ("open", "phone", "caller")
    assert (clip["mime"], clip["name"]) == ("video/webm;codecs=vp8", "front")
    assert opened.headers["cache-control"] == "no-store"

    for index, data in ((1, SECOND), (0, FIRST)):  # out of order
        answer = await lin.put(index, data)
        assert answer.status == 200
    assert answer.json() == {
        "stored": True,
        "bytes": len(FIRST) + len(SECOND),
        "chunk_count": 2,
    }
    again = await lin.put(0, FIRST)
    assert (again.status, again.json()) == (200, answer.json())

    seen = (await lin.look()).json()
    assert seen["stored"] == [{"segment": 0, "ranges": [[0, 1]]}]
    closed = await lin.close({0: 2})
    clip = closed.json()["clip"]
    assert (clip["state"], clip["is_complete"], clip["gaps"]) == ("closed", True, [])
    assert len(clip["root"]) == 64
    assert (await lin.close({0: 2})).body == closed.body
    assert (await lin.close({}, "switched_off")).body == closed.body
    assert await stored_bytes(house, lin) == {(0, 0): FIRST, (0, 1): SECOND}
    await books_hold(house)


async def test_the_tap_gives_what_opens_its_evidence_and_nothing_else(house):
    lin, mei = await house.tap("lin"), await house.tap("mei")
    again = await house.tap("lin")  # merged into the live call
    assert len(lin["evidence"]) == 43
    assert lin["evidence"] == again["evidence"]
    assert len({lin["evidence"], mei["evidence"], lin["capability"]}) == 3
    assert lin["evidence"] not in lin["capability"]


async def test_the_same_opening_again_is_the_same_clip(house, lin):
    first = await lin.open(name="a")
    assert (await lin.open(name="a")).status == 200
    assert (await lin.open(name="a")).json() == first.json()
    assert code(await lin.open(name="b")) == (409, "clip_conflict")
    assert code(await lin.open(name="a", kind="audio")) == (409, "clip_conflict")
    many = await asyncio.gather(*(lin.open(name="a") for _ in range(8)))
    assert {answer.status for answer in many} == {200}


async def test_a_first_opening_eight_times_at_once_is_one_clip(house, lin):
    answers = await asyncio.gather(*(lin.open() for _ in range(8)))
    assert sorted(answer.status for answer in answers) == [200] * 7 + [201]
    assert await house.db(EvidenceClip.objects.count) == 1


async def test_other_bytes_never_replace_a_chunk(house, lin):
    await lin.open()
    assert (await lin.put(0, FIRST)).status == 200
    assert code(await lin.put(0, SECOND)) == (409, "chunk_conflict")
    assert await stored_bytes(house, lin) == {(0, 0): FIRST}


async def test_a_chunk_that_no_clip_takes_leaves_no_bytes(house, lin):
    """Or a phone could fill the disk with what is never counted."""
    await lin.open()
    await lin.put(0, FIRST)
    await lin.put(0, SECOND)
    await lin.close({0: 1})
    await lin.put(1, SECOND)

    def keys() -> list[str]:
        from reports.clock import after

        return list(evidence_storage().old_keys("clips", after(60)))

    [key] = await house.db(keys)
    assert key.endswith(hashlib.sha256(FIRST).hexdigest())


async def test_nothing_is_acknowledged_before_its_bytes_are_safe(
    house, lin, monkeypatch
):
    """The disk takes its time: until it is done there is no row and no answer."""
    await lin.open()
    is_safe = threading.Event()
    put = WriteOnceStorage.put

    def slowly(self: WriteOnceStorage, key: str, data: bytes) -> bool:
        assert is_safe.wait(10)
        return put(self, key, data)

    monkeypatch.setattr(WriteOnceStorage, "put", slowly)
    answer = asyncio.create_task(lin.put(0, FIRST))
    await asyncio.sleep(0.4)
    try:
        assert not answer.done()
        assert not await house.db(EvidenceChunk.objects.exists)
        assert (await lin.look()).json()["stored"] == []  # others are not held up
    finally:
        is_safe.set()
    assert (await answer).status == 200
    assert await stored_bytes(house, lin) == {(0, 0): FIRST}


async def test_a_closed_clip_knows_what_it_has_and_takes_nothing_more(house, lin):
    await lin.open()
    await lin.put(0, FIRST)
    await lin.close({0: 2})
    assert (await lin.put(0, FIRST)).status == 200
    assert code(await lin.put(1, SECOND)) == (409, "clip_closed")
    assert code(await lin.put(0, SECOND)) == (409, "clip_closed")
    assert (await lin.open()).status == 200  # it says that it is closed
    assert (await lin.open()).json()["clip"]["state"] == "closed"


# --- Who -----------------------------------------------------------------------------


@pytest.mark.parametrize("shown", ["", "x", "ü" * 43, "A" * 43, "mei's", "the call's"])
async def test_only_the_incidents_own_capability_opens_it(house, shown):
    call, mei = await house.tap("lin"), await house.tap("mei")
    lin = Recorder.of(house, call)
    await lin.open()
    await lin.put(0, FIRST)
    lin.capability = {
        "mei's": mei["evidence"], "the call's": call["capability"]
    }.get(shown, shown)  # fmt: skip
    for answer in (
        await lin.open(),
        await lin.put(0, FIRST),
        await lin.put(1, SECOND),
        await lin.close({0: 1}),
        await lin.look(),
    ):
        assert code(answer) == (404, "not_found")
    assert await stored_bytes(house, lin) == {(0, 0): FIRST}


async def test_a_clip_of_another_alarm_cannot_be_touched(house, lin):
    """Mei knows the id of Lin's clip and shows her own capability."""
    await lin.open()
    await lin.put(0, FIRST)
    mei = Recorder.of(house, await house.tap("mei"))
    mei.clip = lin.clip
    for answer in (
        await mei.open(),
        await mei.put(1, SECOND),
        await mei.close({0: 1}),
        await mei.look(),
    ):
        assert code(answer) == (404, "not_found")
    assert (await lin.look()).json()["clip"]["state"] == "open"


async def test_the_relays_recording_is_not_the_phones_to_change(house, lin):
    from uuid import UUID

    from reports.actions.evidence import ClipFacts, open_clip

    await house.db(
        open_clip,
        incident=UUID(lin.incident),
        clip=UUID(lin.clip),
        facts=ClipFacts(source="relay", kind="video"),
    )
    for answer in (await lin.put(0, FIRST), await lin.close({}), await lin.look()):
        assert code(answer) == (404, "not_found")
    assert code(await lin.open()) == (409, "clip_conflict")


async def test_a_page_of_another_site_brings_nothing(house, lin):
    await lin.open()
    for origin in ("https://evil.example", "null"):
        answer = await lin.put(0, FIRST, Origin=origin)
        assert code(answer) == (403, "foreign_origin")
    assert await stored_bytes(house, lin) == {}


async def test_a_phone_comes_back_the_next_day(house, lin):
    """The call is long over; what was recorded is not."""
    await lin.open()
    call = await house.tap("lin")
    phone = house.window(await _phone(house, call))
    await phone.command("hang_up")
    assert (await lin.put(0, FIRST)).status == 200
    assert (await lin.close({0: 1})).json()["clip"]["is_complete"] is True


async def _phone(house, call: Frame):
    from tests.house import Phone

    phone = Phone(call, "lin")
    await phone.open_line()
    await phone.command("take_over")
    return phone
