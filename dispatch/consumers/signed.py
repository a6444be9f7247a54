"""Whose session a socket was opened with."""

from typing import Any

from django.contrib.auth import get_user
from django.contrib.sessions.models import Session

from accounts.models import User
from reports.clock import now


def signed_in(scope: dict[str, Any]) -> tuple[User, str] | None:
    """Return (who is signed in, the session's key); None for nobody. Reads rows."""
    session = scope.get("session")
    if session is None:
        return None
    user = get_user(_Request(session))  # type: ignore[arg-type]
    return (user, session.session_key) if isinstance(user, User) else None


def still_signed_in(scope: dict[str, Any]) -> tuple[User, str] | None:
    """Return the same, asked again later: a session may be over or signed out."""
    session = scope.get("session")
    if session is None:
        return None
    kept = Session.objects.filter(
        session_key=session.session_key, expire_date__gt=now()
    )
    return signed_in(scope) if kept.exists() else None


class _Request:
    """What ``get_user`` reads of a request."""

    def __init__(self, session: Any) -> None:
        self.session = session
