"""The map's ground is drawn once, however many ask, and never kept past its time."""

from concurrent.futures import ThreadPoolExecutor, wait
from threading import Event

import pytest

from dispatch.snapshots import outlines

US = frozenset([1])


class Ground:
    """The areas in service, as they change."""

    def __init__(self) -> None:
        self.index, self.drawn = object(), 0
        self.begun, self.may_end = Event(), Event()
        self.may_end.set()

    def draw(self, agencies):
        self.drawn += 1
        told = [{"n": self.drawn}]
        if self.drawn == 1:
            self.begun.set()
            assert self.may_end.wait(10)
        return told


@pytest.fixture
def ground(monkeypatch):
    ground = Ground()
    monkeypatch.setattr(outlines, "area_index", lambda: ground.index)
    monkeypatch.setattr(outlines, "_drawn", ground.draw)
    monkeypatch.setattr(outlines, "_kept", {})
    return ground


def test_who_asks_while_it_is_drawn_waits_and_draws_nothing(ground):
    ground.may_end.clear()
    with ThreadPoolExecutor(8) as threads:
        asked = [threads.submit(outlines.ground_map, US) for _ in range(8)]
        assert ground.begun.wait(10)
        ground.may_end.set()
        maps = {asking.result(10) for asking in asked}

    assert len(maps) == ground.drawn == 1


def test_a_map_begun_for_an_old_ground_is_never_the_new_ones(ground):
    """It ends after the ground has changed and somebody asked for the new one."""
    ground.may_end.clear()
    with ThreadPoolExecutor(2) as threads:
        late = threads.submit(outlines.ground_map, US)
        assert ground.begun.wait(10)
        ground.index = object()
        asking = threads.submit(outlines.ground_map, US)
        wait([asking], timeout=0.5)  # it may end first, where nothing keeps it back
        ground.may_end.set()
        old, new = late.result(10), asking.result(10)

    assert old != new
    assert outlines.ground_map(US) is new
    assert ground.drawn == 2
    assert len(outlines._kept) == 1


def test_so_many_maps_are_kept_and_no_more(ground):
    for agency in range(3 * outlines.MOST_KEPT):
        outlines.ground_map(frozenset([agency]))

    assert len(outlines._kept) <= outlines.MOST_KEPT
