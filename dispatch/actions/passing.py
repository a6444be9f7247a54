"""Unnumbered frames between the sides of a call: pictures, typing, device states."""

from uuid import UUID

from accounts.metrics import dropped
from dispatch import abroad, broadcast
from dispatch.abroad import Away, is_here
from dispatch.actions import media
from dispatch.broadcast import Port
from dispatch.commands import (
    ReportDevice,
    ReportSeat,
    Signal,
    Still,
    StillSeen,
    Typing,
)
from dispatch.events.frames import (
    DeviceShown,
    SeatDeviceShown,
    StillShown,
    StillWasSeen,
    TypingShown,
)
from dispatch.sides import GUEST, HOST, Side, party


def from_guest(call: UUID, frame: object, port: Port) -> None:
    """Pass on what the phone's window sent."""
    room = broadcast.room(call)
    if room.guest is not port:
        dropped("unnumbered frame", "another window has the place")
        return
    match frame:
        case Typing():
            for other in (room.host, *room.parties.values()):
                if other is not None:
                    other.show(TypingShown(call=call))
        case Signal():
            media.signal(call, "guest", frame, port)
        case ReportDevice():
            room.tell_device(
                DeviceShown(
                    call=call,
                    camera=frame.camera,
                    microphone=frame.microphone,
                    position=frame.position,
                    is_hidden=frame.is_hidden,
                    is_interrupted=frame.is_interrupted,
                    rung=frame.rung,
                    why=frame.why,
                    recording=frame.recording,
                )
            )
        case Still():
            interval = (
                broadcast.LIVE_INTERVAL_SECONDS
                if room.host
                else broadcast.WAITING_INTERVAL_SECONDS
            )
            still = StillShown(
                call=call, n=frame.n, age_ms=frame.age_ms, jpeg=frame.jpeg
            )
            is_taken = room.from_guest.take(still, interval=interval)
            if is_taken:
                room.show_parties(still)
            if not is_taken or room.host is None:
                port.show(StillWasSeen(n=frame.n))  # held, or too soon: go on
            else:
                room.from_guest.flush(room.host)
        case StillSeen(n=n):
            if room.from_host.seen(n):
                if room.host is not None:
                    room.host.show(StillWasSeen(n=n))
            else:
                _tell_back(call, GUEST, n, port, to=room.host)
            room.from_host.flush(port)


def from_host(call: UUID, frame: object, port: Port) -> None:
    """Pass on what the seat sent."""
    room = broadcast.room(call)
    if room.host is not port:
        dropped("unnumbered frame", "another seat is the host")
        return
    match frame:
        case Typing():
            if room.guest is not None:
                room.guest.show(TypingShown(call=call))
        case Signal():
            media.signal(call, "host", frame, port)
        case ReportSeat():
            room.tell_seat_device(
                SeatDeviceShown(
                    call=call,
                    camera=frame.camera,
                    microphone=frame.microphone,
                    rung=frame.rung,
                    why=frame.why,
                )
            )
        case Still():
            still = StillShown(
                call=call, n=frame.n, age_ms=frame.age_ms, jpeg=frame.jpeg
            )
            room.from_host.take(still, interval=broadcast.LIVE_INTERVAL_SECONDS)
            if room.guest is None:
                port.show(StillWasSeen(n=frame.n))
            else:
                room.from_host.flush(room.guest)
        case StillSeen(n=n):
            if room.from_guest.seen(n):
                if room.guest is not None:
                    room.guest.show(StillWasSeen(n=n))
            else:
                _tell_back(call, HOST, n, port, to=room.guest)
            room.from_guest.flush(port)


def from_party(call: UUID, participant: UUID, frame: object, port: Port) -> None:
    """Pass on what somebody sent whom the host let in; they send no stills."""
    room = broadcast.room(call)
    if room.parties.get(participant) is not port:
        dropped("unnumbered frame", "another window has the place")
        return  # or it was put out
    match frame:
        case Signal():
            media.signal(call, party(participant), frame, port)
        case StillSeen(n=n):
            lane = room.to_parties[participant]
            if not lane.seen(n):
                _tell_back(call, party(participant), n, port, to=room.guest)
            lane.flush(port)
        case Still(n=n):
            dropped("still", "nobody looks")  # the host's picture is shown
            port.show(StillWasSeen(n=n))


def _tell_back(call: UUID, side: Side, n: int, port: Port, *, to: Port | None) -> None:
    """A window of ours has shown what no lane of this process sent it."""
    if isinstance(to, Away) and is_here(port):
        abroad.seen(call, side, n)
