"""The chunk nemesis: everything a bad line, a bad phone and a bad person do to uploads.

Hypothesis makes the schedules. Whatever happened, in the end every acknowledged byte is
there and identical, nothing else is, the gaps are exact, and the chain holds.
"""

import asyncio
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reports import journal
from reports.actions import evidence
from reports.actions.evidence import opening
from reports.actions.evidence.manifest import (
    chunks_of,
    digest,
    manifest,
    segments_of,
)
from reports.api import budgets
from reports.models import EvidenceClip
from tests.evidence.phones import Recorder, code, content_digest
from tests.evidence.settled import books_hold
from tests.wire import Answer

pytestmark = pytest.mark.usefixtures("folder")

# A chunk of each sort, and a second one that claims the same place.
CONTENTS = [bytes([n]) * size for n, size in enumerate([1, 700, 70_000, 131_073])]
DAMAGES = ["none"] * 6 + ["corrupted", "oversized", "foreign", "beyond", "unsigned"]

Place = tuple[int, int]


@dataclass(frozen=True)
class Put:
    """One upload: where, what, and what happens to it on the way."""

    segment: int
    index: int
    content: int
    damage: str

    @property
    def place(self) -> Place:
        return self.segment, self.index

    @property
    def data(self) -> bytes:
        return CONTENTS[self.content]


puts = st.builds(
    Put,
    segment=st.integers(0, 1),
    index=st.integers(0, 4),
    content=st.integers(0, len(CONTENTS) - 1),
    damage=st.sampled_from(DAMAGES),
)
# Each step is what is under way at once; a step of one is a quiet line.
steps = st.lists(st.lists(puts, min_size=1, max_size=4), min_size=1, max_size=8)


@dataclass
class Model:
    """What has been acknowledged so far."""

    acked: dict[Place, bytes] = field(default_factory=dict)
    is_closed: bool = False

    def judge(self, put: Put, answer: Answer, *, closes_now: bool) -> None:
        """Take an answer for true if it can be, all answers of a step in turn."""
        status, word = code(answer)
        damaged = {
            "corrupted": (422, "digest_mismatch"),
            "oversized": (413, "too_large"),
            "foreign": (404, "not_found"),
            "beyond": (400, "malformed"),
            "unsigned": (400, "malformed"),
        }
        if put.damage != "none":
            assert (status, word) == damaged[put.damage]
            return
        held = self.acked.get(put.place)
        if status == 200:
            assert held in (None, put.data), "two contents were acknowledged"
            assert not self.is_closed or held == put.data
            self.acked[put.place] = put.data
        elif word == "clip_closed":
            assert self.is_closed or closes_now
        else:
            assert (status, word) == (409, "chunk_conflict")

    def judge_conflicts(self, step: list[Put], answers: list[Answer]) -> None:
        """After the step: who was refused for a conflict had one."""
        for put, answer in zip(step, answers, strict=True):
            if code(answer)[1] == "chunk_conflict":
                assert self.acked.get(put.place) not in (None, put.data)

    def gaps(self, declared: dict[int, int]) -> list[dict[str, int]]:
        """Say what is missing, as plainly as it can be said."""
        found: list[dict[str, int]] = []
        for segment in sorted({*declared, *(s for s, _ in self.acked)}):
            have = {i for s, i in self.acked if s == segment}
            last = max([declared.get(segment, 0) - 1, *have])
            for index in range(last + 1):
                if index in have:
                    continue
                if found and (found[-1]["segment"], found[-1]["last"]) == (
                    segment,
                    index - 1,
                ):
                    found[-1]["last"] = index
                else:
                    found.append({"segment": segment, "first": index, "last": index})
        return found


async def bring(recorder: Recorder, stranger: Recorder, put: Put) -> Answer:
    """Upload as the schedule says; a busy server is asked again, as a phone does."""
    for _ in range(20):
        answer = await once(recorder, stranger, put)
        if answer.status not in (429, 503):
            break
        await asyncio.sleep(0.2)
    return answer


async def once(recorder: Recorder, stranger: Recorder, put: Put) -> Answer:
    """Upload, with what happens to it on the way."""
    match put.damage:
        case "corrupted":
            sent = put.data[:-1] + bytes([put.data[-1] ^ 1])
            digest = content_digest(put.data)
            return await recorder.put(
                put.index, sent, segment=put.segment, digest=digest
            )
        case "oversized":
            return await recorder.put(
                put.index, bytes(1024 * 1024 + 1), segment=put.segment
            )
        case "foreign":
            stranger.clip = recorder.clip
            return await stranger.put(put.index, put.data, segment=put.segment)
        case "beyond":
            return await recorder.put(100_000 + put.index, put.data)
        case "unsigned":
            return await recorder.put(
                put.index, put.data, segment=put.segment, digest=""
            )
    return await recorder.put(put.index, put.data, segment=put.segment)


@pytest.fixture
async def calls(house, monkeypatch):
    """Lin's alarm, and Ma's: each schedule is a clip of its own."""
    monkeypatch.setattr(opening, "MAX_INCIDENT_CLIPS", 100_000)
    return [await house.tap(name) for name in ("lin", "ma")]


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    steps=steps,
    closes_at=st.integers(0, 9),
    declared=st.dictionaries(st.integers(0, 2), st.integers(0, 7), max_size=3),
)
async def test_whatever_is_done_to_uploads(house, calls, steps, closes_at, declared):
    budgets.kept.clear()
    recorder, stranger = (Recorder.of(house, call) for call in calls)
    model = Model()
    assert (await recorder.open()).status == 201
    for number, step in enumerate(steps):
        closes_now = number == closes_at
        answers: list[Any] = await asyncio.gather(
            *(bring(recorder, stranger, put) for put in step),
            *([recorder.close(declared)] if closes_now else []),
        )
        if closes_now:
            assert answers.pop().status == 200
        for put, answer in zip(step, answers, strict=True):
            model.judge(put, answer, closes_now=closes_now)
        model.judge_conflicts(step, answers)
        model.is_closed = model.is_closed or closes_now

    seen = (await recorder.look()).json()
    ranges = {
        (one["segment"], index)
        for one in seen["stored"]
        for first, last in one["ranges"]
        for index in range(first, last + 1)
    }
    assert ranges == set(model.acked)
    closed = (await recorder.close(declared)).json()["clip"]
    gaps = model.gaps(declared)
    assert closed["gaps"] == gaps[:20]
    assert closed["gap_count"] == len(gaps)
    assert closed["missing"] == sum(gap["last"] - gap["first"] + 1 for gap in gaps)
    assert closed["bytes"] == sum(map(len, model.acked.values()))
    assert closed["chunk_count"] == len(model.acked)
    counts = {n: sum(s == n for s, _ in model.acked) for n in range(3)}
    told = {n: declared.get(n, 0) for n in range(3)}
    assert closed["is_complete"] == (counts == told)
    await house.db(_prove, recorder, model, closed["root"])


def _prove(recorder: Recorder, model: Model, root: str) -> None:
    clip = EvidenceClip.objects.select_related("incident").get(uuid=recorder.clip)
    read = {(c.segment, c.index): c.data for c in evidence.read_chunks(clip)}
    assert read == model.acked
    assert root == digest(manifest(clip, segments_of(chunks_of(clip))))
    assert journal.verify(UUID(recorder.incident)) is None


async def test_the_books_hold_after_all_that(house):
    """One long, mixed upload of several phones; then snapshot + entries = snapshot."""
    phones = [Recorder.of(house, await house.tap(f"phone {n}")) for n in range(4)]

    async def record(recorder: Recorder) -> None:
        await recorder.open(kind="audio")
        await asyncio.gather(
            *(recorder.put(n % 5, CONTENTS[n % 3], segment=n % 2) for n in range(20))
        )
        await recorder.close({0: 5, 1: 5})

    await asyncio.gather(*map(record, phones))
    await books_hold(house)
