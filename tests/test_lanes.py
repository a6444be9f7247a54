"""What ran beside ``./run test`` or ``./run deep``; see ``tests/lanes.py``."""

import time

import pytest

from tests.lanes import lane


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    [
        "rooms",  # first: it begins here
        "indoors",
        pytest.param("races", marks=pytest.mark.postgres),
        "servers",
        "check",
        "sqlite",
        pytest.param("postgresql", marks=pytest.mark.postgres),
        pytest.param("again", marks=[pytest.mark.postgres, pytest.mark.deep]),
    ],
)
def test_all_that_ran_beside_holds(name: str, capsys: pytest.CaptureFixture[str]):
    beside = lane(name)
    status, words = beside.result()

    with capsys.disabled():
        minutes = (time.monotonic() - beside.began) / 60
        print(f"\n-- {name}, {minutes:.0f} min --", words[-2000:], sep="\n")
    assert status == 0, f"in {name}:\n{words[-30_000:]}"
    assert " passed" in words
