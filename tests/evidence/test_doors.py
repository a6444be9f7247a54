"""The phone's doors of evidence: what is stored, what is refused, in which words."""

import asyncio
import base64
import hashlib
import json
import threading
from uuid import uuid4

import pytest

from reports.actions.evidence import chunks, desk
from reports.api import budgets
from reports.clock import monotonic
from reports.errors import OverBudget, StorageFull
from reports.models import EvidenceChunk, EvidenceClip
from reports.storage import evidence_storage
from reports.storage.local import WriteOnceStorage
from tests.evidence.phones import Recorder, code, content_digest
from tests.evidence.settled import books_hold
from tests.held import database_held
from tests.wire import Frame

pytestmark = pytest.mark.usefixtures("folder")

FIRST, SECOND = b"\x1a\x45\xdf\xa3" * 20_000, b"\xa3\x42" * 40_000


@pytest.fixture
async def lin(house):
    """Lin's phone, which records."""
    return Recorder.of(house, await house.tap("lin"))


async def stored_bytes(house, recorder: Recorder) -> dict[tuple[int, int], bytes]:
    """Return what the storage really holds of a clip."""

    def read() -> dict[tuple[int, int], bytes]:
        rows = EvidenceChunk.objects.filter(clip__uuid=recorder.clip)
        found = {}
        for row in rows.select_related("clip"):
            with evidence_storage().open(row.key) as file:
                found[row.segment, row.index] = bytes(file.read())
        return found

    stored: dict[tuple[int, int], bytes] = await house.db(read)
    return stored


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


# --- Bad input -----------------------------------------------------------------------


async def test_names_are_claims_and_never_paths(house, lin):
    sent = "../../etc/\0passwd\r\n\u202egpj.exe\u2028\x7f"
    answer = await lin.open(name=sent, mime="text/html\0", claimed_at="y" * 900)
    clip = answer.json()["clip"]
    assert answer.status == 201
    assert clip["name"] == "../../etc/passwdgpj.exe"
    assert clip["mime"] == "text/html"
    assert clip["claimed_at"] == "y" * 40
    assert (await lin.open(name=sent, mime="text/html\0", claimed_at="y" * 900)).status
    assert (await lin.put(0, FIRST)).status == 200
    chunk = await house.db(EvidenceChunk.objects.select_related("clip").get)
    assert chunk.key.startswith(f"clips/{lin.clip}/0/0-")
    await books_hold(house)


@pytest.mark.parametrize(
    "name", ["家门口.mp4", "e\u0301té", "👨‍👩‍👧.jpg", "x" * 900, " "]
)
async def test_a_name_is_kept_as_far_as_it_can_be_read(house, lin, name):
    first = await lin.open(name=name)
    assert first.status == 201
    assert (await lin.open(name=name)).json() == first.json()
    kept = first.json()["clip"]["name"]
    assert kept == {"e\u0301té": "été", "x" * 900: "x" * 200, " ": ""}.get(name, name)
    await books_hold(house)  # the journal says it in the same letters


async def test_an_empty_file_is_a_whole_clip(house, lin):
    await lin.open(kind="file", name="empty.txt")
    for declared in ({0: 0}, {}):
        clip = (await lin.close(declared)).json()["clip"]
        assert (clip["is_complete"], clip["chunk_count"], clip["gaps"]) == (True, 0, [])
    await books_hold(house)


async def test_a_clip_whose_first_chunk_never_came(house, lin):
    await lin.open()
    await lin.put(1, SECOND)
    await lin.put(4, FIRST, segment=2)
    clip = (await lin.close({0: 4, 1: 2})).json()["clip"]
    assert clip["is_complete"] is False
    assert clip["gaps"] == [
        {"segment": 0, "first": 0, "last": 0},
        {"segment": 0, "first": 2, "last": 3},
        {"segment": 1, "first": 0, "last": 1},
        {"segment": 2, "first": 0, "last": 3},
    ]


async def test_a_recorder_that_counts_too_little_is_not_believed(house, lin):
    await lin.open()
    await lin.put(0, FIRST)
    await lin.put(1, SECOND)
    clip = (await lin.close({0: 1})).json()["clip"]
    assert (clip["is_complete"], clip["gaps"], clip["chunk_count"]) == (False, [], 2)


RIGHT = content_digest(FIRST)
SHA512 = base64.b64encode(hashlib.sha512(FIRST).digest()).decode()
DIGESTS = {
    "": (400, "malformed"),
    "sha-256": (400, "malformed"),
    hashlib.sha256(FIRST).hexdigest(): (400, "malformed"),
    RIGHT.replace(":", ""): (400, "malformed"),
    RIGHT.replace("=:", "=:!", 1): (400, "malformed"),
    "sha-256=::": (400, "malformed"),
    "sha-256=:YWJj:": (400, "malformed"),
    "sha-256=:a:": (400, "malformed"),
    f"sha-512=:{SHA512}:": (400, "malformed"),
    f"md5=:{SHA512}:": (400, "malformed"),
    content_digest(SECOND): (422, "digest_mismatch"),
    RIGHT: (200, ""),
    f"sha-512=:{SHA512}:, {RIGHT}": (200, ""),
}


async def test_a_digest_must_be_there_and_be_right(house, lin):
    await lin.open()
    for digest, expected in DIGESTS.items():
        answer = await lin.put(0, FIRST, digest=digest)
        assert code(answer) == expected, digest
        held = await stored_bytes(house, lin)
        assert held == ({(0, 0): FIRST} if expected[0] == 200 else {})


@pytest.mark.parametrize(
    ("segment", "index", "expected"),
    [
        ("0", "100000", (400, "malformed")),
        ("10000", "0", (400, "malformed")),
        ("9" * 40, "0", (400, "malformed")),
        ("-1", "0", (404, "not_found")),
        ("0", "1.5", (404, "not_found")),
        ("0", "²", (404, "not_found")),
        ("0", "%2e%2e", (404, "not_found")),
        ("9999", "99999", (200, "")),
    ],
)
async def test_places_have_a_range(house, lin, segment, index, expected):
    await lin.open()
    assert code(await lin.put(index, FIRST, segment=segment)) == expected


async def test_a_chunk_is_at_most_one_mebibyte(house, lin):
    await lin.open()
    whole = bytes(1024 * 1024)
    assert (await lin.put(0, whole)).status == 200
    over = whole + b"!"
    assert code(await lin.put(1, over)) == (413, "too_large")
    lies = {"Content-Length": "10"}  # and more comes than was said
    assert code(await lin.put(1, over, **lies)) == (413, "too_large")
    for length in ("-1", "many", "²", "9" * 5000):
        assert code(await lin.put(1, FIRST, **{"Content-Length": length}))[0] == 413
    assert code(await lin.put(1, b"")) == (400, "malformed")
    assert set(await stored_bytes(house, lin)) == {(0, 0)}


BODIES = [
    b"", b"[]", b"{", b"\xff", b'{"kind":"film"}', b'{"kind":"video","extra":1}',
    b'{"kind":"video","call":"none"}', b'{"kind":"video","name":7}',
    b'{"kind":"video","name":"' + b"x" * 1001 + b'"}',
    b'{"kind":"video","name":"\\ud83d"}',
]  # fmt: skip
CLOSINGS = [
    b"", b"{}", b'{"segments":{}}', b'{"segments":[{"segment":-1,"chunks":1}]}',
    b'{"segments":[{"segment":0,"chunks":100001}]}', b'{"segments":[{"segment":0}]}',
    b'{"segments":[{"segment":0,"chunks":1},{"segment":0,"chunks":2}]}',
]  # fmt: skip


async def test_bodies_that_are_none(house, lin):
    for body in BODIES:
        answer = await house.request("PUT", lin.path, body, lin.headers)
        assert code(answer) == (400, "malformed"), body
    await lin.open()
    for body in CLOSINGS:
        path = f"{lin.path}/close"
        answer = await house.request("POST", path, body, lin.headers)
        assert code(answer) == (400, "malformed"), body
    large = json.dumps({"segments": [], "reason": "x" * 70_000}).encode()
    answer = await house.request("POST", f"{lin.path}/close", large, lin.headers)
    assert code(answer) == (413, "too_large")
    assert (await lin.look()).json()["clip"]["state"] == "open"


async def test_a_clip_must_be_opened_first(house, lin):
    for answer in (await lin.put(0, FIRST), await lin.look(), await lin.close({})):
        assert code(answer) == (404, "not_found")


async def test_addresses_that_are_none(house, lin):
    for path in ("/api/v1/incidents/", f"{lin.path}/", f"{lin.path}/segments/0", "x"):
        where = path if path.startswith("/") else f"{lin.path}/{path}"
        assert code(await house.request("GET", where)) == (404, "not_found")
    assert (await house.request("DELETE", lin.path)).status == 405


async def test_an_incident_that_is_none(house):
    from uuid import UUID

    from reports.actions.evidence import evidence_capability

    nowhere = str(uuid4())
    nobody = Recorder(house, nowhere, evidence_capability(UUID(nowhere)))
    assert code(await nobody.open()) == (404, "not_found")


# --- Trouble -------------------------------------------------------------------------


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
    monkeypatch.setattr(budgets, "INCIDENTS", 10)
    for _ in range(100):
        budgets.spend(uuid4())
    assert len(budgets._credits) == 10
