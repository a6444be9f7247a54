"""The only clock.

Time is the server's, order is the database's. The phone's clock is a claim and is
stored as one. Tests move deadlines (``world.passes``) while it stands still
(``tests/standing.py``), or run real processes under faketime.
"""

import time
from datetime import UTC, datetime, timedelta


def now() -> datetime:
    """Return the server's time, in UTC."""
    return datetime.now(UTC)


def after(seconds: float) -> datetime:
    """Return the server's time in ``seconds``."""
    return now() + timedelta(seconds=seconds)


def monotonic() -> float:
    """Return seconds on a clock that never jumps; for spans inside one process."""
    return time.monotonic()


def wire_time(moment: datetime) -> str:
    """Write a moment as the wire and the chain do: UTC, 6 decimals, ``Z``."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
