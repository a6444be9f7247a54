"""Whether a document has the shape of the region file: all faults, each with its place.

msgspec stops at the first fault and speaks of types. This walks the same declarations
(``region_file``), so there is one description of the file, and goes on after a fault.
"""

import difflib
import re
from collections.abc import Iterator
from datetime import time
from functools import cache
from typing import Any, NamedTuple

from msgspec import Struct, inspect

from dispatch.actions.regions.places import Path

MAX_SHOWN = 40  # characters of a wrong value that are shown


class Misfit(NamedTuple):
    """What does not fit, and where."""

    path: Path
    text: str


class _Choices(NamedTuple):
    """A declaration taken apart: how to say it, and what may stand there."""

    wanted: str
    kinds: tuple[inspect.Type, ...]


@cache
def _declared(kind: type[Struct]) -> inspect.StructType:
    found = inspect.type_info(kind)
    assert isinstance(found, inspect.StructType)
    return found


def fit(document: object, kind: type[Struct]) -> tuple[Any, list[Misfit]]:
    """Return the document as ``kind``, as far as it goes, and what does not fit.

    Where something does not fit, the text that was written stays (so that what refers
    to it still finds it), or an empty one; lists keep their length.
    """
    found: list[Misfit] = []
    return _fit(document, _declared(kind), (), found), found


def _fit(value: object, kind: inspect.Type, path: Path, found: list[Misfit]) -> Any:
    choices = _choices(kind)
    for choice in choices.kinds:
        if isinstance(choice, inspect.StructType) and isinstance(value, dict):
            return _fit_table(value, choice, path, found)
        if isinstance(choice, inspect.ListType) and isinstance(value, list):
            if len(value) < (choice.min_length or 0):
                found.append(Misfit(path, "it is empty"))
            return [
                _fit(item, choice.item_type, (*path, n), found)
                for n, item in enumerate(value)
            ]
        if _is_fitting(value, choice):
            return value
    found.append(Misfit(path, f"{_shown(value)} is not {choices.wanted}"))
    return _stand_in(value, choices.kinds)


def _fit_table(
    value: dict[str, object],
    kind: inspect.StructType,
    path: Path,
    found: list[Misfit],
) -> Struct:
    fields = {field.encode_name: field for field in kind.fields}
    for name in value.keys() - fields.keys():
        near = difflib.get_close_matches(name, fields, n=1)
        hint = f'; did you mean "{near[0]}"?' if near else ""
        found.append(Misfit((*path, name), f"no such key{hint}"))
    given: dict[str, Any] = {}
    for name, field in fields.items():
        if name in value:
            given[name] = _fit(value[name], field.type, (*path, name), found)
        elif field.required:
            # The tables of the file itself are missed at its top.
            found.append(Misfit(path, f'the key "{name}" is missing'))
            given[name] = _stand_in(None, _choices(field.type).kinds)
    table: Struct = kind.cls(**given)
    return table


def _choices(kind: inspect.Type) -> _Choices:
    wanted = ""
    if isinstance(kind, inspect.Metadata):
        wanted, kind = (kind.extra or {}).get("wanted", ""), kind.type
    kinds = kind.types if isinstance(kind, inspect.UnionType) else (kind,)
    parts = [_choices(one) for one in kinds] if len(kinds) > 1 else []
    if parts:
        said = [part.wanted for part in parts if part.wanted]
        return _Choices(
            wanted or ", nor ".join(said),
            tuple(choice for part in parts for choice in part.kinds),
        )
    if isinstance(kind, inspect.NoneType):  # TOML has no word for it
        return _Choices("", ())
    return _Choices(wanted or "".join(_words(kind)), (kind,))


def _words(kind: inspect.Type) -> Iterator[str]:
    """Say what must stand there."""
    match kind:
        case inspect.BoolType():
            yield "true or false"
        case inspect.IntType():
            yield f"a whole number from {kind.ge} to {kind.le}"
        case inspect.StrType():
            yield f"text of {kind.min_length or 0} to {kind.max_length} characters"
        case inspect.LiteralType():
            yield "one of " + ", ".join(f'"{value}"' for value in kind.values)
        case inspect.TimeType():
            yield "a time such as 08:00:00"
        case inspect.ListType():
            yield "a list"
        case _:
            yield "a table"


def _is_fitting(value: object, kind: inspect.Type) -> bool:
    match kind:
        case inspect.BoolType():
            return isinstance(value, bool)
        case inspect.IntType():
            low, high = kind.ge or 0, kind.le or 0
            is_whole = isinstance(value, int) and not isinstance(value, bool)
            return is_whole and low <= value <= high  # type: ignore[operator]  # a whole number
        case inspect.StrType():
            return isinstance(value, str) and _is_text(value, kind)
        case inspect.LiteralType():
            return isinstance(value, str) and value in kind.values
        case inspect.TimeType():
            return isinstance(value, time)
        case _:
            return False


def _is_text(value: str, kind: inspect.StrType) -> bool:
    longest = len(value) if kind.max_length is None else kind.max_length
    return (kind.min_length or 0) <= len(value) <= longest and (
        kind.pattern is None or re.search(kind.pattern, value) is not None
    )


def _stand_in(value: object, kinds: tuple[inspect.Type, ...]) -> Any:
    """Return something of the right kind, with which the other rules can go on."""
    first = kinds[0]
    if isinstance(first, inspect.StructType):
        return _fit_table({}, first, (), [])
    if isinstance(first, inspect.ListType):
        return []
    if isinstance(first, inspect.BoolType):
        return False
    if isinstance(first, inspect.IntType):
        return 0
    if isinstance(first, inspect.TimeType):
        return time(0)
    return value if isinstance(value, str) else ""


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict | list):
        return "this table" if isinstance(value, dict) else "this list"
    text = f'"{value}"' if isinstance(value, str) else str(value)
    return text if len(text) <= MAX_SHOWN else text[: MAX_SHOWN - 1] + "…"
