"""The incident form, saved as the operator types."""

from uuid import UUID

import msgspec

from dispatch import events
from dispatch.actions.holding import Holder, known_ack, locked_seat, with_rooms
from dispatch.actions.switchboard import Switchboard
from dispatch.commands import UpdateIncident
from dispatch.errors import NotYours
from dispatch.models import Call
from dispatch.states import CallState
from reports.actions.incidents import save_form
from reports.events import IncidentUpdated
from reports.journal import Draft, Recorded
from reports.models import Incident

FORM_FIELDS = ("category", "priority", "place", "notes", "persons", "disposition")


def update_incident(
    *, holder: Holder, operator: str, command: UpdateIncident
) -> Recorded:
    """Save the given fields of the incident whose call is at this seat.

    A new priority also moves the incident's live call in the line.
    """
    fields = {
        name: value
        for name in FORM_FIELDS
        if (value := getattr(command, name)) is not msgspec.UNSET
    }
    call_id = _call_at(holder, command.incident)

    def act(board: Switchboard) -> Recorded:
        seat = locked_seat(board, holder)
        if known := known_ack(holder.author, command.id):
            return known
        call = board.calls[call_id]
        host = board.hosts.get(call_id)
        if (
            host is None or host.seat_id != seat.pk
        ) and seat.wrap_up_call_id != call_id:
            raise NotYours
        incident = (
            Incident.objects.select_for_update(of=("self",))
            .select_related("agency")
            .get(pk=call.incident_id)
        )
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


def _call_at(holder: Holder, incident: UUID) -> int:
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
