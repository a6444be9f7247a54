"""The scene in the database, and in a running house whose matcher sleeps."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from django.core.cache import cache
from django.db import connection

from accounts.buckets import Buckets
from dispatch.actions.budget import Budget
from dispatch.loops import matcher
from tests.house import House
from tests.proof import attacked
from tests.proof import scene as scenes
from tests.proof.scene import Scene
from tests.served import Served
from tests.world import World


@pytest.fixture
def unmetered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Count nobody's requests: here the question is who, not how often."""
    monkeypatch.setattr(Budget, "spend", lambda *_: True)
    monkeypatch.setattr(Buckets, "spend", lambda *_: True)
    monkeypatch.setattr(logging.getLogger("django.request"), "disabled", True)
    cache.clear()


@pytest.fixture
def scene(rows: None, unmetered: None, tmp_path: Path) -> Iterator[Scene]:
    """Everything in its place, for pages asked one after the other."""
    with scenes.evidence_in(tmp_path):
        yield scenes.build(World.assemble())


@pytest.fixture
async def acted(
    rows: None, unmetered: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[tuple[House, Scene]]:
    """The same in a house with its loops; nobody is given a call meanwhile."""
    monkeypatch.setattr(matcher, "match", lambda *_, **__: 0)
    with scenes.evidence_in(tmp_path):
        scene = await asyncio.to_thread(_built)
        async with House(scene.world) as house:
            yield house, scene


def _built() -> Scene:
    try:
        return scenes.build(World.assemble())
    finally:
        connection.close()


@pytest.fixture(scope="session")
def besieged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server of these tests' own: its memory is looked at."""
    with attacked.server(tmp_path_factory.mktemp("halls")) as served:
        yield served
