"""Nobody gets more through a door than its row in matrix.toml says, and nobody less."""

import pytest

from tests.proof import pages, table, wire
from tests.proof.table import Row

HOT = (
    *("alarm/", "api/v1/calls", "^api/v1/calls", "api/v1/^", "api/v1/console/"),
    *("api/v1/caller/", "api/v1/incidents"),
)


def rows(*kinds: str, hot: bool | None = None) -> list[Row]:
    """Return the rows of doors of these kinds."""
    return [
        row
        for door, row in table.rows().items()
        if door.split(" ")[0] in kinds
        and hot in (None, door.partition(" ")[2].startswith(HOT))
    ]


METHODS = ("GET", "HEAD", "POST", "PUT")


def test_each_page_answers_as_its_row_says(scene):
    asking = pages.Asking(scene)
    wrong: list[str] = []
    with pages.undrawn():
        for row in rows(*METHODS, hot=False):
            wrong += table.differences(row, asking.answers(row))
    assert not wrong, "\n".join(wrong)


async def test_each_hot_path_answers_as_its_row_says(acted):
    house, scene = acted
    knocking = wire.Knocking(house, scene)
    await knocking.open("caller")
    wrong: list[str] = []
    for row in rows(*METHODS, hot=True):
        wrong += table.differences(row, await knocking.answers(row))
    assert not wrong, "\n".join(wrong)


async def test_each_socket_opens_as_its_row_says(acted):
    house, scene = acted
    knocking = wire.Knocking(house, scene)
    wrong: list[str] = []
    for row in rows("socket"):
        wrong += table.differences(row, await knocking.greetings(row))
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("side", ["caller", "seat", "board"])
async def test_each_frame_is_answered_as_its_row_says(acted, side, monkeypatch):
    house, scene = acted
    knocking = wire.Knocking(house, scene)
    knocking.watch(monkeypatch)
    await knocking.open(side)
    wrong: list[str] = []
    for row in rows("frame"):
        if row.door.startswith(f"frame {side} "):
            wrong += table.differences(row, await knocking.replies(row))
    assert not wrong, "\n".join(wrong)
