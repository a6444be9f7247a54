"""What the figures are made of, as the database has it: one query a kind of row.

Times come as whole milliseconds since 1970, computed by the database: a day of a city
is thousands of rows, and reading times as objects would take longer than the query.
"""

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import BigIntegerField, Func, Q, QuerySet

from dispatch.models import Call, Offer, Participant, Shift
from dispatch.states import OfferKind, OfferState, ParticipantRole

# Nobody is in a room or on shift for longer: what began before cannot reach in here.
LONGEST = timedelta(days=2)


class Milliseconds(Func):
    """A time as milliseconds since 1970."""

    output_field = BigIntegerField()

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """Count days of Julius; SQLite itself keeps whole milliseconds."""
        template = (
            "CAST(ROUND((julianday(%(expressions)s) - 2440587.5) * 86400000.0)"
            " AS INTEGER)"
        )
        return self.as_sql(compiler, connection, template=template, **context)

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """Count seconds of the epoch."""
        template = "CAST(ROUND(EXTRACT(EPOCH FROM %(expressions)s) * 1000) AS BIGINT)"
        return self.as_sql(compiler, connection, template=template, **context)


class Scope(NamedTuple):
    """Whose, and from when to when (``until`` excluded)."""

    agencies: Collection[int]
    since: datetime
    until: datetime


class CallRow(NamedTuple):
    """One call, from the tap to its end."""

    pk: int
    agency_id: int
    source: str
    disposition: str
    end_reason: str
    queued_ms: int
    ended_ms: int | None


class HostRow(NamedTuple):
    """Somebody's time as host of a call."""

    call_id: int
    seat_id: int
    joined_ms: int
    left_ms: int | None


class PlaceRow(NamedTuple):
    """A seat's time in a room."""

    seat_id: int
    agency_id: int
    role: str
    wrap_up_seconds: int
    joined_ms: int
    left_ms: int | None


class ShiftRow(NamedTuple):
    """An operator's time at a seat."""

    seat_id: int
    agency_id: int
    started_ms: int
    ended_ms: int | None


class OfferRow(NamedTuple):
    """A try to give a call to a seat."""

    seat_id: int
    agency_id: int
    made_ms: int
    state: str


def _calls(scope: Scope) -> QuerySet[Call]:
    return Call.objects.filter(
        agency__in=scope.agencies,
        agency__is_synthetic=False,
        incident__is_synthetic=False,
        queued_at__gte=scope.since,
        queued_at__lt=scope.until,
    )


def calls(scope: Scope) -> Iterator[CallRow]:
    """Yield the calls tapped in the time, by their agency of now."""
    rows = _calls(scope).order_by()
    return map(
        CallRow._make,
        rows.values_list(
            "pk",
            "agency_id",
            "incident__source",
            "incident__disposition",
            "end_reason",
            Milliseconds("queued_at"),
            Milliseconds("ended_at"),
        ),
    )


def hosts(scope: Scope) -> Iterator[HostRow]:
    """Yield the hosts of those calls, in the order they came."""
    rows = Participant.objects.filter(
        role=ParticipantRole.HOST, call__in=_calls(scope).order_by()
    ).order_by("joined_at", "pk")
    return map(
        HostRow._make,
        rows.values_list(
            "call_id", "seat_id", Milliseconds("joined_at"), Milliseconds("left_at")
        ),
    )


def places(scope: Scope) -> Iterator[PlaceRow]:
    """Yield the rooms the agencies' seats were in, seat by seat in their order."""
    rows = Participant.objects.filter(
        seat__agency__in=scope.agencies,
        seat__agency__is_synthetic=False,
        joined_at__gte=scope.since - LONGEST,
        joined_at__lt=scope.until,
    ).order_by("seat_id", "joined_at", "pk")
    return map(
        PlaceRow._make,
        rows.values_list(
            "seat_id",
            "seat__agency_id",
            "role",
            "seat__agency__wrap_up_seconds",
            Milliseconds("joined_at"),
            Milliseconds("left_at"),
        ),
    )


def shifts(scope: Scope) -> Iterator[ShiftRow]:
    """Yield the shifts at the agencies' seats, seat by seat in their order."""
    rows = Shift.objects.filter(
        Q(ended_at__isnull=True) | Q(ended_at__gt=scope.since),
        seat__agency__in=scope.agencies,
        seat__agency__is_synthetic=False,
        started_at__gte=scope.since - LONGEST,
        started_at__lt=scope.until,
    ).order_by("seat_id", "started_at", "pk")
    return map(
        ShiftRow._make,
        rows.values_list(
            "seat_id",
            "seat__agency_id",
            Milliseconds("started_at"),
            Milliseconds("ended_at"),
        ),
    )


def offers(scope: Scope) -> Iterator[OfferRow]:
    """Yield the offers of calls that were made to the agencies' seats."""
    rows = Offer.objects.filter(
        kind=OfferKind.CALL,
        seat__agency__in=scope.agencies,
        seat__agency__is_synthetic=False,
        made_at__gte=scope.since,
        made_at__lt=scope.until,
    ).exclude(state=OfferState.OPEN)
    return map(
        OfferRow._make,
        rows.order_by().values_list(
            "seat_id", "seat__agency_id", Milliseconds("made_at"), "state"
        ),
    )
