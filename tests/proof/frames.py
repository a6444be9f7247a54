"""The frames that each side may send, as they are declared. Needs no Django."""

from typing import Any, get_args

from dispatch import commands

SIDES: dict[str, Any] = {
    "caller": commands.CallerFrame,
    "seat": commands.SeatFrame,
    "board": commands.BoardFrame,
}


def frames(side: str) -> dict[str, type]:
    """Return the frames that one side may send, by their type.

    ``hello`` is no door of its own: it is what opens the socket.
    """
    kinds = [kind for kind in get_args(SIDES[side]) if kind is not commands.Hello]
    return {str(kind.__struct_config__.tag): kind for kind in kinds}
