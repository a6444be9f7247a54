"""Declarations as Markdown: a heading, the docstring, a table."""

import inspect
from collections.abc import Iterable
from types import ModuleType
from typing import Any

import msgspec


def section(heading: str, kind: type, rest: str) -> str:
    """Return a heading, the class's docstring and what follows."""
    return "\n\n".join(part for part in (heading, told(kind), rest) if part)


def told(kind: type) -> str:
    """Return a docstring as Markdown, each paragraph on one line."""
    paragraphs = inspect.cleandoc(kind.__doc__ or "").replace("``", "`").split("\n\n")
    return "\n\n".join(" ".join(part.split()) for part in paragraphs)


def in_a_line(kind: type) -> str:
    """Return a docstring in one line, for a table."""
    return " ".join(told(kind).split())


def table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """Return a table, or nothing where there are no rows."""
    lines = [_row(row) for row in rows]
    if not lines:
        return ""
    return "\n".join([_row(head), _row(("---",) * len(head)), *lines])


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def fields(kind: type) -> tuple[msgspec.inspect.Field, ...]:
    """Return the fields of a struct."""
    info = msgspec.inspect.type_info(kind)
    assert isinstance(info, msgspec.inspect.StructType)
    return info.fields


def tag(kind: type[msgspec.Struct]) -> str:
    """Return what ``type`` holds in a frame of this kind."""
    return str(kind.__struct_config__.tag)


def own(module: ModuleType, base: type) -> list[Any]:
    """Return a module's own classes of a sort, in the order they are declared."""
    return [
        kind
        for kind in vars(module).values()
        if inspect.isclass(kind)
        and issubclass(kind, base)
        and kind.__module__ == module.__name__
    ]
