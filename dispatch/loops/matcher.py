"""Gives waiting calls to free seats: woken by every change of a line or a seat."""

import logging
from collections import Counter
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import F, Window
from django.db.models.functions import RowNumber

from accounts.models import Agency
from dispatch import broadcast as rooms
from dispatch import matching
from dispatch.abroad import is_here
from dispatch.actions.assigning import Pair, assign
from dispatch.events.frames import Place
from dispatch.loops.base import Loop
from dispatch.matching import FreeSeat, Line, WaitingCall
from dispatch.models import Call, Offer, Participant, Seat
from dispatch.snapshots.lines import helpers_of, lines_served, people_at_seats
from dispatch.states import (
    CallState,
    OfferState,
    ParticipantRole,
)
from reports import broadcast, journal
from reports.broadcast import Published
from reports.clock import monotonic, now

log = logging.getLogger(__name__)

REFUSED_SECONDS = 15  # a seat that refused, slept or sent it on is not asked again
AFTER_REST_SECONDS = 10  # nor for so long after its rest, if it slept
MAX_REST_SECONDS = 60  # see ``agency_seconds_in_reason``
MAX_WAVE = 200  # calls of one line looked at in one turn
# A waiting caller hears what changed within 2 s and, as there is a look after each of
# these and a turn, whatever there is within 5 s. Not at each turn: a surge has thirty a
# second, and each look is told to hundreds.
LOOK_SECONDS, PLACES_SECONDS = 0.9, 2.5
HANDLING_SECONDS = 30.0  # how long an average of talking times is used
SAMPLE = 30  # calls in that average; with fewer than a sixth of it nothing is claimed


class Matcher(Loop):
    """The matcher. Follows the agencies' streams, so that it hears of every change."""

    def __init__(self) -> None:
        super().__init__("matcher", 1.0)
        self._followed: set[UUID] = set()
        self._agencies_at = -100.0
        self._places_at = self._looked_at = 0.0
        self._told: dict[UUID, Place] = {}
        self._handling: float | None = None
        self._handling_at = -100.0

    def deliver(self, entry: Published) -> None:
        """Wake up: a line or a seat changed."""
        self.wake.set()

    async def turn(self) -> None:
        """Pair and offer; then tell the waiting callers their places."""
        if monotonic() - self._agencies_at > 10:
            await self._follow_agencies()
        await self.in_thread(match)
        await self._tell_places()

    async def _follow_agencies(self) -> None:
        agencies = set(await self.in_thread(_agencies))
        for stream, head in (
            await self.in_thread(_heads, agencies - self._followed)
        ).items():
            broadcast.registry().follow(stream, self)
            broadcast.registry().saw(stream, head)
        self._followed |= agencies
        self._agencies_at = monotonic()

    async def _tell_places(self) -> None:
        """Tell callers of this process what changed, and all every few seconds."""
        guests = {call: room for call, room in rooms.rooms().items() if room.guest}
        if not guests:
            self._told.clear()
            return
        if monotonic() - self._looked_at < LOOK_SECONDS:
            return
        self._looked_at = monotonic()
        is_due = monotonic() - self._places_at >= PLACES_SECONDS
        if monotonic() - self._handling_at > HANDLING_SECONDS:
            self._handling = await self.in_thread(handling_seconds)
            self._handling_at = monotonic()
        places = await self.in_thread(places_in_line, self._handling)
        told = {}  # a phone that comes later is told in the next turn
        for call, room in guests.items():
            place = places.get(call)
            if place is None:
                continue
            if is_due or self._told.get(call) != place:
                for port in (room.guest, *room.watchers):
                    if port is not None and is_here(port):  # else its process does
                        port.show(place)
            told[call] = place
        self._told = told
        if is_due:
            self._places_at = monotonic()


def match() -> int:
    """Pair waiting calls with free seats and offer them; return how many.

    7 queries and one wave of offers, whatever the number of lines, calls and seats.
    """
    moment = now()
    seats, epochs = _free_seats(moment)
    if not seats:
        return 0
    lines = lines_served(moment, people_at_seats().on_duty)
    # Only lines that a free seat can serve: a long line elsewhere must not hide them.
    free = {seat.agency for seat in seats}
    served = [
        agency
        for agency, line in lines.items()
        if agency in free
        or not free.isdisjoint(matching.stand_ins(agency, lines))
        or any(tier.neighbour in free for tier in line.tiers)
    ]
    calls = _waiting(served)
    if not calls:
        return 0
    refused = _refused([call.pk for call in calls], epochs, moment)
    matches = matching.pair(calls, seats, lines, refused, moment)
    return assign([Pair(m.call, m.seat, m.agency, m.trace) for m in matches])


def about_to_ring(
    calls: list[WaitingCall], lines: dict[int, Line], moment: datetime
) -> set[int]:
    """Return which of these calls the next turn offers to a free seat; 1-3 queries.

    By the rule of ``match``: a seat that rests, or slept through this call, takes none.
    """
    seats, epochs = _free_seats(moment)
    if not seats:
        return set()
    refused = _refused([call.pk for call in calls], epochs, moment)
    return {m.call for m in matching.pair(calls, seats, lines, refused, moment)}


def _free_seats(moment: datetime) -> tuple[list[FreeSeat], dict[int, int]]:
    """Return the seats a call can be offered to, and each one's epoch."""
    rows = list(
        Seat.objects.free().values_list(
            "pk",
            "agency_id",
            "idle_since",
            "rest_until",
            "uuid",
            "epoch",
            "shifts__operator__skills",
        )
    )
    seats = [
        FreeSeat(pk, agency, idle or moment, frozenset(skills), rest, str(uuid))
        for pk, agency, idle, rest, uuid, _, skills in rows
    ]
    return seats, {row[0]: row[5] for row in rows}


def _waiting(agencies: list[int]) -> list[WaitingCall]:
    """Return the first calls of each of these lines."""
    rows = (
        Call.objects.filter(state=CallState.WAITING, agency_id__in=agencies)
        .annotate(
            nth=Window(
                RowNumber(),
                partition_by=F("agency_id"),
                order_by=["priority", "queued_at", "pk"],
            )
        )
        .filter(nth__lte=MAX_WAVE)
        .values_list("pk", "agency_id", "priority", "queued_at", "needs")
        .order_by()
    )
    return [
        WaitingCall(pk, agency, priority, queued_at, frozenset(needs))
        for pk, agency, priority, queued_at, needs in rows
    ]


def _agencies() -> list[UUID]:
    return list(Agency.objects.filter(is_active=True).values_list("uuid", flat=True))


def _heads(streams: set[UUID]) -> dict[UUID, int]:
    return journal.heads(streams)


def _refused(
    calls: list[int], epochs: dict[int, int], moment: datetime
) -> dict[tuple[int, int], str]:
    """Return which seats are not asked for which call for a while, and why."""
    since = moment - timedelta(seconds=REFUSED_SECONDS)
    longest = moment - timedelta(seconds=MAX_REST_SECONDS + AFTER_REST_SECONDS)
    refused: dict[tuple[int, int], str] = {}
    for call, seat, state, settled_at, rest in Offer.objects.filter(
        call_id__in=calls,
        seat_id__in=epochs,
        state__in=[OfferState.DECLINED, OfferState.UNANSWERED],
        settled_at__gt=longest,
    ).values_list(
        "call_id", "seat_id", "state", "settled_at", "seat__agency__miss_rest_seconds"
    ):
        slept = AFTER_REST_SECONDS + rest if state == OfferState.UNANSWERED else 0
        seconds = max(REFUSED_SECONDS, slept)
        if settled_at and settled_at > moment - timedelta(seconds=seconds):
            refused[call, seat] = state
    # Whoever hosted it in this very shift gave it away; one whose console died did not.
    for call, seat, epoch in Participant.objects.filter(
        call_id__in=calls,
        seat_id__in=epochs,
        role=ParticipantRole.HOST,
        left_at__gt=since,
    ).values_list("call_id", "seat_id", "epoch"):
        if seat is not None and epochs[seat] == epoch:
            refused[call, seat] = "sent_on"
    return refused


def handling_seconds() -> float | None:
    """Return how long the latest calls took a seat; None if there were too few."""
    spans = [
        (ended - connected).total_seconds() + wrap_up
        for connected, ended, wrap_up in Call.objects.filter(
            state=CallState.ENDED,
            connected_at__isnull=False,
            incident__is_synthetic=False,
        )
        .order_by("-ended_at")
        .values_list("connected_at", "ended_at", "agency__wrap_up_seconds")[:SAMPLE]
        if connected and ended
    ]
    return sum(spans) / len(spans) if len(spans) >= SAMPLE // 6 else None


def places_in_line(handling: float | None) -> dict[UUID, Place]:
    """Return every waiting call's place in its agency's line, from 1.

    The wait is estimated as the older and more urgent calls of all lines that its
    helpers serve, this one's turn included, shared among the seats that are ready
    there, each taking ``handling`` seconds; null where nothing is known. Who is on a
    break is not counted: "you are next" would be no truth. 4 queries.
    """
    line = list(Call.objects.in_line().values_list("uuid", "agency_id"))
    if not line:  # the rule, and this is asked each second
        return {}
    ready, helpers = people_at_seats().ready, helpers_of(now())
    places: dict[UUID, Place] = {}
    counts: Counter[int | None] = Counter()  # of the calls so far, by line
    for uuid, agency in line:
        counts[agency] += 1
        pool = helpers.get(agency, {agency})
        seats = sum(ready[helper] for helper in pool)
        ahead = sum(counts[helper] for helper in pool)
        wait = round(ahead / seats * handling) if handling and seats else None
        places[uuid] = Place(place=counts[agency], wait_seconds=wait, seats_open=seats)
    return places
