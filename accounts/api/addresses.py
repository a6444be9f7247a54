"""How often one network address may ask for what no alarm vouches for.

A flood of guesses or of opened sockets costs a query each, and alarms share the
database with it. A tap is never counted, nor is the page with the button, which asks
the database nothing. Who shows a call's capability takes sockets from the call's own
bucket, and the rest from none. Guesses at calls and numbers and sockets without a
capability an address takes from one bucket, so generous that a village behind one
address, or a hall of consoles after a restart, does not feel it. In memory, a process.
"""

import ipaddress
import time
from collections import Counter
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest

from accounts.buckets import Buckets

PER_SECOND = 20.0
BURST = 600.0
MAX_ADDRESSES = 10_000
MAX_LENGTH = 64  # characters of what a proxy calls an address

refused: Counter[str] = Counter()  # by door
buckets: Buckets[str | UUID] = Buckets("address", PER_SECOND, BURST, MAX_ADDRESSES)


def may_ask(request: HttpRequest, door: str) -> bool:
    """Take one credit of the address that asks; False if it has none left."""
    return _may_ask(
        request.META.get("REMOTE_ADDR"), request.META.get("HTTP_X_FORWARDED_FOR"), door
    )


def may_open(scope: Mapping[str, Any], door: str) -> bool:
    """Do the same for a socket, by its ASGI scope."""
    remote = (scope.get("client") or (None,))[0]
    forwarded = dict(scope["headers"]).get(b"x-forwarded-for")
    return _may_ask(remote, forwarded and forwarded.decode("latin-1"), door)


def may_come_back(call: UUID, door: str) -> bool:
    """Do the same for who shows a call's capability: no other address slows it down."""
    if buckets.spend(call, time.monotonic()):
        return True
    refused[door] += 1
    return False


def _may_ask(remote: str | None, forwarded: str | None, door: str) -> bool:
    address = address_of(remote, forwarded)
    if address is None or buckets.spend(address, time.monotonic()):
        return True
    refused[door] += 1
    return False


def address_of(remote: str | None, forwarded: str | None) -> str | None:
    """Return whose request it is; None where nobody knows (a unix socket).

    As the throttles do (``NUM_PROXIES``): X-Forwarded-For is a claim unless our own
    proxy wrote it, and then its last part is the proxy's word.
    """
    framework: dict[str, Any] = settings.REST_FRAMEWORK
    proxies: int = framework["NUM_PROXIES"]
    if proxies and forwarded:
        parts = forwarded.split(",")
        remote = parts[-min(proxies, len(parts))].strip()
    return network_of(remote) if remote else None


def network_of(text: str) -> str:
    """Return what one customer has: an IPv4 address, or an IPv6 network of 64 bits."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return text[:MAX_LENGTH]
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ipaddress.IPv6Network((int(address) >> 64 << 64, 64)))
