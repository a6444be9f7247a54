"""The verbs that move calls and seats, whoever asks.

Every path (automatic, by hand, a lapse, a restart) goes through these, so there is one
writer of each state. A verb moves locked rows in memory and notes the entries;
``commit`` writes them.
"""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

from accounts.models import Agency
from dispatch import events
from dispatch.actions.locked import Locked
from dispatch.commands import Position
from dispatch.models import Call, Offer, Participant, Seat, Shift
from dispatch.snapshots import ground, line_call
from dispatch.states import (
    AUTO_ACCEPT_SECONDS,
    CALL_MOVES,
    ESCALATE_SECONDS,
    RING_SECONDS,
    WRAP_UP_SECONDS,
    Activity,
    Availability,
    CallState,
    EndReason,
    OfferState,
    ParticipantRole,
    ShiftEnd,
)
from reports.journal import SYSTEM, Author, Draft


class Switchboard(Locked):
    """Locked seats and calls, and what can happen to them."""

    # --- Verbs on calls --------------------------------------------------------------

    def offer(self, call: Call, seat: Seat, author: Author) -> None:
        """Reserve the seat for the call."""
        answer = call.agency.answer_mode
        seconds = AUTO_ACCEPT_SECONDS if answer == "auto" else RING_SECONDS
        offer = Offer(
            uuid=uuid4(),
            call=call,
            seat=seat,
            answer=answer,
            made_at=self.now,
            expires_at=self.now + timedelta(seconds=seconds),
        )
        self._new_offers.append(offer)
        self.offers.append(offer)
        self._move(call, CallState.OFFERED)
        call.seat = seat
        self._set_activity(seat, Activity.OFFERED, "offered")
        self.tell(call, events.CallOffered(call=self.view(call)), author)

    def settle_offer(self, offer: Offer, state: OfferState) -> None:
        """Close an open offer."""
        offer.state = state
        offer.settled_at = self.now
        self._changed_offers.append(offer)
        self.offers.remove(offer)

    def extend_offer(self, offer: Offer, until: datetime) -> None:
        """Give the seat longer to answer."""
        offer.expires_at = until
        self._changed_offers.append(offer)
        self.seat_changed(self.seats[offer.seat_id], "offer extended")

    def connect(
        self, call: Call, seat: Seat, author: Author, client_id: UUID | None
    ) -> None:
        """Make the seat the host and admit the caller as its guest."""
        shift = self.shifts[seat.pk]
        self._new_hosts.append(
            host := Participant(
                call=call,
                role=ParticipantRole.HOST,
                seat=seat,
                operator=shift.operator,
                epoch=shift.epoch,
                joined_at=self.now,
                admitted_at=self.now,
            )
        )
        self.hosts[call.pk] = host
        guest = self.guests.get(call.pk)
        if guest is not None and guest.admitted_at is None:
            guest.admitted_at = self.now
            self._changed_participants.append(guest)
        self._move(call, CallState.CONNECTED)
        call.seat = seat
        call.connected_at = self.now
        call.escalate_at = None
        self._set_activity(seat, Activity.ON_CALL, "connected")
        self.tell(call, events.CallConnected(call=self.view(call)), author, client_id)

    def return_to_line(
        self, call: Call, why: str, author: Author, client_id: UUID | None = None
    ) -> None:
        """Put the call back into the line, at its old place.

        It is the line of the ground it is on now: a place that became known while a
        seat had the call moved nothing then.
        """
        self._leave_room(call)
        self._move(call, CallState.WAITING)
        call.seat = None
        call.escalate_at = self.now + timedelta(seconds=ESCALATE_SECONDS)
        old, new = call.agency, _line_of(call)
        call.agency = new
        self.tell(
            call, events.CallReturned(call=self.view(call), why=why), author, client_id
        )
        if new.pk != old.pk:
            call.incident.agency = new
            self.tell(call, events.CallRerouted(call=self.view(call)), SYSTEM)
            self.incident_changed(call.incident)
            left = events.LineUpdated(call=line_call(call))
            self.record(Draft(old.uuid, SYSTEM, left, ("call", str(call.uuid))))

    def end(
        self,
        call: Call,
        reason: EndReason,
        author: Author,
        client_id: UUID | None = None,
        *,
        needs_callback: bool = False,
    ) -> None:
        """End the call; its seat goes into wrap-up, an open offer is withdrawn."""
        offer = self.offer_of_call(call)
        host = self.hosts.get(call.pk)
        if offer is not None:
            self.settle_offer(offer, OfferState.WITHDRAWN)
            self.free(self.seats[offer.seat_id], "offer withdrawn")
            call.seat = None
        if host is not None and host.seat_id is not None:
            seat = self.seats[host.seat_id]
            seat.wrap_up_call = call
            seat.wrap_up_until = self.now + timedelta(seconds=WRAP_UP_SECONDS)
            self._set_activity(seat, Activity.WRAP_UP, "call ended")
        self._leave_room(call)
        guest = self.guests.pop(call.pk, None)
        if guest is not None:
            guest.left_at = self.now
            self._changed_participants.append(guest)
        self._move(call, CallState.ENDED)
        call.ended_at = self.now
        call.end_reason = reason
        call.needs_callback = needs_callback
        call.escalate_at = None
        self.tell(call, events.CallEnded(call=self.view(call)), author, client_id)

    def _leave_room(self, call: Call) -> None:
        host = self.hosts.pop(call.pk, None)
        if host is not None:
            host.left_at = self.now
            self._changed_participants.append(host)

    def _move(self, call: Call, state: CallState) -> None:
        """Follow an arrow of ``CALL_MOVES``; anything else is a fault of ours."""
        if state not in CALL_MOVES[CallState(call.state)]:
            raise RuntimeError(f"a call cannot go from {call.state} to {state}")
        call.state = state

    # --- Verbs on seats --------------------------------------------------------------

    def free(self, seat: Seat, why: str) -> None:
        """Make the seat idle; its idle time starts now."""
        seat.idle_since = self.now
        self._set_activity(seat, Activity.IDLE, why)

    def set_availability(
        self, seat: Seat, availability: Availability, reason: str
    ) -> None:
        """Note what the person at the seat chose."""
        if availability == Availability.READY and seat.availability != availability:
            seat.idle_since = self.now
        seat.availability = availability
        seat.reason = reason
        seat.since = self.now
        self.seat_changed(seat, f"availability {availability}")

    def _set_activity(self, seat: Seat, activity: Activity, why: str) -> None:
        if activity != Activity.WRAP_UP:
            seat.wrap_up_until = None
            seat.wrap_up_call = None
        seat.activity = activity
        seat.since = self.now
        self.seat_changed(seat, why)

    def begin_shift(self, seat: Seat, shift: Shift) -> None:
        """Open a shift that was made for the seat's next epoch."""
        self._new_shifts.append(shift)
        self.shifts[seat.pk] = shift
        host = self.room_of_seat(seat)
        if host is not None:
            host.epoch = shift.epoch
            self._changed_participants.append(host)

    def end_shift(
        self, seat: Seat, why: ShiftEnd, lost_call: Call | None = None
    ) -> None:
        """Close the seat's shift."""
        shift = self.shifts.pop(seat.pk)
        shift.ended_at = self.now
        shift.end_reason = why
        shift.lost_call = lost_call
        self._changed_shifts.append(shift)


def _line_of(call: Call) -> Agency:
    """Return whose line the call belongs in, by where its phone last was."""
    if call.agency.is_synthetic or call.lat_e7 is None or call.lon_e7 is None:
        return call.agency
    place = Position(
        lat_e7=call.lat_e7, lon_e7=call.lon_e7, accuracy_mm=call.accuracy_mm or 0
    )
    return ground.locate(place).agency or call.agency
