"""What is wrong with a region file, and on which line."""

from collections.abc import Sequence
from typing import NamedTuple

from dispatch.actions.regions.places import Path, key_lines


class Fault(NamedTuple):
    """One fault; line 0 is the whole file."""

    line: int
    text: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.text}" if self.line else self.text


class RegionFaulty(Exception):
    """The file cannot be loaded; nothing was."""

    def __init__(self, faults: list[Fault], warnings: Sequence[Fault] = ()) -> None:
        self.faults = sorted(faults)
        self.warnings = list(warnings)
        super().__init__("; ".join(str(fault) for fault in self.faults))


class Lines:
    """Finds the line of a place in a TOML text."""

    def __init__(self, text: str) -> None:
        self._lines = key_lines(text)

    def at(self, *path: str | int) -> int:
        """Return the line of a key, or of the nearest table around it; 0 for none."""
        steps = path
        while steps and steps not in self._lines:
            steps = steps[:-1]
        return self._lines.get(steps, 0)

    def is_there(self, *path: str | int) -> bool:
        """Return whether the key itself stands in the file."""
        return path in self._lines

    def nearest(self, table: Path, *keys: str) -> int:
        """Return the line of the first of these keys that the table has, or its own."""
        there = next((key for key in keys if self.is_there(*table, key)), None)
        return self.at(*table) if there is None else self.at(*table, there)
