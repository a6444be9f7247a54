"""What a client may send, from ``dispatch/commands/``."""

from typing import get_args

import msgspec

from alarm110.protocol.markdown import fields, section, table, tag
from alarm110.protocol.types import fallback, in_words
from dispatch import commands
from dispatch.commands import Frame

HEAD = ("Field", "Type", "If absent")


def tap() -> str:
    """Return the tap's body and what a position in it is."""
    return "\n\n".join(
        f"`{name}`:\n\n{_fields(struct)}"
        for name, struct in (("Tap", commands.Tap), ("Position", commands.Position))
    )


def frames_of(side: str) -> str:
    """Return the frames of ``caller`` or ``seat`` alone, or of ``both``.

    Of ``board``: those that no seat sends; the others are named in its chapter.
    """
    caller = list(get_args(commands.CallerFrame))
    seat = list(get_args(commands.SeatFrame))
    board = list(get_args(commands.BoardFrame))
    kinds: list[type[Frame]] = {
        "both": [kind for kind in caller if kind in seat],
        "caller": [kind for kind in caller if kind not in seat],
        "seat": [kind for kind in seat if kind not in caller],
        "board": [kind for kind in board if kind not in seat],
    }[side]
    return "\n\n".join(_frame(kind) for kind in kinds)


def _frame(kind: type[Frame]) -> str:
    return section(f"#### `{tag(kind)}`", kind, _fields(kind) or "No further fields.")


def _fields(kind: type[msgspec.Struct]) -> str:
    return table(
        HEAD,
        [
            (f"`{field.encode_name}`", in_words(field), fallback(field))
            for field in fields(kind)
        ],
    )
