"""The unit of work behind every act on calls and seats: lock, check, move, record.

``Switchboard.lock`` takes the rows of seats, then calls, each in the order of their
ids (the house's one lock order), and reads who is in which room under those locks.
The verbs move what was read; ``commit`` writes the rows and, last, the entries. Every
path (automatic, by hand, a lapse, a restart) goes through these verbs, so there is one
writer of each state.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Self
from uuid import UUID, uuid4

from django.db.models import Q

from dispatch import events
from dispatch.events import CallEntry, CallView
from dispatch.models import Call, Offer, Participant, Seat, Shift
from dispatch.snapshots import call_view, line_call, offer_view, seat_view
from dispatch.snapshots.rows import operator_of
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
from reports import journal
from reports.clock import now
from reports.journal import Author, Draft, Recorded

CALL_FIELDS = [
    "state",
    "mode",
    "priority",
    "escalate_at",
    "escalations",
    "seat",
    "connected_at",
    "ended_at",
    "end_reason",
    "needs_callback",
    "lost_at",
    "agency",
]
SEAT_FIELDS = [
    "availability",
    "reason",
    "activity",
    "since",
    "idle_since",
    "wrap_up_until",
    "wrap_up_call",
    "epoch",
]


class Switchboard:
    """Some seats and calls, locked, with their shifts, offers and rooms."""

    def __init__(self) -> None:
        self.now: datetime = now()
        self.seats: dict[int, Seat] = {}
        self.calls: dict[int, Call] = {}
        self.shifts: dict[int, Shift] = {}  # open, by seat
        self.offers: list[Offer] = []
        self.hosts: dict[int, Participant] = {}  # by call
        self.guests: dict[int, Participant] = {}  # by call
        self._drafts: list[Draft] = []
        self._changed_calls: dict[int, Call] = {}
        self._changed_seats: dict[int, tuple[str, Author, UUID | None]] = {}
        self._changed_offers: list[Offer] = []
        self._new_offers: list[Offer] = []
        self._changed_participants: list[Participant] = []
        self._new_hosts: list[Participant] = []
        self._changed_shifts: list[Shift] = []
        self._new_shifts: list[Shift] = []

    @classmethod
    def lock(cls, *, seats: Iterable[int] = (), calls: Iterable[int] = ()) -> Self:
        """Lock the rows, seats before calls, and read what hangs on them."""
        board = cls()
        seat_ids, call_ids = set(seats), set(calls)
        if seat_ids:
            for seat in (
                Seat.objects.filter(pk__in=seat_ids)
                .order_by("pk")
                .select_for_update(of=("self",))
                .select_related("agency", "wrap_up_call__incident")
            ):
                board.seats[seat.pk] = seat
        if call_ids:
            for call in (
                Call.objects.filter(pk__in=call_ids)
                .order_by("pk")
                .select_for_update(of=("self",))
                .select_related("incident__agency", "caller", "agency", "seat__agency")
            ):
                board.calls[call.pk] = call
        board._read_around(seat_ids, call_ids)
        board.now = now()
        return board

    def _read_around(self, seat_ids: set[int], call_ids: set[int]) -> None:
        shift_seats = seat_ids | {c.seat_id for c in self.calls.values() if c.seat_id}
        for shift in Shift.objects.filter(
            seat_id__in=shift_seats, ended_at__isnull=True
        ).select_related("operator"):
            self.shifts[shift.seat_id] = shift
        self.offers = list(
            Offer.objects.filter(
                Q(seat_id__in=seat_ids) | Q(call_id__in=call_ids), state=OfferState.OPEN
            ).select_related("call__incident", "call__caller", "seat")
        )
        for participant in Participant.objects.filter(
            Q(seat_id__in=seat_ids) | Q(call_id__in=call_ids), left_at__isnull=True
        ).select_related("call__incident"):
            if participant.role == ParticipantRole.HOST:
                self.hosts[participant.call_id] = participant
            else:
                self.guests[participant.call_id] = participant

    # --- Questions -------------------------------------------------------------------

    def offer_of_seat(self, seat: Seat) -> Offer | None:
        """Return the open offer a seat holds."""
        return next((o for o in self.offers if o.seat_id == seat.pk), None)

    def offer_of_call(self, call: Call) -> Offer | None:
        """Return the open offer of a call."""
        return next((o for o in self.offers if o.call_id == call.pk), None)

    def room_of_seat(self, seat: Seat) -> Participant | None:
        """Return the host's place of a seat."""
        return next((h for h in self.hosts.values() if h.seat_id == seat.pk), None)

    def view(self, call: Call) -> CallView:
        """Return the call as it now stands."""
        return call_view(call, operator_of(call, self.shifts))

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
        """Put the call back into the line, at its old place."""
        self._leave_room(call)
        self._move(call, CallState.WAITING)
        call.seat = None
        call.escalate_at = self.now + timedelta(seconds=ESCALATE_SECONDS)
        self.tell(
            call, events.CallReturned(call=self.view(call), why=why), author, client_id
        )

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

    def tell(
        self, call: Call, body: CallEntry, author: Author, client_id: UUID | None = None
    ) -> None:
        """Note an entry about a changed call, for its incident's stream."""
        self._changed_calls[call.pk] = call
        self._drafts.append(
            Draft(call.incident.uuid, author, body, ("call", str(call.uuid)), client_id)
        )

    def line_left(self, call: Call, agency: UUID) -> None:
        """Note for another agency's stream that the call is no longer in its line."""
        self._drafts.append(
            Draft(
                agency,
                journal.SYSTEM,
                events.LineUpdated(call=line_call(call)),
                ("call", str(call.uuid)),
            )
        )

    def record(self, draft: Draft) -> None:
        """Note an entry of another sort."""
        self._drafts.append(draft)

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

    def seat_changed(
        self,
        seat: Seat,
        why: str,
        author: Author = journal.SYSTEM,
        client_id: UUID | None = None,
    ) -> None:
        """Note that the seat is to be written and told; the last reason wins."""
        self._changed_seats[seat.pk] = (why, author, client_id)

    # --- The end ---------------------------------------------------------------------

    def commit(self) -> list[Recorded]:
        """Write the rows, then the entries; return where the entries stand.

        Freed places are written before new ones, so that the unique indexes see no
        moment with two hosts.
        """
        if self._changed_offers:
            Offer.objects.bulk_update(self._changed_offers, ["state", "settled_at"])
        if self._changed_participants:
            Participant.objects.bulk_update(
                list({id(p): p for p in self._changed_participants}.values()),
                ["left_at", "admitted_at", "epoch"],
            )
        if self._changed_shifts:
            Shift.objects.bulk_update(
                self._changed_shifts, ["ended_at", "end_reason", "lost_call"]
            )
        if self._changed_calls:
            Call.objects.bulk_update(list(self._changed_calls.values()), CALL_FIELDS)
        if self._changed_seats:
            Seat.objects.bulk_update(
                [self.seats[pk] for pk in self._changed_seats], SEAT_FIELDS
            )
        if self._new_shifts:
            Shift.objects.bulk_create(self._new_shifts)
        if self._new_offers:
            Offer.objects.bulk_create(self._new_offers)
        if self._new_hosts:
            Participant.objects.bulk_create(self._new_hosts)
        return journal.record_many(self._drafts + self._agency_drafts())

    def _agency_drafts(self) -> list[Draft]:
        """Return the entries for the agencies' streams: one a changed call or seat."""
        drafts = [
            Draft(
                call.agency.uuid,
                journal.SYSTEM,
                events.LineUpdated(
                    call=line_call(call, operator_of(call, self.shifts))
                ),
                ("call", str(call.uuid)),
            )
            for call in self._changed_calls.values()
        ]
        for pk, (why, author, client_id) in self._changed_seats.items():
            seat = self.seats[pk]
            offer = self.offer_of_seat(seat)
            room = self.room_of_seat(seat)
            drafts.append(
                Draft(
                    seat.agency.uuid,
                    author,
                    events.SeatUpdated(
                        seat=seat_view(
                            seat,
                            self.shifts.get(pk),
                            offer_view(offer, offer.call) if offer else None,
                            room.call if room else seat.wrap_up_call,
                        ),
                        why=why,
                    ),
                    ("seat", str(seat.uuid)),
                    client_id,
                )
            )
        return drafts
