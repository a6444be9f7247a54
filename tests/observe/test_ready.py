"""/readyz names what stands still, which process it is, and what of it is felt."""

import json
import os

import pytest

from alarm110 import health, loops, processes
from reports.clock import monotonic


async def ready(house):
    answer = await house.request("GET", "/readyz")
    return answer.status, json.loads(answer.body)


async def stop(house, name: str) -> None:
    """Stop one loop for good, as an error nobody foresaw would."""
    for loop in [loop for loop in loops._loops if loop.name == name]:
        loop._task.cancel()
        loop.ticked_at = monotonic() - 60


@pytest.fixture(autouse=True)
def neighbours(settings, tmp_path):
    """Let a worker be there."""
    settings.HOME = tmp_path
    processes.tell(tmp_path)
    (tmp_path / processes.WORKER_PID).write_text(f"{os.getpid()}\n")


@pytest.mark.parametrize(
    ("name", "status"), [("matcher", 503), ("keeper", 503), ("tidier", 200)]
)
async def test_a_stopped_loop_is_named_and_stops_only_what_alarms_need(
    house, name, status
):
    await stop(house, name)
    answered, facts = await ready(house)

    assert answered == status
    assert facts["late"] == [name]
    assert facts["loops"][name] >= 60
    [sentence] = [why for why in facts["why"] if name in why]
    assert str(health.MEANS[name]) in sentence
    assert "60 s" in sentence


async def test_a_worker_that_is_gone_is_named_and_alarms_go_on(house, tmp_path):
    (tmp_path / processes.WORKER_PID).unlink()
    status, facts = await ready(house)

    assert status == 200
    assert "worker" in facts["away"]
    assert not facts["processes"]["worker"]["is_there"]
    assert any(str(health.MEANS["worker"]) in why for why in facts["why"])


async def test_all_that_is_well_needs_no_words(house):
    status, facts = await ready(house)

    assert status == 200
    assert facts["late"] == []
    assert facts["away"] == ["relay"]  # none runs beside this test
    assert len(facts["why"]) == 1


async def test_each_loop_has_a_sentence(house):
    assert set(loops.ticks()) | {"doorbell"} <= set(health.MEANS)
    assert set(loops.ticks()) >= health.BESIDE
