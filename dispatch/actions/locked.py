"""What changed of the switchboard's locked rows, and the write.

The verbs (``switchboard.py``) move what ``held.py`` has locked and read; ``commit``
writes the rows and, last, the entries.
"""

from functools import partial
from typing import NamedTuple
from uuid import UUID

from django.db import transaction

from accounts.models import Caller
from dispatch import events, metrics
from dispatch.actions.held import Held
from dispatch.events import CallEntry
from dispatch.models import Call, Offer, Participant, Seat, Shift
from dispatch.models.seat import LIVE_SEAT_FIELDS
from dispatch.snapshots import (
    invitation_view,
    line_call,
    offer_view,
    room_view,
    seat_view,
)
from dispatch.snapshots.rows import operator_of
from dispatch.states import CallState, OfferState
from reports import journal
from reports.events import IncidentUpdated
from reports.journal import Author, Draft, Recorded
from reports.models import Incident
from reports.models.hot import write_rows
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
    "needs",
    "is_line_chosen",
    "called_back_at",
    "called_back_by",
    "callback_outcome",
]
INCIDENT_FIELDS = ["agency", "caller", "flags", "links"]
SHIFT_FIELDS = ["ended_at", "end_reason", "end_note", "lost_call"]
PLACE_FIELDS = [
    "left_at",
    "admitted_at",
    "epoch",
    "caller",
    "stance",
    "is_muted",
]


class _RoomNews(NamedTuple):
    """Why a room looks different now, and whose act it was."""

    why: str
    author: Author
    client_id: UUID | None
    is_whisper: bool


class Locked(Held):
    """Locked seats and calls, and what changed of them."""

    def __init__(self) -> None:
        super().__init__()
        self._drafts: list[Draft] = []
        self._told: list[Draft] = []  # all of them, as they were written
        self._changed_calls: dict[int, Call] = {}
        self._changed_incidents: dict[int, Incident] = {}
        self._changed_seats: dict[int, tuple[str, Author, UUID | None]] = {}
        self._changed_rooms: dict[int, _RoomNews] = {}
        self._changed_offers: list[Offer] = []
        self._new_offers: list[Offer] = []
        self._changed_participants: list[Participant] = []
        # Leases are renewed without these locks: one is written only where it was set.
        self._renewed_places: list[Participant] = []
        self._new_places: list[Participant] = []
        self._changed_shifts: list[Shift] = []
        self._new_shifts: list[Shift] = []

    def tell(
        self, call: Call, body: CallEntry, author: Author, client_id: UUID | None = None
    ) -> None:
        """Note an entry about a changed call, for its incident's stream."""
        self._changed_calls[call.pk] = call
        self._drafts.append(
            Draft(call.incident.uuid, author, body, ("call", str(call.uuid)), client_id)
        )

    def room_changed(
        self,
        call: Call,
        why: str,
        author: Author,
        client_id: UUID | None = None,
        *,
        is_whisper: bool = False,
    ) -> None:
        """Note that others are in the room now; told once, as it is at the end.

        ``is_whisper``: what changed is the host's and the supervisor's alone.
        """
        former = self._changed_rooms.get(call.pk)
        news = _RoomNews(why, author, client_id, is_whisper)
        if former is not None and former.client_id is not None:
            news = former
        if former is not None and not (former.is_whisper and is_whisper):
            news = news._replace(is_whisper=False)
        self._changed_rooms[call.pk] = news

    def tell_invitation(
        self, offer: Offer, author: Author, client_id: UUID | None = None
    ) -> None:
        """Note how an invitation or a transfer stands now, for the room."""
        call = self.calls.get(offer.call_id, offer.call)
        shift = self.shifts.get(offer.seat_id)
        view = invitation_view(offer, call, str(shift.operator) if shift else "")
        self.record(
            Draft(
                call.incident.uuid,
                author,
                events.InvitationUpdated(invitation=view),
                ("call", str(call.uuid)),
                client_id,
            )
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
        """Note that the seat is to be written and told; the last reason wins.

        But for a command's own, which its answer is found by.
        """
        former = self._changed_seats.get(seat.pk)
        if client_id is None and former is not None and former[2] is not None:
            return
        self._changed_seats[seat.pk] = (why, author, client_id)

    # --- The end ---------------------------------------------------------------------

    def commit(self) -> list[Recorded]:
        """Write the rows, then the entries; return where the entries stand.

        Freed places are written before new ones, so that the unique indexes see no
        moment with two hosts, or with two live calls of one caller.
        """
        write_rows(self._changed_offers, ["state", "settled_at", "expires_at"])
        places = {id(p): p for p in self._changed_participants}.values()
        left_first = sorted(places, key=lambda place: place.left_at is None)
        write_rows(left_first, PLACE_FIELDS)
        write_rows(self._renewed_places, ["lease_until"])
        write_rows(self._changed_shifts, SHIFT_FIELDS)
        calls = self._changed_calls.values()
        ended_first = sorted(calls, key=lambda call: call.state != CallState.ENDED)
        write_rows(ended_first, CALL_FIELDS)
        write_rows(self._changed_incidents.values(), INCIDENT_FIELDS)
        write_rows([self.seats[pk] for pk in self._changed_seats], LIVE_SEAT_FIELDS)
        if self._new_shifts:
            Shift.objects.bulk_create(self._new_shifts)
        if self._new_offers:
            Offer.objects.bulk_create(self._new_offers)
        if self._new_places:
            Participant.objects.bulk_create(self._new_places)
        self._told = [
            *self._drafts,
            *self._room_drafts(),
            *self._form_drafts(),
            *self.agency_drafts(),
        ]
        transaction.on_commit(
            partial(
                _count,
                [*self._new_offers],
                [*self._changed_offers],
                [c for c in calls if c.connected_at == self.now],
            ),
            robust=True,
        )
        return journal.record_many(self._told)

    def commit_as(self, client_id: UUID) -> Recorded:
        """Commit; return where the entry of this command stands."""
        recorded = self.commit()
        ids = [draft.client_id for draft in self._told]
        return recorded[ids.index(client_id)]

    def _room_drafts(self) -> list[Draft]:
        """Return one entry a room in which others are now."""
        drafts = []
        for pk, news in self._changed_rooms.items():
            call = self.calls[pk]
            body = room_view(
                call, self.parties.get(pk, ()), news.why, is_whisper=news.is_whisper
            )
            subject = ("call", str(call.uuid))
            drafts.append(
                Draft(call.incident.uuid, news.author, body, subject, news.client_id)
            )
        return drafts

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

        A seat is also told when the call it is offered, or asked into, looks different:
        silent now, lost, verified, at another place, with another host.
        """
        for offer in self.offers:
            if offer.call_id in self._changed_calls and offer.seat_id in self.seats:
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
            held = self.offer_of_seat(seat)
            shown = self.calls.get(held.call_id, held.call) if held else None
            room = self.room_of_seat(seat)
            drafts.append(
                Draft(
                    seat.agency.uuid,
                    author,
                    events.SeatUpdated(
                        seat=seat_view(
                            seat,
                            self.shifts.get(pk),
                            offer_view(held, shown) if held and shown else None,
                            room.call if room else seat.wrap_up_call,
                            room.role if room else "",
                        ),
                        why=why,
                    ),
                    ("seat", str(seat.uuid)),
                    client_id,
                )
            )
        return drafts


def _count(made: list[Offer], changed: list[Offer], connected: list[Call]) -> None:
    """Count, once it is committed, what became of offers, and how long callers waited.

    An offer that was extended is still open, and no news.
    """
    for offer in made:
        metrics.offers.labels(offer.kind, "made").inc()
    for offer in {id(offer): offer for offer in changed}.values():
        if offer.state != OfferState.OPEN:
            metrics.offers.labels(offer.kind, offer.state).inc()
    for call in connected:
        if call.connected_at is not None and call.state == CallState.CONNECTED:
            waited = (call.connected_at - call.queued_at).total_seconds()
            metrics.answer_seconds.observe(waited)
