"""On which line each key of a TOML text stands. Pure.

The standard reader forgets where things stood. This one forgets what they say: it goes
over a text that the reader took, and keeps the line of every key and list item.
"""

import re
from contextlib import suppress

Path = tuple[str | int, ...]
BLANK = re.compile(r"(?:[ \t\r\n]+|#[^\n]*)*")
SPACES = re.compile(r"[ \t]*")
BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
SCALAR = re.compile(r"[^,\]}#\n]+")
# Longest quotes first; a quote of three may hold line ends and its own quotes.
STRINGS = [
    re.compile(r'"""(?:\\.|[^\\])*?"""+', re.DOTALL),
    re.compile(r"'''.*?'''+", re.DOTALL),
    re.compile(r'"(?:\\.|[^"\\\n])*"'),
    re.compile(r"'[^'\n]*'"),
]


def key_lines(text: str) -> dict[Path, int]:
    """Return the line (from 1) of each key, as ``("agencies", 2, "seats")``.

    ``text`` is sound TOML; of anything else as much is found as can be.
    """
    scan = _Scan(text)
    # Not TOML after all? Whoever asks gets the nearest line that is known.
    with suppress(IndexError, AttributeError):
        scan.document()
    return scan.lines


class _Scan:
    def __init__(self, text: str) -> None:
        self.lines: dict[Path, int] = {}
        self._text = text
        self._at = 0
        self._counts: dict[Path, int] = {}  # tables in each [[list]]

    def document(self) -> None:
        table: Path = ()
        while self._skip(BLANK) < len(self._text):
            if self._takes("[["):
                table = self._header(is_list=True)
            elif self._takes("["):
                table = self._header(is_list=False)
            else:
                self._pair(table)

    def _header(self, *, is_list: bool) -> Path:
        line = self._line()
        *parents, last = self._keys()
        self._skip(SPACES)
        self._at += 2 if is_list else 1
        path: Path = ()
        for name in parents:
            path = self._newest((*path, name))
            self.lines.setdefault(path, line)
        path = (*path, last)
        if is_list:
            self.lines.setdefault(path, line)
            path = (*path, self._counts.get(path, 0))
            self._counts[path[:-1]] = self._counts.get(path[:-1], 0) + 1
        self.lines[path] = line
        return path

    def _newest(self, path: Path) -> Path:
        """Return the last table of a list of tables; any other path as it is."""
        return (*path, self._counts[path] - 1) if path in self._counts else path

    def _pair(self, table: Path) -> None:
        line, path = self._line(), table
        for name in self._keys():
            path = (*path, name)
            self.lines.setdefault(path, line)
        self._skip(SPACES)
        self._at += 1  # the equals sign
        self._skip(SPACES)
        self._value(path)

    def _value(self, path: Path) -> None:
        if self._takes("["):
            n = 0
            while self._skip(BLANK) < len(self._text) and not self._takes("]"):
                self.lines[(*path, n)] = self._line()
                self._value((*path, n))
                self._skip(BLANK)
                self._takes(",")
                n += 1
        elif self._takes("{"):
            while self._skip(BLANK) < len(self._text) and not self._takes("}"):
                self._pair(path)
                self._skip(BLANK)
                self._takes(",")
        elif not self._string():
            self._at = SCALAR.match(self._text, self._at).end()  # type: ignore[union-attr]  # caught above

    def _keys(self) -> list[str]:
        names = []
        while True:
            self._skip(SPACES)
            start = self._at
            if self._string():
                names.append(self._text[start + 1 : self._at - 1])
            else:
                self._at = BARE_KEY.match(self._text, start).end()  # type: ignore[union-attr]  # caught above
                names.append(self._text[start : self._at])
            self._skip(SPACES)
            if not self._takes("."):
                return names

    def _string(self) -> bool:
        for pattern in STRINGS:
            if found := pattern.match(self._text, self._at):
                self._at = found.end()
                return True
        return False

    def _skip(self, pattern: re.Pattern[str]) -> int:
        if found := pattern.match(self._text, self._at):
            self._at = found.end()
        return self._at

    def _takes(self, word: str) -> bool:
        if not self._text.startswith(word, self._at):
            return False
        self._at += len(word)
        return True

    def _line(self) -> int:
        return self._text.count("\n", 0, self._at) + 1
