"""What an operator's console may send."""

from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from dispatch.commands.frames import (
    Command,
    Frame,
    Hello,
    Pong,
    PostMessage,
    Signal,
    Still,
    StillSeen,
    Typing,
)
from dispatch.commands.rooms import (
    HandOver,
    InviteSeat,
    LeaveRoom,
    MuteParticipant,
    RemoveParticipant,
    TakeOverCall,
    TransferCall,
    WithdrawInvitation,
)
from dispatch.commands.words import PLAIN, Device, Note, Reason, Rung, RungReason, Word


class TakeSeat(Command, frozen=True, tag="take_seat", kw_only=True):
    """Begin a shift at this seat; ``take_over`` moves one's own shift here."""

    seat: UUID
    take_over: bool = False
    # Relieve the colleague who works there and allowed it, in mid call too.
    relieve: bool = False


class LeaveSeat(Command, frozen=True, tag="leave_seat", kw_only=True):
    """End the shift; refused during a call."""


class SetAvailability(Command, frozen=True, tag="set_availability", kw_only=True):
    """Choose off, ready or a break with its reason.

    Where a supervisor allows breaks, a break is only asked for: the seat stays ready.
    So it is with ``off`` of a seat that is ready.
    """

    availability: Literal["off", "ready", "break"]
    reason: Word = ""


class AcceptOffer(Command, frozen=True, tag="accept_offer", kw_only=True):
    """Do what is offered: host the call, come into it, or take it over."""

    offer: UUID


class DeclineOffer(Command, frozen=True, tag="decline_offer", kw_only=True):
    """Refuse: a call goes back to the line at its old place, else the host is told."""

    offer: UUID


class TakeCall(Command, frozen=True, tag="take_call", kw_only=True):
    """Take a waiting call by hand."""

    call: UUID


class EndCall(Command, frozen=True, tag="end_call", kw_only=True):
    """End the call at this seat; wrap-up begins."""

    call: UUID


class ExtendWrapUp(Command, frozen=True, tag="extend_wrap_up", kw_only=True):
    """Ask for 60 s more to finish the record."""


class FinishWrapUp(Command, frozen=True, tag="finish_wrap_up", kw_only=True):
    """The record is done; the seat is idle again."""


Priority = Annotated[int, Meta(ge=1, le=4)]
Place = Annotated[str, Meta(max_length=200, pattern=PLAIN)]


class FormBase(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True,
    omit_defaults=True,
):  # fmt: skip
    """What stood in fields of the incident form when one began to change them."""

    category: Word | msgspec.UnsetType = msgspec.UNSET
    priority: Priority | msgspec.UnsetType = msgspec.UNSET
    place: Place | msgspec.UnsetType = msgspec.UNSET
    notes: Note | msgspec.UnsetType = msgspec.UNSET
    persons: Note | msgspec.UnsetType = msgspec.UNSET
    disposition: Word | msgspec.UnsetType = msgspec.UNSET


class UpdateIncident(Command, frozen=True, tag="update_incident", kw_only=True):
    """Save fields of the incident form; absent ones stay as they are.

    ``base`` (``FormBase``: the same six fields) says what stood in them when the edit
    began: where something else stands there now, nothing is saved (``form_changed``).
    A field that it leaves out is written over.
    """

    incident: UUID
    category: Word | msgspec.UnsetType = msgspec.UNSET
    priority: Priority | msgspec.UnsetType = msgspec.UNSET
    place: Place | msgspec.UnsetType = msgspec.UNSET
    notes: Note | msgspec.UnsetType = msgspec.UNSET
    persons: Note | msgspec.UnsetType = msgspec.UNSET
    disposition: Word | msgspec.UnsetType = msgspec.UNSET
    base: FormBase | None = None


class ReportSeat(Frame, frozen=True, tag="report_seat", kw_only=True):
    """What the seat gives now: which rung, and why; for the phone."""

    camera: Device
    microphone: Device
    rung: Rung = "text"
    why: RungReason = ""


class SetMuted(Command, frozen=True, tag="set_muted", kw_only=True):
    """Stop or let through one side's sound or picture; held by the media server."""

    who: Literal["guest", "host"]
    track: Literal["audio", "video"]
    is_muted: bool


class WarnOffender(Command, frozen=True, tag="warn_offender", kw_only=True):
    """Ask the caller to show the officer large to the offender, or take that back."""

    on: bool


class OpenRelief(Command, frozen=True, tag="open_relief", kw_only=True):
    """Let a colleague sit down here under their own name, in mid call too."""

    on: bool


class NoteCallBack(Command, frozen=True, tag="note_call_back", kw_only=True):
    """Say what came of calling a lost caller back; the call leaves the list."""

    call: UUID
    outcome: Literal["reached", "not_reached", "not_needed"]
    note: Reason = ""


SeatFrame = (
    Hello
    | Pong
    | PostMessage
    | Typing
    | Still
    | StillSeen
    | TakeSeat
    | LeaveSeat
    | SetAvailability
    | AcceptOffer
    | DeclineOffer
    | TakeCall
    | EndCall
    | ExtendWrapUp
    | FinishWrapUp
    | UpdateIncident
    | Signal
    | ReportSeat
    | SetMuted
    | WarnOffender
    | InviteSeat
    | WithdrawInvitation
    | TransferCall
    | HandOver
    | LeaveRoom
    | RemoveParticipant
    | MuteParticipant
    | TakeOverCall
    | OpenRelief
    | NoteCallBack
)
