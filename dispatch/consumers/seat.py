"""The console's socket: its agency's stream, its call's incident, its place there."""

from collections.abc import Mapping
from functools import partial
from typing import Any, ClassVar
from uuid import UUID

import msgspec

from accounts.models import User
from accounts.models.ground import AnswerMode
from dispatch import broadcast as rooms
from dispatch import commands
from dispatch.actions import media, passing, seat_desk
from dispatch.actions.holding import Holder
from dispatch.actions.running import run
from dispatch.actions.seat_desk import SeatPlace
from dispatch.commands import Command, Frame, Hello
from dispatch.consumers.base import CLOSE_ELSEWHERE
from dispatch.consumers.following import read
from dispatch.consumers.offered import Offered
from dispatch.consumers.signed import SignedSocket
from dispatch.errors import EpochStale, NotYours
from dispatch.events import rendering
from dispatch.events.frames import (
    Followed,
    SilentSeats,
    Unfollowed,
    Welcome,
    neighbours_wait,
)
from dispatch.media.interface import party
from dispatch.snapshots import agency_snapshot, incident_snapshot
from dispatch.snapshots.console import Console, Held, console_of, resume
from dispatch.states import Activity, ParticipantRole, ShiftEnd
from reports.broadcast import Published
from reports.clock import now, wire_time
from reports.errors import ReportError
from reports.journal import Recorded

_incident = partial(incident_snapshot, for_caller=False)


class SeatSocket(SignedSocket[Console]):
    """A window of an operator's console."""

    door: ClassVar[str] = "seat"
    frames: ClassVar[Any] = msgspec.json.Decoder(commands.SeatFrame)

    def __init__(self) -> None:
        super().__init__()
        self.place: SeatPlace | None = None
        self.seat: UUID | None = None
        self.room: UUID | None = None  # the call in whose room this window is
        self.participant: UUID | None = None  # its place there; None: it is the host
        self._entering = 0  # counts the ways into a room: the last one begun is right
        self._told_role = ""  # what the seat is in its room, by the newest news of it
        self._notice: ReportError | None = None
        self._moves = 0  # commands under way that take or leave a seat
        self._claimed: int | None = None  # the seat this window is known to work at
        self._offered = Offered(self)
        self._silent: list[UUID] = []  # colleagues' seats, as this window was told
        self._waiting = neighbours_wait([])  # the same

    @property
    def host_epoch(self) -> int | None:
        """Return the epoch of the seat this window holds."""
        holder = self.place.holder if self.place else None
        return holder.epoch if holder else None

    def subjects(self, frame: Hello | Command) -> dict[str, object]:
        """Return what a command names, else the call this window is in."""
        named = super().subjects(frame)
        place = self.place
        return {
            "call": named["call"] or self.room,
            "incident": named["incident"] or (place.incident if place else None),
        }

    # --- Hello -----------------------------------------------------------------------

    async def greet(self, hello: Hello) -> None:
        """Check the rights, resume the seat by its epoch, send what is known."""
        console = await self.sign_in()
        if console is None:
            return
        if self.place is None:
            self.place = SeatPlace(console.user, console.agencies)
        if hello.seat is not None and hello.epoch is not None:
            try:
                seat_id = await run(
                    resume, console.user, console.agencies, hello.seat, hello.epoch
                )
                self.place.holder = Holder(seat_id, hello.epoch, console.user.uuid)
                self.seat = hello.seat
            except EpochStale as error:
                self._notice = error
                self._let_go()
        if self.is_open:
            self._claim()
            await self._welcome(hello.cursors)

    def _claim(self) -> None:
        """Become the seat's window; the former one steps aside."""
        if self.place is None or self.place.holder is None:
            return
        seat_id = self.place.holder.seat_id
        if self._claimed not in (None, seat_id):
            rooms.unclaim_seat(self._claimed, self)
        self._claimed = seat_id
        former = rooms.claim_seat(seat_id, self)
        if isinstance(former, SeatSocket):
            former.make_way(self)

    def _let_go(self) -> None:
        """Hold no seat any more."""
        self._offered.stop()
        self._leave_room()
        if self._claimed is not None:
            rooms.unclaim_seat(self._claimed, self)
            self._claimed = None
        if self.place is not None:
            self.place.holder = None

    def make_way(self, other: "SeatSocket") -> None:
        """Another window works at this seat now: one's own, or a colleague's."""
        mine, theirs = self.right, other.right
        if mine and theirs and mine.user.pk != theirs.user.pk:
            self.step(self._lose_seat)  # relieved: told so, and may sit elsewhere
            return
        self._let_go()
        self.refuse(EpochStale())
        self.close(CLOSE_ELSEWHERE)

    async def _welcome(self, wanted: dict[UUID, int]) -> None:
        async with self._reading:
            await self._read_and_welcome(wanted)

    async def _read_and_welcome(self, wanted: dict[UUID, int]) -> None:
        console, place = self.right, self.place
        assert console is not None
        assert place is not None
        seat = self.seat if place.holder else None
        agencies = await run(console.agency_streams, seat)
        for other in [s for s in self.follows if s not in agencies]:
            self.unfollow(other)
        reads = {}
        for stream in agencies:
            self.follow(stream)
            reads[stream] = await read(stream, wanted.get(stream), agency_snapshot)
        # Looked up after the agency was read: what changes from here on comes as an
        # entry above the head, and moves this window along.
        held = await run(console.held, seat)
        supervises = console.supervises
        supervised = await run(console.supervised_streams) if supervises else []
        place.incident = held.incident
        if held.incident is not None:
            stream = held.incident
            self.follow(stream)
            reads[stream] = await read(stream, wanted.get(stream), _incident)
        notice, self._notice = self._notice, None
        self.show(
            Welcome(
                epoch=place.holder.epoch if place.holder else None,
                cursors={
                    stream: head if snapshot is not None else wanted[stream]
                    for stream, (head, snapshot, _) in reads.items()
                },
                snapshots={
                    s: snap for s, (_, snap, _) in reads.items() if snap is not None
                },
                you={
                    "side": "seat",
                    "operator": {
                        "id": str(console.user.uuid),
                        "name": str(console.user),
                    },
                    "seat": str(self.seat) if place.holder else None,
                    "agencies": [str(agency) for agency in agencies],
                    "supervises": [str(agency) for agency in supervised],
                    "held_elsewhere": held.own_seat is not None
                    and place.holder is None,
                    "notice": {
                        "code": notice.code,
                        "detail": notice.detail,
                        "facts": notice.facts,
                    }
                    if notice
                    else None,
                },
                at=wire_time(now()),
            )
        )
        for stream, (head, _, missed) in reads.items():
            for entry in missed:  # history: shown, not acted on
                self.write(rendering.for_seat(entry))
            self.caught_up(stream, head)
        self._enter_held(held)
        self._silent, self._waiting = [], neighbours_wait([])  # as a page believes
        if place.holder and held.incident is None:
            self._offered.look(place.holder)
        self.sign_of_life()  # only now: a console that gets no welcome keeps no seat

    # --- Commands --------------------------------------------------------------------

    async def perform(self, command: commands.Command) -> Recorded:
        """Do what the console asks."""
        if self.place is None:
            raise NotYours
        moves = isinstance(command, commands.TakeSeat | commands.LeaveSeat)
        self._moves += moves
        try:
            return await seat_desk.perform(self.place, command)
        except EpochStale:
            await self._lose_seat()
            raise
        finally:
            self._moves -= moves

    async def performed(self, command: commands.Command) -> None:
        """After taking or leaving a seat: say where this window stands."""
        if isinstance(command, commands.TakeSeat):
            self.seat = command.seat
            self._claim()
            await self._welcome({})
        elif isinstance(command, commands.LeaveSeat):
            self._let_go()
            self.seat = None
            await self._welcome({})

    async def _lose_seat(self) -> None:
        """The shift is over: tell how, and let the person choose anew."""
        place, console, seat = self.place, self.right, self.seat
        if place is None or console is None or place.holder is None or seat is None:
            return
        former, place.holder = place.holder, None
        try:
            await run(resume, console.user, console.agencies, seat, former.epoch)
        except EpochStale as error:
            self._notice = error
            self.refuse(error)
            if error.facts.get("why") == ShiftEnd.TAKEN_OVER:  # by the same person
                self._let_go()
                self.close(CLOSE_ELSEWHERE)
                return
        else:  # a late echo of an older shift: this one stands
            place.holder = former
            return
        self._let_go()
        if self.is_open:
            await self._welcome({})

    def pass_on(self, frame: Frame) -> None:
        """Pass pictures and typing to the phone."""
        if self.room is None:
            return
        if self.participant is None:
            passing.from_host(self.room, frame, self)
        else:
            passing.from_party(self.room, self.participant, frame, self)

    def sign_of_life(self) -> None:
        """Renew the seat's lease with the next flush."""
        if self.place is not None and self.place.holder is not None:
            rooms.seat_is_alive(self.place.holder.seat_id, self.place.holder.epoch)

    # --- Entries ---------------------------------------------------------------------

    def hand_on(self, entry: Published) -> None:
        """Send an entry; act on news of this very seat."""
        self.write(rendering.for_seat(entry))
        if entry.kind == "seat.updated" and self.seat and str(self.seat) in entry.text:
            self._own_seat(msgspec.json.decode(entry.text)["seat"])

    def _own_seat(self, seat: dict[str, Any]) -> None:
        """Follow the call that came to this seat; let go of the one that left."""
        place = self.place
        if seat["seat"] != str(self.seat) or place is None or place.holder is None:
            return
        if seat["epoch"] != place.holder.epoch:
            if self._moves:  # its own doing, told a moment before its answer
                return
            if seat["epoch"] == 0 or seat["epoch"] > place.holder.epoch:
                self.step(self._lose_seat)
            return
        self._hear_ring(place.holder, seat["offer"])
        is_here = seat["activity"] in (Activity.ON_CALL, Activity.WRAP_UP)
        incident = UUID(seat["incident"]) if is_here and seat["incident"] else None
        role = self._told_role = seat["room_role"]
        if incident == place.incident:
            if role != self._role:
                self._leave_room()
                if role:
                    self.step(partial(self._enter_as, role, UUID(seat["call"])))
            return
        former, place.incident = place.incident, incident
        self._leave_room()
        if former is not None:
            self.unfollow(former)
            self.show(Unfollowed(stream=former))
        if incident is not None:
            call = UUID(seat["call"])
            self.step(partial(self._follow_incident, incident, call, role))

    def _hear_ring(self, holder: Holder, offer: dict[str, Any] | None) -> None:
        """Tell what the caller wrote while a person decides; a console needs none."""
        if offer and offer["answer"] == AnswerMode.RING:
            self._offered.look(holder, UUID(offer["incident"]))
        else:
            self._offered.stop()

    def tell_silent(self, silent: Mapping[UUID, list[UUID]]) -> None:
        """Tell which colleagues' consoles are silent, when that changed."""
        mine = [seat for stream in self.follows for seat in silent.get(stream, ())]
        if self.is_open and mine != self._silent:
            self._silent = mine
            self.show(SilentSeats(seats=mine))

    def tell_waiting(self, waiting: Mapping[UUID, tuple[int, str]]) -> None:
        """Tell who waits at neighbours, when that changed."""
        told = neighbours_wait(waiting[key] for key in self.follows if key in waiting)
        if self.is_open and told != self._waiting:
            self._waiting = told
            self.show(told)

    async def _follow_incident(self, incident: UUID, call: UUID, role: str) -> None:
        async with self._reading:
            if self.place is None or self.place.incident != incident:
                return  # it has left again
            self.follow(incident)
            head, snapshot, _ = await read(incident, None, _incident)
            if incident not in self.follows:
                return
            self.show(Followed(stream=incident, cursor=head, snapshot=snapshot))
            self.caught_up(incident, head)
        if role and role == self._told_role:  # not put out, or made host, meanwhile
            await self._enter_as(role, call)

    # --- The room --------------------------------------------------------------------

    @property
    def _role(self) -> str:
        """Return what this window is in the room it is in, or is about to enter."""
        return self.place.role if self.place and self.place.call else ""

    async def _enter_as(self, role: str, call: UUID) -> None:
        """Enter a room: as its host at once, else by the place that was let in."""
        if role == ParticipantRole.HOST:
            self._enter_room(call, role, None)
            return
        self._entering += 1
        turn = self._entering
        if self.right is None:
            return
        held = await run(self.right.held, self.seat)
        if turn == self._entering and held.call == call:
            self._enter_held(held)

    def _enter_held(self, held: Held) -> None:
        """Enter the room the seat is in, if it is in one."""
        if held.call is not None:
            is_host = held.role == ParticipantRole.HOST
            self._enter_room(
                held.call, held.role, None if is_host else held.participant
            )

    def _enter_room(self, call: UUID, role: str, participant: UUID | None) -> None:
        self._leave_room()  # as whom it was there before
        self.room, self.participant = call, participant
        if self.place is not None:
            self.place.call, self.place.role = call, role
        who = "host" if participant is None else party(participant)
        if self.host_epoch is not None:
            media.place_taken(call, who, self.host_epoch)
        if participant is None:
            rooms.room(call).enter_as_host(self)
        else:
            rooms.room(call).enter_as_party(participant, self)

    def _leave_room(self) -> None:
        self._entering += 1
        if self.room is not None:
            rooms.leave(self.room, self)
            self.room = self.participant = None
        if self.place is not None:
            self.place.call = None

    def left(self) -> None:
        """The connection is gone; the lease keeps the seat for 8 s."""
        self._let_go()

    # --- Rights ----------------------------------------------------------------------

    def right_of(self, user: User, session_key: str) -> Console | None:
        """Return the operator with the agencies whose seats they may take."""
        return console_of(user, session_key)

    def is_enough(self, fresh: Console) -> bool:
        """Say whether no agency is lost."""
        return self.right is not None and self.right.agencies <= fresh.agencies
