"""Words written in a call's room, fenced: only who holds the place may write."""

from collections.abc import Sequence
from dataclasses import dataclass

from dispatch.actions.calls import Holder
from dispatch.errors import EpochStale, NoSeat
from dispatch.models import Participant, Seat, Shift
from dispatch.states import ParticipantRole
from reports.actions.messages import MessageBatch, MessageItem
from reports.writer import Attempt


@dataclass(frozen=True, slots=True)
class Guest:
    """A call as one of the phone's windows holds it, by the place's epoch."""

    call_id: int
    epoch: int


@dataclass(frozen=True, slots=True)
class RoomMessage(MessageItem):
    """A message with the place it is written from."""

    place: Guest | Holder


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
        epochs = dict(
            Participant.objects.filter(
                call_id__in=[a.item.place.call_id for a in attempts],
                role=ParticipantRole.GUEST,
                left_at__isnull=True,
            ).values_list("call_id", "epoch")
        )
        for attempt in attempts:
            place = attempt.item.place
            if epochs.get(place.call_id, place.epoch) != place.epoch:
                attempt.error = EpochStale()

    def _fence_seats(self, attempts: Sequence[Attempt]) -> None:
        if not attempts:
            return
        seat_ids = [a.item.place.seat_id for a in attempts]
        epochs = dict(
            Shift.objects.filter(
                seat_id__in=seat_ids, ended_at__isnull=True
            ).values_list("seat_id", "epoch")
        )
        rooms = set(
            Participant.objects.filter(
                seat_id__in=seat_ids, left_at__isnull=True
            ).values_list("seat_id", "call__incident__uuid")
        )
        rest = [s for s in seat_ids if not any(s == seat for seat, _ in rooms)]
        if rest:  # those in wrap-up may still write
            rooms |= set(
                Seat.objects.filter(
                    pk__in=rest, wrap_up_call__isnull=False
                ).values_list("pk", "wrap_up_call__incident__uuid")
            )
        for attempt in attempts:
            place = attempt.item.place
            if epochs.get(place.seat_id) != place.epoch:
                attempt.error = EpochStale()
            elif (place.seat_id, attempt.item.incident) not in rooms:
                attempt.error = NoSeat()
