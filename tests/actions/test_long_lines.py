"""A long line in one place must not hide a short one in another."""

from dispatch.loops import matcher
from dispatch.loops.matcher import match
from tests.ground import IN_LAIZHOU


def test_waiting_calls_nobody_can_serve_do_not_starve_others(world, monkeypatch):
    monkeypatch.setattr(matcher, "MAX_WAVE", 3)
    for number in range(8):
        world.tap(f"phone{number}")  # Zhifu, where nobody sits
    far = world.tap("far", position=IN_LAIZHOU)
    world.sit("ma")

    assert match() == 1
    assert world.offer_to("ma").call.uuid == far.call
