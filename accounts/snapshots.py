"""What others keep a copy of: a person's rights, and whose ground is where."""

import threading
import time
from collections.abc import Iterable

from django.db import InterfaceError, OperationalError
from django.db.models import Subquery

from accounts.matching import AreaIndex, Ground
from accounts.models import Agency, Area, User
from accounts.permissions import HeldRole, Rights
from accounts.states import RoleKind

GROUND_CHECK_SECONDS = 10  # at most one version query in this time


def rights_of(user: User) -> Rights:
    """Read a person's rights afresh, in one query; a disabled person has none."""
    rows = User.objects.filter(pk=user.pk).values_list(
        "rights_version",
        "is_active",
        "is_superuser",
        "roles__kind",
        "roles__agency_id",
    )
    return _rights(rows)


def _rights(
    rows: Iterable[tuple[int, bool, bool, str | None, int | None]],
) -> Rights:
    version = 0
    roles: set[HeldRole] = set()
    for version, is_active, is_superuser, kind, agency_id in rows:  # noqa: B007
        if not is_active:
            continue
        if kind is not None:
            roles.add(HeldRole(kind, agency_id))
        if is_superuser:  # made at the machine itself, to let the first person in
            roles.add(HeldRole(RoleKind.ADMINISTRATOR, None))
    return Rights(version, frozenset(roles))


class _GroundCache:
    """The area index of this process, rebuilt when the configuration changed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.forget()

    def forget(self) -> None:
        """Drop the index; the next look builds it from the database."""
        self._index: AreaIndex | None = None
        self._version: object = None
        self._checked_at = 0.0

    def look(self) -> AreaIndex:
        """Return an index at most 10 s older than the configuration."""
        index = self._index
        if index is not None and not self._is_due():
            return index
        # Whoever has an old one need not wait for the new one that another builds.
        if not self._lock.acquire(blocking=index is None) and index is not None:
            return index
        try:
            return self._renewed() if self._is_due() else self._index or self._renewed()
        finally:
            self._lock.release()

    def _is_due(self) -> bool:
        return time.monotonic() - self._checked_at >= GROUND_CHECK_SECONDS

    def _renewed(self) -> AreaIndex:
        index = self._index
        try:
            # The version is read before the areas: what changes between is read twice.
            version = _ground_version()
            if index is None or version != self._version:
                index = _build_index()
                self._version = version
        except (OperationalError, InterfaceError):
            if index is None:
                raise
            # The database is away: an alarm's page must come all the same.
        self._index = index
        self._checked_at = time.monotonic()
        return index


def _ground_version() -> object:
    """Return what changes with every saved agency or area, in one query."""
    area = Area.history.order_by("-history_id")
    agency = Agency.history.order_by("-history_id").values_list(
        "history_id",
        "history_date",
        Subquery(area.values("history_id")[:1]),
        Subquery(area.values("history_date")[:1]),
    )
    return agency.first()


def _build_index() -> AreaIndex:
    """Read the areas in service; the canary's ground is nobody's."""
    areas = Area.objects.filter(
        is_active=True, agency__is_active=True, agency__is_synthetic=False
    ).order_by("id")
    return AreaIndex(
        Ground(agency_id, area_id, polygon)
        for agency_id, area_id, polygon in areas.values_list(
            "agency_id", "id", "polygon"
        )
    )


_ground = _GroundCache()


def area_index() -> AreaIndex:
    """Return whose ground is where, as this process knows it."""
    return _ground.look()


def forget_ground() -> None:
    """Drop this process's area index (tests, which roll the database back)."""
    _ground.forget()
