"""Types of the wire in words, from what msgspec knows of them."""

import msgspec
from msgspec import NODEFAULT, inspect

Bound = int | float | None
# Patterns that are said better in words.
PATTERNS = {
    r"^[^\x00]+$": "no NUL",
    r"^[^\x00]*$": "no NUL",
    r"^[A-Za-z0-9+/]+={0,2}$": "base64 of a JPEG",
}


def describe(kind: inspect.Type) -> str:
    """Return a type as a person would say it, bounds included."""
    match kind:
        case inspect.Metadata(type=inner, extra_json_schema=extra):
            told, note = describe(inner), (extra or {}).get("description", "")
            return told if note in told else f"{told}, {note}"
        case inspect.StrType():
            return _text(kind)
        case inspect.IntType():
            return _integer(kind)
        case inspect.UUIDType():
            return "UUID"
        case inspect.BoolType():
            return "true or false"
        case inspect.LiteralType(values=values):
            return " or ".join(f'`"{value}"`' for value in values)
        case inspect.UnionType(types=types):
            return _union(types)
        case inspect.StructType(cls=struct):
            name = struct.__name__
            return f"[{name}](#{name.lower()})" if _is_shown(name) else f"`{name}`"
        case inspect.DictType(key_type=key, value_type=value):
            return f"object: {describe(key)} → {describe(value)}"
        case inspect.ListType(item_type=item):
            return f"list of {describe(item)}"
        case inspect.AnyType():
            return "JSON"
    raise TypeError(f"PROTOCOL.md has no words for {kind}")


def in_words(field: inspect.Field) -> str:
    """Return a field's type; a text whose name says so is a time (STYLE: ``_at``)."""
    told = describe(field.type)
    name = field.encode_name
    is_time = name.endswith(("_at", "_until")) or name in {"at", "since"}
    return told.replace("text", "time") if is_time else told


def fallback(field: inspect.Field) -> str:
    """Say what a missing field means; required ones say so."""
    if field.required:
        return "**required**"
    if field.default_factory is not NODEFAULT:
        value = field.default_factory()
    elif field.default is not NODEFAULT:
        value = field.default
    else:  # UNSET: msgspec tells neither it nor a default
        return "unchanged"
    return f"`{msgspec.json.encode(value).decode()}`"


def _is_shown(name: str) -> bool:
    """Say whether the document has a section of that name."""
    return name.endswith(("View", "Call"))


def _text(kind: inspect.StrType) -> str:
    bounds = _range(kind.min_length, kind.max_length, "characters")
    pattern = kind.pattern or ""
    parts = ["text", bounds, PATTERNS.get(pattern, f"`{pattern}`" if pattern else "")]
    return ", ".join(part for part in parts if part)


def _integer(kind: inspect.IntType) -> str:
    low = kind.ge if kind.ge is not None else kind.gt
    return ", ".join(
        part for part in ("integer", _range(low, kind.le, "", below=kind.lt)) if part
    )


def _union(kinds: tuple[inspect.Type, ...]) -> str:
    """Name the alternatives, null last."""
    told = [describe(kind) for kind in kinds if not isinstance(kind, inspect.NoneType)]
    if any(isinstance(kind, inspect.NoneType) for kind in kinds):
        told.append("null")
    return " or ".join(told)


def _range(low: Bound, high: Bound, unit: str, *, below: Bound = None) -> str:
    """Return "1 to 2,000 characters", "at most 80 characters", "0 to 2^53 - 1"."""
    top = _number(high) if high is not None else ""
    if below is not None:
        top = f"{_number(below)} - 1"
    if not top:
        return "" if low is None else f"at least {_number(low)} {unit}".strip()
    head = f"at most {top}" if low is None else f"{_number(low)} to {top}"
    return f"{head} {unit}".strip()


def _number(value: int | float) -> str:
    """Write large powers of two as such."""
    whole = int(value)
    if whole >= 2**20 and whole & (whole - 1) == 0:
        return f"2^{whole.bit_length() - 1}"
    return f"{whole:,}"
