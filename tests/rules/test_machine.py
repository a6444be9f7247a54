"""Any day at the switchboard, sixty of them, forty steps each (see ``machine.py``)."""

import os

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.rules.machine import Switchboard

DAYS = int(os.environ.get("ALARM110_DAYS", "60"))


@pytest.mark.slow
def test_whatever_they_do_the_laws_hold(rows):
    run_state_machine_as_test(
        Switchboard,
        settings=settings(
            max_examples=DAYS,
            stateful_step_count=40,
            suppress_health_check=list(HealthCheck),
        ),
    )
