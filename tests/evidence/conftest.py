"""Evidence goes into a folder of each test's own, or into a bucket that is none."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from reports.api import budgets
from reports.storage import EvidenceStorage
from tests.evidence import stores
from tests.evidence.phones import Recorder
from tests.house import House


@pytest.fixture(autouse=True)
def _full_budget() -> None:
    """No test pays for what another uploaded."""
    budgets.kept.clear()


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[EvidenceStorage]:
    """Keep evidence in a fresh folder."""
    with stores.stored_in(stores.local(tmp_path / "evidence")) as storage:
        yield storage


@pytest.fixture
def bucket() -> Iterator[EvidenceStorage]:
    """Keep evidence in a fresh bucket."""
    with stores.bucket() as storage:
        yield storage


@pytest.fixture(params=["folder", "bucket"])
def storage(request: pytest.FixtureRequest) -> EvidenceStorage:
    """Each storage in turn: what holds for one must hold for the other."""
    stored: EvidenceStorage = request.getfixturevalue(request.param)
    return stored


@pytest.fixture
async def lin(house: House) -> Recorder:
    """Lin's phone, which records."""
    return Recorder.of(house, await house.tap("lin"))
