"""Which loops decide whether alarms are being served."""

import json

import pytest
from django.test import RequestFactory

from alarm110 import health, loops


@pytest.mark.parametrize(
    ("late", "status"),
    [
        ([], 200),
        (["media", "recordings", "clips", "tidier"], 200),
        (["matcher"], 503),
        (["media", "writer"], 503),
    ],
)
async def test_what_an_alarm_can_do_without_is_told_and_decides_nothing(
    monkeypatch, late, status
):
    async def answers() -> bool:
        return True

    names = ["matcher", "writer", "media", "recordings", "clips", "tidier"]
    ticks = {name: 60.0 if name in late else 0.1 for name in names}
    monkeypatch.setattr(health, "_database_answers", answers)
    monkeypatch.setattr(loops, "ticks", lambda: ticks)
    answer = await health.readyz(RequestFactory().get("/readyz"))

    assert answer.status_code == status
    assert json.loads(answer.content)["late"] == sorted(late)
    assert json.loads(answer.content)["ready"] == (status == 200)
