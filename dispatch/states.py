"""States of calls, offers and seats: allowed moves, deadlines, and who moves them on.

Every state that is not final has a deadline in the database, and the sweeper
(``leases.py``) moves on what nobody else did. The figures are DESIGN section 5.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _

# --- Deadlines, in seconds -----------------------------------------------------------

AUTO_ACCEPT_SECONDS = 2  # a console that does not accept by itself in time is dead
RING_SECONDS = 15  # a person has this long to accept
SEAT_LEASE_SECONDS = 8  # then the call goes back to the line at its old place
CALLER_LEASE_SECONDS = 8  # then the seat is told "lost since"
CALLER_LOST_SECONDS = 120  # then the call ends, with a call-back
ESCALATE_SECONDS = 60  # waiting this long alerts the supervisor, again and again
WRAP_UP_SECONDS = 30  # extendable
WRAP_UP_EXTENSION_SECONDS = 60
HEARTBEAT_SECONDS = 2
RESTART_GRACE_SECONDS = 10  # a restart costs nobody a seat


class CallMode(models.TextChoices):
    """How loud the alarm may be."""

    NORMAL = "normal", _("normal")
    SILENT = "silent", _("silent")


class CallState(models.TextChoices):
    """Where a call is."""

    WAITING = "waiting", _("waiting")
    OFFERED = "offered", _("offered")
    CONNECTED = "connected", _("connected")
    ENDED = "ended", _("ended")


LIVE_CALL_STATES = [CallState.WAITING, CallState.OFFERED, CallState.CONNECTED]

# The only arrows a call may follow; back to waiting keeps its place in line.
CALL_MOVES: dict[CallState, frozenset[CallState]] = {
    CallState.WAITING: frozenset(
        {CallState.OFFERED, CallState.CONNECTED, CallState.ENDED}
    ),
    CallState.OFFERED: frozenset(
        {CallState.WAITING, CallState.CONNECTED, CallState.ENDED}
    ),
    CallState.CONNECTED: frozenset({CallState.WAITING, CallState.ENDED}),
    CallState.ENDED: frozenset(),
}


class EndReason(models.TextChoices):
    """Why a call ended; always set on an ended call."""

    SEAT_ENDED = "seat_ended", _("ended by the operator")
    CALLER_ENDED = "caller_ended", _("ended by the caller")
    CALLER_LOST = "caller_lost", _("connection to the caller lost")
    MERGED = "merged", _("merged into another call")


class OfferState(models.TextChoices):
    """What became of one try to give a call to a seat."""

    OPEN = "open", _("open")
    ACCEPTED = "accepted", _("accepted")
    DECLINED = "declined", _("declined")
    UNANSWERED = "unanswered", _("unanswered")
    WITHDRAWN = "withdrawn", _("withdrawn")


class Availability(models.TextChoices):
    """What the person at the seat chose."""

    OFF = "off", _("off")
    READY = "ready", _("ready")
    BREAK = "break", _("on a break")


class Activity(models.TextChoices):
    """What the system is doing with the seat."""

    IDLE = "idle", _("idle")
    OFFERED = "offered", _("a call is offered")
    ON_CALL = "on_call", _("on a call")
    WRAP_UP = "wrap_up", _("wrap-up")


class ParticipantRole(models.TextChoices):
    """Who somebody is in a room."""

    HOST = "host", _("host")
    GUEST = "guest", _("guest")


class ShiftEnd(models.TextChoices):
    """Why a shift at a seat ended."""

    LEFT = "left", _("left the seat")
    LAPSED = "lapsed", _("connection to the seat lost")
    TAKEN_OVER = "taken_over", _("continued on another computer")
