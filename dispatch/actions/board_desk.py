"""What a supervisor's board may do, one verb a command."""

from dataclasses import dataclass
from uuid import UUID

from accounts.models import User
from dispatch import commands
from dispatch.actions import listening, notices, supervision
from dispatch.actions.running import run
from dispatch.actions.supervision import Supervisor
from dispatch.states import Stance
from reports.journal import Author, Recorded


@dataclass(slots=True)
class BoardPlace:
    """A supervisor's board: their rights, and the room they are in."""

    user: User
    agencies: frozenset[int]
    call: UUID | None = None
    incident: UUID | None = None
    participant: UUID | None = None
    stance: str = ""

    @property
    def author(self) -> Author:
        """Return who signs this board's entries."""
        return self.supervisor.author

    @property
    def supervisor(self) -> Supervisor:
        """Return who acts here, with the rights of this moment."""
        return Supervisor(self.user, self.agencies)


def place_of(place: BoardPlace) -> None:
    """Read where the supervisor is now into ``place``; no call where they are out."""
    held = listening.place_of(place.user)
    place.call = held.call.uuid if held else None
    place.incident = held.call.incident.uuid if held else None
    place.participant = held.uuid if held else None
    place.stance = held.stance if held else ""


async def perform(place: BoardPlace, command: commands.Command) -> Recorded:
    """Do what the board asks; return where it is recorded.

    After a command about a room, ``place`` says where one is.

    Raises:
        ReportError: refused, with a code.
    """
    return await run(_act, place, command)


def _act(place: BoardPlace, command: commands.Command) -> Recorded:
    by, client_id = place.supervisor, command.id
    match command:
        case commands.PauseSeat(seat=seat, reason=reason):
            return supervision.pause_seat(
                by=by, seat=seat, reason=reason, client_id=client_id
            )
        case commands.FreeSeat(seat=seat, reason=reason):
            return supervision.free_seat(
                by=by, seat=seat, reason=reason, client_id=client_id
            )
        case commands.AnswerBreak(seat=seat, allow=allow):
            return supervision.answer_break(
                by=by, seat=seat, allow=allow, client_id=client_id
            )
        case commands.MoveCall(call=call, reason=reason):
            return supervision.move_call(
                by=by,
                call=call,
                seat=command.seat,
                agency=command.agency,
                reason=reason,
                client_id=client_id,
            )
        case commands.SetCallPriority(call=call, priority=priority, reason=reason):
            return supervision.set_priority(
                by=by,
                call=call,
                priority=priority,
                reason=reason,
                client_id=client_id,
            )
        case commands.ForceEnd(call=call, reason=reason):
            return supervision.force_end(
                by=by, call=call, reason=reason, client_id=client_id
            )
        case commands.PostNotice(agency=agency, text=text, minutes=minutes):
            return notices.post_notice(
                user=place.user,
                author=by.author,
                agencies=place.agencies,
                agency=agency,
                text=text,
                minutes=minutes,
                client_id=client_id,
            )
        case commands.WithdrawNotice(notice=notice):
            return notices.withdraw_notice(
                author=by.author,
                agencies=place.agencies,
                notice=notice,
                client_id=client_id,
            )
    return _in_room(place, command)


def _in_room(place: BoardPlace, command: commands.Command) -> Recorded:
    by, client_id = place.supervisor, command.id
    match command:
        case commands.EnterRoom(call=call, stance=stance, reason=reason):
            recorded = listening.enter_room(
                by=by,
                call=call,
                stance=Stance(stance),
                reason=reason,
                client_id=client_id,
            )
        case commands.SetStance(call=call, stance=stance):
            recorded = listening.set_stance(
                by=by, call=call, stance=Stance(stance), client_id=client_id
            )
        case commands.LeaveRoom(call=call):
            recorded = listening.leave_room(by=by, call=call, client_id=client_id)
        case commands.RemoveParticipant(call=call, participant=participant):
            return listening.remove_participant(
                by=by, call=call, participant=participant, client_id=client_id
            )
        case _:
            raise TypeError(f"{type(command).__name__} is not a board's command")
    place_of(place)
    return recorded
