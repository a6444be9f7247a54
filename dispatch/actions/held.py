"""Rows of the switchboard under their locks, and the questions asked of them.

``lock`` takes the rows of seats, then calls, each in the order of their ids (the
house's one lock order), and reads who is in which room under those locks.
"""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Self
from uuid import UUID

from django.db.models import Q

from dispatch.events import CallView
from dispatch.models import Call, Offer, Participant, Seat, Shift
from dispatch.snapshots import call_view
from dispatch.snapshots.rows import operator_of
from dispatch.states import OfferKind, OfferState, ParticipantRole
from reports.clock import now
from reports.models.hot import lock_rows


def lock_calls(call_ids: Iterable[int]) -> dict[int, Call]:
    """Lock calls in the order of their ids; return them with what views show."""
    ids = set(call_ids)
    lock_rows(Call, ids)
    rows = Call.objects.filter(pk__in=ids).order_by("pk")
    related = ("incident__agency", "caller", "agency", "seat__agency")
    return {call.pk: call for call in rows.select_related(*related)}


def seats_around(call_ids: Collection[int]) -> set[int]:
    """Return the seats in the calls' rooms, and those that are asked to come in."""
    places = Participant.objects.filter(
        call_id__in=call_ids, seat__isnull=False, left_at__isnull=True
    ).values_list("seat_id", flat=True)
    offers = Offer.objects.filter(
        call_id__in=call_ids, state=OfferState.OPEN
    ).values_list("seat_id", flat=True)
    return {seat for seat in places.union(offers) if seat is not None}


class Held:
    """Some seats and calls, locked, with their shifts, offers and rooms."""

    def __init__(self) -> None:
        self.now: datetime = now()
        self.seats: dict[int, Seat] = {}
        self.calls: dict[int, Call] = {}
        self.shifts: dict[int, Shift] = {}  # open, by seat
        self.offers: list[Offer] = []
        self.hosts: dict[int, Participant] = {}  # by call
        self.guests: dict[int, Participant] = {}  # by call
        self.parties: dict[int, list[Participant]] = {}  # all others, by call

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
            ).select_related(
                "call__incident",
                "call__caller",
                "call__seat__agency",
                "seat__agency",
                "asked_by",
            )
        )
        for participant in Participant.objects.filter(
            Q(seat_id__in=seat_ids) | Q(call_id__in=call_ids), left_at__isnull=True
        ).select_related("call__incident", "seat__agency", "operator"):
            if participant.role == ParticipantRole.HOST:
                self.hosts[participant.call_id] = participant
            elif participant.role == ParticipantRole.GUEST:
                self.guests[participant.call_id] = participant
            else:
                self.parties.setdefault(participant.call_id, []).append(participant)

    # --- Questions -------------------------------------------------------------------

    def offer_of_seat(self, seat: Seat) -> Offer | None:
        """Return the open offer a seat holds."""
        return next((o for o in self.offers if o.seat_id == seat.pk), None)

    def offer_of_call(self, call: Call) -> Offer | None:
        """Return the open offer of a call that waits for this seat's answer."""
        mine = (o for o in self.offers if o.call_id == call.pk)
        return next((o for o in mine if o.kind == OfferKind.CALL), None)

    def invitations_of(self, call: Call) -> list[Offer]:
        """Return who is asked into a connected call, or to take it over."""
        mine = (o for o in self.offers if o.call_id == call.pk)
        return [o for o in mine if o.kind != OfferKind.CALL]

    def transfer_of(self, call: Call) -> Offer | None:
        """Return the open offer to take a connected call over; there is one at most."""
        asked = self.invitations_of(call)
        return next((o for o in asked if o.kind == OfferKind.TRANSFER), None)

    def room_of_seat(self, seat: Seat) -> Participant | None:
        """Return a seat's place in a room, whatever its role there."""
        parties = (p for places in self.parties.values() for p in places)
        places = (*self.hosts.values(), *parties)
        return next((p for p in places if p.seat_id == seat.pk), None)

    def party(self, call: Call, uuid: UUID) -> Participant | None:
        """Return one of those in a call's room who are neither host nor guest."""
        return next((p for p in self.parties.get(call.pk, ()) if p.uuid == uuid), None)

    def is_whole(self) -> bool:
        """Say whether all seats around the locked calls are locked too.

        A call that was offered, or whose host asked somebody in, a moment before the
        lock is not; ``around`` begins again then.
        """
        calls = self.calls.keys()
        places = [
            *self.hosts.values(),
            *(p for room in self.parties.values() for p in room),
        ]
        around = {o.seat_id for o in self.offers if o.call_id in calls} | {
            p.seat_id for p in places if p.call_id in calls and p.seat_id
        }
        return around <= self.seats.keys()

    def view(self, call: Call) -> CallView:
        """Return the call as it now stands."""
        return call_view(call, operator_of(call, self.shifts))
