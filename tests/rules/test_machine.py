"""Any day at the switchboard, sixty of them, forty steps each (see ``machine.py``)."""

import os

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from reports.events import KINDS
from tests.rules.machine import Switchboard

DAYS = int(os.environ.get("ALARM110_DAYS", "60"))


@pytest.mark.slow
def test_whatever_they_do_the_laws_hold(rows):
    Switchboard.seen.clear()
    run_state_machine_as_test(
        Switchboard,
        settings=settings(
            max_examples=DAYS,
            stateful_step_count=40,
            suppress_health_check=list(HealthCheck),
        ),
    )
    print(sorted(Switchboard.seen.items()))
    if DAYS >= 60:  # a quiet day proves nothing
        rare = {kind for kind in KINDS if Switchboard.seen[kind] < 10}
        assert rare <= {"caller.verified"}, Switchboard.seen
