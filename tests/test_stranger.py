"""Somebody who has only PROTOCOL.md can write a phone and a seat, and it is little."""

import ast
import subprocess
import sys

from tests.served import ROOT

STRANGER = ROOT / "tests" / "stranger.py"
MOST_LINES = 200


def imported():
    """Return the top-level packages that the stranger imports."""
    for node in ast.walk(ast.parse(STRANGER.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0
            yield str(node.module).split(".")[0]


def test_it_knows_nothing_of_ours_and_is_short():
    assert set(imported()) - sys.stdlib_module_names == {"websockets"}
    assert len(STRANGER.read_text(encoding="utf-8").splitlines()) < MOST_LINES


def test_it_drives_an_alarm(served):
    """At the canary's seat, where no other test's call waits."""
    key = served.canary_key
    done = subprocess.run(
        [sys.executable, STRANGER, served.url, "canary", key,
         "--ca", served.ca, "--header", f"Alarm110-Canary: {key}"],
        cwd="/", capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    assert done.stdout.splitlines()[-1].endswith("the seat is left")
