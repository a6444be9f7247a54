"""What one socket may send: a token bucket; over it is refused by code."""

from reports.clock import monotonic

COMMANDS_PER_SECOND = 20.0
BURST = 40.0


class Budget:
    """Credits that refill with time."""

    __slots__ = ("_credits", "_moment")

    def __init__(self) -> None:
        self._credits = BURST
        self._moment = monotonic()

    def spend(self, cost: int = 1) -> bool:
        """Take ``cost`` credits; False if there are not so many left."""
        moment = monotonic()
        gained = (moment - self._moment) * COMMANDS_PER_SECOND
        self._credits = min(BURST, self._credits + gained)
        self._moment = moment
        if self._credits < cost:
            return False
        self._credits -= cost
        return True
