"""A call as its media must know it: who may have a leg, and what may flow."""

from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID

from dispatch.media.interface import GUEST, Audience, RoomPolicy, Track, Who, party
from dispatch.models import Call, Participant
from dispatch.snapshots.incident import muted_tracks
from dispatch.states import CallMode, CallState, ParticipantRole, Stance
from reports import journal

AUDIENCES: dict[str, Audience] = {
    Stance.OPEN: "all",
    Stance.WHISPER: "host",
    Stance.MONITOR: "nobody",
}


class Place(NamedTuple):
    """Who holds a side of the room: the epoch of the place, and at which seat."""

    epoch: int
    seat: UUID | None


@dataclass(frozen=True, slots=True)
class Standing:
    """How a call stands; ``head`` is its incident's stream's, read before the rest."""

    incident: UUID
    head: int
    state: str
    policy: RoomPolicy
    places: dict[Who, Place] = field(default_factory=dict)

    @property
    def is_over(self) -> bool:
        """Return whether nothing may flow any more."""
        return self.state == CallState.ENDED

    def may_begin(self, who: Who) -> bool:
        """Return whether this side may begin a leg now.

        A phone prepares its picture while a seat is asked, and keeps it when the call
        goes back to the line; a seat must have accepted, and whoever else comes must
        have been let in.
        """
        if who == GUEST:
            return self.state in (CallState.OFFERED, CallState.CONNECTED)
        return self.state == CallState.CONNECTED and who in self.places

    def holds(self, who: Who, epoch: int, seat: UUID | None) -> bool:
        """Return whether a window is the one that holds its side; 0, None: not known.

        Epochs are a seat's own: after a transfer another seat may have the same.
        """
        place = self.places.get(who)
        if place is None:
            return not epoch and seat is None
        is_other_seat = seat is not None and seat != place.seat
        return epoch in (0, place.epoch) and not is_other_seat


def standing_of(uuid: UUID) -> Standing | None:
    """Read how a call stands; the head first, so that no change is missed."""
    incident = (
        Call.objects.filter(uuid=uuid).values_list("incident__uuid", flat=True).first()
    )
    if incident is None:
        return None
    head = journal.heads([incident])[incident]
    state, mode = Call.objects.values_list("state", "mode").get(uuid=uuid)
    muted: set[tuple[Who, Track]] = {
        (who, track)  # type: ignore[misc]  # the journal holds no other words
        for who, stopped in muted_tracks(incident, str(uuid)).items()
        for track, is_muted in stopped.items()
        if is_muted
    }
    places: dict[Who, Place] = {}
    audiences: dict[Who, Audience] = {}
    for row in _participants(uuid):
        who: Who = row.role
        if row.role not in (ParticipantRole.GUEST, ParticipantRole.HOST):
            who = party(row.uuid)
            audiences[who] = AUDIENCES[row.stance]
            if row.is_muted:
                muted.add((who, "audio"))
        places[who] = Place(row.epoch, row.seat)
    policy = RoomPolicy(
        is_silent=mode == CallMode.SILENT,
        muted=frozenset(muted),
        audiences=audiences if state == CallState.CONNECTED else {},
    )
    return Standing(incident, head, state, policy, places)


class _Row(NamedTuple):
    role: str
    uuid: UUID
    epoch: int
    seat: UUID | None
    stance: str
    is_muted: bool


def _participants(call: UUID) -> list[_Row]:
    rows = Participant.objects.filter(
        call__uuid=call, left_at__isnull=True
    ).values_list("role", "uuid", "epoch", "seat__uuid", "stance", "is_muted")
    return [_Row(*row) for row in rows]
