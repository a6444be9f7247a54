"""Who may do what: pure predicates over a person's roles. No role, no right.

An agency is named by its database id. A role without an agency holds in all of them.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Protocol

from accounts.states import DESK_ROLES, RoleKind


class Held(Protocol):
    """A role somebody holds, as ``accounts.models.Role`` has it."""

    @property
    def kind(self) -> str:
        """Which role."""

    @property
    def agency_id(self) -> int | None:
        """Where; None is everywhere."""


def holds(roles: Iterable[Held], kind: RoleKind, agency_id: int | None) -> bool:
    """Say whether one of ``roles`` is of this kind, here or everywhere."""
    return any(
        role.kind == kind and role.agency_id in (None, agency_id) for role in roles
    )


def may_operate(roles: Iterable[Held], agency_id: int) -> bool:
    """Sit at a seat of this agency and host its calls."""
    return holds(roles, RoleKind.OPERATOR, agency_id)


def may_supervise(roles: Iterable[Held], agency_id: int) -> bool:
    """See this agency's board, seats and calls, and move them."""
    return holds(roles, RoleKind.SUPERVISOR, agency_id)


def may_audit(roles: Iterable[Held], agency_id: int) -> bool:
    """Read this agency's records."""
    return holds(roles, RoleKind.AUDITOR, agency_id)


def may_administer(roles: Iterable[Held], agency_id: int | None) -> bool:
    """Configure this agency; None asks for the right over all of them."""
    return holds(roles, RoleKind.ADMINISTRATOR, agency_id)


@dataclass(frozen=True, slots=True)
class HeldRole:
    """One role, as a snapshot keeps it."""

    kind: str
    agency_id: int | None


@dataclass(frozen=True, slots=True)
class Rights:
    """What one person may do, at one version of their rights.

    Built by ``accounts.snapshots.rights_of``; whoever keeps one compares ``version``.
    A disabled person has no roles here, whatever the table says.
    """

    version: int
    roles: frozenset[HeldRole] = field(default_factory=frozenset)

    def agencies(self, *kinds: RoleKind) -> frozenset[int]:
        """Return the agencies named by roles of these kinds."""
        return frozenset(
            role.agency_id
            for role in self.roles
            if role.kind in kinds and role.agency_id is not None
        )

    def is_everywhere(self, *kinds: RoleKind) -> bool:
        """Say whether a role of one of these kinds holds in all agencies."""
        return any(role.kind in kinds and role.agency_id is None for role in self.roles)

    @property
    def operator_agencies(self) -> frozenset[int]:
        """Agencies whose seats this person may take."""
        return self.agencies(RoleKind.OPERATOR)

    @property
    def supervisor_agencies(self) -> frozenset[int]:
        """Agencies this person supervises."""
        return self.agencies(RoleKind.SUPERVISOR)

    @property
    def administrator_agencies(self) -> frozenset[int]:
        """Agencies this person configures."""
        return self.agencies(RoleKind.ADMINISTRATOR)

    @property
    def has_desk(self) -> bool:
        """Say whether the supervisor's desk (/admin/) opens for this person."""
        return any(role.kind in DESK_ROLES for role in self.roles)

    def may_operate(self, agency_id: int) -> bool:
        """Sit at a seat of this agency and host its calls."""
        return may_operate(self.roles, agency_id)

    def may_supervise(self, agency_id: int) -> bool:
        """See this agency's board, seats and calls, and move them."""
        return may_supervise(self.roles, agency_id)

    def may_audit(self, agency_id: int) -> bool:
        """Read this agency's records."""
        return may_audit(self.roles, agency_id)

    def may_administer(self, agency_id: int | None) -> bool:
        """Configure this agency; None asks for the right over all of them."""
        return may_administer(self.roles, agency_id)

    def may_manage(self, role: Held) -> bool:
        """Give or take this role: an administrator any, a supervisor operators'.

        Nobody can hand out more than they hold: a right in all agencies needs the
        administrator of all, and a supervisor cannot make supervisors.
        """
        if self.may_administer(role.agency_id):
            return True
        return (
            role.kind == RoleKind.OPERATOR
            and role.agency_id is not None
            and self.may_supervise(role.agency_id)
        )
