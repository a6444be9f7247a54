"""Reading a tap: what is unreadable beside the id never refuses an emergency.

A phone that sends nonsense for a position, or words longer than we keep, still raises
its alarm; what was dropped is flagged for the person at the seat. Only a body that is
no tap at all (no JSON, no id, unknown fields) is refused.
"""

import json
from typing import Any, Literal, NamedTuple

import msgspec
from django.http import HttpRequest

from dispatch.api.answers import read_body
from dispatch.commands import Language, Position, Tap, Text
from reports.errors import Malformed

MAX_TEXT = 2000  # characters; as ``commands.Text``

_strict = msgspec.json.Decoder(Tap)
_OPTIONAL: dict[str, Any] = {
    "position": Position | None,
    "text": Text | None,
    "language": Language | None,
    "mode": Literal["normal", "silent"],
    "sign_language": bool,
}
_FLAGS = {"position": "position_unreadable", "text": "text_cut"}
_CONTROL = {code: None for code in range(32) if chr(code) not in "\t\n\r"}


class ReadTap(NamedTuple):
    """A tap and what had to be left out of it."""

    tap: Tap
    flags: tuple[str, ...]


def read_tap(request: HttpRequest) -> ReadTap:
    """Return the body as a tap, without its unreadable parts.

    Raises:
        TooLarge: over 64 KiB.
        Malformed: not a tap at all.
    """
    try:
        return ReadTap(read_body(request, _strict), ())
    except Malformed:
        return _salvage(request.body)


def _salvage(body: bytes) -> ReadTap:
    # The standard library's reader: it takes half an emoji, which a page that cuts its
    # text at 2,000 characters may well send.
    try:
        parts = msgspec.convert(json.loads(body), dict[str, Any])
        bad = [n for n in _OPTIONAL if n in parts and not _fits(parts[n], n)]
        for name in bad:
            _mend(parts, name)
        tap = msgspec.convert(parts, Tap)
    except (ValueError, TypeError, RecursionError, msgspec.MsgspecError) as error:
        raise Malformed from error
    if not bad:
        raise Malformed
    return ReadTap(tap, tuple(_FLAGS[name] for name in bad if name in _FLAGS))


def _fits(part: Any, name: str) -> bool:
    try:
        # Encoding refuses half an emoji, which the conversion lets through.
        msgspec.json.encode(msgspec.convert(part, _OPTIONAL[name]))
    except (msgspec.MsgspecError, UnicodeError):
        return False
    return True


def _mend(parts: dict[str, Any], name: str) -> None:
    """Drop the part; of words, keep what can be kept."""
    part = parts.pop(name)
    if name == "mode":  # not readable: the careful one; the phone can leave it
        parts[name] = "silent"
    if name == "text" and isinstance(part, str):
        whole = part.encode("utf-8", "replace").decode().translate(_CONTROL)
        if words := whole[:MAX_TEXT]:
            parts[name] = words
