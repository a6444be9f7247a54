"""Credits that refill with time, by whoever spends them. In memory, a process.

A token bucket each (RFC 2697 section 3 has the same idea for a line). Who is full again
is forgotten: it is as if it had never been heard of, so memory follows what goes on now
and not what went by.
"""

from collections import OrderedDict
from collections.abc import Hashable
from threading import Lock
from typing import Generic, TypeVar

from accounts.metrics import dropped

K = TypeVar("K", bound=Hashable)


class Buckets(Generic[K]):
    """One bucket for each key.

    ``name``: what one is called where it is counted that there were too many.
    ``per_second``, ``burst``: credits that come back, and that there are at most.
    ``most``: keys; over it the one not heard of for longest is forgotten.
    """

    def __init__(self, name: str, per_second: float, burst: float, most: int) -> None:
        self.per_second, self.burst, self.most = per_second, burst, most
        self._name = name
        # In the order of their last spending, which is that of the moments.
        self._kept: OrderedDict[K, tuple[float, float]] = OrderedDict()
        self._lock = Lock()  # the loop spends, and so do the threads of plain pages

    def __len__(self) -> int:
        return len(self._kept)

    def spend(self, key: K, moment: float, cost: int = 1) -> bool:
        """Take credits at a moment (s, monotonic); False, and none taken: too few."""
        with self._lock:
            credits = self._now(*self._kept.pop(key, (self.burst, moment)), moment)
            is_there = credits >= cost
            self._kept[key] = (credits - cost * is_there, moment)
            self._forget(moment)
        return is_there

    def clear(self) -> None:
        """Forget everybody."""
        self._kept.clear()

    def _now(self, credits: float, since: float, moment: float) -> float:
        return min(self.burst, credits + (moment - since) * self.per_second)

    def _forget(self, moment: float) -> None:
        while self._kept:
            oldest = next(iter(self._kept.values()))
            if self._now(*oldest, moment) < self.burst:
                break
            self._kept.popitem(last=False)
        if len(self._kept) > self.most:
            self._kept.popitem(last=False)
            dropped(self._name, "too many to remember")
