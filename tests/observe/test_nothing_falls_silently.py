"""Whoever catches everything says why, and counts it; the traceback goes to the log."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

APPS = ("accounts", "alarm110", "dispatch", "reports")
EVERYTHING = {"Exception", "BaseException"}
# How a failure can be handed on instead: raised, or given to whoever waits for it.
COUNTS = {"failed", "dropped"}
# They run in no process that is asked what it counted; each tells by what it returns.
TOLD_ELSEWHERE = {
    "alarm110/canary/doors.py",  # the canary's own end of the line: it says Trouble
    "alarm110/server.py:failure",  # kept for whoever called run()
    "reports/copies/__main__.py",  # a confined child: its result names the fault
    "reports/management/commands/verify_records.py",  # a command: it prints the fault
    "reports/writer.py:batches_split",  # tried again below, and counted as such
}


def catches_everything(path: Path) -> Iterator[tuple[ast.ExceptHandler, list[str]]]:
    lines = path.read_text(encoding="utf-8").splitlines()
    for node in ast.walk(ast.parse("\n".join(lines))):
        if not isinstance(node, ast.ExceptHandler):
            continue
        caught = {"BaseException"} if node.type is None else set()
        if node.type is not None:
            caught = {n.id for n in ast.walk(node.type) if isinstance(n, ast.Name)}
        if caught & EVERYTHING:
            yield node, lines


def handlers() -> list[tuple[str, ast.ExceptHandler, list[str]]]:
    root: Path = settings.BASE_DIR
    return [
        (str(path.relative_to(root)), node, lines)
        for app in APPS
        for path in sorted((root / app).rglob("*.py"))
        if "migrations" not in path.parts
        for node, lines in catches_everything(path)
    ]


def names_in(node: ast.AST) -> set[str]:
    return {
        *(n.id for n in ast.walk(node) if isinstance(n, ast.Name)),
        *(n.attr for n in ast.walk(node) if isinstance(n, ast.Attribute)),
    }


def is_handed_on(node: ast.ExceptHandler) -> bool:
    """Return whether the last thing it does is to raise."""
    return isinstance(node.body[-1], ast.Raise)


@pytest.mark.parametrize(
    ("path", "node", "lines"),
    handlers(),
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_who_catches_everything_says_why_and_counts_it(path, node, lines):
    first = node.body[0].lineno
    said = "\n".join(lines[node.lineno - 1 : first])
    assert "#" in said, f"{path}:{node.lineno} gives no reason"
    names = names_in(node)
    told = path in TOLD_ELSEWHERE or any(
        f"{path}:{name}" in TOLD_ELSEWHERE for name in names
    )
    assert is_handed_on(node) or names & COUNTS or told, (
        f"{path}:{node.lineno} counts nothing: failed() or dropped()"
    )


def test_nobody_suppresses_everything():
    root: Path = settings.BASE_DIR
    loud = [
        f"{path.relative_to(root)}:{node.lineno}"
        for app in APPS
        for path in (root / app).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and "suppress" in names_in(node.func)
        and any(names_in(argument) & EVERYTHING for argument in node.args)
    ]
    assert loud == []
