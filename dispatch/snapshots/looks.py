"""Who may look at an incident's evidence now, and as what."""

from typing import NamedTuple
from uuid import UUID

from django.db.models import Q

from accounts.models import User
from accounts.snapshots import rights_of
from dispatch.models import Participant, Seat
from dispatch.states import Activity, ParticipantRole
from reports.journal import Author
from reports.models import Incident


class Looker(NamedTuple):
    """Somebody who may look: as operator (of the call), supervisor or auditor."""

    author: Author
    name: str
    # The call their seat hosts or wraps up; None for the others.
    call: UUID | None


def looker_at(user: User, incident: Incident) -> Looker | None:
    """Return as what a person may look at an incident's evidence; None: not at all.

    Asked at each request: who hosted the call yesterday sees nothing of it today.
    """
    rights = rights_of(user)
    held = _held_call(user, incident)
    if held is not None and rights.may_operate(held[0]):
        return _looker(user, "operator", held[1])
    if rights.may_supervise(incident.agency_id):
        return _looker(user, "supervisor")
    if rights.may_audit(incident.agency_id):
        return _looker(user, "auditor")
    return None


def _looker(user: User, capacity: str, call: UUID | None = None) -> Looker:
    return Looker(Author(capacity, str(user.uuid)), str(user), call)


def _held_call(user: User, incident: Incident) -> tuple[int, UUID] | None:
    """Return (the seat's agency, the call) that this person hosts or wraps up."""
    room = (
        Participant.objects.filter(
            Q(seat__shifts__operator=user, seat__shifts__ended_at__isnull=True),
            role=ParticipantRole.HOST,
            left_at__isnull=True,
            call__incident=incident,
        )
        .values_list("seat__agency_id", "call__uuid")
        .first()
    )
    if room is not None:
        return room
    return (
        Seat.objects.filter(
            Q(shifts__operator=user, shifts__ended_at__isnull=True),
            activity=Activity.WRAP_UP,
            wrap_up_call__incident=incident,
        )
        .values_list("agency_id", "wrap_up_call__uuid")
        .first()
    )


def is_in_room(user: User, incident: Incident) -> bool:
    """Return whether this person's seat is in a call of this incident now, as anybody.

    Colleagues who were asked in follow its stream, and so may see what is in it.
    """
    return Participant.objects.filter(
        seat__shifts__operator=user,
        seat__shifts__ended_at__isnull=True,
        left_at__isnull=True,
        call__incident=incident,
    ).exists()
