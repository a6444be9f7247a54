"""Cuts off, within a second or two, whoever lost a right or signed out."""

from django.contrib.sessions.models import Session

from accounts.models import User
from dispatch import broadcast as rooms
from dispatch.broadcast import Signed
from dispatch.loops.base import Loop
from reports.clock import now


class Rights(Loop):
    """Compares the sockets' rights with the database, two queries a second."""

    def __init__(self) -> None:
        super().__init__("rights", 1.0)

    async def turn(self) -> None:
        """Look at everyone who is signed in here."""
        sockets = [port for port in rooms.live if isinstance(port, Signed)]
        signed = [(port, known) for port in sockets if (known := port.signed_as())]
        if not signed:
            return
        versions, sessions = await self.in_thread(
            _look,
            {user for _, (user, _, _) in signed},
            {key for _, (_, key, _) in signed},
        )
        for port, (user, key, version) in signed:
            if versions.get(user) != version or key not in sessions:
                port.spawn_recheck()


def _look(users: set[int], keys: set[str]) -> tuple[dict[int, int], set[str]]:
    versions = dict(
        User.objects.filter(pk__in=users, is_active=True).values_list(
            "pk", "rights_version"
        )
    )
    sessions = set(
        Session.objects.filter(session_key__in=keys, expire_date__gt=now()).values_list(
            "session_key", flat=True
        )
    )
    return versions, sessions
