"""The words of the switchboard: entries, views and frames from the server."""

from dispatch.events.entries import (
    CallConnected,
    CallEnded,
    CallEntry,
    CallerLost,
    CallerResumed,
    CallEscalated,
    CallModeChanged,
    CallOffered,
    CallPriorityChanged,
    CallQueued,
    CallRepeated,
    CallRerouted,
    CallReturned,
    LeasesExtended,
    LineUpdated,
    SeatUpdated,
)
from dispatch.events.views import CallView, LineCall, OfferView, SeatView

__all__ = [
    "CallConnected",
    "CallEnded",
    "CallEntry",
    "CallEscalated",
    "CallModeChanged",
    "CallOffered",
    "CallPriorityChanged",
    "CallQueued",
    "CallRepeated",
    "CallRerouted",
    "CallReturned",
    "CallView",
    "CallerLost",
    "CallerResumed",
    "LeasesExtended",
    "LineCall",
    "LineUpdated",
    "OfferView",
    "SeatUpdated",
    "SeatView",
]
