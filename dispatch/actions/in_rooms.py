"""The verbs that move people in and out of calls' rooms, host and guest apart.

A room stands while its call is connected. Whoever is asked in is reserved by an
``Offer`` of kind invite or transfer; a supervisor comes from the board, without a seat.
"""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

from accounts.models import User
from dispatch import events
from dispatch.actions import misses
from dispatch.actions.at_seats import AtSeats
from dispatch.models import Call, Offer, Participant, Seat
from dispatch.states import (
    INVITE_SECONDS,
    SUPERVISOR_LEASE_SECONDS,
    Activity,
    OfferKind,
    OfferState,
    ParticipantRole,
    Stance,
    TransferKind,
)
from reports.actions.custody import LEDGER
from reports.journal import SYSTEM, Author, Draft

MAX_VOICES = 6  # in one room, host and caller included; who only listens has none


class InRooms(AtSeats):
    """Locked calls with their rooms, and who comes and goes."""

    # --- Asking ----------------------------------------------------------------------

    def voices(self, call: Call) -> int:
        """Return how many speak in the room, or were asked to."""
        parties = self.parties.get(call.pk, ())
        asked = [o for o in self.invitations_of(call) if o.kind == OfferKind.INVITE]
        return 2 + len(asked) + sum(p.stance != Stance.MONITOR for p in parties)

    def ask(
        self,
        call: Call,
        seat: Seat,
        *,
        kind: OfferKind,
        asked_by: User,
        author: Author,
        client_id: UUID | None,
        role: str = "",
        reason: str = "",
    ) -> Offer:
        """Reserve a seat to be let in, or to take the call over; it rings there."""
        offer = Offer(
            uuid=uuid4(),
            call=call,
            seat=seat,
            kind=kind,
            role=role,
            asked_by=asked_by,
            reason=reason,
            answer="ring",
            made_at=self.now,
            expires_at=self.now + timedelta(seconds=INVITE_SECONDS),
        )
        self._new_offers.append(offer)
        self.offers.append(offer)
        why = "invited" if kind == OfferKind.INVITE else "transfer offered"
        self.set_activity(seat, Activity.OFFERED, why)
        self.tell_invitation(offer, author, client_id)
        return offer

    def settle_offer(self, offer: Offer, state: OfferState) -> None:
        """Close an open offer."""
        offer.state = state
        offer.settled_at = self.now
        self._changed_offers.append(offer)
        self.offers.remove(offer)

    def settle_invitation(
        self,
        offer: Offer,
        state: OfferState,
        author: Author,
        client_id: UUID | None = None,
    ) -> None:
        """Close an invitation or a transfer, and tell the room; not accepted frees."""
        self.settle_offer(offer, state)
        if state != OfferState.ACCEPTED:
            self.free(self.seats[offer.seat_id], f"invitation {state}")
        self.tell_invitation(offer, author, client_id)

    def extend_offer(self, offer: Offer, until: datetime) -> None:
        """Give the seat longer to answer."""
        offer.expires_at = until
        self._changed_offers.append(offer)
        self.seat_changed(self.seats[offer.seat_id], "offer extended")
        if offer.kind != OfferKind.CALL:
            self.tell_invitation(offer, SYSTEM)

    # --- Coming and going ------------------------------------------------------------

    def open_place(self, call: Call, seat: Seat, role: ParticipantRole) -> Participant:
        """Let whoever works at the seat into the room."""
        shift = self.shifts[seat.pk]
        place = Participant(
            uuid=uuid4(),
            call=call,
            role=role,
            seat=seat,
            operator=shift.operator,
            epoch=shift.epoch,
            joined_at=self.now,
            admitted_at=self.now,
        )
        self._new_places.append(place)
        if role == ParticipantRole.HOST:
            self.hosts[call.pk] = place
        else:
            self.parties.setdefault(call.pk, []).append(place)
        misses.forget(seat)
        self.set_activity(seat, Activity.ON_CALL, f"in the room as {role}")
        return place

    def close_place(self, place: Participant) -> None:
        """Put somebody out of the room; what their seat does then is another verb's."""
        place.left_at = self.now
        self._changed_participants.append(place)
        if place.role == ParticipantRole.HOST:
            del self.hosts[place.call_id]
        else:
            self.parties[place.call_id].remove(place)

    def go_out(
        self,
        place: Participant,
        why: str,
        author: Author,
        client_id: UUID | None = None,
    ) -> None:
        """Let one who is neither host nor guest leave; their seat idles at once."""
        call = self.calls[place.call_id]
        self.close_place(place)
        if place.seat_id is not None:
            self.free(self.seats[place.seat_id], why)
        if place.stance == Stance.MONITOR:
            self.note_monitoring(place, "ended", author, client_id, why)
        else:
            is_whisper = place.stance == Stance.WHISPER
            self.room_changed(call, why, author, client_id, is_whisper=is_whisper)

    def mute(
        self, place: Participant, is_muted: bool, author: Author, client_id: UUID
    ) -> None:
        """Let somebody be heard in the room, or not; held by the media server."""
        place.is_muted = is_muted
        self._changed_participants.append(place)
        why = "muted" if is_muted else "unmuted"
        self.room_changed(
            self.calls[place.call_id],
            why,
            author,
            client_id,
            is_whisper=place.stance == Stance.WHISPER,
        )

    def empty_room(self, call: Call, why: str) -> None:
        """The conversation is over: all parties leave, nobody is asked any more."""
        for offer in self.invitations_of(call):
            self.settle_invitation(offer, OfferState.WITHDRAWN, SYSTEM)
        for place in list(self.parties.get(call.pk, ())):
            self.go_out(place, why, SYSTEM)

    def enter_unseated(self, call: Call, user: User, stance: Stance) -> Participant:
        """Let a supervisor in from the board; their lease is their own."""
        place = Participant(
            uuid=uuid4(),
            call=call,
            role=ParticipantRole.SUPERVISOR,
            stance=stance,
            operator=user,
            joined_at=self.now,
            admitted_at=self.now,
            lease_until=self.now + timedelta(seconds=SUPERVISOR_LEASE_SECONDS),
        )
        self._new_places.append(place)
        self.parties.setdefault(call.pk, []).append(place)
        return place

    def take_stance(
        self,
        place: Participant,
        stance: Stance,
        why: str,
        author: Author,
        client_id: UUID,
    ) -> None:
        """Change how a supervisor takes part; listening unseen goes to the ledger."""
        was, place.stance = place.stance, stance
        lease = timedelta(seconds=SUPERVISOR_LEASE_SECONDS)
        place.lease_until = self.now + lease
        self._renewed_places.append(place)
        self._changed_participants.append(place)
        self.note_stance(place, was, why, author, client_id)

    def note_stance(
        self,
        place: Participant,
        was: str,
        why: str,
        author: Author,
        client_id: UUID,
    ) -> None:
        """Note the entries of a stance that follows on ``was`` ("": one just came)."""
        is_hidden, was_hidden = place.stance == Stance.MONITOR, was == Stance.MONITOR
        if is_hidden:
            self.note_monitoring(place, "began", author, client_id, why)
        elif was_hidden:
            self.note_monitoring(place, "ended", author, None, why)
        if not is_hidden or (was and not was_hidden):
            own = None if is_hidden else client_id
            self.room_changed(
                self.calls[place.call_id],
                why,
                author,
                own,
                is_whisper=Stance.OPEN not in (place.stance, was),
            )

    def note_monitoring(
        self,
        place: Participant,
        state: str,
        author: Author,
        client_id: UUID | None,
        why: str,
    ) -> None:
        """Note for the ledger that a supervisor began or ceased to listen unseen."""
        call = self.calls[place.call_id]
        body = events.RoomMonitored(
            call=call.uuid,
            incident=call.incident.uuid,
            supervisor=str(place.operator),
            state=state,
            reason=why,
        )
        subject = ("call", str(call.uuid))
        self.record(Draft(LEDGER, author, body, subject, client_id))

    # --- Another host ----------------------------------------------------------------

    def change_host(
        self,
        call: Call,
        seat: Seat,
        how: TransferKind,
        author: Author,
        client_id: UUID | None = None,
        *,
        reason: str = "",
        wraps_up: bool = True,
    ) -> None:
        """Give a connected call to another seat, in the room already or not.

        The former host goes into wrap-up, unless ``wraps_up`` is false: then what
        becomes of its seat is the caller's to say. Places are closed before the new one
        is opened, so the call has one host at every moment that others can see.
        """
        if (pending := self.transfer_of(call)) is not None:  # asked by the former host
            self.settle_invitation(pending, OfferState.WITHDRAWN, SYSTEM)
        former = self.hosts[call.pk]
        self.close_place(former)
        if wraps_up and former.seat_id is not None:
            self.wrap_up(self.seats[former.seat_id], call, f"call {how}")
        inside = self.room_of_seat(seat)
        if inside is not None:
            self.close_place(inside)
        self.open_place(call, seat, ParticipantRole.HOST)
        call.seat = seat
        label = former.seat.full_label if former.seat else str
        self.tell(
            call,
            events.CallTransferred(
                call=self.view(call),
                how=how,
                from_seat=former.seat.uuid if former.seat else None,
                from_label=label("zh-hans"),
                from_label_en=label("en"),
                from_operator=str(former.operator),
                reason=reason,
            ),
            author,
            client_id,
        )
        if inside is not None:
            self.room_changed(call, str(how), author)
