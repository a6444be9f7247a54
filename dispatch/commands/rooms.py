"""Several in a room: who is asked in, put out, heard, and whose the call is next."""

from typing import Literal
from uuid import UUID

from dispatch.commands.frames import Command
from dispatch.commands.words import GivenReason, Reason, Word


def refuse_unless_one(what: str, seat: UUID | None, agency: UUID | None) -> None:
    """Refuse what goes to nobody, or to two.

    Raises:
        ValueError: not exactly one of the two is named.
    """
    if (seat is None) == (agency is None):
        raise ValueError(f"{what} names a seat or an agency")


class InviteSeat(Command, frozen=True, tag="invite_seat", kw_only=True):
    """Ask a colleague's seat into the room: it rings there for 30 s.

    ``seat`` names one; with ``agency`` alone the longest-idle free seat there that has
    the ``skill`` (if one is named) is asked.
    """

    call: UUID
    role: Literal["second", "interpreter", "supervisor"] = "second"
    seat: UUID | None = None
    agency: UUID | None = None
    skill: Word = ""
    reason: Reason = ""

    def __post_init__(self) -> None:
        """Refuse an invitation of nobody, or of two."""
        refuse_unless_one("an invitation", self.seat, self.agency)


class WithdrawInvitation(Command, frozen=True, tag="withdraw_invitation", kw_only=True):
    """Take an invitation or a transfer back before it is answered."""

    offer: UUID


class TransferCall(Command, frozen=True, tag="transfer_call", kw_only=True):
    """Give the call away without being there together (blind).

    To a ``seat``: it rings there, and the call stays here until it is accepted. To an
    ``agency``: the call goes to its line, at the place its own waiting time gives it.
    """

    call: UUID
    seat: UUID | None = None
    agency: UUID | None = None
    reason: Reason = ""

    def __post_init__(self) -> None:
        """Refuse a transfer to nobody, or to two."""
        refuse_unless_one("a transfer", self.seat, self.agency)


class HandOver(Command, frozen=True, tag="hand_over", kw_only=True):
    """Make a seat that is in the room the host (warm transfer); one leaves."""

    call: UUID
    participant: UUID


class LeaveRoom(Command, frozen=True, tag="leave_room", kw_only=True):
    """Leave a room one was asked into."""

    call: UUID


class RemoveParticipant(Command, frozen=True, tag="remove_participant", kw_only=True):
    """Put somebody else than the caller out of the room; held by the media server."""

    call: UUID
    participant: UUID


class MuteParticipant(Command, frozen=True, tag="mute_participant", kw_only=True):
    """Let somebody be heard in the room or not; held by the media server."""

    call: UUID
    participant: UUID
    is_muted: bool


class TakeOverCall(Command, frozen=True, tag="take_over_call", kw_only=True):
    """Take a call from a colleague whose console gives no sign of life; say why."""

    call: UUID
    reason: GivenReason
