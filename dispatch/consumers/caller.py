"""The phone's socket: one incident's stream, one room, as guest or as onlooker."""

from functools import partial
from typing import Any, ClassVar
from uuid import UUID

import msgspec

from accounts.api.device import device_hash, read_device_header
from dispatch import broadcast as rooms
from dispatch import commands
from dispatch.actions import caller_desk, guests, media, passing
from dispatch.actions.caller_desk import CallerPlace
from dispatch.actions.running import run
from dispatch.actions.tap import capability_hash, opens
from dispatch.broadcast import Room
from dispatch.commands import Command, Frame, Hello
from dispatch.consumers.base import CLOSE_ELSEWHERE, CLOSE_NOT_ALLOWED, Socket
from dispatch.consumers.following import read
from dispatch.errors import EpochStale, NotYours
from dispatch.events import rendering
from dispatch.events.frames import Welcome
from dispatch.models import Call
from dispatch.snapshots import incident_snapshot
from reports.broadcast import Published
from reports.clock import now, wire_time
from reports.journal import Recorded

_snapshot = partial(incident_snapshot, for_caller=True)


class CallerSocket(Socket):
    """A window of the phone."""

    door: ClassVar[str] = "caller"
    frames: ClassVar[Any] = msgspec.json.Decoder(commands.CallerFrame)

    def __init__(self) -> None:
        super().__init__()
        self.place: CallerPlace | None = None

    @property
    def guest_epoch(self) -> int | None:
        """Return the epoch of the place this window holds."""
        guest = self.place.guest if self.place else None
        return guest.epoch if guest else None

    def subjects(self, frame: Hello | Command) -> dict[str, object]:
        """Return the call this window is in."""
        if self.place is None:
            return super().subjects(frame)
        return {"call": self.place.call, "incident": self.place.incident}

    def is_vouched_for(self, hello: Hello) -> bool:
        """A call's capability was given out by a tap, which nothing may slow down."""
        return opens(hello.capability, hello.call)

    async def greet(self, hello: Hello) -> None:
        """Find the call by capability or device; hold its place, or only watch."""
        call = await run(self._find, hello)
        if call is None:
            self.refuse(NotYours())
            self.close(CLOSE_NOT_ALLOWED)
            return
        place = CallerPlace(
            call_id=call.pk,
            call=call.uuid,
            incident=call.incident.uuid,
            signer=call.signer,
            guest=None,
        )
        if self.place is not None and self.place.call != place.call:
            self._leave_room()
        self.place = place
        try:
            await self._take_place(place, hello.epoch)
        except EpochStale as error:
            if hello.epoch is not None:
                self.refuse(error)
        except NotYours:  # over: nothing to hold, everything to read
            pass
        if not self.is_open:
            return
        self._enter_room(place)
        await self._welcome(place, hello.cursors.get(place.incident))

    def _find(self, hello: Hello) -> Call | None:
        headers = dict(self.scope["headers"])
        device = read_device_header(headers.get(b"cookie", b"").decode("latin-1"))
        return guests.find_call(
            capability_hash=capability_hash(hello.capability)
            if hello.capability
            else None,
            device_hash=device_hash(device) if device else None,
            call=hello.call,
        )

    async def _take_place(self, place: CallerPlace, epoch: int | None) -> None:
        if epoch is not None:
            place.guest = await run(guests.resume_place, place.call_id, epoch)
        else:  # if no other window of this phone lives, this one continues the call
            place.guest = await run(guests.take_place, place.call_id, only_if_free=True)
            media.place_taken(place.call, "guest", place.guest.epoch)

    def _enter_room(self, place: CallerPlace) -> None:
        room = rooms.room(place.call)
        if place.guest is None:
            self._watch(room)
            return
        held = getattr(room.guest, "guest_epoch", None) or 0
        if held > place.guest.epoch:  # a newer window came while we asked
            self.demote()
            return
        former = room.enter_as_guest(self)
        rooms.guest_is_alive(place.call_id, place.guest.epoch)
        if isinstance(former, CallerSocket):
            former.demote()

    def _watch(self, room: Room) -> None:
        """Look on; whatever it shows, a phone has so many windows and no more."""
        gone = room.watch(self)
        if isinstance(gone, CallerSocket):
            gone.close(CLOSE_ELSEWHERE)

    async def _welcome(self, place: CallerPlace, cursor: int | None) -> None:
        async with self._reading:
            await self._read_and_welcome(place, cursor)

    async def _read_and_welcome(self, place: CallerPlace, cursor: int | None) -> None:
        stream = place.incident
        for other in [s for s in self.follows if s != stream]:
            self.unfollow(other)
        self.follow(stream)
        head, snapshot, missed = await read(stream, cursor, _snapshot)
        self._say_welcome(
            place,
            {stream: head if snapshot is not None else cursor or 0},
            {stream: snapshot} if snapshot is not None else {},
        )
        for entry in missed:
            self.hand_on(entry)
        self.caught_up(stream, head)
        self.sign_of_life()

    def _say_welcome(
        self, place: CallerPlace, cursors: dict[UUID, int], snapshots: dict[UUID, Any]
    ) -> None:
        self.show(
            Welcome(
                epoch=place.guest.epoch if place.guest else None,
                cursors=cursors,
                snapshots=snapshots,
                you={
                    "side": "caller",
                    "call": str(place.call),
                    "read_only": place.guest is None,
                },
                at=wire_time(now()),
            )
        )

    def demote(self) -> None:
        """Another window took the call over: from here on this one watches."""
        place = self.place
        if place is None:
            return
        place.guest = None
        room = rooms.room(place.call)
        room.guest_left(self)
        self._watch(room)
        self.refuse(EpochStale())
        cursors = {stream: f.cursor for stream, f in self.follows.items()}
        self._say_welcome(place, cursors, {})

    async def perform(self, command: commands.Command) -> Recorded | None:
        """Do what the phone asks."""
        if self.place is None:
            raise NotYours
        try:
            return await caller_desk.perform(self.place, command)
        except EpochStale:
            self.demote()
            raise

    async def performed(self, command: commands.Command) -> None:
        """After a take-over: enter the room and say where this window stands."""
        if isinstance(command, commands.TakeOver) and self.place is not None:
            media.place_taken(self.place.call, "guest", self.guest_epoch or 0)
            self._enter_room(self.place)
            cursors = {stream: f.cursor for stream, f in self.follows.items()}
            self._say_welcome(self.place, cursors, {})

    def pass_on(self, frame: Frame) -> None:
        """Pass pictures, typing and device states to the seat."""
        if self.place is not None and self.place.guest is not None:
            passing.from_guest(self.place.call, frame, self)

    def sign_of_life(self) -> None:
        """Renew the guest's lease with the next flush."""
        if self.place is not None and self.place.guest is not None:
            rooms.guest_is_alive(self.place.call_id, self.place.guest.epoch)

    def hand_on(self, entry: Published) -> None:
        """Send an entry as the caller may see it."""
        self.write(rendering.for_caller(entry))

    def left(self) -> None:
        """Leave the room; the lease says how long the place is kept."""
        self._leave_room()

    def _leave_room(self) -> None:
        if self.place is not None:
            rooms.leave(self.place.call, self)
