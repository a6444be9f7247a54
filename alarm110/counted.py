"""Counts HTTP requests by door and status, and notes what they are about for the log.

The outermost layer of every request, hot or not: a dictionary, a clock and two counts.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from prometheus_client import Counter, Histogram

from accounts import logs
from alarm110.asgi_types import Application, Receive, Scope, Send
from reports.clock import monotonic

requests = Counter(
    "alarm110_http_requests",
    "HTTP requests answered, by door and class of the status (gone: nobody waited).",
    ["door", "status"],
)
seconds = Histogram(
    "alarm110_http_seconds",
    "Time from a request to the end of its answer; an inbox waits up to 4 s.",
    ["door"],
    buckets=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)
body_refusals = Counter(
    "alarm110_http_bodies_refused",
    "Bodies over 2 MiB, refused before they were read.",
)
connection_refusals = Counter(
    "alarm110_connections_refused",
    "Connections refused or cut off: too many of one address (in a request, or gave "
    "way to a new one), no request within 15 s, too few descriptors for a socket.",
    ["why"],
)

SUBJECT = re.compile(r"/(call|incident)s/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})")
TAP = "/api/v1/calls"
# The first that a path begins with is its door.
DOORS = (
    ("/static/", "static"),
    ("/api/v1/calls/", "calls"),
    ("/api/v1/incidents", "evidence"),
    ("/api/v1/console/", "console"),
    ("/api/v1/", "api"),
    ("/console/", "console"),
    ("/admin/", "desk"),
    ("/accounts/", "accounts"),
    ("/healthz", "health"),
    ("/readyz", "health"),
    ("/metrics", "health"),
    ("/jsi18n/", "texts"),
)


class Counted:
    """An application whose requests are counted."""

    def __init__(self, application: Application) -> None:
        self._application = application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        began, status = monotonic(), 0
        path: str = scope["path"]
        for kind, uuid in SUBJECT.findall(path):
            logs.about(**{kind: uuid})

        async def counting(message: Mapping[str, Any]) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._application(scope, receive, counting)
        finally:
            door = door_of(path)
            times, count = _counts(door, f"{status // 100}xx" if status else "gone")
            count.inc()
            times.observe(monotonic() - began)


def door_of(path: str) -> str:
    """Return which door a path is: one of a few, whatever anybody asks for."""
    if path == TAP:
        return "tap"
    if path in ("/", "/alarm/"):
        return "phone"
    return next((door for start, door in DOORS if path.startswith(start)), "other")


@lru_cache(maxsize=128)
def _counts(door: str, status: str) -> tuple[Histogram, Counter]:
    return seconds.labels(door), requests.labels(door, status)
