"""What a console may do, one verb a command."""

from dataclasses import dataclass
from uuid import UUID

from accounts.models import User
from dispatch import commands, events
from dispatch.actions import calls, incidents, seats
from dispatch.actions.calls import Holder
from dispatch.actions.messages import (
    RoomAct,
    RoomActBatch,
    RoomMessage,
    RoomMessageBatch,
)
from dispatch.actions.running import run
from dispatch.errors import NoSeat
from dispatch.states import Availability
from reports import writer
from reports.journal import Recorded


@dataclass(slots=True)
class SeatPlace:
    """An operator's console: their rights, the seat it holds, its call's incident."""

    operator: User
    agencies: frozenset[int]
    holder: Holder | None = None
    incident: UUID | None = None
    call: UUID | None = None  # whose host it is


async def perform(place: SeatPlace, command: commands.Command) -> Recorded:
    """Do what the console asks; return where it is recorded.

    Raises:
        ReportError: refused, with a code.
    """
    if isinstance(command, commands.TakeSeat):
        place.holder, recorded = await run(
            seats.take_seat,
            operator=place.operator,
            seat=command.seat,
            agencies=place.agencies,
            take_over=command.take_over,
            client_id=command.id,
        )
        return recorded
    holder = place.holder
    if holder is None:
        raise NoSeat
    if isinstance(command, commands.PostMessage):
        if place.incident is None:
            raise NoSeat
        message = RoomMessage(
            incident=place.incident,
            author=holder.author,
            side="seat",
            text=command.text,
            clip=command.clip,
            client_id=command.id,
            place=holder,
        )
        written: Recorded = await writer.submit(RoomMessageBatch, message)
        return written
    if isinstance(command, commands.WarnOffender | commands.SetMuted):
        act = _room_act(place, holder, command)
        done: Recorded = await writer.submit(RoomActBatch, act)
        return done
    return await run(_act, place, holder, command)


def _room_act(
    place: SeatPlace,
    holder: Holder,
    command: commands.WarnOffender | commands.SetMuted,
) -> RoomAct:
    """Return an act of the host; only while the call is in this seat's room."""
    if place.incident is None or place.call is None:
        raise NoSeat
    return RoomAct(
        incident=place.incident,
        author=holder.author,
        body=_body(command, place.call),
        client_id=command.id,
        place=holder,
    )


def _body(
    command: commands.WarnOffender | commands.SetMuted, call: UUID
) -> events.CallWarning | events.MediaMuted:
    """Return what an act of the host says."""
    if isinstance(command, commands.WarnOffender):
        return events.CallWarning(call=call, state="asked" if command.on else "ended")
    return events.MediaMuted(
        call=call, who=command.who, track=command.track, is_muted=command.is_muted
    )


def _act(place: SeatPlace, holder: Holder, command: commands.Command) -> Recorded:
    client_id = command.id
    match command:
        case commands.AcceptOffer(offer=offer):
            return calls.accept_offer(holder=holder, offer=offer, client_id=client_id)
        case commands.DeclineOffer(offer=offer):
            return calls.decline_offer(holder=holder, offer=offer, client_id=client_id)
        case commands.TakeCall(call=call):
            return calls.take_call(
                holder=holder, call=call, client_id=client_id, agencies=place.agencies
            )
        case commands.EndCall(call=call):
            return calls.end_call(holder=holder, call=call, client_id=client_id)
        case commands.SetAvailability(availability=availability, reason=reason):
            return seats.set_availability(
                holder=holder,
                availability=Availability(availability),
                reason=reason,
                client_id=client_id,
            )
        case commands.ExtendWrapUp():
            return seats.extend_wrap_up(holder=holder, client_id=client_id)
        case commands.FinishWrapUp():
            return seats.finish_wrap_up(holder=holder, client_id=client_id)
        case commands.UpdateIncident():
            return incidents.update_incident(
                holder=holder, operator=str(place.operator), command=command
            )
        case commands.LeaveSeat():
            recorded = seats.leave_seat(holder=holder, client_id=client_id)
            place.holder = None
            return recorded
    raise TypeError(f"{type(command).__name__} is not a seat's command")
