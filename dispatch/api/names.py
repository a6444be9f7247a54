"""What a fetched original is called: whose, of what and when, as the record says it."""

from datetime import UTC, datetime

from django.utils import timezone

from dispatch.snapshots.record.lanes import began_at
from reports.copies.sniff import suffix_of
from reports.models import EvidenceClip
from reports.states import ClipSource


def original_name(clip: EvidenceClip, head: bytes) -> str:
    """Return 370600-20261126-0001-phone-141510.webm; ``head``: its first bytes.

    Nothing of it is the sender's, whose name could end in anything.
    """
    source = clip.source
    if source == ClipSource.RELAY:
        source = f"live-{clip.side}"
    began = timezone.localtime(datetime.fromtimestamp(began_at(clip) / 1000, UTC))
    return f"{clip.incident.number}-{source}-{began:%H%M%S}.{suffix_of(head)}"
