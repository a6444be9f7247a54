"""What is wrong with a region file, and on which line."""

import re
from typing import NamedTuple

# msgspec names places like this: $.agencies[3].tiers[0].neighbour
STEP = re.compile(r"\.(\w+)|\[(\d+)\]")


class Fault(NamedTuple):
    """One fault; line 0 is the whole file."""

    line: int
    text: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.text}" if self.line else self.text


class RegionFaulty(Exception):
    """The file cannot be loaded; nothing was."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = sorted(faults)
        super().__init__("; ".join(str(fault) for fault in self.faults))


class Lines:
    """Finds the line of a place in a TOML text, as well as a person would point at it.

    A TOML reader forgets where things stood. Tables start on a line of their own and
    keys inside them too, so a look for the header and then the key is enough.
    """

    def __init__(self, text: str) -> None:
        self._lines = text.splitlines()

    def of(self, table: str, index: int = 0, key: str = "", word: str = "") -> int:
        """Return the line of ``key`` in the table (``word`` in or after it), or 0."""
        header = re.compile(rf"\s*\[\[?\s*{re.escape(table)}\s*\]\]?\s*(#.*)?$")
        starts = [n for n, line in enumerate(self._lines) if header.match(line)]
        if index >= len(starts):
            return 0
        start = starts[index]
        end = next(
            (
                n
                for n in range(start + 1, len(self._lines))
                if re.match(r"\s*\[\[?\s*\w+\s*\]", self._lines[n])
            ),
            len(self._lines),
        )
        found = start
        if key:
            found = self._first(rf"\s*{re.escape(key)}\s*=", start, end, start)
        if word:
            found = self._first(rf".*{re.escape(word)}", found, end, found)
        return found + 1

    def of_path(self, path: str, word: str = "") -> int:
        """Return the line of a place as msgspec names it."""
        steps = [name or int(index) for name, index in STEP.findall(path)]
        table, rest = (str(steps[0]), steps[1:]) if steps else ("", [])
        if not table:
            return self._top_line(word)
        index = int(rest.pop(0)) if rest and isinstance(rest[0], int) else 0
        key = next((step for step in rest if isinstance(step, str)), "")
        return self.of(table, index, str(key), word)

    def _top_line(self, word: str) -> int:
        """Return where an unknown table or top-level key stands."""
        pattern = rf"\s*(\[\[?\s*)?{re.escape(word)}\b" if word else r".*"
        return self._first(pattern, 0, len(self._lines), -1) + 1

    def _first(self, pattern: str, start: int, end: int, otherwise: int) -> int:
        return next(
            (n for n in range(start, end) if re.match(pattern, self._lines[n])),
            otherwise,
        )
