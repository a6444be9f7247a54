"""What can be said of a frame or a handshake before it is understood."""

import re
from uuid import UUID

import msgspec
from django.http import parse_cookie
from django.utils import translation
from django.utils.translation import trans_real

from dispatch.commands import MAX_FRAME_BYTES

_ID = re.compile(r'"id"\s*:\s*"([0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})"')
_END = 512  # characters of a frame over its limit that are read, at either end


class _Identified(msgspec.Struct):
    """The id of a frame that could not be read otherwise."""

    id: UUID


def is_too_large(text: str | bytes) -> bool:
    """Return whether a frame is over its limit in bytes."""
    if isinstance(text, bytes):
        return len(text) > MAX_FRAME_BYTES
    return (
        len(text) > MAX_FRAME_BYTES
        or len(text.encode("utf-8", "replace")) > MAX_FRAME_BYTES
    )


def id_in(text: str | bytes) -> UUID | None:
    """Return the id of a frame that was refused, if it has one.

    Also of a text that is no JSON: half an emoji makes it so, and a phone that is not
    told which command failed would send it for ever.
    """
    try:
        return msgspec.json.decode(text, type=_Identified).id
    except (msgspec.MsgspecError, RecursionError, UnicodeError):
        shown = text if isinstance(text, str) else text.decode("utf-8", "replace")
        found = _ID.search(shown)
        return UUID(found[1]) if found else None


def id_at_an_end(text: str | bytes) -> UUID | None:
    """Return the id of a frame that is over its limit, if it stands near an end of it.

    The rest, up to a megabyte, is not read for a refusal. Our own pages write the id
    last, others first. Whoever hides it in the middle is told without it.
    """
    return id_in(text[:_END]) or id_in(text[-_END:])


def language_of(headers: dict[bytes, bytes]) -> str:
    """Return the language of the page that opened the socket."""
    chosen = parse_cookie(headers.get(b"cookie", b"").decode("latin-1")).get(
        "django_language"
    )
    wanted = [chosen] if chosen else []
    accepted = headers.get(b"accept-language", b"").decode("latin-1")
    wanted += [code for code, _ in trans_real.parse_accept_lang_header(accepted)]
    for code in wanted:
        try:
            return translation.get_supported_language_variant(code)
        except LookupError:
            continue
    return translation.get_language() or "en"
