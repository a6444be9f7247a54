"""Whose pages may speak to us: the Origin check that stands in for a CSRF token.

A tap from a page left open for days must work, and its token would be stale; an Origin
never is, and no other site's page can forge it.
"""

from django.conf import settings


def origin_allowed(origin: str | None) -> bool:
    """Say whether a request with this ``Origin`` header may change anything.

    Every browser sends one with a POST and with a socket; without one it is refused.
    """
    return origin is not None and origin in settings.ALLOWED_ORIGINS
