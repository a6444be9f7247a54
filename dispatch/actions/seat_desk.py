"""What a console may do, one verb a command."""

from dataclasses import dataclass
from uuid import UUID

from accounts.models import Agency, User
from accounts.snapshots import rights_of
from accounts.states import RoleKind
from dispatch import broadcast as rooms
from dispatch import commands, events
from dispatch.actions import (
    callbacks,
    calls,
    incidents,
    invitations,
    parties,
    seats,
    transfers,
)
from dispatch.actions.holding import Holder
from dispatch.actions.messages import (
    RoomAct,
    RoomActBatch,
    RoomMessage,
    RoomMessageBatch,
)
from dispatch.actions.running import run
from dispatch.errors import NoSeat
from dispatch.states import Availability, ParticipantRole
from reports import writer
from reports.errors import Busy
from reports.journal import Recorded


@dataclass(slots=True)
class SeatPlace:
    """An operator's console: their rights, the seat it holds, its call's incident.

    ``call`` is the one in whose room the seat is, ``role`` what it is there; a wrap-up
    has an incident alone.
    """

    operator: User
    agencies: frozenset[int]
    holder: Holder | None = None
    incident: UUID | None = None
    call: UUID | None = None
    role: str = ParticipantRole.HOST


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
            relieve=command.relieve,
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
    is_host = place.role == ParticipantRole.HOST
    if place.incident is None or place.call is None or not is_host:
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
                holder=holder,
                operator=str(place.operator),
                command=command,
                agencies=place.agencies,
            )
        case commands.OpenRelief(on=on):
            return seats.open_relief(holder=holder, on=on, client_id=client_id)
        case commands.NoteCallBack(call=call, outcome=outcome, note=note):
            return callbacks.note_call_back(
                holder=holder,
                call=call,
                outcome=outcome,
                note=note,
                agencies=place.agencies,
                client_id=client_id,
            )
        case commands.LeaveSeat():
            recorded = seats.leave_seat(holder=holder, client_id=client_id)
            place.holder = None
            return recorded
    return _in_room(place, holder, command)


def _in_room(place: SeatPlace, holder: Holder, command: commands.Command) -> Recorded:
    """Do what several parties in a room need: ask, come, go, hand on."""
    client_id = command.id
    match command:
        case commands.InviteSeat(call=call, role=role, seat=seat, agency=agency):
            return invitations.invite_seat(
                holder=holder,
                call=call,
                role=role,
                seat=seat,
                agency=agency,
                skill=command.skill,
                reason=command.reason,
                client_id=client_id,
            )
        case commands.WithdrawInvitation(offer=offer):
            return invitations.withdraw_invitation(
                holder=holder, offer=offer, client_id=client_id
            )
        case commands.TransferCall(call=call, seat=seat, agency=agency):
            return transfers.transfer_call(
                holder=holder,
                call=call,
                seat=seat,
                agency=agency,
                reason=command.reason,
                client_id=client_id,
            )
        case commands.HandOver(call=call, participant=participant):
            return transfers.hand_over(
                holder=holder, call=call, participant=participant, client_id=client_id
            )
        case commands.TakeOverCall(call=call, reason=reason):
            if rooms.are_signs_late():
                raise Busy  # nobody's signs of life were written: all look silent
            return transfers.take_over_call(
                holder=holder,
                call=call,
                reason=reason,
                agencies=place.agencies,
                supervises=supervised(place.operator),
                client_id=client_id,
            )
        case commands.LeaveRoom(call=call):
            return parties.leave_room(holder=holder, call=call, client_id=client_id)
        case commands.RemoveParticipant(call=call, participant=participant):
            return parties.remove_participant(
                holder=holder, call=call, participant=participant, client_id=client_id
            )
        case commands.MuteParticipant(call=call, participant=participant):
            return parties.mute_participant(
                holder=holder,
                call=call,
                participant=participant,
                is_muted=command.is_muted,
                client_id=client_id,
            )
    raise TypeError(f"{type(command).__name__} is not a seat's command")


def supervised(user: User) -> frozenset[int]:
    """Return the agencies this person supervises, at this moment."""
    rights = rights_of(user)
    if rights.is_everywhere(RoleKind.SUPERVISOR):
        return frozenset(Agency.objects.values_list("pk", flat=True))
    return rights.supervisor_agencies
