"""An incident's clips, each with what can be done with it and its place on the clock.

Five queries, however many clips there are.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db.models import Q

from dispatch.snapshots.record.clock import (
    Lane,
    Receipt,
    Recording,
    Segment,
    clock_offset,
    lane_of,
    without_copy,
)
from reports.models import EvidenceChunk, EvidenceClip, Incident, ViewCopy
from reports.states import ClipKind, ClipSource, ViewState

MOST_CLIPS = 200  # shown; an incident may have 500 from each source
MOST_RECEIPTS = 30_000  # some eight hours of chunks, read at once
RUNNING = (ClipKind.VIDEO, ClipKind.AUDIO)
MOST_AHEAD = (
    15_000  # milliseconds that a phone may have recorded before its first words
)
CHUNK = 1_000  # milliseconds that a phone's recorder puts into one


@dataclass(frozen=True, slots=True)
class ShownClip:
    """A clip with the newest copy of it, and its lane if it runs."""

    clip: EvidenceClip
    view: ViewCopy | None
    lane: Lane | None
    at: int  # when it begins, milliseconds since 1970

    @property
    def is_playable(self) -> bool:
        """Return whether there is a copy to look at."""
        return self.view is not None and self.view.state == ViewState.READY

    @property
    def end(self) -> int:
        """Return when it ends; a photo is a moment."""
        pieces = self.lane.pieces if self.lane else []
        gaps = self.lane.gaps if self.lane else []
        ends = [p.end for p in pieces] + [gap.at + gap.length for gap in gaps]
        return max([self.at, *ends])


def shown_clips(
    incident: Incident, ended: Mapping[UUID, datetime]
) -> tuple[list[ShownClip], int]:
    """Return an incident's clips by their begin, and how many are left out.

    ``ended``: when each of its calls that is over was.
    """
    rows = EvidenceClip.objects.filter(incident=incident)
    clips = list(rows.order_by("opened_at", "pk")[:MOST_CLIPS])
    left_out = rows.count() - len(clips) if len(clips) == MOST_CLIPS else 0
    views = _views(clips)
    running = [clip for clip in clips if clip.kind in RUNNING and clip.chunk_count]
    recordings = _recordings(running, views, ended)
    by_phone = [
        recordings[clip.pk] for clip in running if clip.source == ClipSource.PHONE
    ]
    offset = clock_offset(by_phone)
    earliest = to_ms(incident.opened_at)
    shown = []
    for clip in clips:
        view, lane = views.get(clip.pk), None
        if clip.pk in recordings:
            lane = lane_of(recordings[clip.pk], offset=offset, earliest=earliest)
            lane = lane if _is_ready(view) else without_copy(lane)
        begins = [piece.at for piece in lane.pieces] if lane else []
        shown.append(
            ShownClip(clip, view, lane, min(begins, default=to_ms(clip.opened_at)))
        )
    return sorted(shown, key=lambda one: (one.at, one.clip.pk)), left_out


def clips_and_views(
    incident: Incident,
) -> list[tuple[EvidenceClip, ViewCopy | None]]:
    """Return the same clips, each with its copy, in two queries and without a clock."""
    rows = EvidenceClip.objects.filter(incident=incident)
    clips = list(rows.order_by("opened_at", "pk")[:MOST_CLIPS])
    views = _views(clips)
    return [(clip, views.get(clip.pk)) for clip in clips]


def _views(clips: Sequence[EvidenceClip]) -> dict[int, ViewCopy]:
    """Return each clip's newest copy that can be played; of others, the newest."""
    views: dict[int, ViewCopy] = {}
    for copy in ViewCopy.objects.filter(clip__in=clips).order_by("pk"):
        known = views.get(copy.clip_id)
        if copy.state == ViewState.READY or not _is_ready(known):
            views[copy.clip_id] = copy
    return views


def _is_ready(view: ViewCopy | None) -> bool:
    return view is not None and view.state == ViewState.READY


def _recordings(
    clips: Sequence[EvidenceClip],
    views: dict[int, ViewCopy],
    ended: Mapping[UUID, datetime],
) -> dict[int, Recording]:
    receipts: dict[int, dict[int, list[Receipt]]] = defaultdict(
        lambda: defaultdict(list)
    )
    rows = EvidenceChunk.objects.filter(clip__in=clips)
    if sum(clip.chunk_count for clip in clips) > MOST_RECEIPTS:
        rows = rows.filter(Q(index__lt=2) | Q(index__endswith="0"))
    for clip, segment, index, at in rows.order_by(
        "clip", "segment", "index"
    ).values_list("clip_id", "segment", "index", "received_at"):
        receipts[clip][segment].append(Receipt(index, to_ms(at)))
    return {
        clip.pk: _recording(clip, views.get(clip.pk), receipts[clip.pk], ended)
        for clip in clips
    }


def _recording(
    clip: EvidenceClip,
    view: ViewCopy | None,
    receipts: dict[int, list[Receipt]],
    ended: Mapping[UUID, datetime],
) -> Recording:
    is_relay = clip.source == ClipSource.RELAY
    places = _places(view)
    if not places and _is_ready(view) and view is not None:
        # A copy made before copies knew where their segments lie: one piece.
        places = {min(receipts, default=0): (0, view.duration_ms)}
        receipts = {number: receipts.get(number, []) for number in places}
    gaps = defaultdict(list)
    for gap in clip.gaps:
        gaps[gap["segment"]].append((gap["first"], gap["last"]))
    segments = []
    for number in sorted({*receipts, *gaps}):
        came = receipts.get(number, [])
        last = max([one.index for one in came] + [end for _, end in gaps[number]])
        segments.append(
            Segment(
                number=number,
                length=_length(
                    clip, places.get(number), last + 1, len(receipts), ended
                ),
                chunks=last + 1,
                copy=places[number][0] if number in places else None,
                receipts=came,
                gaps=() if is_relay and came else gaps[number],
            )
        )
    return Recording(segments, to_ms(clip.opened_at), _claimed(clip), is_relay)


def _length(
    clip: EvidenceClip,
    place: tuple[int, int] | None,
    chunks: int,
    segments: int,
    ended: Mapping[UUID, datetime],
) -> int:
    """Return how long a segment ran: as its copy says, else as can be reckoned.

    A relay's comes whole, some time after its call, which it cannot outlast.
    """
    if place is not None:
        return max(1, place[1] - place[0])
    if clip.source == ClipSource.RELAY:
        claimed = _claimed(clip)
        over = ended.get(clip.call, clip.heard_at) if clip.call else clip.heard_at
        lasted = to_ms(min(over, clip.heard_at)) - (claimed or to_ms(clip.opened_at))
        return max(CHUNK, lasted // max(1, segments))
    return chunks * CHUNK


def _places(view: ViewCopy | None) -> dict[int, tuple[int, int]]:
    """Return where each segment lies in a copy; what cannot be is left out.

    One picture alone begins and ends at once: the copy holds it all the same.
    """
    parts: Iterable[Any] = view.parts if view is not None else ()
    return {
        number: (begins, ends) for number, begins, ends in parts if 0 <= begins <= ends
    }


def _claimed(clip: EvidenceClip) -> int | None:
    """Return when the device says it began; a claim that is no time says nothing."""
    try:
        moment = datetime.fromisoformat(clip.claimed_at)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return to_ms(moment)
    except (ValueError, OverflowError):
        return None


def began_at(clip: EvidenceClip) -> int:
    """Return when a clip began, of a phone's to some seconds; without its chunks.

    A relay's clock is ours; a phone's is believed where it can be true.
    """
    opened, claimed = to_ms(clip.opened_at), _claimed(clip)
    before = 0 if claimed is None else opened - claimed
    is_true = before >= 0 and (clip.source == ClipSource.RELAY or before <= MOST_AHEAD)
    return opened - before if is_true else opened


def to_ms(moment: datetime) -> int:
    """Return milliseconds since 1970."""
    return round(moment.timestamp() * 1000)
