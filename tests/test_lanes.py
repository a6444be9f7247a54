"""What ran beside the second half of ``./run test``; see ``tests/lanes.py``."""

import time

import pytest

from tests.lanes import on_postgresql


@pytest.mark.postgres
@pytest.mark.slow
def test_the_same_tests_hold_on_postgresql(capsys: pytest.CaptureFixture[str]):
    lane = on_postgresql()
    status, words = lane.result()

    with capsys.disabled():
        minutes = (time.monotonic() - lane.began) / 60
        print(f"\n-- on PostgreSQL, {minutes:.0f} min --", words[-2000:], sep="\n")
    assert status == 0, f"on PostgreSQL:\n{words[-30_000:]}"
    assert " passed" in words
