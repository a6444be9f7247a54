"""Canonical JSON and the digest chain (EVIDENCE: numbers 5 and 6).

Canonical JSON: sorted keys, no spaces, UTF-8, NFC, no NUL, no lone surrogates, no
floats, no integer of 2^53 or more, because Python, jq and JavaScript print numbers
differently. Times are UTC text with 6 decimals.
"""

import hashlib
import secrets
import unicodedata
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec

MAX_INTEGER = 2**53
_encode = msgspec.json.Encoder(order="sorted").encode


class NotCanonical(ValueError):
    """The value has something the chain must never hold."""


def clean(value: Any) -> Any:
    """Return ``value`` fit for canonical JSON: NFC text, plain types; else raise.

    Raises:
        NotCanonical: a float, a huge integer, NUL, a lone surrogate, an odd type.
    """
    if isinstance(value, str):
        if "\x00" in value:
            raise NotCanonical("NUL in text")
        if value.isascii():
            return value
        try:
            value.encode()
        except UnicodeEncodeError as error:
            raise NotCanonical("lone surrogate in text") from error
        return unicodedata.normalize("NFC", value)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        if abs(value) >= MAX_INTEGER:
            raise NotCanonical(f"{value} is 2^53 or more")
        return value
    if isinstance(value, dict):
        return {clean(str(key)): clean(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [clean(item) for item in value]
    if isinstance(value, UUID):
        return str(value)
    raise NotCanonical(f"{type(value).__name__} has no canonical form")


def canonical(value: Any) -> bytes:
    """Return the canonical JSON of ``value``."""
    return _encode(clean(value))


def new_salt() -> str:
    """Return 16 random bytes, hex: an erased body cannot be guessed from its hash."""
    return secrets.token_hex(16)


def body_hash(salt: str, text: bytes) -> str:
    """Return SHA-256(salt bytes ‖ canonical body), lower-case hex."""
    return hashlib.sha256(bytes.fromhex(salt) + text).hexdigest()


def chain_time(moment: datetime) -> str:
    """Return a moment as the chain writes it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def digest(
    *,
    stream: UUID,
    seq: int,
    prev: str,
    at: datetime,
    author: tuple[str, str],
    kind: str,
    subject: tuple[str, str],
    body_hash: str,
) -> str:
    """Return an entry's digest: SHA-256 over its canonical JSON, lower-case hex."""
    return hashlib.sha256(
        _encode(
            {
                "at": chain_time(at),
                "author": {"id": author[1], "kind": author[0]},
                "body_hash": body_hash,
                "kind": kind,
                "object": {"id": subject[1], "kind": subject[0]},
                "prev": prev,
                "seq": seq,
                "stream": str(stream),
            }
        )
    ).hexdigest()
