"""Figures and health for the open boards: computed once a process, never for nobody."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.db.models import Count, F

from dispatch import board, statistics
from dispatch.events import rendering
from dispatch.events.frames import FiguresShown, HealthShown
from dispatch.events.views import HealthView
from dispatch.loops.base import Loop
from dispatch.media.interface import Health
from dispatch.models import Call, Offer, Seat, Shift
from dispatch.states import (
    SEAT_LEASE_SECONDS,
    Activity,
    CallState,
    OfferState,
    ShiftEnd,
)
from dispatch.statistics import Figures
from reports.clock import monotonic, now, wire_time

HEALTH_SECONDS = 2.0
FIGURES_SECONDS = 5.0
CANARY_SECONDS = 30.0
LATE_SECONDS = 4  # a console not heard for half its lease
STUCK_SECONDS = 5  # a deadline so long past: the sweeper looks each second
# What a board is told of the sums; the rest is for reports.
SUMS = (
    "offered", "answered", "waiting", "in_10", "in_15", "in_20", "due_10", "due_15",
    "due_20", "abandoned_before", "abandoned_after", "wait_ms", "longest_ms",
    "talk_ms", "finished", "busy_ms", "wrap_up_ms", "shift_ms",
)  # fmt: skip


class Inside(NamedTuple):
    """What only the process knows: its loops, its relay, its writer."""

    ticks: Callable[[], dict[str, float]]
    relay: Callable[[], Awaitable[Health]]
    batches: Callable[[], int]


class Boards(Loop):
    """Tells the boards of this process how the day goes and how the service is."""

    def __init__(self, inside: Inside) -> None:
        super().__init__("boards", 1.0)
        self._inside = inside
        self._health_at = self._figures_at = self._canary_at = -100.0
        self._canary: tuple[datetime | None, bool] = (None, False)
        self._known: set[UUID] = set()  # agencies whose figures were told

    def start(self) -> None:
        """Begin to turn; a board that opens wakes the loop."""
        board.room.wake = self.wake.set
        super().start()

    async def turn(self) -> None:
        """Compute what is due, if anybody looks."""
        agencies = board.room.agencies()
        if not agencies:
            self._known.clear()
            return
        moment = monotonic()
        is_new = not agencies.keys() <= self._known
        if is_new or moment - self._figures_at >= FIGURES_SECONDS:
            self._figures_at = moment
            figures = await self.in_thread(statistics.today, set(agencies.values()))
            for stream, agency in agencies.items():
                text = rendering.encode(figures_frame(stream, figures[agency]))
                board.room.tell_figures(stream, text.decode())
        if is_new or moment - self._health_at >= HEALTH_SECONDS:
            self._health_at = moment
            await self._tell_health()
        self._known = set(agencies)

    async def _tell_health(self) -> None:
        if monotonic() - self._canary_at >= CANARY_SECONDS:
            self._canary_at = monotonic()
            self._canary = await self.in_thread(last_canary)
        found = await self.in_thread(health_by_agency)
        relay = await self._inside.relay()
        loops = {name: int(age * 1000) for name, age in self._inside.ticks().items()}
        canary_at, is_answered = self._canary
        at, batches = wire_time(now()), self._inside.batches()

        def text_for(streams: frozenset[UUID]) -> str:
            frame = HealthShown(
                at=at,
                loops=loops,
                relay_percent=round(relay.load * 100) if relay.is_alive else None,
                canary_at=wire_time(canary_at) if canary_at else None,
                canary_ok=is_answered,
                batches=batches,
                agencies={s: found.get(s, HealthView()) for s in sorted(streams)},
            )
            return rendering.encode(frame).decode()

        board.room.tell_health(text_for)

    async def stop(self) -> None:
        """Stop; boards that open wake nobody."""
        board.room.wake = lambda: None
        await super().stop()


def figures_frame(stream: UUID, figures: Figures) -> FiguresShown:
    """Return an agency's figures as a board adds them up.

    Times on shift are cut to 10 s: they grow by themselves, and each change is sent.
    """
    sums = {name: getattr(figures, name) for name in SUMS}
    for name in ("busy_ms", "wrap_up_ms", "shift_ms", "longest_ms"):
        sums[name] = sums[name] // 10_000 * 10_000
    quarters = figures.quarters
    return FiguresShown(
        agency=stream,
        figures=sums,
        starts_at=wire_time(quarters[0].start) if quarters else "",
        quarters=[
            [q.offered, q.answered, q.in_15, q.due_15, q.abandoned_before]
            for q in quarters
        ],
    )


# --- What the database knows ---------------------------------------------------------


def health_by_agency() -> dict[UUID, HealthView]:
    """Return what is wrong, by agency; 5 queries, whatever the number of seats."""
    moment = now()
    lapsed = dict(
        Shift.objects.filter(
            end_reason=ShiftEnd.LAPSED, ended_at__gt=moment - timedelta(hours=1)
        )
        .values_list("seat__agency__uuid")
        .annotate(number=Count("pk"))
    )
    late: dict[UUID, list[UUID]] = {}
    stuck: dict[UUID, int] = {}
    past = moment - timedelta(seconds=STUCK_SECONDS)
    quiet = moment + timedelta(seconds=SEAT_LEASE_SECONDS - LATE_SECONDS)
    shifts = Shift.objects.filter(ended_at__isnull=True, lease_until__lt=quiet)
    for seat, agency, until in shifts.values_list(
        "seat__uuid", "seat__agency__uuid", "lease_until"
    ):
        late.setdefault(agency, []).append(seat)
        if until < past:
            stuck[agency] = stuck.get(agency, 0) + 1
    overdue = (
        Offer.objects.filter(state=OfferState.OPEN, expires_at__lt=past).values_list(
            F("seat__agency__uuid")
        ),
        Seat.objects.filter(
            activity=Activity.WRAP_UP, wrap_up_until__lt=past
        ).values_list("agency__uuid"),
        Call.objects.filter(
            state__in=[CallState.WAITING, CallState.OFFERED], escalate_at__lt=past
        ).values_list("agency__uuid"),
    )
    for rows in overdue:
        for (agency,) in rows:
            stuck[agency] = stuck.get(agency, 0) + 1
    return {
        agency: HealthView(
            lapsed=lapsed.get(agency, 0),
            stuck=stuck.get(agency, 0),
            late=sorted(late.get(agency, [])),
        )
        for agency in {*lapsed, *late, *stuck}
    }


def last_canary() -> tuple[datetime | None, bool]:
    """Return when the last made-up alarm came, and whether a seat answered it."""
    last = (
        Call.objects.filter(agency__is_synthetic=True)
        .order_by("-queued_at")
        .values_list("queued_at", "connected_at")
        .first()
    )
    return (last[0], last[1] is not None) if last else (None, False)
