"""Clips with real content, brought in by the actions that phones and relays use."""

from collections.abc import Sequence
from datetime import timedelta
from functools import cache
from uuid import UUID, uuid4

import msgspec
from django.db.models import F

from reports import journal
from reports.actions.evidence import close_clip, store_file
from reports.actions.evidence.opening import ClipFacts
from reports.models import EvidenceClip, ViewCopy
from tests.views.recorder import Recorder


@cache
def webm(seconds: float = 1.0, hue: int = 0) -> bytes:
    """Return a real recording."""
    return Recorder().segment(seconds, hue=hue)


def keep(
    incident: UUID,
    *segments: bytes,
    kind: str = "video",
    is_closed: bool = True,
    clip: UUID | None = None,
) -> EvidenceClip:
    """Store segments as one clip of the phone's."""
    uuid = clip or uuid4()
    facts = ClipFacts.claimed(
        source="phone", kind=kind, mime="text/html", name="a.html"
    )
    counts = {}
    for number, content in enumerate(segments):
        stored = store_file(
            content, incident=incident, clip=uuid, facts=facts, segment=number
        )
        counts[number] = stored.chunks
    row = EvidenceClip.objects.select_related("incident").get(uuid=uuid)
    if is_closed:
        close_clip(row, reason="finished", segments=counts)
    return EvidenceClip.objects.select_related("incident").get(uuid=uuid)


def pass_time(seconds: float) -> None:
    """Let time pass for everything that is being made."""
    span = timedelta(seconds=seconds)
    ViewCopy.objects.update(
        asked_at=F("asked_at") - span, tried_at=F("tried_at") - span
    )


def view_entries(incident: UUID) -> list[dict]:
    """Return what the incident's stream says of copies, oldest first."""
    return [
        msgspec.json.decode(entry.text)["clip"]["view"]
        for entry in journal.replay(incident, 0)
        if entry.kind == "clip.view_changed"
    ]


def states(incident: UUID) -> Sequence[str]:
    """Return the states that copies went through."""
    return [view["state"] for view in view_entries(incident)]
