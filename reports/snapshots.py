"""What a socket gets of an incident at ``hello``: rows turned into views."""

from uuid import UUID

from accounts.models import Caller
from accounts.models.fields import masked_phone
from reports.clock import wire_time
from reports.events import (
    CallerView,
    ClipView,
    GapView,
    IncidentView,
    LinkView,
    ViewCopyView,
)
from reports.models import EvidenceClip, Incident, ViewCopy


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
        links=[LinkView(**link) for link in incident.links],
        saved_at=wire_time(incident.saved_at) if incident.saved_at else None,
        saved_by=incident.saved_by,
    )


def clip_view(clip: EvidenceClip, view: ViewCopy | None = None) -> ClipView:
    """Return a clip as a seat sees it; ``view`` is the newest copy of it."""
    return ClipView(
        clip=clip.uuid,
        call=clip.call,
        source=clip.source,
        side=clip.side,
        kind=clip.kind,
        mime=clip.mime,
        name=clip.name,
        claimed_at=clip.claimed_at,
        state=clip.state,
        opened_at=wire_time(clip.opened_at),
        closed_at=wire_time(clip.closed_at) if clip.closed_at else None,
        reason=clip.reason,
        bytes=clip.bytes,
        chunk_count=clip.chunk_count,
        gaps=[GapView(**gap) for gap in clip.gaps],
        is_complete=clip.is_complete,
        root=clip.root,
        view=view_copy_view(view) if view else None,
    )


def view_copy_view(view: ViewCopy) -> ViewCopyView:
    """Return a copy that people look at."""
    return ViewCopyView(
        view=view.uuid,
        state=view.state,
        chunk_count=view.chunk_count,
        mime=view.mime,
        sha256=view.sha256,
        bytes=view.bytes,
        duration_ms=view.duration_ms,
        reason=view.reason,
    )


def clip_views(incident: UUID) -> dict[str, ClipView]:
    """Return an incident's clips by id, oldest first; two queries."""
    clips = list(EvidenceClip.objects.filter(incident__uuid=incident).order_by("pk"))
    newest: dict[int, ViewCopy] = {}
    for view in ViewCopy.objects.filter(clip__in=clips).order_by("pk"):
        newest[view.clip_id] = view
    return {str(clip.uuid): clip_view(clip, newest.get(clip.pk)) for clip in clips}
