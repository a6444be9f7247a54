"""Gives waiting calls to free seats: woken by every change of a line or a seat."""

import logging
from datetime import timedelta
from uuid import UUID

from accounts.models import Agency, Tier
from dispatch import broadcast as rooms
from dispatch import matching
from dispatch.actions.calls import Pair, assign
from dispatch.events.frames import Place
from dispatch.loops.base import Loop
from dispatch.matching import FreeSeat, Overflow, WaitingCall
from dispatch.models import Call, Offer, Seat, Shift
from dispatch.states import WRAP_UP_SECONDS, Availability, CallState, OfferState
from reports import broadcast, journal
from reports.broadcast import Published
from reports.clock import monotonic, now

log = logging.getLogger(__name__)

REFUSED_SECONDS = 15  # a seat that declined or slept is not asked for the same call
MAX_WAVE = 200  # calls of one line looked at in one turn
PLACES_SECONDS = 4.0  # a waiting caller hears at least this often
HANDLING_SECONDS = 30.0  # how long an average of talking times is used
SAMPLE = 30  # calls in that average; with fewer than a sixth of it nothing is claimed


class Matcher(Loop):
    """The matcher. Follows the agencies' streams, so that it hears of every change."""

    def __init__(self) -> None:
        super().__init__("matcher", 1.0)
        self._followed: set[UUID] = set()
        self._agencies_at = -100.0
        self._places_at = 0.0
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
        is_due = monotonic() - self._places_at >= PLACES_SECONDS
        if monotonic() - self._handling_at > HANDLING_SECONDS:
            self._handling = await self.in_thread(handling_seconds)
            self._handling_at = monotonic()
        places = await self.in_thread(places_in_line, self._handling)
        for call, room in guests.items():
            place = places.get(call)
            if place is not None and (is_due or self._told.get(call) != place):
                for port in (room.guest, *room.watchers):
                    if port is not None:
                        port.show(place)
        self._told = places
        if is_due:
            self._places_at = monotonic()


def match() -> int:
    """Pair waiting calls with free seats and offer them; return how many."""
    moment = now()
    seats = [
        FreeSeat(pk, agency, idle_since or moment)
        for pk, agency, idle_since in Seat.objects.free().values_list(
            "pk", "agency_id", "idle_since"
        )
    ]
    if not seats:
        return 0
    tiers = _tiers()
    free = {seat.agency for seat in seats}
    # Only lines that a free seat can serve: a long line elsewhere must not hide them.
    served = free | {
        agency
        for agency, helpers in tiers.items()
        if any(tier.neighbour in free for tier in helpers)
    }
    waiting = Call.objects.in_line().filter(agency_id__in=served).order_by("agency_id")
    calls = [
        WaitingCall(*row)
        for agency in waiting.values_list("agency_id", flat=True).distinct()
        for row in Call.objects.in_line()
        .filter(agency_id=agency)
        .values_list("pk", "agency_id", "priority", "queued_at")[:MAX_WAVE]
    ]
    if not calls:
        return 0
    refused = _refused([call.pk for call in calls])
    pairs = matching.pair(calls, seats, tiers, _staffed(), refused, moment)
    lines = {call.pk: call.agency for call in calls}
    return assign([Pair(call, seat, lines[call]) for call, seat in pairs])


def _agencies() -> list[UUID]:
    return list(Agency.objects.filter(is_active=True).values_list("uuid", flat=True))


def _heads(streams: set[UUID]) -> dict[UUID, int]:
    return journal.heads(streams)


def _tiers() -> dict[int, list[Overflow]]:
    tiers: dict[int, list[Overflow]] = {}
    rows = Tier.objects.filter(is_active=True).values_list(
        "agency_id", "neighbour_id", "rank", "after_seconds"
    )
    for agency, neighbour, rank, seconds in rows:
        tiers.setdefault(agency, []).append(Overflow(neighbour, rank, seconds))
    return tiers


def _staffed() -> frozenset[int]:
    """Return the agencies with somebody on duty."""
    return frozenset(
        Shift.objects.filter(ended_at__isnull=True)
        .exclude(seat__availability=Availability.OFF)
        .values_list("seat__agency_id", flat=True)
    )


def _refused(calls: list[int]) -> frozenset[tuple[int, int]]:
    since = now() - timedelta(seconds=REFUSED_SECONDS)
    return frozenset(
        Offer.objects.filter(
            call_id__in=calls,
            state__in=[OfferState.DECLINED, OfferState.UNANSWERED],
            settled_at__gt=since,
        ).values_list("call_id", "seat_id")
    )


def handling_seconds() -> float | None:
    """Return how long the latest calls took a seat; None if there were too few."""
    spans = [
        (ended - connected).total_seconds()
        for connected, ended in Call.objects.filter(
            state=CallState.ENDED,
            connected_at__isnull=False,
            incident__is_synthetic=False,
        )
        .order_by("-ended_at")
        .values_list("connected_at", "ended_at")[:SAMPLE]
        if connected and ended
    ]
    if len(spans) < SAMPLE // 6:
        return None
    return sum(spans) / len(spans) + WRAP_UP_SECONDS


def places_in_line(handling: float | None) -> dict[UUID, Place]:
    """Return every waiting call's place in its agency's line, from 1.

    The wait is estimated as the calls ahead, this one's turn included, shared among the
    seats on duty, each taking ``handling`` seconds; null where nothing is known.
    """
    line = list(Call.objects.in_line().values_list("uuid", "agency_id"))
    if not line:  # the rule, and this is asked each second
        return {}
    open_seats: dict[int, int] = {}
    for agency in (
        Shift.objects.filter(ended_at__isnull=True)
        .exclude(seat__availability=Availability.OFF)
        .values_list("seat__agency_id", flat=True)
    ):
        open_seats[agency] = open_seats.get(agency, 0) + 1
    helpers: dict[int, int] = {}
    for agency, tiers in _tiers().items():
        helpers[agency] = sum(open_seats.get(tier.neighbour, 0) for tier in tiers)
    places: dict[UUID, Place] = {}
    counts: dict[int, int] = {}
    for uuid, agency in line:
        counts[agency] = counts.get(agency, 0) + 1
        seats = open_seats.get(agency, 0) + helpers.get(agency, 0)
        wait = round(counts[agency] / seats * handling) if handling and seats else None
        places[uuid] = Place(place=counts[agency], wait_seconds=wait, seats_open=seats)
    return places
