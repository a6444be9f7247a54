"""When a frame was sent, on our clock, told from what its sender's own clock says.

A frame says how long after the one before it was made, and nothing of when. The one
that came soonest tells: all others were on the way for longer. The first one does not,
for a picture's key frame is its largest, may lose packets and have them sent again, and
comes seconds late; whatever follows would be put as late as that.

A clock may also stand: a sound's counts samples, and a microphone that is taken away
gives none. Then every frame seems equally late from there on, while a line that stood
still catches up. So frames that stay late for a while are not late.
"""

from dataclasses import dataclass

from dispatch.media.interface import Track
from dispatch.media.relay.passthrough import CLOCK_RATES, EncodedFrame

MOST_LATE_SECONDS = 5.0  # whatever seems later was not: a clock was set
IN_TIME_SECONDS = 0.1  # behind the soonest; lips and voice may be so far apart
STOOD_SECONDS = 3.0  # if all came late for so long, and no less late, it is the clock
# A clock that goes slow would seem ever later; ours gives way faster than any is wrong.
CREEP = 0.0002
TICKS = 2**32  # a timestamp is of 32 bits, then it begins anew


@dataclass(slots=True)
class SenderClock:
    """One kind's clock at the browser; what it tells is monotonic seconds.

    ``hear`` every frame as it comes; then ``moment`` tells of it and of late ones.
    """

    kind: Track
    _timestamp: int | None = None  # of the frame that came last
    _told: float = 0.0  # by their clock when that was made: seconds since its first
    _ahead: float = 0.0  # our clock is of theirs, says the frame that came soonest
    _late_since: float | None = None  # all came late from then on, and no less late
    _late_ahead: float = 0.0  # said the first of these

    def hear(self, frame: EncodedFrame, at: float) -> None:
        """Learn from a frame that came at this moment."""
        is_first = self._timestamp is None
        since = self._since_last(frame)
        self._timestamp = frame.timestamp
        self._told += since
        self._ahead += max(0.0, since) * CREEP
        ahead = at - self._told
        late = ahead - self._ahead
        if is_first or late <= 0:
            self._believe(ahead)
        elif late <= IN_TIME_SECONDS:
            self._late_since = None
        elif self._late_since is None or ahead < self._late_ahead - IN_TIME_SECONDS:
            self._late_since, self._late_ahead = at, ahead  # it may be catching up
        elif at - self._late_since >= STOOD_SECONDS:
            self._believe(self._late_ahead)

    def moment(self, frame: EncodedFrame, at: float) -> float:
        """Return when a frame that came then was sent."""
        if self._timestamp is None:
            return at
        sent = self._told + self._since_last(frame) + self._ahead
        return sent if at - MOST_LATE_SECONDS <= sent <= at else at

    def _believe(self, ahead: float) -> None:
        self._ahead, self._late_since = ahead, None

    def _since_last(self, frame: EncodedFrame) -> float:
        """Return seconds between the frame that came last and this; also backwards."""
        if self._timestamp is None:
            return 0.0
        ticks = (frame.timestamp - self._timestamp + TICKS // 2) % TICKS - TICKS // 2
        return ticks / CLOCK_RATES[self.kind]
