"""The board's socket: a supervisor's agencies as they are, and one room at a time."""

import asyncio
import contextlib
from functools import partial
from typing import Any, ClassVar
from urllib.parse import parse_qs
from uuid import UUID, uuid4

import msgspec

from accounts.models import User
from dispatch import board, commands
from dispatch import broadcast as rooms
from dispatch.abroad import is_here
from dispatch.actions import board_desk, listening, media
from dispatch.actions.board_desk import BoardPlace
from dispatch.actions.running import run
from dispatch.commands import Frame, Hello, Signal
from dispatch.consumers.base import (
    CLOSE_TOO_SLOW,
    MAX_UNSEEN_BYTES,
    READ_SECONDS,
)
from dispatch.consumers.following import read
from dispatch.consumers.signed import SignedSocket
from dispatch.errors import NotYours
from dispatch.events import rendering
from dispatch.events.frames import Followed, RoomShown, Unfollowed, Welcome
from dispatch.snapshots import agency_snapshot, incident_snapshot
from dispatch.snapshots.oversight import Overseer, overseer_of
from reports.broadcast import Published
from reports.clock import monotonic, now, wire_time
from reports.errors import Busy, ReportError
from reports.journal import Recorded

MAX_CODES = 64  # agencies asked for in the address
# What may have put this supervisor out of the room, told in the incident's stream.
ROOM_NEWS = {"room.changed", "call.ended", "call.returned", "call.transferred"}

MOVES = commands.EnterRoom | commands.SetStance | commands.LeaveRoom

_incident = partial(incident_snapshot, for_caller=False)
_read_agency = partial(run, agency_snapshot)


class BoardSocket(SignedSocket[Overseer]):
    """One open board: on a desk, on a wall, on a tablet."""

    door: ClassVar[str] = "board"
    frames: ClassVar[Any] = msgspec.json.Decoder(commands.BoardFrame)

    def __init__(self) -> None:
        super().__init__()
        self.place: BoardPlace | None = None
        self.agencies: dict[UUID, int] = {}  # stream → the agency's id
        self._inside: tuple[UUID, UUID] | None = None  # (call, incident) entered here
        self._placing = asyncio.Lock()  # whoever reads or changes the place

    # --- Hello -----------------------------------------------------------------------

    async def greet(self, hello: Hello) -> None:
        """Check the rights, then say how every agency in sight stands."""
        overseer = await self.sign_in()
        if overseer is None:
            return
        if self.place is None:
            self.place = BoardPlace(user=overseer.user, agencies=overseer.moves)
            self.agencies = await run(overseer.streams, self._codes())
        async with self._reading:
            await self._welcome(hello.cursors)
        await self._look_at_place(is_new=True)

    def _codes(self) -> list[str]:
        """Return the agencies that the address asks for; none: all in sight."""
        query = self.scope.get("query_string", b"").decode("latin-1")
        return parse_qs(query).get("agency", [])[:MAX_CODES]

    async def _welcome(self, wanted: dict[UUID, int]) -> None:
        """Send the welcome, then agency by agency what this board does not know.

        Each is made once a process and sent as text; a reader gets the next when most
        of the former ones were read, so no region is too large for a slow line.
        """
        assert self.right is not None
        if not self.is_open:
            return
        for stream in self.agencies:
            self.follow(stream)  # joined first, read second
        board.room.enter(self, self.agencies)
        states = board.room.states
        await asyncio.gather(*(states[s].ready(_read_agency) for s in self.agencies))
        cursors = {}
        for stream in self.agencies:
            state, cursor = states[stream], wanted.get(stream)
            is_near = cursor is not None and state.missed(cursor) is not None
            cursors[stream] = cursor if cursor is not None and is_near else state.head
        self.show(
            Welcome(
                epoch=None, cursors=cursors, snapshots={}, you=self._you(),
                at=wire_time(now()),
            )
        )  # fmt: skip
        for stream in self.agencies:
            self._tell_agency(states[stream], wanted.get(stream))
            await self._until_read()
        for text in board.room.last_told(self):
            self.write(text)
        board.room.wake()

    def _you(self) -> dict[str, Any]:
        overseer = self.right
        assert overseer is not None
        return {
            "side": "board",
            "supervisor": {"id": str(overseer.user.uuid), "name": str(overseer.user)},
            "agencies": [str(stream) for stream in self.agencies],
            "moves": [
                str(stream)
                for stream, agency in self.agencies.items()
                if agency in overseer.moves
            ],
        }

    def _tell_agency(self, state: board.AgencyState, cursor: int | None) -> None:
        """Send what was missed, or everything; entries go on from there."""
        missed = state.missed(cursor)
        if missed is None:
            self.write(
                f'{{"type":"followed","stream":"{state.stream}",'
                f'"cursor":{state.head},"snapshot":{state.text()}}}'
            )
        else:
            for entry in missed:
                self.write(rendering.for_seat(entry))
        self.caught_up(state.stream, state.head)

    async def _until_read(self) -> None:
        """Wait while much was sent and is not known to be read."""
        if self._sent_bytes - self._seen_bytes <= MAX_UNSEEN_BYTES // 2:
            return
        self.beat(wire_time(now()))
        until = monotonic() + READ_SECONDS
        while self.is_open and self._sent_bytes - self._seen_bytes > MAX_UNSEEN_BYTES:
            if monotonic() > until:
                self.close(CLOSE_TOO_SLOW)
            await asyncio.sleep(0.05)

    # --- Commands --------------------------------------------------------------------

    async def perform(self, command: Any) -> Recorded | None:
        """Do what the supervisor asks; the actions check every right again."""
        if self.place is None:
            raise NotYours
        if not isinstance(command, MOVES):
            return await board_desk.perform(self.place, command)
        async with self._placing:
            return await board_desk.perform(self.place, command)

    async def performed(self, command: Any) -> None:
        """After coming into a room, changing there or leaving: follow it, or let go."""
        if isinstance(command, MOVES):
            await self._stand_in_room()

    def pass_on(self, frame: Frame) -> None:
        """Pass the supervisor's media to the room they are in."""
        place = self.place
        if isinstance(frame, Signal) and place and place.call and place.participant:
            media.signal(place.call, f"party:{place.participant}", frame, self)

    def sign_of_life(self) -> None:
        """Renew the place in the room with the next flush."""
        if self.place is not None and self.place.participant is not None:
            rooms.supervisor_is_alive(self.place.participant)

    def beat(self, at: str) -> None:
        """Send the heartbeat; each time see whether one still stands in the room.

        Who listens unseen is put out without an entry in the incident's stream: by the
        same supervisor in another window, or by a lease that was over.
        """
        super().beat(at)
        if self._inside is not None and not self._placing.locked():
            self.spawn(self._keep_place())

    # --- The room --------------------------------------------------------------------

    async def _look_at_place(self, *, is_new: bool = False) -> None:
        """Ask the database whether this supervisor still stands in a room.

        A window that comes back takes its place up again; a second one, on a wall,
        leaves it to the first.
        """
        place = self.place
        if place is None:
            return
        async with self._placing:
            mine = place.participant
            await run(board_desk.place_of, place)
            if is_new and place.call is not None and place.participant is not None:
                known = rooms.rooms().get(place.call)
                other = known.parties.get(place.participant) if known else None
                if is_here(other) and other is not self:
                    self._forget_place()
            elif mine is not None and place.participant != mine:
                self._forget_place()
        await self._stand_in_room()

    async def _keep_place(self) -> None:
        """Let go of a room in which the place that was taken here is no more."""
        place = self.place
        if place is None:
            return
        async with self._placing:
            mine = place.participant
            try:
                held = await run(listening.place_of, place.user)
            except Busy:  # the next heartbeat looks again
                return
            if mine is None or (held is not None and held.uuid == mine):
                return
            self._forget_place()
        await self._stand_in_room()

    def _forget_place(self) -> None:
        """Be in no room with this window: the place is another one's, or nobody's."""
        assert self.place is not None
        self.place.call = self.place.incident = self.place.participant = None

    async def _stand_in_room(self) -> None:
        """Follow the room the place names; leave the one it names no more."""
        async with self._reading:
            place = self.place
            if place is None or not self.is_open:
                return
            wanted = (place.call, place.incident) if place.call else None
            if self._inside is not None and self._inside != wanted:
                self._leave_room()
            if place.call is None or place.incident is None:
                self.show(RoomShown())
                return
            if self._inside is None:
                self._inside = place.call, place.incident
                self.follow(place.incident)
                head, snapshot, _ = await read(place.incident, None, _incident)
                if place.incident not in self.follows:
                    return  # left meanwhile
                self.show(
                    Followed(stream=place.incident, cursor=head, snapshot=snapshot)
                )
                self.caught_up(place.incident, head)
            if place.participant is not None:
                rooms.room(place.call).enter_as_party(place.participant, self)
            self.show(
                RoomShown(
                    call=place.call, incident=place.incident,
                    participant=place.participant, stance=place.stance,
                )
            )  # fmt: skip
            media.look_again(place.call)
            self.sign_of_life()

    def _leave_room(self) -> None:
        if self._inside is None:
            return
        (call, incident), self._inside = self._inside, None
        rooms.leave(call, self)
        media.look_again(call)
        if incident in self.follows:
            self.unfollow(incident)
            if self.is_open:
                self.show(Unfollowed(stream=incident))

    def left(self) -> None:
        """The connection is gone; the lease keeps the place in the room for 8 s."""
        self._leave_room()
        board.room.leave(self)

    # --- Entries ---------------------------------------------------------------------

    def hand_on(self, entry: Published) -> None:
        """Send an entry as it is; look again at the place if the room changed."""
        self.write(rendering.for_seat(entry))
        if entry.kind in ROOM_NEWS and self._inside and entry.stream == self._inside[1]:
            self.step(self._look_at_place)

    # --- Rights ----------------------------------------------------------------------

    def right_of(self, user: User, session_key: str) -> Overseer | None:
        """Return the overseer with the agencies in sight."""
        return overseer_of(user, session_key)

    def is_enough(self, fresh: Overseer) -> bool:
        """Say whether all that is shown may still be seen."""
        return set(self.agencies.values()) <= fresh.sees

    async def recheck(self) -> None:
        """Look again; also at what they may move, which each command is checked by."""
        await super().recheck()
        if self.place is not None and self.right is not None:
            self.place.agencies = self.right.moves

    async def shut_out(self) -> None:
        """Be out of the room now, not only once the other end has noticed."""
        await self._give_up_place()
        self.left()

    async def _give_up_place(self) -> None:
        """Be out of the room at once, not when the lease of the place is over."""
        place = self.place
        if place is None or place.call is None or self._inside is None:
            return
        with contextlib.suppress(ReportError):  # out already: that is what was wanted
            await run(
                listening.leave_room,
                by=place.supervisor,
                call=place.call,
                client_id=uuid4(),
            )
