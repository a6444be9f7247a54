"""Service levels: counted by time, county, seat or channel."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, NamedTuple

from django.utils import timezone

from dispatch.states import EndReason, OfferState
from dispatch.statistics import rows
from dispatch.statistics.busy import Span, busy_spans, shift_spans
from dispatch.statistics.figures import (
    CALLERS_ENDS,
    INVALID_DISPOSITIONS,
    Figures,
    Tally,
)
from dispatch.statistics.rows import CallRow, HostRow, Scope
from dispatch.statistics.slots import Interval, Slots, milliseconds
from reports.clock import now

By = Literal["all", "agency", "seat", "source"]
Key = int | str | None


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: local days, both included, of which agencies, cut how.

    A call is counted where it lies now, on the day of its tap. ``seat`` counts a call
    at the first seat that answered it; what nobody answered has no seat and is None.
    """

    first: date
    last: date
    agencies: Collection[int]
    interval: Interval = Interval.DAY
    by: By = "all"
    seat: int | None = None  # only what this seat did


class Level(NamedTuple):
    """The figures of one piece of time and one agency (seat, channel; None: all)."""

    start: datetime
    key: Key
    figures: Figures


Tallies = defaultdict[tuple[int, Key], Tally]


def levels(question: Question) -> list[Level]:
    """Return figures by time and then key; pieces where nothing was are left out.

    Five queries at most, whatever is asked.
    """
    slots = Slots(
        question.first,
        question.last,
        question.interval,
        timezone.get_default_timezone(),
    )
    scope = Scope(question.agencies, slots.starts[0], slots.end)
    tallies = _count(question, slots, scope, milliseconds(now()))
    return [
        Level(slots.starts[piece], key, tally.figures())
        for (piece, key), tally in sorted(
            tallies.items(), key=lambda item: (item[0][0], str(item[0][1]))
        )
    ]


def with_empty(question: Question, found: list[Level]) -> list[Level]:
    """Return the same with the pieces in which nothing was, up to now; unsorted.

    An outage is to be seen as such. By day each agency and channel has its row; finer,
    only what is counted all together. Of seats, of which most are off shift, a day
    without any has one row, whose key is "". Asks no query.
    """
    if not found or question.interval == Interval.WHOLE:
        return found
    if question.interval != Interval.DAY and question.by != "all":
        return found
    slots = Slots(
        question.first,
        question.last,
        question.interval,
        timezone.get_default_timezone(),
    )
    passed = slots.starts[: slots.of(milliseconds(now())) + 1]
    if question.by == "seat":
        full = {level.start for level in found}
        return found + [
            Level(start, "", Figures()) for start in passed if start not in full
        ]
    known = {(level.start, level.key) for level in found}
    # Of what was in use: an agency out of service has no outages.
    keys = {level.key for level in found}
    return found + [
        Level(start, key, Figures())
        for start in passed
        for key in keys
        if (start, key) not in known
    ]


def today(agency_ids: Collection[int]) -> dict[int, Figures]:
    """Return the figures of each agency since local midnight, with its quarters.

    Four queries, whatever the number of agencies and calls.
    """
    zone = timezone.get_default_timezone()
    moment = now()
    day = moment.astimezone(zone).date()
    whole = Slots(day, day, Interval.WHOLE, zone)
    fine = Slots(day, day, Interval.QUARTER, zone)
    passed = fine.starts[: fine.of(milliseconds(moment)) + 1]
    scope = Scope(agency_ids, whole.starts[0], whole.end)
    question = Question(day, day, agency_ids, Interval.WHOLE, by="agency")
    quarters: Tallies = defaultdict(Tally)
    tallies = _count(
        question, whole, scope, milliseconds(moment), also=(fine, quarters)
    )
    return {
        agency: tallies[0, agency].figures(
            tuple(quarters[n, agency].quarter(start) for n, start in enumerate(passed))
        )
        for agency in agency_ids
    }


def _count(
    question: Question,
    slots: Slots,
    scope: Scope,
    now_ms: int,
    also: tuple[Slots, Tallies] | None = None,
) -> Tallies:
    """Count calls, and what seats did meanwhile; ``also`` gets the calls only."""
    tallies: Tallies = defaultdict(Tally)
    calls = list(rows.calls(scope))
    hosts = _hosts_by_call(rows.hosts(scope))
    for call in calls:
        held = hosts.get(call.pk, [])
        first_seat = held[0].seat_id if held else None
        if question.seat is not None and first_seat != question.seat:
            continue
        if call.end_reason == EndReason.MERGED and not held:
            continue
        key: Key = {
            "all": None,
            "agency": call.agency_id,
            "seat": first_seat,
            "source": call.source,
        }[question.by]
        _count_call(tallies[slots.of(call.queued_ms), key], call, held, now_ms)
        if also is not None:
            finer, theirs = also
            _count_call(theirs[finer.of(call.queued_ms), key], call, held, now_ms)
    if question.by != "source":
        _count_seats(question, slots, scope, now_ms, tallies)
    return tallies


def _hosts_by_call(hosts: Iterable[HostRow]) -> dict[int, list[HostRow]]:
    held: dict[int, list[HostRow]] = {}
    for host in hosts:
        held.setdefault(host.call_id, []).append(host)
    return held


def _count_call(tally: Tally, call: CallRow, held: list[HostRow], now_ms: int) -> None:
    tally.add("offered")
    tally.add("invalid", call.disposition in INVALID_DISPOSITIONS)
    is_callers = call.end_reason in CALLERS_ENDS
    if not held:
        until = call.ended_ms if call.ended_ms is not None else now_ms
        tally.wait(max(until - call.queued_ms, 0), is_answered=False)
        tally.add("waiting", call.ended_ms is None)
        tally.add("abandoned_before", is_callers)
        return
    tally.wait(max(held[0].joined_ms - call.queued_ms, 0), is_answered=True)
    tally.add("abandoned_after", is_callers)
    if call.ended_ms is not None:
        tally.add("finished")
        ends = ((h, h.left_ms if h.left_ms is not None else now_ms) for h in held)
        tally.add("talk_ms", sum(max(end - h.joined_ms, 0) for h, end in ends))


def _count_seats(
    question: Question, slots: Slots, scope: Scope, now_ms: int, tallies: Tallies
) -> None:
    """Add what the seats of these agencies did, whoever called."""

    def tally(piece: int, span: Span) -> Tally:
        key: Key = {"agency": span.agency_id, "seat": span.seat_id}.get(question.by)
        return tallies[piece, key]

    shifts = list(rows.shifts(scope))
    spans = [*shift_spans(shifts, now_ms)]
    spans += busy_spans(rows.places(scope), shifts, now_ms)
    for span in spans:
        if question.seat not in (None, span.seat_id):
            continue
        for piece, length in slots.pieces(span.since_ms, span.until_ms):
            tally(piece, span).add(span.what, length)
        if span.what == "wrap_up_ms" and slots.holds(span.since_ms):
            tally(slots.of(span.since_ms), span).add("wrap_ups")
    if question.by != "seat" and question.seat is None:
        return
    for offer in rows.offers(scope):
        if question.seat in (None, offer.seat_id):
            key = offer.seat_id if question.by == "seat" else None
            counted = tallies[slots.of(offer.made_ms), key]
            counted.add("offers")
            counted.add("missed", offer.state == OfferState.UNANSWERED)
