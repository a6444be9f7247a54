"""Every door there is, by walking what is declared: addresses, sockets, frames."""

from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver

from alarm110 import routing
from tests.proof.frames import SIDES, frames


def patterns() -> dict[str, URLPattern]:
    """Return every address of the project, by its pattern."""
    return dict(_walk(get_resolver().url_patterns, ""))


def _walk(
    found: list[URLPattern | URLResolver], before: str
) -> Iterator[tuple[str, URLPattern]]:
    for one in found:
        here = before + str(one.pattern)
        if isinstance(one, URLPattern):
            yield here, one
        else:
            yield from _walk(one.url_patterns, here)


def sockets() -> list[str]:
    """Return every path that a socket may be opened at."""
    return list(routing._doors)


def all_doors() -> set[str]:
    """Return the names of all doors but the methods: what must have rows."""
    return {
        *(f"address {pattern}" for pattern in patterns()),
        *(f"socket {path}" for path in sockets()),
        *(f"frame {side} {kind}" for side in SIDES for kind in frames(side)),
    }


def door_of(row: str) -> str:
    """Return which door a row is about: its method, or a "(case)" of it, left out."""
    row = row.partition(" (")[0] if row.endswith(")") else row
    kind, _, rest = row.partition(" ")
    return row if kind in ("socket", "frame") else f"address {rest}"
