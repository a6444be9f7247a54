"""Rows of the switchboard under their locks, what changed of them, and the write.

``lock`` takes the rows of seats, then calls, each in the order of their ids (the
house's one lock order), and reads who is in which room under those locks. The verbs
(``switchboard.py``) move what was read; ``commit`` writes the rows and, last, the
entries.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Self
from uuid import UUID

from django.db.models import Q

from accounts.models import Caller
from dispatch import events
from dispatch.events import CallEntry, CallView
from dispatch.models import Call, Offer, Participant, Seat, Shift
from dispatch.snapshots import call_view, line_call, offer_view, seat_view
from dispatch.snapshots.rows import operator_of
from dispatch.states import CallState, OfferState, ParticipantRole
from reports import journal
from reports.clock import now
from reports.events import IncidentUpdated
from reports.journal import Author, Draft, Recorded
from reports.models import Incident
from reports.models.hot import lock_rows, write_rows
from reports.snapshots import incident_view

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
    "caller",
]
INCIDENT_FIELDS = ["agency", "caller", "flags", "links"]
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


def lock_calls(call_ids: Iterable[int]) -> dict[int, Call]:
    """Lock calls in the order of their ids; return them with what views show."""
    ids = set(call_ids)
    lock_rows(Call, ids)
    rows = Call.objects.filter(pk__in=ids).order_by("pk")
    related = ("incident__agency", "caller", "agency", "seat__agency")
    return {call.pk: call for call in rows.select_related(*related)}


class Locked:
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
        self._changed_incidents: dict[int, Incident] = {}
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
            lock_rows(Seat, seat_ids)
            rows = Seat.objects.filter(pk__in=seat_ids).order_by("pk")
            for seat in rows.select_related("agency", "wrap_up_call__incident"):
                board.seats[seat.pk] = seat
        if call_ids:
            board.calls = lock_calls(call_ids)
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

    # --- What changed ----------------------------------------------------------------

    def tell(
        self, call: Call, body: CallEntry, author: Author, client_id: UUID | None = None
    ) -> None:
        """Note an entry about a changed call, for its incident's stream."""
        self._changed_calls[call.pk] = call
        self._drafts.append(
            Draft(call.incident.uuid, author, body, ("call", str(call.uuid)), client_id)
        )

    def line_changed(self, call: Call) -> None:
        """Note that the call looks different in its agency's line."""
        self._changed_calls[call.pk] = call

    def incident_changed(self, incident: Incident) -> None:
        """Note that the incident is to be written and told."""
        self._changed_incidents[incident.pk] = incident

    def guest_becomes(self, call: Call, caller: Caller) -> None:
        """Give the guest's place, if there is one, to whom the phone is now."""
        if guest := self.guests.get(call.pk):
            guest.caller = caller
            self._changed_participants.append(guest)

    def record(self, draft: Draft) -> None:
        """Note an entry of another sort."""
        self._drafts.append(draft)

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
        moment with two hosts, or with two live calls of one caller.
        """
        write_rows(self._changed_offers, ["state", "settled_at", "expires_at"])
        write_rows(
            list({id(p): p for p in self._changed_participants}.values()),
            ["left_at", "admitted_at", "epoch", "caller"],
        )
        write_rows(self._changed_shifts, ["ended_at", "end_reason", "lost_call"])
        calls = self._changed_calls.values()
        ended_first = sorted(calls, key=lambda call: call.state != CallState.ENDED)
        write_rows(ended_first, CALL_FIELDS)
        write_rows(self._changed_incidents.values(), INCIDENT_FIELDS)
        write_rows([self.seats[pk] for pk in self._changed_seats], SEAT_FIELDS)
        if self._new_shifts:
            Shift.objects.bulk_create(self._new_shifts)
        if self._new_offers:
            Offer.objects.bulk_create(self._new_offers)
        if self._new_hosts:
            Participant.objects.bulk_create(self._new_hosts)
        return journal.record_many(
            self._drafts + self._form_drafts() + self.agency_drafts()
        )

    def _form_drafts(self) -> list[Draft]:
        """Return the entries of incidents whose row and form are other ones now."""
        return [
            Draft(
                incident.uuid,
                journal.SYSTEM,
                IncidentUpdated(incident=incident_view(incident)),
                ("incident", str(incident.uuid)),
            )
            for incident in self._changed_incidents.values()
        ]

    def agency_drafts(self) -> list[Draft]:
        """Return the entries for the agencies' streams: one a changed call or seat.

        A seat is also told when the call it is offered looks different: silent now,
        lost, verified, at another place.
        """
        for call in self._changed_calls.values():
            offer = self.offer_of_call(call)
            if offer is not None and offer.seat_id in self.seats:
                self._changed_seats.setdefault(
                    offer.seat_id, ("offer changed", journal.SYSTEM, None)
                )
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
            shown = self.calls.get(offer.call_id, offer.call) if offer else None
            room = self.room_of_seat(seat)
            drafts.append(
                Draft(
                    seat.agency.uuid,
                    author,
                    events.SeatUpdated(
                        seat=seat_view(
                            seat,
                            self.shifts.get(pk),
                            offer_view(offer, shown) if offer and shown else None,
                            room.call if room else seat.wrap_up_call,
                        ),
                        why=why,
                    ),
                    ("seat", str(seat.uuid)),
                    client_id,
                )
            )
        return drafts
