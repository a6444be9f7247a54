"""The floor under the coverage of what must not be guessed: ``./run coverage``.

Branches, not lines: a refusal that no test meets is a branch nobody took.
"""

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

FLOOR = 95.0  # per cent of branches, in each of these
PARTS = ("dispatch/actions/", "dispatch/leases.py", "reports/journal.py")
# The tests that run in one process; the others start servers, which are not measured.
TESTS = [
    *("actions", "rules", "indoors", "doors", "sockets", "accounts"),
    *("evidence", "media", "views"),
]
# Days of random acts: they take their time, and what they take is not the same twice.
RANDOM = "tests/rules/test_machine.py"


def run(folder: Path, *more: str) -> Path:
    """Run the tests under coverage; return its JSON report."""
    report = folder / "coverage.json"
    env = {**os.environ, "COVERAGE_FILE": str(folder / "coverage")}
    tests = [f"tests/{name}" for name in TESTS]
    for words in (
        ["run", "-m", "pytest", "-q", *tests, "--deselect", RANDOM, *more],
        ["combine", "--quiet"],
        ["json", "--quiet", "-o", str(report)],
    ):
        subprocess.run([sys.executable, "-m", "coverage", *words], env=env, check=True)
    return report


def measured(report: Path) -> dict[str, tuple[int, int]]:
    """Return (branches taken, branches) of each part, from coverage's JSON report."""
    taken: Counter[str] = Counter()
    there: Counter[str] = Counter()
    for name, file in json.loads(report.read_text(encoding="utf-8"))["files"].items():
        for part in PARTS:
            if name.startswith(part):
                taken[part] += file["summary"]["covered_branches"]
                there[part] += file["summary"]["num_branches"]
    return {part: (taken[part], there[part]) for part in PARTS}


def main() -> int:
    """Run the tests that measure, and judge; return the exit code."""
    folder, *more = sys.argv[1:]
    try:
        report = run(Path(folder), *more)
    except subprocess.CalledProcessError as error:
        return error.returncode
    return judge(report)


def judge(report: Path) -> int:
    """Print each part's share; return 1 if one lies under the floor, or was not run."""
    is_low = False
    for part, (taken, there) in measured(report).items():
        share = 100 * taken / there if there else 0.0
        is_low = is_low or share < FLOOR
        print(f"{part:24} {taken:5} of {there:5} branches  {share:5.1f} %")
    if is_low:
        print(f"A part lies under {FLOOR:.0f} %.", file=sys.stderr)
    return int(is_low)


if __name__ == "__main__":
    sys.exit(main())
