"""States of calls, offers and seats: allowed moves, deadlines, and who moves them on.

Every state that is not final has a deadline in the database, and the sweeper
(``leases.py``) moves on what nobody else did. The figures are DESIGN section 5.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts import states as of_agencies

# --- Deadlines, in seconds -----------------------------------------------------------

AUTO_ACCEPT_SECONDS = 2  # a console that does not accept by itself in time is dead
RING_SECONDS = of_agencies.RING_SECONDS  # a person has this long to accept
SEAT_LEASE_SECONDS = 8  # then the call goes back to the line at its old place
SILENT_SECONDS = 4  # half of it: then a colleague may take the call over
CALLER_LEASE_SECONDS = 8  # then the seat is told "lost since"
SUPERVISOR_LEASE_SECONDS = 8  # then a supervisor from the board is out of the room
CALLER_LOST_SECONDS = 120  # then the call ends, with a call-back
ESCALATE_SECONDS = 60  # waiting this long alerts the supervisor, again and again
WRAP_UP_SECONDS = of_agencies.WRAP_UP_SECONDS  # extendable
WRAP_UP_EXTENSION_SECONDS = 60
HEARTBEAT_SECONDS = 2
RESTART_GRACE_SECONDS = 10  # a restart costs nobody a seat
INVITE_SECONDS = 30  # a colleague has this long to come in or to take a call over


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
    SUPERVISOR_ENDED = "supervisor", _("ended by a supervisor")


class OfferState(models.TextChoices):
    """What became of one try to give a call to a seat."""

    OPEN = "open", _("open")
    ACCEPTED = "accepted", _("accepted")
    DECLINED = "declined", _("declined")
    UNANSWERED = "unanswered", _("unanswered")
    WITHDRAWN = "withdrawn", _("withdrawn")


class OfferKind(models.TextChoices):
    """What an offer asks of a seat."""

    CALL = "call", _("take a call from the line")
    INVITE = "invite", _("come into a call")
    TRANSFER = "transfer", _("take a call over")


class Availability(models.TextChoices):
    """What the person at the seat chose; only ``away`` is set by the system."""

    OFF = "off", _("off")
    READY = "ready", _("ready")
    BREAK = "break", _("on a break")
    AWAY = "away", _("away: calls were not answered")


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
    SECOND = "second", _("second seat")
    INTERPRETER = "interpreter", _("interpreter")
    SUPERVISOR = "supervisor", _("supervisor")
    UNIT = "unit", _("unit")


class Stance(models.TextChoices):
    """How somebody takes part in a room.

    ``monitor``: sees and hears, is neither seen nor heard nor shown; logged in the
    ledger. ``whisper``: the host alone hears. ``open``: as everybody (barge).
    """

    OPEN = "open", _("takes part")
    WHISPER = "whisper", _("only the host hears")
    MONITOR = "monitor", _("listens")


class ShiftEnd(models.TextChoices):
    """Why a shift at a seat ended."""

    LEFT = "left", _("left the seat")
    LAPSED = "lapsed", _("connection to the seat lost")
    TAKEN_OVER = "taken_over", _("continued on another computer")
    RELIEVED = "relieved", _("relieved by a colleague")
    FREED = "freed", _("freed by a supervisor")


class TransferKind(models.TextChoices):
    """How a call came to another host."""

    BLIND = "blind", _("transferred")
    WARM = "warm", _("handed over")
    TAKE_OVER = "take_over", _("taken over")
    RELIEF = "relief", _("shift changed")
    PROMOTED = "promoted", _("host lost, second seat went on")
    MOVED = "moved", _("moved by a supervisor")


class CallBackOutcome(models.TextChoices):
    """What came of calling a lost caller back."""

    REACHED = "reached", _("reached")
    NOT_REACHED = "not_reached", _("not reached")
    NOT_NEEDED = "not_needed", _("not needed")
