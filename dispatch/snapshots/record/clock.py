"""When recordings ran, on the server's clock; pure arithmetic, no rows.

A relay's recording says its start by our own clock. A phone's says it by the phone's,
which may be off by a day; but a chunk cannot arrive before it was recorded, so each
receipt is a latest start, and the promptest ones are right to a second or so. Segments
follow each other: a later one that came promptly tells about the ones before it.

All figures are milliseconds; moments count from 1970.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

# A recorder begins its next segment a moment before the last one stops.
OVERLAP = 300
# Less is the time between two starts of a recorder, and no pause.
PAUSE = 3_000
# What arrives in less than half the time it lasted was held back and sent later.
PROMPT_SHARE = 0.5
# Beyond this the phone's clock was set while it recorded: what it claims helps nobody.
CLOCK_SET = 5_000

RELAY, RECEIPTS, CLAIM, LATE = "relay", "receipts", "claim", "late"


@dataclass(frozen=True, slots=True)
class Receipt:
    """A chunk of a segment, and when it was received."""

    index: int
    at: int


@dataclass(frozen=True, slots=True)
class Segment:
    """One run of a recorder: how long, how many chunks, and where it is in the copy.

    ``copy`` is None where the copy does not hold it; ``gaps`` are chunks that never
    came, first to last.
    """

    number: int
    length: int
    chunks: int  # those that never came included
    copy: int | None = None
    receipts: Sequence[Receipt] = ()
    gaps: Sequence[tuple[int, int]] = ()

    @property
    def latest(self) -> int | None:
        """Return the latest moment it can have begun; None: nothing of it came."""
        if not self.receipts:
            return None
        return min(one.at - self._end_of(one.index) for one in self.receipts)

    @property
    def is_prompt(self) -> bool:
        """Return whether its chunks came while it was recorded, and not afterwards."""
        moments = [one.at for one in self.receipts]
        if len(moments) < 2:
            return False
        lasted = self.length * (len(moments) - 1) / len(moments)
        return max(moments) - min(moments) >= lasted * PROMPT_SHARE

    def _end_of(self, index: int) -> int:
        return self.length * (index + 1) // max(1, self.chunks)


@dataclass(frozen=True, slots=True)
class Piece:
    """A segment on the clock; ``copy`` is where it begins in the copy that is played.

    A piece without ``copy`` cannot be looked at.
    """

    at: int
    length: int
    copy: int | None

    @property
    def end(self) -> int:
        """Return when it ends."""
        return self.at + self.length


@dataclass(frozen=True, slots=True)
class Gap:
    """A time of which there is nothing; ``why``: missing, pause, left_out."""

    at: int
    length: int
    why: str
    count: int = 0  # chunks that never came


@dataclass(frozen=True, slots=True)
class Lane:
    """A recording on the clock. ``anchor`` says by what its start is known."""

    anchor: str
    pieces: list[Piece] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Recording:
    """What is known of a clip that runs.

    ``opened``: when we first heard of it; ``claimed``: its start by its own clock.
    """

    segments: Sequence[Segment]
    opened: int
    claimed: int | None
    is_relay: bool = False

    def bounds(self) -> list[int | None]:
        """Return the latest start of each segment, the later ones' word included."""
        bounds = [segment.latest for segment in self.segments]
        bounds[:1] = [min(self.opened, bounds[0] or self.opened)]
        for place in range(len(bounds) - 2, -1, -1):
            following, own = bounds[place + 1], bounds[place]
            if following is None:
                continue
            before = following - self.segments[place].length + OVERLAP
            bounds[place] = before if own is None else min(own, before)
        return bounds

    @property
    def is_prompt(self) -> bool:
        """Return whether its beginning can be told from when it arrived."""
        return any(segment.is_prompt for segment in self.segments)


def clock_offset(recordings: Sequence[Recording]) -> int | None:
    """Return by how much a phone's clock is to be moved; None: nothing tells.

    The promptest of its recordings decides: each other only came later.
    """
    offsets = [
        bound - recording.claimed
        for recording in recordings
        if recording.claimed is not None
        and recording.is_prompt
        and (bound := recording.bounds()[0]) is not None
    ]
    return min(offsets) if offsets else None


def lane_of(recording: Recording, *, offset: int | None, earliest: int) -> Lane:
    """Lay a recording on the clock; ``earliest``: when the alarm was raised."""
    if not recording.segments:
        return Lane(LATE)
    bounds = recording.bounds()
    start, anchor = _start(recording, bounds[0] or recording.opened, offset, earliest)
    lane = Lane(anchor)
    at = start
    for place, (segment, bound) in enumerate(
        zip(recording.segments, bounds, strict=True)
    ):
        if place and bound is not None and bound > at + PAUSE:
            before = recording.segments[place - 1]
            if segment.is_prompt or segment.number > before.number + 1:
                lane.gaps.append(Gap(at, bound - at, "pause"))
                at = bound
        if place and recording.is_relay and bound is not None:
            at = min(at, bound)  # it came whole, so it had ended
        _lay(lane, segment, at)
        at += segment.length
    return lane


def _start(
    recording: Recording, bound: int, offset: int | None, earliest: int
) -> tuple[int, str]:
    claimed = recording.claimed
    if recording.is_relay and claimed is not None:
        return claimed, RELAY
    # One chunk of a number far off would move the clock's begin hours before the alarm.
    bound = max(bound, earliest - CLOCK_SET)
    if recording.is_prompt:
        if claimed is not None and offset is not None:
            moved = claimed + offset
            if bound - CLOCK_SET < moved <= bound:
                return moved, RECEIPTS
        return bound, RECEIPTS
    if claimed is not None and offset is not None:
        moved = claimed + offset
        if earliest - CLOCK_SET <= moved <= bound:
            return moved, CLAIM
    return bound, LATE


def _lay(lane: Lane, segment: Segment, at: int) -> None:
    """Put a segment on the clock, and what it lacks."""
    if not segment.receipts and segment.gaps:  # not one chunk of it came
        count = sum(last - first + 1 for first, last in segment.gaps)
        lane.gaps.append(Gap(at, segment.length, "missing", count))
        return
    lane.pieces.append(Piece(at, segment.length, segment.copy))
    if segment.copy is None and segment.receipts:
        lane.gaps.append(Gap(at, segment.length, "left_out"))
    chunk = segment.length / max(1, segment.chunks)
    for first, last in segment.gaps:
        begins = at + round(first * chunk)
        ends = at + round((last + 1) * chunk)
        lane.gaps.append(Gap(begins, ends - begins, "missing", last - first + 1))


def without_copy(lane: Lane) -> Lane:
    """Return the same lane of a recording that cannot be played (yet)."""
    return replace(
        lane,
        pieces=[Piece(piece.at, piece.length, None) for piece in lane.pieces],
        gaps=[gap for gap in lane.gaps if gap.why != "left_out"],
    )
