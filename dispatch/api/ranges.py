"""Which part of a file a player asks for (RFC 9110, section 14); pure."""

import re
from typing import NamedTuple

ONE_RANGE = re.compile(r"bytes=(\d{1,15})?-(\d{1,15})?")


class Span(NamedTuple):
    """The bytes from ``first`` to ``last``, both included."""

    first: int
    last: int

    @property
    def length(self) -> int:
        """Return how many there are."""
        return self.last - self.first + 1


class Unsatisfiable(Exception):
    """The part that was asked for lies outside the file."""


def asked_span(header: str | None, size: int) -> Span | None:
    """Return the one range asked for; None where the whole file is the answer.

    Several ranges, other units and what cannot be read are ignored, as they may be.

    Raises:
        Unsatisfiable: answer 416.
    """
    match = ONE_RANGE.fullmatch((header or "").strip())
    if match is None or match.groups() == (None, None):
        return None
    first, last = (int(part) if part else None for part in match.groups())
    if first is None:  # the last so many bytes
        if not last or not size:
            raise Unsatisfiable
        return Span(max(0, size - last), size - 1)
    if last is not None and last < first:
        return None
    if first >= size:
        raise Unsatisfiable
    return Span(first, size - 1 if last is None else min(last, size - 1))
