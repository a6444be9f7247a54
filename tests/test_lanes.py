"""What ran beside ``./run test``, on each database; see ``tests/lanes.py``."""

import time

import pytest

from tests.lanes import lane


@pytest.mark.slow
@pytest.mark.parametrize(
    "database", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]
)
def test_all_that_needs_no_clock_holds(
    database: str, capsys: pytest.CaptureFixture[str]
):
    beside = lane(database)
    status, words = beside.result()

    with capsys.disabled():
        minutes = (time.monotonic() - beside.began) / 60
        print(f"\n-- {database}, {minutes:.0f} min --", words[-2000:], sep="\n")
    assert status == 0, f"on {database}:\n{words[-30_000:]}"
    assert " passed" in words
