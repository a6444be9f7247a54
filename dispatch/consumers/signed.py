"""Whose session a socket was opened with, and whether they may still use it."""

from abc import abstractmethod
from collections.abc import Callable
from typing import Any, Generic, Protocol, TypeVar

from django.contrib.auth import get_user
from django.contrib.sessions.models import Session

from accounts.models import User
from dispatch.actions.running import run
from dispatch.consumers.base import CLOSE_NOT_ALLOWED, Socket
from dispatch.errors import NotYours
from reports.clock import now


class Right(Protocol):
    """Who may use a door, by one look at the rows: a console, an overseer."""

    @property
    def user(self) -> User:
        """Return who it is."""

    @property
    def session_key(self) -> str:
        """Return the session it rests on."""

    @property
    def version(self) -> int:
        """Return the version of the rights that were looked at."""


R = TypeVar("R", bound=Right)


class SignedSocket(Socket, Generic[R]):
    """A socket that a session opens: it closes when the session or its right ends."""

    right: R | None = None  # of the last look; None before the first, and for nobody

    @abstractmethod
    def right_of(self, user: User, session_key: str) -> R | None:
        """Return what this person may do here; None for nothing. Reads rows."""

    @abstractmethod
    def is_enough(self, fresh: R) -> bool:
        """Say whether a right still covers what this window shows."""

    async def shut_out(self) -> None:
        """Give up at once what the connection would only give up once it is gone."""

    async def sign_in(self) -> R | None:
        """Look up the right, if it is not known; refuse and close without one."""
        if self.right is None:
            self.right = await run(self._look_up, signed_in)
        if self.right is None:
            self._refuse_right()
        return self.right

    def signed_as(self) -> tuple[int, str, int] | None:
        """Return (user id, session key, version of the rights), once known."""
        known = self.right
        return (known.user.pk, known.session_key, known.version) if known else None

    def spawn_recheck(self) -> None:
        """Look the rights up again; close if they are gone."""
        # Asked by a task of the server's own: what is said is in the socket's language.
        self._context.copy().run(self.spawn, self.recheck())

    async def recheck(self) -> None:
        """The rights changed: close, unless they still cover this window."""
        if self.right is None:
            return
        fresh = await run(self._look_up, still_signed_in)
        if fresh is None or not self.is_enough(fresh):
            self._refuse_right()
            await self.shut_out()
        else:
            self.right = fresh

    def _look_up(
        self, look: Callable[[dict[str, Any]], tuple[User, str] | None]
    ) -> R | None:
        found = look(self.scope)
        return self.right_of(*found) if found else None

    def _refuse_right(self) -> None:
        self.refuse(NotYours())
        self.close(CLOSE_NOT_ALLOWED)


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
