"""The phone's doors of evidence: input that is bad, odd, too large, or a claim."""

import base64
import hashlib
import json
from uuid import uuid4

import pytest

from reports.models import EvidenceChunk
from tests.evidence.phones import (
    FIRST,
    SECOND,
    Recorder,
    code,
    content_digest,
)
from tests.evidence.settled import books_hold, stored_bytes

pytestmark = pytest.mark.usefixtures("folder")


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
