"""The device cookie: a signed random value that names a phone, without a database row.

Set by a visit, it becomes a Caller only at the tap. The value itself never reaches the
database: the Caller keeps its SHA-256.
"""

import hashlib
import secrets

from django.core import signing
from django.http import HttpRequest, HttpResponseBase, parse_cookie

# The prefix makes browsers insist on Secure, Path=/ and no Domain: another host of the
# same site cannot plant a device.
DEVICE_COOKIE = "__Host-device"
MAX_AGE_SECONDS = 400 * 24 * 60 * 60  # browsers keep no cookie longer
_SALT = "alarm110.device"


def new_device() -> str:
    """Return a fresh device value: 32 random bytes, base64url."""
    return secrets.token_urlsafe(32)


def device_hash(value: str) -> str:
    """Return what the database keeps of a device value: SHA-256, lower-case hex."""
    return hashlib.sha256(value.encode()).hexdigest()


def read_device(request: HttpRequest) -> str | None:
    """Return the device value of a request, or None if there is none of ours."""
    return _unsign(request.COOKIES.get(DEVICE_COOKIE))


def read_device_header(cookie_header: str | None) -> str | None:
    """Return the device value in a raw ``Cookie`` header, as sockets get it."""
    return _unsign(parse_cookie(cookie_header or "").get(DEVICE_COOKIE))


def set_device(response: HttpResponseBase, value: str) -> None:
    """Give the browser its device value."""
    response.set_cookie(
        DEVICE_COOKIE,
        signing.Signer(salt=_SALT).sign(value),
        max_age=MAX_AGE_SECONDS,
        path="/",
        secure=True,
        httponly=True,
        samesite="Lax",
    )


def _unsign(signed: str | None) -> str | None:
    if not signed:
        return None
    try:
        return signing.Signer(salt=_SALT).unsign(signed)
    except signing.BadSignature:
        return None


def canary_device(key: str) -> str:
    """Return the device value that the canary's key stands for."""
    return hashlib.sha256(f"canary-device:{key}".encode()).hexdigest()
