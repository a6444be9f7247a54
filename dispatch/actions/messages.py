"""What is said and decided in a call's room, fenced: only who holds the place may.

Words, and acts of the room that are entries only: a warning, a muting.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from dispatch.actions.holding import Holder
from dispatch.errors import EpochStale, NoSeat, NotAsked
from dispatch.events import CallWarning
from dispatch.models.hot import guest_epochs, seat_places
from dispatch.snapshots.incident import warning_state
from dispatch.states import ParticipantRole
from reports.actions.messages import MessageBatch, MessageItem
from reports.events import EntryBody
from reports.journal import Author
from reports.writer import Attempt


@dataclass(frozen=True, slots=True)
class Guest:
    """A call as one of the phone's windows holds it, by the place's epoch."""

    call_id: int
    epoch: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomMessage(MessageItem):
    """A message with the place it is written from."""

    place: Guest | Holder


@dataclass(frozen=True, slots=True)
class RoomAct:
    """An act in a room that is its entry, and nothing else."""

    incident: UUID
    author: Author
    body: EntryBody
    client_id: UUID
    place: Guest | Holder
    clip: UUID | None = None


class RoomMessageBatch(MessageBatch):
    """Writes messages of callers and seats, if their epochs still stand."""

    def lock(self, attempts: Sequence[Attempt]) -> None:
        """Settle known messages, refuse those from a place that was given away."""
        super().lock(attempts)
        open_ones = [a for a in attempts if a.is_open]
        self._fence_guests([a for a in open_ones if isinstance(a.item.place, Guest)])
        self._fence_seats([a for a in open_ones if isinstance(a.item.place, Holder)])

    def _fence_guests(self, attempts: Sequence[Attempt]) -> None:
        """A call that ended has no place left: what the phone still sends is taken."""
        if not attempts:
            return
        epochs = guest_epochs([a.item.place.call_id for a in attempts])
        for attempt in attempts:
            place = attempt.item.place
            if epochs.get(place.call_id, place.epoch) != place.epoch:
                attempt.error = EpochStale()

    def _fence_seats(self, attempts: Sequence[Attempt]) -> None:
        if not attempts:
            return
        places = seat_places([a.item.place.seat_id for a in attempts])
        for attempt in attempts:
            now = places.get(attempt.item.place.seat_id)
            if now is None or now.epoch != attempt.item.place.epoch:
                attempt.error = EpochStale()
            elif now.incident != attempt.item.incident or not self.may(now.role):
                attempt.error = NoSeat()

    def may(self, role: str | None) -> bool:
        """Say whether a seat with this role in the room, or none, may do this."""
        return True


class RoomActBatch(RoomMessageBatch):
    """Writes acts of the room, if their epochs still stand, and its host's alone."""

    def lock(self, attempts: Sequence[Attempt]) -> None:
        """Refuse also a yes to a warning that is not asked any more.

        It waited in a phone without a line while the operator took the question back:
        written now, it would show the officer, large and loud, to whoever threatens.
        A no does no harm whenever it comes.
        """
        super().lock(attempts)
        states: dict[UUID, str] = {}  # in the order in which they will be written
        for attempt in attempts:
            body = attempt.item.body
            if not attempt.is_open or not isinstance(body, CallWarning):
                continue
            if body.state == "shown" and body.call not in states:
                # One query an answer: there is about one in a call.
                states[body.call] = warning_state(attempt.item.incident, body.call)
            if body.state == "shown" and states[body.call] != "asked":
                attempt.error = NotAsked()
            else:
                states[body.call] = body.state

    def may(self, role: str | None) -> bool:
        """Let the host act; who was asked in, or wraps up, does not."""
        return role == ParticipantRole.HOST

    def body(self, item: Any) -> EntryBody:
        """Return the act itself."""
        act: EntryBody = item.body
        return act
