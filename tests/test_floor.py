"""The floor of the coverage is a floor: below it, or unmeasured, it fails."""

import json
from pathlib import Path

import pytest

from tests import floor


def reported(tmp_path, taken, files=("a.py",)):
    parts = [*(f"dispatch/actions/{name}" for name in files), *floor.PARTS[1:]]
    summary = {"covered_branches": taken, "num_branches": 100}
    path = tmp_path / "coverage.json"
    path.write_text(json.dumps({"files": {p: {"summary": summary} for p in parts}}))
    return path


@pytest.mark.parametrize(("taken", "status"), [(94, 1), (95, 0)])
def test_the_floor_holds(tmp_path, capsys, taken, status):
    assert floor.judge(reported(tmp_path, taken)) == status
    assert f"{taken}.0 %" in capsys.readouterr().out


def test_what_was_not_measured_is_under_the_floor(tmp_path):
    assert floor.judge(reported(tmp_path, 100, files=())) == 1


def test_what_is_measured_and_run_is_there():
    root = Path(__file__).parents[1]
    for path in (*floor.PARTS, *(f"tests/{t}" for t in floor.TESTS), floor.RANDOM):
        assert (root / path).exists()
