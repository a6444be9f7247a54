"""Cuts off, within a second or two, whoever lost a right or signed out.

A session ends twelve hours after the sign-in, but never in mid call: while the window
that holds a seat talks there, its session is made to last a little longer.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.contrib.sessions.models import Session

from accounts.actions.sessions import prolong
from accounts.models import User
from dispatch import broadcast as rooms
from dispatch.broadcast import Signed
from dispatch.loops.base import Loop
from dispatch.models import Shift
from dispatch.states import Activity
from reports.clock import now

# A session with less than SOON left, in mid call, gets LONGER from now: it is written
# once in ten minutes, and outlives the call by enough for the wrap-up, at most 600 s.
SOON = timedelta(minutes=5)
LONGER = timedelta(minutes=15)


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
        at_seats: set[object] = set(rooms.seated())
        versions, sessions = await self.in_thread(
            _look,
            {user for _, (user, _, _) in signed},
            {key for _, (_, key, _) in signed},
            {known for port, known in signed if port in at_seats},
        )
        for port, (user, key, version) in signed:
            if versions.get(user) != version or key not in sessions:
                port.spawn_recheck()


def _look(
    users: set[int], keys: set[str], at_seats: set[tuple[int, str, int]]
) -> tuple[dict[int, int], Mapping[str, datetime]]:
    moment = now()
    versions = dict(
        User.objects.filter(pk__in=users, is_active=True).values_list(
            "pk", "rights_version"
        )
    )
    sessions = dict(
        Session.objects.filter(
            session_key__in=keys, expire_date__gt=moment
        ).values_list("session_key", "expire_date")
    )
    ending = {
        key: user
        for user, key, version in at_seats
        if versions.get(user) == version
        and key in sessions
        and sessions[key] < moment + SOON
    }
    if ending:
        talking = _on_call(set(ending.values()))
        kept = [key for key, user in ending.items() if user in talking]
        if kept:
            prolong(kept, moment=moment, until=moment + LONGER)
    return versions, sessions


def _on_call(users: set[int]) -> set[int]:
    """Return who of these is in a call's room at a seat."""
    shifts = Shift.objects.filter(
        operator_id__in=users, ended_at__isnull=True, seat__activity=Activity.ON_CALL
    )
    return set(shifts.values_list("operator_id", flat=True))
