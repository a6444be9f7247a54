"""The entries of the switchboard: what happened to calls, the line and the seats.

``call.*`` entries stand in the incident's stream and carry the whole ``CallView``.
``seat.updated`` and ``line.updated`` stand in the agency's stream.
"""

from typing import ClassVar
from uuid import UUID

from dispatch.events.views import (
    CallView,
    InvitationView,
    LineCall,
    NoticeView,
    PartyView,
    SeatView,
)
from reports.events import EVERYTHING, EntryBody, declare

FOR_CALLER: frozenset[str] = frozenset(
    {
        f"call.{field}"
        for field in (
            "call",
            "number",
            "state",
            "mode",
            "queued_at",
            "connected_at",
            "ended_at",
            "end_reason",
            "seat_label",
            "seat_label_en",
            "lost_at",
            "escalations",
            "needs",
        )
    }
)


class CallEntry(EntryBody, frozen=True, kw_only=True):
    """Base of the ``call.*`` entries: the call as it now is."""

    for_caller: ClassVar[frozenset[str] | None] = FOR_CALLER
    call: CallView


@declare
class CallQueued(CallEntry, frozen=True, kw_only=True):
    """The call waits in an agency's line."""

    kind: ClassVar[str] = "call.queued"


@declare
class CallRepeated(CallEntry, frozen=True, kw_only=True):
    """The same phone tapped again while its call was live."""

    kind: ClassVar[str] = "call.repeated"


@declare
class CallRerouted(CallEntry, frozen=True, kw_only=True):
    """The place became known and lies in another agency's area."""

    kind: ClassVar[str] = "call.rerouted"


@declare
class CallOffered(CallEntry, frozen=True, kw_only=True):
    """A seat is reserved for the call."""

    kind: ClassVar[str] = "call.offered"


@declare
class CallConnected(CallEntry, frozen=True, kw_only=True):
    """A seat accepted: it is the host, the caller its guest."""

    kind: ClassVar[str] = "call.connected"


@declare
class CallReturned(CallEntry, frozen=True, kw_only=True):
    """Back in the line at the old place.

    ``why`` is declined, unanswered, withdrawn, seat_lost, or transferred (to this
    agency's line) or moved (by a supervisor); ``reason`` is theirs who did that.
    """

    kind: ClassVar[str] = "call.returned"
    for_caller: ClassVar[frozenset[str] | None] = FOR_CALLER | {"why"}
    why: str
    reason: str = ""


@declare
class CallEscalated(CallEntry, frozen=True, kw_only=True):
    """Nobody answered for another 60 s: seats mark it, the phone shows the number."""

    kind: ClassVar[str] = "call.escalated"


@declare
class CallerLost(CallEntry, frozen=True, kw_only=True):
    """No sign of the phone for 8 s."""

    kind: ClassVar[str] = "call.caller_lost"


@declare
class CallerResumed(CallEntry, frozen=True, kw_only=True):
    """The phone is back; same call."""

    kind: ClassVar[str] = "call.caller_resumed"


@declare
class CallModeChanged(CallEntry, frozen=True, kw_only=True):
    """The phone went silent or left silence."""

    kind: ClassVar[str] = "call.mode_changed"


@declare
class CallPriorityChanged(CallEntry, frozen=True, kw_only=True):
    """The call's urgency was set with the incident's; ``why`` is a supervisor's."""

    kind: ClassVar[str] = "call.priority_changed"
    why: str = ""


@declare
class CallEnded(CallEntry, frozen=True, kw_only=True):
    """The call is over, with its reason; ``why`` is a supervisor's own words."""

    kind: ClassVar[str] = "call.ended"
    why: str = ""


@declare
class CallNeedsChanged(CallEntry, frozen=True, kw_only=True):
    """What whoever answers should be able to do: languages, sign language."""

    kind: ClassVar[str] = "call.needs_changed"


@declare
class CallTransferred(CallEntry, frozen=True, kw_only=True):
    """Another host has the call now; the caller was never without one.

    ``how``: blind, warm, take_over, relief, promoted, moved.
    """

    kind: ClassVar[str] = "call.transferred"
    for_caller: ClassVar[frozenset[str] | None] = FOR_CALLER | {"how"}
    how: str
    from_seat: UUID | None = None
    from_label: str = ""
    from_label_en: str = ""
    from_operator: str = ""
    reason: str = ""


@declare
class CallCalledBack(CallEntry, frozen=True, kw_only=True):
    """Somebody called the lost caller back."""

    kind: ClassVar[str] = "call.called_back"
    for_caller: ClassVar[frozenset[str] | None] = None
    outcome: str
    operator: str
    note: str = ""


@declare
class InvitationUpdated(EntryBody, frozen=True, kw_only=True):
    """A colleague is asked into the room or to take the call over, or answered."""

    kind: ClassVar[str] = "invitation.updated"
    invitation: InvitationView


@declare
class RoomChanged(EntryBody, frozen=True, kw_only=True):
    """Who is in the room besides host and guest, whole.

    The caller learns ``parties``; ``people`` (participant to name) and ``whispering``
    (heard by the host alone) are the seats'. Where nothing but a whisper began or ended
    (``is_whisper``) the caller sees a skipped number like any other. Who listens unseen
    is in the ledger only.
    """

    kind: ClassVar[str] = "room.changed"
    for_caller: ClassVar[frozenset[str] | None] = frozenset({"call", "parties"})
    hidden_if: ClassVar[str] = "is_whisper"
    call: UUID
    parties: list[PartyView]
    whispering: list[PartyView] = []
    people: dict[str, str] = {}
    why: str = ""
    is_whisper: bool = False


@declare
class RoomMonitored(EntryBody, frozen=True, kw_only=True):
    """A supervisor began, or ceased, to listen in a room unseen; in the ledger only.

    ``state``: began, ended.
    """

    kind: ClassVar[str] = "room.monitored"
    call: UUID
    incident: UUID
    supervisor: str
    state: str
    reason: str = ""


@declare
class PhoneRevealed(EntryBody, frozen=True, kw_only=True):
    """Somebody saw a lost caller's number, to call back; in the ledger only."""

    kind: ClassVar[str] = "phone.revealed"
    call: UUID
    incident: UUID
    viewer: str


@declare
class CallWarning(EntryBody, frozen=True, kw_only=True):
    """The officer, large, to whoever threatens the caller.

    ``state``: asked, shown (the caller nodded), refused, ended.
    """

    kind: ClassVar[str] = "call.warning"
    for_caller: ClassVar[frozenset[str] | None] = EVERYTHING
    call: UUID
    state: str


@declare
class MediaMuted(EntryBody, frozen=True, kw_only=True):
    """One side's sound or picture was stopped or let through, by the host.

    What a host stopped of their own ends with them: each ``call.connected`` and
    ``call.transferred`` begins with the host's sound and picture let through.
    """

    kind: ClassVar[str] = "media.muted"
    for_caller: ClassVar[frozenset[str] | None] = EVERYTHING
    call: UUID
    who: str
    track: str
    is_muted: bool


@declare
class SeatUpdated(EntryBody, frozen=True, kw_only=True):
    """A seat changed. ``why`` names the act."""

    kind: ClassVar[str] = "seat.updated"
    seat: SeatView
    why: str


@declare
class LineUpdated(EntryBody, frozen=True, kw_only=True):
    """A live call of this agency changed; ended or moved ones leave the line."""

    kind: ClassVar[str] = "line.updated"
    call: LineCall


@declare
class NoticeUpdated(EntryBody, frozen=True, kw_only=True):
    """A supervisor's sentence to every seat of the agency, posted or withdrawn."""

    kind: ClassVar[str] = "notice.updated"
    notice: NoticeView


@declare
class LeasesExtended(EntryBody, frozen=True, kw_only=True):
    """A web process started: open leases and offers got at least 10 s."""

    kind: ClassVar[str] = "leases.extended"
    seconds: int
