"""What a supervisor's board may send."""

from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta

from dispatch.commands.frames import Command, Hello, Pong, Signal
from dispatch.commands.rooms import LeaveRoom, RemoveParticipant, refuse_unless_one
from dispatch.commands.words import PLAIN, GivenReason, Reason


class PauseSeat(Command, frozen=True, tag="pause_seat", kw_only=True):
    """Send a seat on a break; its operator is told by whom, and may come back."""

    seat: UUID
    reason: GivenReason


class FreeSeat(Command, frozen=True, tag="free_seat", kw_only=True):
    """End a seat's shift; a call it hosts goes back to the line at its old place."""

    seat: UUID
    reason: GivenReason


class AnswerBreak(Command, frozen=True, tag="answer_break", kw_only=True):
    """Allow or refuse the break that a seat asks for, or its wish to be off."""

    seat: UUID
    allow: bool


class MoveCall(Command, frozen=True, tag="move_call", kw_only=True):
    """Give a call to a seat, or to another agency's line.

    A waiting call is offered to the seat at once; a connected one stays with its host
    until the seat accepts.
    """

    call: UUID
    seat: UUID | None = None
    agency: UUID | None = None
    reason: Reason = ""

    def __post_init__(self) -> None:
        """Refuse a move to nobody, or to two."""
        refuse_unless_one("a move", self.seat, self.agency)


class SetCallPriority(Command, frozen=True, tag="set_call_priority", kw_only=True):
    """Set a live call's urgency, 1 first; among equals the queue time decides."""

    call: UUID
    priority: Annotated[int, Meta(ge=1, le=4)]
    reason: Reason = ""


class ForceEnd(Command, frozen=True, tag="force_end", kw_only=True):
    """End a call from the board; say why."""

    call: UUID
    reason: GivenReason


class EnterRoom(Command, frozen=True, tag="enter_room", kw_only=True):
    """Come into a call's room from the board.

    ``monitor`` listens unseen and is written to the ledger with the ``reason``;
    ``whisper`` is heard by the host alone; ``open`` takes part (barge).
    """

    call: UUID
    stance: Literal["monitor", "whisper", "open"]
    reason: GivenReason


class SetStance(Command, frozen=True, tag="set_stance", kw_only=True):
    """Change how one takes part in the room one is in."""

    call: UUID
    stance: Literal["monitor", "whisper", "open"]


class PostNotice(Command, frozen=True, tag="post_notice", kw_only=True):
    """Show a sentence at every seat of an agency for some minutes."""

    agency: UUID
    text: Annotated[str, Meta(min_length=1, max_length=300, pattern=PLAIN)]
    minutes: Annotated[int, Meta(ge=1, le=720)] = 60


class WithdrawNotice(Command, frozen=True, tag="withdraw_notice", kw_only=True):
    """Take a notice back."""

    notice: UUID


BoardFrame = (
    Hello
    | Pong
    | Signal
    | PauseSeat
    | FreeSeat
    | AnswerBreak
    | MoveCall
    | SetCallPriority
    | ForceEnd
    | EnterRoom
    | SetStance
    | LeaveRoom
    | RemoveParticipant
    | PostNotice
    | WithdrawNotice
)
