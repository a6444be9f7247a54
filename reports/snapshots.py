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
from reports.states import MAX_SHOWN_CLIPS, MAX_SHOWN_GAPS


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
    """Return a clip as a seat sees it; ``view`` is the newest copy of it.

    With few of its gaps: a phone may claim thousands, and no seat could be told them.
    """
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
        gaps=[GapView(**gap) for gap in clip.gaps[:MAX_SHOWN_GAPS]],
        gap_count=len(clip.gaps),
        missing=sum(gap["last"] - gap["first"] + 1 for gap in clip.gaps),
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


def clip_views(incident: UUID) -> tuple[dict[str, ClipView], int]:
    """Return an incident's newest clips by id, and how many older ones it has.

    By opening, then id: a page that was told of each in turn keeps the same ones,
    whatever order they were told in. Two queries; a third if there are many.
    """
    rows = EvidenceClip.objects.filter(incident__uuid=incident)
    clips = list(rows.order_by("-opened_at", "-uuid")[:MAX_SHOWN_CLIPS])
    older = rows.count() - len(clips) if len(clips) == MAX_SHOWN_CLIPS else 0
    newest: dict[int, ViewCopy] = {}
    for view in ViewCopy.objects.filter(clip__in=clips).order_by("pk"):
        newest[view.clip_id] = view
    views = {str(c.uuid): clip_view(c, newest.get(c.pk)) for c in reversed(clips)}
    return views, older
