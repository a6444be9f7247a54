"""PROTOCOL.md: hand-written chapters with the declarations woven in.

The chapters stand in ``docs/protocol.template.md``. A ``{{ name }}`` there is a list
that is made here; a ``{{ module.NAME }}`` is a figure of the code. So a frame, a bound,
a code or a deadline cannot change without the document changing with it.
"""

import re
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from django.conf import settings
from django.utils import translation

from alarm110.protocol import incoming, outgoing, refusals

TEMPLATE = Path("docs") / "protocol.template.md"
DOCUMENT = Path("PROTOCOL.md")
PLACE = re.compile(r"\{\{ ([\w.-]+) \}\}")

LISTS: dict[str, Callable[[], str]] = {
    "tap": incoming.tap,
    "frames-both": lambda: incoming.frames_of("both"),
    "frames-caller": lambda: incoming.frames_of("caller"),
    "frames-seat": lambda: incoming.frames_of("seat"),
    "frames-board": lambda: incoming.frames_of("board"),
    "frames-server": outgoing.server_frames,
    "entries-incident": outgoing.entries_of_incidents,
    "entries-call": outgoing.entries_about_calls,
    "entries-agency": outgoing.entries_of_agencies,
    "caller-part": outgoing.caller_part,
    "views": outgoing.views_of_all,
    "words": outgoing.words,
    "errors": refusals.of_doors,
    "errors-phone": refusals.of_verification,
}


def render() -> str:
    """Return the whole document; English, whatever the language of the process."""
    template = (settings.BASE_DIR / TEMPLATE).read_text(encoding="utf-8")
    with translation.override("en"):
        return PLACE.sub(lambda match: _fill(match[1]), template)


def _fill(name: str) -> str:
    """Return what stands at a place of the template."""
    return figure(name) if "." in name else LISTS[name]()


def figure(path: str) -> str:
    """Return a constant of the code as a person writes it."""
    module, _, name = path.rpartition(".")
    value = getattr(import_module(module), name)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return f"{value:,}" if isinstance(value, int) and value >= 10_000 else str(value)
