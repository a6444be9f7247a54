"""What a socket gets at ``hello``, and how rows become views."""

from dispatch.snapshots.agency import agency_snapshot
from dispatch.snapshots.incident import incident_snapshot
from dispatch.snapshots.rows import (
    call_view,
    invitation_view,
    line_call,
    notice_view,
    offer_view,
    room_view,
    seat_view,
)

__all__ = [
    "agency_snapshot",
    "call_view",
    "incident_snapshot",
    "invitation_view",
    "line_call",
    "notice_view",
    "offer_view",
    "room_view",
    "seat_view",
]
