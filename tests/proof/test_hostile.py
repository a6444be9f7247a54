"""Thousands of frames that no page of ours sends: the server stays as it is."""

import pytest

from tests.proof import hostile

CASES = 20_000  # python -m tests.proof.hostile --cases 100000 for all of them
MIB = 1024 * 1024


@pytest.mark.deep
async def test_it_stays_up_and_as_large_as_it_was_and_serves_who_is_honest(besieged):
    outcome = await hostile.attack(besieged, CASES)
    print(outcome)
    assert outcome.is_same_process
    assert "Traceback" not in outcome.log, outcome.log[-5000:]
    assert outcome.grown < 12 * MIB
    assert outcome.last < 1.0
    assert set(outcome.sent) == {"caller", "seat", "board"}
    # Each kind of refusal was met, so each path was walked.
    assert outcome.answers.keys() >= {
        "malformed",
        "too_large",
        "over_budget",
        "not_found",
    }
