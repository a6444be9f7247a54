"""Rooms of this process: passing things between a call's two sides.

A side may stand in for a window at another web process (``dispatch/abroad.py``).

Pictures, typing and device states are never numbered, journalled or stored. One picture
is in flight each way; the next leaves only after the receiver's ``still_seen``, and a
newer one replaces the one that waits. While the call waits only the last is held.
"""

import math
from collections.abc import Iterable, Mapping
from typing import Protocol, runtime_checkable
from uuid import UUID

from accounts.metrics import dropped
from dispatch import abroad
from dispatch.abroad import is_here
from dispatch.events.frames import (
    DeviceShown,
    SeatDeviceShown,
    ServerFrame,
    StillShown,
)
from dispatch.sides import (
    GUEST,
    HOST,
    RINGING,
    Side,
    is_party,
    participant_of,
    party,
)
from reports.clock import monotonic, now

IN_FLIGHT_SECONDS = 5.0  # a receiver that never said "seen" gets the next one anyway
WAITING_INTERVAL_SECONDS = 5.0
LIVE_INTERVAL_SECONDS = 0.2  # 4 a second, with some play for jitter
# Windows of a phone beside the one that holds the call: with three of them a caller has
# four. A phone that changes networks leaves dead ones behind, known as such after 15 s;
# it takes 5 s to open the next, so three more.
MOST_WATCHERS = 6


class Port(Protocol):
    """One side's socket or mailbox."""

    def show(self, frame: ServerFrame) -> None:
        """Take an unnumbered frame; must neither block nor raise."""


class PictureLane:
    """Pictures one way: the newest wins."""

    __slots__ = ("_in_flight", "_sent_at", "_taken_at", "held")

    def __init__(self) -> None:
        self.held: tuple[StillShown, float] | None = None
        self._in_flight: int | None = None
        self._sent_at = 0.0
        self._taken_at = 0.0

    def take(self, still: StillShown, *, interval: float) -> bool:
        """Hold a new picture; False if it came sooner than ``interval`` allows."""
        moment = monotonic()
        if moment - self._taken_at < interval:
            dropped("still", "too soon")
            return False
        self._taken_at = moment
        if self.held is not None:
            dropped("still", "a newer one came")
        self.held = (still, moment)
        return True

    def flush(self, receiver: Port | None) -> int | None:
        """Send what is held if the way is free; return the number sent."""
        if receiver is None or self.held is None:
            return None
        moment = monotonic()
        if self._in_flight is not None and moment - self._sent_at < IN_FLIGHT_SECONDS:
            return None
        still, taken_at = self.held
        self.held = None
        age_ms = still.age_ms + int((moment - taken_at) * 1000)
        receiver.show(
            StillShown(call=still.call, n=still.n, age_ms=age_ms, jpeg=still.jpeg)
        )
        self._in_flight, self._sent_at = still.n, moment
        return still.n

    def seen(self, n: int) -> bool:
        """Note that the picture in flight was shown; False if it is another one."""
        if self._in_flight != n:
            return False
        self._in_flight = None
        return True

    def forget(self) -> None:
        """A new receiver came: nothing is in flight to it."""
        self._in_flight = None


class Room:
    """A call's two sides in this process, and who else was let in."""

    def __init__(self, call: UUID) -> None:
        self.call = call
        self.guest: Port | None = None
        self.host: Port | None = None
        # The phone's other windows, the one that came first at the front.
        self.watchers: dict[Port, None] = {}
        self.parties: dict[UUID, Port] = {}  # by participant: who was let in
        self.to_parties: dict[UUID, PictureLane] = {}  # the phone's pictures, to each
        self.ringing: Port | None = None  # the seat it rings at: not in the room yet
        self.from_guest = PictureLane()
        self.from_host = PictureLane()
        self.device: DeviceShown | None = None
        self.seat_device: SeatDeviceShown | None = None

    @property
    def is_empty(self) -> bool:
        """Return whether nobody is here; who is at another process is not."""
        sides = (self.guest, self.host, self.ringing, *self.parties.values())
        return not self.watchers and not any(map(is_here, sides))

    def sides(self) -> dict[Side, Port]:
        """Return who is at which side, by its name; watchers have none."""
        named = {
            GUEST: self.guest,
            HOST: self.host,
            RINGING: self.ringing,
            **{party(uuid): port for uuid, port in self.parties.items()},
        }
        return {side: port for side, port in named.items() if port is not None}

    def port_of(self, who: Side) -> Port | None:
        """Return the window that holds a side: guest, host, party:<participant>."""
        if is_party(who):
            return self.parties.get(participant_of(who))
        return self.guest if who == "guest" else self.host

    def enter_as_party(self, participant: UUID, port: Port) -> Port | None:
        """Let a third party's window in; return the one it replaces."""
        former, self.parties[participant] = self.parties.get(participant), port
        if former is not port:
            self.to_parties[participant] = PictureLane()
            if self.device is not None:
                port.show(self.device)
        abroad.entered(self.call, party(participant), port)
        return former if former is not port and is_here(former) else None

    def show_parties(self, still: StillShown) -> None:
        """Show the phone's picture to all who were let in, each at its own pace."""
        for participant, port in self.parties.items():
            lane = self.to_parties[participant]
            lane.take(still, interval=0.0)
            lane.flush(port)

    def enter_as_host(self, port: Port) -> None:
        """Let the seat in and show it what is known."""
        self.host = port
        self.seat_device = None
        self.from_guest.forget()
        if self.device is not None:
            port.show(self.device)
        self.from_guest.flush(port)
        abroad.entered(self.call, HOST, port)

    def ring_at(self, port: Port) -> DeviceShown | None:
        """Follow the phone for a seat it rings at; return what is known of it."""
        self.ringing = port
        abroad.entered(self.call, RINGING, port)
        return self.device

    def enter_as_guest(self, port: Port) -> Port | None:
        """Let the phone's window in; return the one it replaces."""
        former, self.guest = self.guest, port
        self.watchers.pop(port, None)
        self.from_host.forget()
        if self.seat_device is not None and former is not port:
            port.show(self.seat_device)
        abroad.entered(self.call, GUEST, port)
        return former if former is not port and is_here(former) else None

    def guest_left(self, port: Port) -> None:
        """A window of the phone has lost its place; another one has it."""
        if self.guest is port:
            self.guest = None
            abroad.left(self.call, GUEST)

    def vacate(self, side: Side) -> None:
        """Nobody is at this side any more."""
        if side == GUEST:
            self.guest = None
        elif side == HOST:
            self.host = None
            self.from_host.held = None
        elif side == RINGING:
            self.ringing = None
        else:
            participant = participant_of(side)
            self.parties.pop(participant, None)
            self.to_parties.pop(participant, None)

    def watch(self, port: Port) -> Port | None:
        """Let one more window of the phone look on; return the one that must go."""
        self.watchers[port] = None
        if len(self.watchers) <= MOST_WATCHERS:
            return None
        oldest = next(iter(self.watchers))
        del self.watchers[oldest]
        return oldest

    def tell_device(self, device: DeviceShown) -> None:
        """Note what the phone can give and tell the seats."""
        self.device = device
        for port in (self.host, self.ringing, *self.parties.values()):
            if port is not None:
                port.show(device)

    def tell_seat_device(self, device: SeatDeviceShown) -> None:
        """Note what the seat can give and tell the phone."""
        self.seat_device = device
        if self.guest is not None:
            self.guest.show(device)


_rooms: dict[UUID, Room] = {}


def room(call: UUID) -> Room:
    """Return the call's room in this process, made if needed."""
    found = _rooms.get(call)
    if found is None:
        found = _rooms[call] = Room(call)
    return found


def leave(call: UUID, port: Port) -> None:
    """Take a side out of its room; an empty room is forgotten."""
    found = _rooms.get(call)
    if found is None:
        return
    sides = [side for side, held in found.sides().items() if held is port]
    for side in sides:
        found.vacate(side)
    found.watchers.pop(port, None)
    if found.is_empty:
        del _rooms[call]
    for side in sides:
        if is_here(port):
            abroad.left(call, side)


def rooms() -> dict[UUID, Room]:
    """Return all rooms, for figures."""
    return dict(_rooms)


# --- Sockets of this process ---------------------------------------------------------


class Live(Port, Protocol):
    """A socket or mailbox that lives in this process."""

    def beat(self, at: str) -> None:
        """Send a heartbeat, or close if nothing was heard for too long."""


live: set[Live] = set()
# Signs of life since the last flush: (seat id, epoch) and (call id, epoch).
_seats_alive: set[tuple[int, int]] = set()
_guests_alive: set[tuple[int, int]] = set()


def seat_is_alive(seat_id: int, epoch: int) -> None:
    """Note a sign of life of the console that holds the seat."""
    _seats_alive.add((seat_id, epoch))


def guest_is_alive(call_id: int, epoch: int) -> None:
    """Note a sign of life of the phone's window that holds the place."""
    _guests_alive.add((call_id, epoch))


# Places of supervisors who came from the board, by participant.
_supervisors_alive: set[UUID] = set()


def supervisor_is_alive(participant: UUID) -> None:
    """Note a sign of life of a board's window that is in a room."""
    _supervisors_alive.add(participant)


def supervisors_alive() -> list[UUID]:
    """Return and forget the signs of life of supervisors in rooms."""
    found = list(_supervisors_alive)
    _supervisors_alive.clear()
    return found


# When signs of life last reached the database; the sweeper believes no lease else.
flushed_at = 0.0
flushed_ahead = math.inf  # ``wall_ahead`` as it was then
FRESH_SECONDS = 3.0  # signs of life are flushed every second


def are_signs_late() -> bool:
    """Say whether no signs of life could be written of late: leases prove nothing.

    Nor do they once the wall clock stepped forward, by hand or in a sleep of the
    machine, that the monotonic one does not count: all seats would be lost at once.
    """
    return flushed_at > 0 and (
        monotonic() - flushed_at > FRESH_SECONDS
        or wall_ahead() - flushed_ahead > FRESH_SECONDS
    )


def wall_ahead() -> float:
    """Return how far leases' clock is ahead of the one that never jumps, in seconds."""
    return now().timestamp() - monotonic()


def keep_signs(
    seats: Iterable[tuple[int, int]], guests: Iterable[tuple[int, int]]
) -> None:
    """Take signs of life back that could not be written; the next flush has them."""
    _seats_alive.update(seats)
    _guests_alive.update(guests)


def signs_of_life() -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """Return and forget the signs of life of seats and guests."""
    seats, guests = list(_seats_alive), list(_guests_alive)
    _seats_alive.clear()
    _guests_alive.clear()
    return seats, guests


class Seated(Live, Protocol):
    """The window that works at a seat."""

    def tell_silent(self, silent: Mapping[UUID, list[UUID]]) -> None:
        """Take the seats, by agency, whose console is not heard in mid call."""

    def tell_waiting(self, waiting: Mapping[UUID, tuple[int, str]]) -> None:
        """Take how many wait at neighbours, and since when, by helping agency."""


_seat_ports: dict[int, Seated] = {}


def seated() -> list[Seated]:
    """Return the windows of this process that work at a seat."""
    return list(_seat_ports.values())


def claim_seat(seat_id: int, port: Seated) -> Seated | None:
    """Make this window the seat's; return the one it replaces."""
    former = _seat_ports.get(seat_id)
    _seat_ports[seat_id] = port
    return former if former is not port else None


def unclaim_seat(seat_id: int, port: Seated) -> None:
    """This window is no longer the seat's."""
    if _seat_ports.get(seat_id) is port:
        del _seat_ports[seat_id]


@runtime_checkable
class Signed(Protocol):
    """A socket of somebody who is signed in."""

    def signed_as(self) -> tuple[int, str, int] | None:
        """Return (user id, session key, version of the rights), once known."""

    def spawn_recheck(self) -> None:
        """Look the rights up again; close if they are gone."""
