"""How it stands at this moment, for /metrics: the line, the seats, what is overdue.

A few queries over live rows only, whatever the history; never asked on a hot path
(``alarm110/metrics.py`` keeps the answer for 2 s).
"""

from collections.abc import Iterable
from datetime import timedelta

from django.db.models import Count, Min, Q
from prometheus_client.core import GaugeMetricFamily, Metric

from accounts.models import Agency
from dispatch.models import Call, Offer, Seat, WebProcess
from dispatch.states import Activity, CallState, OfferState
from reports.clock import now
from reports.models import ViewCopy
from reports.states import ViewState

LATE = timedelta(seconds=5)  # the sweeper looks each second

# Name, what it says, its labels. The agency is its region code.
DECLARED: dict[str, tuple[str, tuple[str, ...]]] = {
    "alarm110_line_calls": ("Calls that wait in the line.", ("agency",)),
    "alarm110_line_oldest_seconds": (
        "How long the call that has waited longest has waited; 0: nobody waits.",
        ("agency",),
    ),
    "alarm110_live_calls": ("Calls that are not over.", ("agency", "state")),
    "alarm110_lost_callers": (
        "Connected calls whose phone gives no sign of life.",
        ("agency",),
    ),
    "alarm110_seats": (
        "Seats in service: what the person chose, what the system does with them.",
        ("agency", "availability", "activity"),
    ),
    "alarm110_overdue": (
        "Rows whose deadline passed 5 s ago and more: the sweeper does not get there.",
        ("what",),
    ),
    "alarm110_copies_waiting": ("View copies asked for and not ready.", ()),
    "alarm110_copies_oldest_seconds": (
        "How long the oldest of these has been asked for; 0: there is none.",
        (),
    ),
    "alarm110_web_processes": ("Web processes that gave a sign of life of late.", ()),
}


def read() -> list[Metric]:
    """Return all of them; 7 queries."""
    found = {
        name: GaugeMetricFamily(name, says, labels=labels)
        for name, (says, labels) in DECLARED.items()
    }
    moment = now()
    agencies = list(
        Agency.objects.filter(is_active=True).values_list("code", flat=True)
    )
    _count_calls(found, agencies)
    _count_seats(found, agencies)
    late = moment - LATE
    stuck = Call.objects.filter(
        Q(state__in=[CallState.WAITING, CallState.OFFERED], escalate_at__lt=late)
    )
    found["alarm110_overdue"].add_metric(["calls"], stuck.count())
    open_offers = Offer.objects.filter(state=OfferState.OPEN, expires_at__lt=late)
    found["alarm110_overdue"].add_metric(["offers"], open_offers.count())
    making = ViewCopy.objects.filter(state=ViewState.MAKING).aggregate(
        count=Count("pk"), oldest=Min("asked_at")
    )
    age = (moment - making["oldest"]).total_seconds() if making["oldest"] else 0.0
    found["alarm110_copies_waiting"].add_metric([], making["count"])
    found["alarm110_copies_oldest_seconds"].add_metric([], age)
    alive = WebProcess.objects.filter(renewed_at__gt=late).count()
    found["alarm110_web_processes"].add_metric([], alive)
    return list(found.values())


def _count_calls(found: dict[str, GaugeMetricFamily], agencies: Iterable[str]) -> None:
    moment = now()
    calls: dict[tuple[str, str], int] = {}
    lost: dict[str, int] = {}
    oldest: dict[str, float] = {}
    rows = Call.objects.live().values_list("agency__code", "state")
    for code, state, count, first, gone in rows.annotate(
        Count("pk"), Min("queued_at"), Count("lost_at")
    ).order_by():
        calls[code, state] = count
        if state == CallState.WAITING:
            oldest[code] = (moment - first).total_seconds()
        elif state == CallState.CONNECTED:
            lost[code] = gone
    for code in agencies:
        waiting = calls.get((code, CallState.WAITING), 0)
        found["alarm110_line_calls"].add_metric([code], waiting)
        found["alarm110_line_oldest_seconds"].add_metric([code], oldest.get(code, 0.0))
        found["alarm110_lost_callers"].add_metric([code], lost.get(code, 0))
        for state in (CallState.WAITING, CallState.OFFERED, CallState.CONNECTED):
            count = calls.get((code, state), 0)
            found["alarm110_live_calls"].add_metric([code, state.value], count)


def _count_seats(found: dict[str, GaugeMetricFamily], agencies: Iterable[str]) -> None:
    known = set(agencies)
    seats = Seat.objects.filter(is_active=True).values_list(
        "agency__code", "availability", "activity"
    )
    for code, availability, activity, count in seats.annotate(Count("pk")).order_by():
        if code in known:
            labels = [code, availability, Activity(activity).value]
            found["alarm110_seats"].add_metric(labels, count)
