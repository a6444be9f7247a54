"""kill -9 of the web process amid uploads: what was acknowledged is there."""

import asyncio
import hashlib
import json
import os
import random

import pytest

from tests.clients import tls_context
from tests.evidence.phones import Recorder
from tests.faults.small import small_server
from tests.faults.writer import AGAIN, LOST
from tests.served import Served
from tests.sockets.stage import database
from tests.wire import Http

pytestmark = [pytest.mark.faults, pytest.mark.deep]

PHONES, CHUNKS, KILLS = 6, 40, 3
BACK = 15.0  # seconds from a kill until every phone has its next answer
LATER = {429, 500, 503}  # keep the chunk, come back

PROOF = """
from uuid import UUID
from reports import journal
from reports.actions import evidence
from reports.models import EvidenceClip
import json
found = {}
for clip in EvidenceClip.objects.select_related("incident"):
    found[str(clip.uuid)] = {
        "chunks": {c.index: len(c.data) for c in evidence.read_chunks(clip)},
        "chain": journal.verify(clip.incident.uuid),
        "totals": [clip.bytes, clip.chunk_count],
    }
print("PROOF" + json.dumps(found))
"""


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    with small_server(tmp_path_factory.mktemp("region")) as served:
        yield served


class Phone:
    """A phone that uploads until everything is acknowledged."""

    def __init__(self, served: Served) -> None:
        self.http = Http(served.url, tls_context(served))
        self.chunks = [os.urandom(random.randint(1, 120_000)) for _ in range(CHUNKS)]
        self.acked: dict[int, bytes] = {}
        self.recorder: Recorder

    async def begin(self) -> None:
        """Tap, and open the clip."""
        answer = await self.http.post_json("/api/v1/calls", {"id": _uuid()})
        self.recorder = Recorder.of(self.http, answer.json())
        assert (await self.recorder.open()).status == 201

    async def upload(self) -> None:
        """Bring each chunk until it is acknowledged, a second or a tenth apart."""
        for index, data in enumerate(self.chunks):
            await self._bring(index, data)
            await asyncio.sleep(random.uniform(0.02, 0.2))

    async def _bring(self, index: int, data: bytes) -> None:
        while True:
            try:
                async with asyncio.timeout(BACK):
                    answer = await self.recorder.put(index, data)
            except LOST:
                await self.http.close()
                await asyncio.sleep(AGAIN)
                continue
            if answer.status in LATER:
                await asyncio.sleep(AGAIN)
                continue
            assert answer.status == 200, answer.body
            self.acked[index] = data
            return


def _uuid() -> str:
    from uuid import uuid4

    return str(uuid4())


async def test_every_acknowledged_chunk_survives_kills(small):
    phones = [Phone(small) for _ in range(PHONES)]
    for phone in phones:
        await phone.begin()
    uploads = asyncio.gather(*(phone.upload() for phone in phones))
    for _ in range(KILLS):
        await asyncio.sleep(random.uniform(0.3, 1.0))
        small.kill_web()
        at_kill = {id(phone): dict(phone.acked) for phone in phones}
        await asyncio.to_thread(small.wait_ready)
        for phone in phones:  # asked at once, before anything is sent again
            rows, held = _stored(small, phone)
            for index, data in at_kill[id(phone)].items():
                assert rows[index] == held[index] == hashlib.sha256(data).hexdigest()
    await uploads

    out = await asyncio.to_thread(small.manage, "shell", "-c", PROOF)
    [line] = [line for line in out.splitlines() if line.startswith("PROOF")]
    proof = json.loads(line.removeprefix("PROOF"))
    for phone in phones:
        found = proof[phone.recorder.clip]
        sizes = {str(index): len(data) for index, data in enumerate(phone.chunks)}
        assert found["chain"] is None
        assert found["chunks"] == sizes  # read back, each compared with its hash
        assert found["totals"] == [sum(sizes.values()), CHUNKS]
        closed = await phone.recorder.close({0: CHUNKS})
        assert closed.json()["clip"]["is_complete"] is True
        await phone.http.close()


def _stored(served: Served, phone: Phone) -> tuple[dict[int, str], dict[int, str]]:
    """Return the hashes in the rows, and those of the bytes on the disk."""
    sql = """SELECT k."index", k.sha256 FROM reports_evidencechunk k
             JOIN reports_evidenceclip c ON c.id = k.clip_id WHERE c.uuid = ?"""
    clip = phone.recorder.clip
    with database(served) as connection:
        rows = dict(connection.execute(sql, [clip.replace("-", "")]).fetchall())
    folder = served.home / "evidence" / "clips" / clip / "0"
    held: dict[int, str] = {}
    for path in folder.glob("[0-9]*") if folder.is_dir() else ():
        index, _, name = path.name.partition("-")
        found = hashlib.sha256(path.read_bytes()).hexdigest()
        assert found == name  # a file is whole, or it is not there
        held[int(index)] = found
    return rows, held
