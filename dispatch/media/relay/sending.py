"""When a frame was sent, on our clock, told from what its sender's own clock says.

A frame says how long after the one before it was made, and nothing of when. The one
that came soonest tells: all others were on the way for longer. The first one does not,
for a picture's key frame is its largest, may lose packets and have them sent again, and
comes seconds late; whatever follows would be put as late as that.
"""

from dataclasses import dataclass

from dispatch.media.interface import Track
from dispatch.media.relay.passthrough import CLOCK_RATES, EncodedFrame

MOST_DRIFT_SECONDS = 5.0  # between a sender's clock and ours; beyond, it was set
# A clock that goes slow would seem ever later; ours gives way faster than any is wrong.
CREEP = 0.0002


@dataclass(slots=True)
class SenderClock:
    """One kind's clock at the browser; what it tells is monotonic seconds."""

    kind: Track
    _timestamp: int = 0  # of the frame that came soonest
    _at: float | None = None  # when that was

    def hear(self, frame: EncodedFrame, at: float) -> None:
        """Learn from a frame that came at this moment."""
        sent = self._reckon(frame)
        if sent is None or not at - MOST_DRIFT_SECONDS <= sent <= at:
            self._timestamp, self._at = frame.timestamp, at

    def moment(self, frame: EncodedFrame, at: float) -> float:
        """Return when a frame that came then was sent."""
        sent = self._reckon(frame)
        if sent is None or not at - MOST_DRIFT_SECONDS <= sent <= at:
            return at
        return sent

    def _reckon(self, frame: EncodedFrame) -> float | None:
        if self._at is None:
            return None
        since = (frame.timestamp - self._timestamp) / CLOCK_RATES[self.kind]
        return self._at + since * (1 + CREEP)
