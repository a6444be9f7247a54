"""No source file grows past what one reads in a sitting."""

from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

MOST = 400  # lines; where a file has two hundred, look whether it holds two ideas
SOURCE = {".py", ".js", ".css", ".html"}
PARTS = ("accounts", "alarm110", "dispatch", "reports", "templates", "tests")


def sources() -> Iterator[Path]:
    """Return each file that people write; migrations are made, and read once."""
    for part in PARTS:
        for path in (settings.BASE_DIR / part).rglob("*"):
            if path.suffix in SOURCE and "migrations" not in path.parts:
                yield path.relative_to(settings.BASE_DIR)
    yield Path("run")
    yield Path("manage.py")


def test_no_source_file_is_longer_than_four_hundred_lines():
    lines = {
        str(path): (settings.BASE_DIR / path).read_bytes().count(b"\n")
        for path in sources()
    }

    assert len(lines) > 400
    assert {path: count for path, count in lines.items() if count > MOST} == {}
