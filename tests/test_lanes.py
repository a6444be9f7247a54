"""What ran in the other lanes of ``./run test``; see ``tests/lanes.py``."""

import time

import pytest

from tests import lanes
from tests.services import require


@pytest.mark.slow
@pytest.mark.parametrize("name", lanes.LANES)
def test_the_lane_holds(name: str, capsys: pytest.CaptureFixture[str]):
    if lanes.LANES[name].on_postgresql:
        require("postgresql")
    lane = lanes.running(name)
    status, words = lane.result()

    with capsys.disabled():
        minutes = (time.monotonic() - lane.began) / 60
        tail = words[words.rfind("= short test summary") - 40 :].splitlines()[-40:]
        print(f"\n-- lane {name}, {minutes:.0f} min --", *tail, sep="\n")
    assert status == 0, f"in the lane {name}:\n{words[-30_000:]}"
    assert " passed" in words
