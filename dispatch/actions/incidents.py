"""The incident form, saved as the operator types.

Two seats may write one form: after a hand-over the former host wraps up while the new
one goes on. Each says what it began from, and a save over a colleague's newer words is
refused, so that neither loses a sentence without being told.
"""

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

import msgspec

from dispatch import events
from dispatch.actions.holding import Holder, known_ack, locked_seat, with_rooms
from dispatch.actions.switchboard import Switchboard
from dispatch.commands import UpdateIncident
from dispatch.errors import FormChanged, NotYours
from dispatch.models import Call, Participant
from dispatch.states import CallState, ParticipantRole
from reports import journal
from reports.actions.incidents import save_form
from reports.clock import wire_time
from reports.errors import IdUsed
from reports.events import IncidentUpdated
from reports.journal import Draft, Recorded
from reports.models import Entry, Incident

FORM_FIELDS = ("category", "priority", "place", "notes", "persons", "disposition")
# Words that a cut line kept from being saved in time may follow for this long: a shift.
LATE_WORDS = timedelta(hours=12)


def update_incident(
    *,
    holder: Holder,
    operator: str,
    command: UpdateIncident,
    agencies: frozenset[int],
) -> Recorded:
    """Save the given fields of the incident whose call is at this seat.

    A new priority also moves the incident's live call in the line. Whoever hosted the
    incident at a seat of their ``agencies`` within ``LATE_WORDS`` may add what they had
    typed, if it names for each field what it began from.

    Raises:
        NotYours: the call is not at this seat, and such words are not named so.
        FormChanged: another value stands in a field than the edit began from.
        IdUsed: the id is that of another command of this operator.
    """
    fields, base = _given(command), _given(command.base)
    call_id = _call_at(command.incident)

    def act(board: Switchboard) -> Recorded:
        seat = locked_seat(board, holder)
        if known := _saved_before(holder, command):
            return known
        call = board.calls[call_id]
        host = board.hosts.get(call_id)
        is_here = host is not None and host.seat_id == seat.pk
        if not is_here and seat.wrap_up_call_id != call_id:
            _refuse_stranger(board, holder, call, agencies)
            if fields.keys() - base.keys():
                raise NotYours
        incident = (
            Incident.objects.select_for_update(of=("self",))
            .select_related("agency")
            .get(pk=call.incident_id)
        )
        _refuse_stale(incident, fields, base)
        view = save_form(incident, fields, saved_by=operator, moment=board.now)
        board.record(
            Draft(
                incident.uuid,
                holder.author,
                IncidentUpdated(incident=view),
                ("incident", str(incident.uuid)),
                command.id,
            )
        )
        if call.priority != incident.priority and call.state != CallState.ENDED:
            call.priority = incident.priority
            board.tell(
                call, events.CallPriorityChanged(call=board.view(call)), holder.author
            )
        return board.commit()[0]

    return with_rooms([call_id], act, seats=[holder.seat_id])


def _saved_before(holder: Holder, command: UpdateIncident) -> Recorded | None:
    """Return where this very command already stands.

    To take another command's entry for it would tell the operator that words are saved
    which are nowhere. Another save of the same form under one id is taken for a
    repetition: an entry holds the whole form as it then stood, not what was asked.

    Raises:
        IdUsed: the id is that of another command, or of another incident's form.
    """
    known = known_ack(holder.author, command.id)
    if known is None:
        return None
    save = Entry.objects.filter(
        stream__uuid=known.stream, seq=known.seq, kind=IncidentUpdated.kind
    )
    if known.stream != command.incident or not save.exists():
        raise IdUsed
    return known


def _given(fields: object) -> dict[str, object]:
    """Return the fields of the form that a command, or its base, names."""
    return {
        name: value
        for name in FORM_FIELDS
        if (value := getattr(fields, name, msgspec.UNSET)) is not msgspec.UNSET
    }


def _refuse_stranger(
    board: Switchboard, holder: Holder, call: Call, agencies: frozenset[int]
) -> None:
    """Refuse whoever did not host a call of this incident lately."""
    hosted = Participant.objects.filter(
        call__incident=call.incident_id,
        operator__uuid=holder.operator,
        role=ParticipantRole.HOST,
        left_at__gte=board.now - LATE_WORDS,
        seat__agency_id__in=agencies,
    )
    if not hosted.exists():
        raise NotYours


def _refuse_stale(
    incident: Incident, fields: Mapping[str, object], base: Mapping[str, object]
) -> None:
    """Refuse to write over what somebody else wrote since the edit began.

    Who writes what stands there already has lost nothing.
    """
    now_there = {
        name: current
        for name, value in fields.items()
        if name in base
        and (current := getattr(incident, name)) not in (base[name], value)
    }
    if now_there:
        raise FormChanged(
            fields=now_there,
            saved_by=incident.saved_by,
            saved_at=wire_time(incident.saved_at) if incident.saved_at else None,
            seq=journal.heads([incident.uuid])[incident.uuid],
        )


def _call_at(incident: UUID) -> int:
    """Return the newest call of an incident; the lock decides whose it is."""
    row = (
        Call.objects.filter(incident__uuid=incident)
        .order_by("-pk")
        .values_list("pk", flat=True)
        .first()
    )
    if row is None:
        raise NotYours
    return row
