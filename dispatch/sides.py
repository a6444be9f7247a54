"""How the sides of a call's room are called, here and at the media server."""

from typing import Final
from uuid import UUID

Side = str  # "guest", "host", "party:<participant>", and "ringing", not in the room yet

GUEST: Final = "guest"
HOST: Final = "host"
RINGING: Final = "ringing"
PARTY: Final = "party:"


def party(participant: UUID) -> Side:
    """Return how a participant is called who is neither guest nor host."""
    return f"{PARTY}{participant}"


def is_party(side: Side) -> bool:
    """Return whether this is neither guest nor host."""
    return side.startswith(PARTY)


def participant_of(side: Side) -> UUID:
    """Return who a party is."""
    return UUID(side.removeprefix(PARTY))


def epoch_of(port: object, side: Side) -> int:
    """Return the epoch of the place that a window has at a side; 0: it has none."""
    kind = "party" if is_party(side) else side
    return getattr(port, f"{kind}_epoch", None) or 0
