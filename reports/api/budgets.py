"""What the phones of one incident may upload: over it is refused, and comes later."""

from uuid import UUID

from accounts.buckets import Buckets
from reports.clock import monotonic
from reports.errors import OverBudget

# A phone gives one chunk a second, and drains what it kept as fast as it may. A flood
# must not take the threads and the disk from the others.
REQUESTS_PER_SECOND = 24.0
BURST = 48.0
INCIDENTS = 10_000  # remembered; the one that was quiet longest is forgotten first

kept: Buckets[UUID] = Buckets(
    "incident's budget", REQUESTS_PER_SECOND, BURST, INCIDENTS
)


def spend(incident: UUID, cost: int = 1) -> None:
    """Take credits of an incident.

    Raises:
        OverBudget: there are too few for the moment; none were taken.
    """
    if not kept.spend(incident, monotonic(), cost):
        raise OverBudget
