"""The cast and what they can do: verbs of the real actions, no sockets, no mocks.

Lin calls. Chen (seat 7) and Wu (seat 8) are operators of Zhifu, Zhao supervises them.
Ma is an operator of Laizhou, another agency, and must never see anything of theirs.
Fushan is Zhifu's neighbour and helps after 20 s of waiting; nobody sits there at first.

``world.passes(seconds)`` moves every deadline in the database back by that much: time
itself is never patched.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import F, Model

from accounts.models import Agency, PhoneCode, User
from accounts.states import RoleKind
from dispatch import commands, leases
from dispatch.actions import calls, guests, incidents, seats
from dispatch.actions.caller_desk import CallerPlace
from dispatch.actions.holding import Holder
from dispatch.actions.messages import Guest
from dispatch.actions.tap import Tapped
from dispatch.loops.matcher import match
from dispatch.models import Call, Notice, Offer, Participant, Seat, Shift, WebProcess
from dispatch.states import Availability
from reports.journal import Recorded
from tests import ground, kept_rows, laws
from tests.books import Books
from tests.phones import Phones, read

# Every moment from which a deadline counts, by model.
DEADLINES: dict[type[Model], tuple[str, ...]] = {
    Call: ("queued_at", "escalate_at", "connected_at", "lost_at"),
    Notice: ("until",),
    Offer: ("made_at", "expires_at", "settled_at"),
    Participant: ("lease_until", "left_at"),
    PhoneCode: ("sent_at", "expires_at"),
    Seat: ("since", "idle_since", "wrap_up_until", "rest_until"),
    Shift: ("lease_until",),
    WebProcess: ("renewed_at",),
}


@dataclass
class World(Phones):
    """Everybody, their places, and the books that are checked at the end."""

    zhifu: Agency
    laizhou: Agency
    fushan: Agency
    staff: dict[str, User]
    seats: dict[str, Seat]  # by the name of who sits there
    books: Books = field(default_factory=Books)

    @classmethod
    def assemble(cls) -> "World":
        """Make the agencies, their ground, seats and staff."""
        return kept_rows.once(cls._made)

    @classmethod
    def _made(cls) -> "World":
        with transaction.atomic():
            world = cls(*ground.build())
        world.books.open(world.agencies)
        return world

    @property
    def agencies(self) -> list[Agency]:
        """Return all agencies."""
        return [self.zhifu, self.laizhou, self.fushan]

    # --- Seats -----------------------------------------------------------------------

    def sit(
        self,
        name: str,
        at: str | None = None,
        *,
        ready: bool = True,
        take_over: bool = False,
        command: UUID | None = None,
    ) -> Holder:
        """Take a seat: one's own, or the one named after somebody else."""
        agency = self.seats[name].agency
        client_id = command or uuid4()
        holder, recorded = seats.take_seat(
            operator=self.staff[name],
            seat=self.seats[at or name].uuid,
            agencies=frozenset({agency.pk}),
            take_over=take_over,
            client_id=client_id,
        )
        self.note_ack(holder.author, client_id, recorded)
        if ready:
            self.choose(holder, "ready")
        return holder

    def hire(self, count: int) -> list[Holder]:
        """Let so many more operators of Zhifu sit down, ready, each at a new seat."""
        known = len(self.seats)
        for number in range(known, known + count):
            name, kind = f"hand-{number}", RoleKind.OPERATOR
            self.staff[name] = ground.person(name, name, kind, self.zhifu)
            self.seats[name] = Seat.objects.create(
                agency=self.zhifu, number=1000 + number
            )
        self.books.open([self.zhifu])
        return [self.sit(f"hand-{number}") for number in range(known, known + count)]

    def seat(self, name: str) -> Seat:
        """Return a seat as it now is."""
        return Seat.objects.get(pk=self.seats[name].pk)

    def choose(
        self, holder: Holder, availability: str, reason: str = "", command=None
    ) -> Recorded:
        """Be ready, off, or on a break."""
        return self.act(
            seats.set_availability,
            holder,
            command,
            availability=Availability(availability),
            reason=reason,
        )

    def offer_to(self, name: str) -> Offer | None:
        """Return the open offer at somebody's seat."""
        return Offer.objects.filter(seat=self.seats[name], state="open").first()

    def accept(
        self, holder: Holder, offer: UUID | None = None, command=None
    ) -> Recorded:
        """Accept the offer this seat holds."""
        offer = offer or self._offer_of(holder)
        return self.act(calls.accept_offer, holder, command, offer=offer)

    def decline(
        self, holder: Holder, offer: UUID | None = None, command=None
    ) -> Recorded:
        """Give the offered call back."""
        offer = offer or self._offer_of(holder)
        return self.act(calls.decline_offer, holder, command, offer=offer)

    def _offer_of(self, holder: Holder) -> UUID:
        return Offer.objects.get(seat_id=holder.seat_id, state="open").uuid

    def take(self, holder: Holder, call: UUID, command=None) -> Recorded:
        """Take a waiting call by hand."""
        agencies = frozenset({Seat.objects.get(pk=holder.seat_id).agency_id})
        return self.act(calls.take_call, holder, command, call=call, agencies=agencies)

    def end(self, holder: Holder, call: UUID, command=None) -> Recorded:
        """End the call at this seat."""
        return self.act(calls.end_call, holder, command, call=call)

    def save(
        self, holder: Holder, incident: UUID, command=None, agencies=None, **fields
    ) -> Recorded:
        """Save fields of the incident's form, as one of these agencies (its seat's)."""
        client_id = command or uuid4()
        own = {Seat.objects.get(pk=holder.seat_id).agency_id}
        body = read(
            commands.UpdateIncident,
            {
                "type": "update_incident",
                "id": client_id,
                "incident": incident,
                **fields,
            },
        )
        recorded = incidents.update_incident(
            holder=holder,
            operator="Chen",
            command=body,
            agencies=frozenset(agencies or own),
        )
        return self.note_ack(holder.author, client_id, recorded)

    def act(self, verb: Any, holder: Holder, command: UUID | None, **more: Any):
        """Do a verb of a seat and note what was acknowledged."""
        client_id = command or uuid4()
        recorded = verb(holder=holder, client_id=client_id, **more)
        return self.note_ack(holder.author, client_id, recorded)

    def act_on(
        self, verb: str, holder: Holder, command: UUID | None = None
    ) -> Recorded:
        """Do a verb of ``actions/seats.py`` that needs nothing but the seat."""
        return self.act(getattr(seats, verb), holder, command)

    # --- Short ways ------------------------------------------------------------------

    def offered(self, name: str = "chen", phone: str = "lin", **fields: Any):
        """Let a phone tap and its call be offered to somebody; (holder, tapped)."""
        holder = self.sit(name)
        tapped = self.tap(phone, **fields)
        assert match() == 1
        offer = self.offer_to(name)
        assert offer is not None
        assert offer.call.uuid == tapped.call
        return holder, tapped

    def connected(self, name: str = "chen", phone: str = "lin", **fields: Any):
        """Connect a phone with somebody's seat; (holder, tapped)."""
        holder, tapped = self.offered(name, phone, **fields)
        self.accept(holder)
        return holder, tapped

    # --- Time ------------------------------------------------------------------------

    def passes(self, seconds: float, *, sweep: bool = True) -> dict[str, int]:
        """Let time pass: every deadline comes closer; then what is due is done."""
        span = timedelta(seconds=seconds)
        with transaction.atomic():
            for model, names in DEADLINES.items():
                model._default_manager.update(
                    **{name: F(name) - span for name in names}
                )
        self.books.passes(span)
        return leases.sweep() if sweep else {}

    def lives(
        self,
        *,
        seats: Sequence[Holder] = (),
        guests: Sequence[CallerPlace] = (),
        boards: Sequence[UUID] = (),
    ) -> None:
        """Let consoles, phones and supervisors in rooms give a sign of life."""
        leases.renew(
            seats=[(holder.seat_id, holder.epoch) for holder in seats],
            guests=[
                (place.call_id, place.guest.epoch) for place in guests if place.guest
            ],
            supervisors=boards,
            boot_id=uuid4(),
        )

    def resume(self, tapped: Tapped, epoch: int) -> Guest:
        """Come back with a phone's epoch."""
        return guests.resume_place(self.call(tapped).pk, epoch)

    def restart(self) -> int:
        """Start the web process again; returns how many places got their grace."""
        return leases.begin_process(uuid4(), is_alone=True)

    # --- Proof -----------------------------------------------------------------------

    def check(self) -> None:
        """Assert the laws, the chains, the acknowledgements and the books."""
        laws.hold()
        laws.acknowledged(self.acked)
        self.books.check()
