"""The verbs that move calls and seats, whoever asks.

Every path (automatic, by hand, a lapse, a restart) goes through these, so there is one
writer of each state. A verb moves locked rows in memory and notes the entries;
``commit`` writes them.
"""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from accounts.models import Agency, AnswerMode
from dispatch import events
from dispatch.actions.in_rooms import InRooms
from dispatch.commands import Position
from dispatch.models import Call, Offer, Seat
from dispatch.snapshots import ground, line_call
from dispatch.states import (
    AUTO_ACCEPT_SECONDS,
    CALL_MOVES,
    ESCALATE_SECONDS,
    Activity,
    CallState,
    EndReason,
    OfferState,
    ParticipantRole,
)
from reports.journal import SYSTEM, Author, Draft


class Switchboard(InRooms):
    """Locked seats and calls, and what can happen to them."""

    def offer(
        self,
        call: Call,
        seat: Seat,
        author: Author,
        *,
        trace: dict[str, Any] | None = None,
        client_id: UUID | None = None,
    ) -> None:
        """Reserve the seat for the call; ``trace`` says why this one."""
        answer = call.agency.answer_mode
        seconds = answer_seconds(call.agency)
        offer = Offer(
            uuid=uuid4(),
            call=call,
            seat=seat,
            answer=answer,
            trace=trace or {},
            made_at=self.now,
            expires_at=self.now + timedelta(seconds=seconds),
        )
        self._new_offers.append(offer)
        self.offers.append(offer)
        self._move(call, CallState.OFFERED)
        call.seat = seat
        self.set_activity(seat, Activity.OFFERED, "offered")
        self.tell(call, events.CallOffered(call=self.view(call)), author, client_id)

    def connect(
        self, call: Call, seat: Seat, author: Author, client_id: UUID | None
    ) -> None:
        """Make the seat the host and admit the caller as its guest."""
        self.open_place(call, seat, ParticipantRole.HOST)
        guest = self.guests.get(call.pk)
        if guest is not None and guest.admitted_at is None:
            guest.admitted_at = self.now
            self._changed_participants.append(guest)
        self._move(call, CallState.CONNECTED)
        call.seat = seat
        call.connected_at = self.now
        call.escalate_at = None
        self.seat_changed(seat, "connected")
        self.tell(call, events.CallConnected(call=self.view(call)), author, client_id)

    def return_to_line(
        self,
        call: Call,
        why: str,
        author: Author,
        client_id: UUID | None = None,
        *,
        to: Agency | None = None,
        reason: str = "",
    ) -> None:
        """Put the call back into the line, at its old place; its room is empty then.

        It is the line that a person chose (``to``, now or before), else that of the
        ground it is on now: a place that became known while a seat had the call moved
        nothing then. An offer that came to nothing does not begin its minute anew: a
        call that rings at one empty desk after the other is one that nobody answers.
        """
        self._leave_room(call)
        self._move(call, CallState.WAITING)
        call.seat = None
        if call.escalate_at is None or to is not None:  # it was connected, or is moved
            call.escalate_at = self.now + timedelta(seconds=ESCALATE_SECONDS)
        old, new = call.agency, to or _line_of(call)
        call.agency = new
        call.is_line_chosen = call.is_line_chosen or to is not None
        returned = events.CallReturned(call=self.view(call), why=why, reason=reason)
        self.tell(call, returned, author, client_id)
        self._moved_line(call, old, SYSTEM)
        self.empty_room(call, why)

    def move_line(
        self, call: Call, to: Agency, author: Author, client_id: UUID
    ) -> None:
        """Give a waiting call to another agency's line, at its own queue time there."""
        old, call.agency = call.agency, to
        call.is_line_chosen = True
        call.escalate_at = self.now + timedelta(seconds=ESCALATE_SECONDS)
        self._moved_line(call, old, author, client_id)
        if call.agency.pk == old.pk:  # chosen, whatever the ground says from now on
            rerouted = events.CallRerouted(call=self.view(call))
            self.tell(call, rerouted, author, client_id)

    def _moved_line(
        self, call: Call, old: Agency, author: Author, client_id: UUID | None = None
    ) -> None:
        """Tell of a call that is in another line than before, here and there."""
        if call.agency.pk == old.pk:
            return
        call.incident.agency = call.agency
        self.tell(call, events.CallRerouted(call=self.view(call)), author, client_id)
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
        why: str = "",
    ) -> None:
        """End the call; its seat goes into wrap-up, an open offer is withdrawn."""
        offer = self.offer_of_call(call)
        host = self.hosts.get(call.pk)
        if offer is not None:
            self.settle_offer(offer, OfferState.WITHDRAWN)
            self.free(self.seats[offer.seat_id], "offer withdrawn")
            call.seat = None
        if host is not None and host.seat_id is not None:
            self.wrap_up(self.seats[host.seat_id], call, "call ended")
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
        ended = events.CallEnded(call=self.view(call), why=why)
        self.tell(call, ended, author, client_id)
        self.empty_room(call, "call ended")

    def _leave_room(self, call: Call) -> None:
        host = self.hosts.get(call.pk)
        if host is not None:
            self.close_place(host)

    def _move(self, call: Call, state: CallState) -> None:
        """Follow an arrow of ``CALL_MOVES``; anything else is a fault of ours."""
        if state not in CALL_MOVES[CallState(call.state)]:
            raise RuntimeError(f"a call cannot go from {call.state} to {state}")
        call.state = state


def answer_seconds(agency: Agency) -> int:
    """Return how long a seat has to accept a call of this agency's line."""
    is_auto = agency.answer_mode == AnswerMode.AUTO
    return AUTO_ACCEPT_SECONDS if is_auto else agency.ring_seconds


def _line_of(call: Call) -> Agency:
    """Return whose line the call belongs in, by where its phone last was."""
    is_fixed = call.agency.is_synthetic or call.is_line_chosen
    if is_fixed or call.lat_e7 is None or call.lon_e7 is None:
        return call.agency
    place = Position(
        lat_e7=call.lat_e7, lon_e7=call.lon_e7, accuracy_mm=call.accuracy_mm or 0
    )
    return ground.locate(place).agency or call.agency
