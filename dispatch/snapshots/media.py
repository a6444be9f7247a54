"""A call as its media must know it: who may have a leg, and what may flow."""

from dataclasses import dataclass, field
from uuid import UUID

from dispatch.media.interface import RoomPolicy, Track, Who
from dispatch.models import Call, Participant
from dispatch.snapshots.incident import muted_tracks
from dispatch.states import CallMode, CallState
from reports import journal


@dataclass(frozen=True, slots=True)
class Standing:
    """How a call stands; ``head`` is its incident's stream's, read before the rest."""

    incident: UUID
    head: int
    state: str
    policy: RoomPolicy
    epochs: dict[str, int] = field(default_factory=dict)  # of who holds each side now

    @property
    def is_over(self) -> bool:
        """Return whether nothing may flow any more."""
        return self.state == CallState.ENDED

    def may_begin(self, who: Who) -> bool:
        """Return whether this side may begin a leg now.

        A phone prepares its picture while a seat is asked, and keeps it when the call
        goes back to the line; a seat must have accepted.
        """
        if who == "guest":
            return self.state in (CallState.OFFERED, CallState.CONNECTED)
        return self.state == CallState.CONNECTED


def standing_of(uuid: UUID) -> Standing | None:
    """Read how a call stands; the head first, so that no change is missed."""
    incident = (
        Call.objects.filter(uuid=uuid).values_list("incident__uuid", flat=True).first()
    )
    if incident is None:
        return None
    head = journal.heads([incident])[incident]
    state, mode = Call.objects.values_list("state", "mode").get(uuid=uuid)
    epochs = dict(
        Participant.objects.filter(call__uuid=uuid, left_at__isnull=True).values_list(
            "role", "epoch"
        )
    )
    tracks = muted_tracks(incident, str(uuid))
    muted: frozenset[tuple[Who, Track]] = frozenset(
        (who, track)  # type: ignore[misc]  # the journal holds no other words
        for who, stopped in tracks.items()
        for track, is_muted in stopped.items()
        if is_muted
    )
    policy = RoomPolicy(is_silent=mode == CallMode.SILENT, muted=muted)
    return Standing(incident, head, state, policy, epochs)
