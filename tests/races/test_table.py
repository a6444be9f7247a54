"""Each race of the table is owned by tests that are there, or cannot happen here."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from tests.races.table import RACES_OF_OTHERS

ROOT = Path(__file__).resolve().parents[2]
IN_JAVASCRIPT = re.compile(r'^\s*(?:test|it)\("((?:[^"\\]|\\.)*)"', re.MULTILINE)


@cache
def names_in(path: Path) -> frozenset[str]:
    """Return the names of the tests in a file, Python or JavaScript."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".js":
        return frozenset(IN_JAVASCRIPT.findall(text))
    return frozenset(
        node.name
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.name.startswith("test_")
    )


def test_all_thirty_five_are_there():
    assert list(RACES_OF_OTHERS) == [f"R{number}" for number in range(1, 36)]


@pytest.mark.parametrize("name", RACES_OF_OTHERS)
def test_its_tests_exist(name: str):
    race = RACES_OF_OTHERS[name]
    assert race.bite
    assert race.here

    for test in race.tests:
        path, _, function = test.partition("::")
        assert (ROOT / path).is_file(), f"{path} is not there"
        assert function in names_in(ROOT / path), f"{path} has no {function}"


def test_what_no_test_owns_says_that_it_cannot_happen():
    unowned = {name for name, race in RACES_OF_OTHERS.items() if not race.tests}

    assert unowned == {"R32"}  # no units yet: with them, theirs must be owned
