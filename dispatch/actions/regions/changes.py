"""Makes rows say what the file says, and notes what that changed."""

from collections.abc import Callable, Mapping
from typing import TypeVar

from django.db.models import Model
from msgspec import UNSET, Struct

Row = TypeVar("Row", bound=Model)
MAX_SHOWN = 60  # characters of a value in the list of changes


class Changes:
    """What a run changed, a line each, in the order it happened."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def note(self, text: str) -> None:
        """Add a line."""
        self.lines.append(text)

    def settle(
        self,
        what: str,
        row: Row,
        wanted: Mapping[str, object],
        save: Callable[[Row], None],
    ) -> bool:
        """Give ``row`` the wanted values; save it only if that changes something."""
        is_new = row._state.adding
        moved = {
            name: (getattr(row, name), value)
            for name, value in wanted.items()
            if getattr(row, name) != value
        }
        if not is_new and not moved:
            return False
        for name, (_before, value) in moved.items():
            setattr(row, name, value)
        save(row)
        if is_new:
            self.note(f"{what}: made")
        else:
            told = ", ".join(
                f"{name} {_short(before)} → {_short(after)}"
                for name, (before, after) in moved.items()
            )
            self.note(f"{what}: {told}")
        return True


def said(spec: Struct, *names: str) -> dict[str, object]:
    """Return the named fields that the file gave; the others stay as they are."""
    values = {name: getattr(spec, name) for name in names}
    return {name: value for name, value in values.items() if value is not UNSET}


def _short(value: object) -> str:
    """Show scalars; a list or polygon only by its kind."""
    if isinstance(value, dict | list):
        return f"({len(value)} items)" if isinstance(value, list) else "(geometry)"
    text = str(value)
    return repr(text if len(text) <= MAX_SHOWN else text[: MAX_SHOWN - 1] + "…")
