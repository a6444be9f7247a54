"""What a supervisor's board needs at ``hello``: rights, and the agencies in sight."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from accounts.models import Agency, User
from accounts.snapshots import rights_of
from accounts.states import RoleKind


@dataclass(frozen=True, slots=True)
class Overseer:
    """A supervisor (or administrator) with what they may see and what they may move.

    ``sees`` are the ids of agencies whose board is open to them; ``moves`` of those
    they supervise. Who only configures looks on.
    """

    user: User
    session_key: str
    version: int
    sees: frozenset[int]
    moves: frozenset[int]

    def streams(self, codes: Collection[str] = ()) -> dict[UUID, int]:
        """Return the agencies' streams and ids, by code; of ``codes`` alone, if any."""
        agencies = Agency.objects.filter(pk__in=self.sees, is_active=True)
        if codes:
            agencies = agencies.filter(code__in=codes)
        return dict(agencies.order_by("code").values_list("uuid", "pk"))


def overseer_of(user: User, session_key: str) -> Overseer | None:
    """Return who looks at boards, or None without a supervisor's right."""
    rights = rights_of(user)
    kinds = RoleKind.SUPERVISOR, RoleKind.ADMINISTRATOR
    everywhere = [kind for kind in kinds if rights.is_everywhere(kind)]
    sees, moves = rights.agencies(*kinds), rights.supervisor_agencies
    if everywhere:
        sees = frozenset(
            Agency.objects.filter(is_active=True, is_synthetic=False).values_list(
                "pk", flat=True
            )
        )
    if RoleKind.SUPERVISOR in everywhere:
        moves = sees
    return Overseer(user, session_key, rights.version, sees, moves) if sees else None
