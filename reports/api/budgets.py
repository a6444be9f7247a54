"""What the phones of one incident may upload: over it is refused, and comes later."""

from collections import OrderedDict
from uuid import UUID

from accounts.metrics import dropped
from reports.clock import monotonic
from reports.errors import OverBudget

# A phone gives one chunk a second, and drains what it kept as fast as it may. A flood
# must not take the threads and the disk from the others.
REQUESTS_PER_SECOND = 24.0
BURST = 48.0
INCIDENTS = 10_000  # remembered; the one that was quiet longest is forgotten first

_credits: OrderedDict[UUID, tuple[float, float]] = OrderedDict()


def spend(incident: UUID, cost: int = 1) -> None:
    """Take credits of an incident.

    Raises:
        OverBudget: there are too few for the moment; none were taken.
    """
    moment = monotonic()
    credits, at = _credits.pop(incident, (BURST, moment))
    credits = min(BURST, credits + (moment - at) * REQUESTS_PER_SECOND)
    is_allowed = credits >= cost
    _credits[incident] = (credits - cost * is_allowed, moment)
    while len(_credits) > INCIDENTS:
        _credits.popitem(last=False)
        dropped("incident's budget", "too many to remember")
    if not is_allowed:
        raise OverBudget


def forget() -> None:
    """Forget everybody; for tests."""
    _credits.clear()
