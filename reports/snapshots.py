"""What a socket gets of an incident at ``hello``: rows turned into views."""

from accounts.models import Caller
from accounts.models.fields import masked_phone
from reports.clock import wire_time
from reports.events import CallerView, IncidentView
from reports.models import Incident


def mask_name(name: str) -> str:
    """Return the first character and stars."""
    return f"{name[0]}**" if name else ""


def caller_view(caller: Caller) -> CallerView:
    """Return the caller as a seat may see them."""
    return CallerView(
        caller=caller.uuid,
        assurance=caller.assurance,
        phone_masked=masked_phone(caller.phone or ""),
        name_masked=mask_name(caller.name or ""),
        language=caller.language,
    )


def incident_view(incident: Incident) -> IncidentView:
    """Return the incident's form as it stands."""
    return IncidentView(
        incident=incident.uuid,
        number=incident.number,
        opened_at=wire_time(incident.opened_at),
        agency=incident.agency.uuid,
        category=incident.category,
        priority=incident.priority,
        place=incident.place,
        notes=incident.notes,
        persons=incident.persons,
        disposition=incident.disposition,
        flags=list(incident.flags),
        saved_at=wire_time(incident.saved_at) if incident.saved_at else None,
        saved_by=incident.saved_by,
    )
