"""Surge: 200 alarms in a second on 10 seats of three agencies that help each other.

Real loops, doors and sockets in this process. Each operator accepts at once, talks for
two seconds, ends and finishes the record. 200 calls of 2 s at 10 seats are 40 s of
work, which no test can make shorter without making it another one.
"""

import asyncio
import contextlib
import time
from collections import defaultdict
from collections.abc import AsyncIterator
from datetime import timedelta
from itertools import pairwise
from uuid import uuid4

import pytest

from accounts.models import Tier
from accounts.states import RoleKind
from dispatch.models import Call, Offer, Seat
from reports.clock import now
from tests import ground
from tests.house import Console, House, Phone, device_cookie
from tests.quiet import errors
from tests.wire import Frame

__all__ = ["errors"]

ALARMS, RAISED, AT_ONCE = 200, 20, 20
TALK_SECONDS, DRAINED_SECONDS, PLACE_SECONDS = 2.0, 60.0, 5.0
SEATS = {"zhifu": 4, "laizhou": 3, "fushan": 3}
# Every second alarm is Zhifu's, with less than half of the seats: it needs its helpers.
PLACES = [ground.IN_ZHIFU, ground.IN_LAIZHOU, ground.IN_ZHIFU, ground.IN_FUSHAN]
TIERS = [
    ("zhifu", "laizhou", 2, 5),
    ("laizhou", "zhifu", 1, 5),
    ("fushan", "zhifu", 1, 5),
]


@pytest.mark.deep  # apart from all else: how soon is what it asks (decision 020)
@pytest.mark.flaky(reruns=1)  # a minute of full work: the machine may stand still
async def test_a_surge_is_drained_in_order_and_nobody_is_lost_or_left_untold(
    house: House, errors: pytest.LogCaptureFixture
):
    desks = [Desk(console) for console in await consoles(house)]
    began = time.perf_counter()
    async with at_work(desks) as work:
        calls = await asyncio.gather(*(tap(house, n) for n in range(ALARMS)))
        tapped = time.perf_counter() - began
        callers = [Caller(house.window(phone)) for phone in calls]
        door = asyncio.Semaphore(AT_ONCE)
        await asyncio.gather(*(caller.listen(door) for caller in callers))
        raised_at = await house.db(raise_the_youngest)
        async with asyncio.timeout(DRAINED_SECONDS - (time.perf_counter() - began)):
            while not all(caller.over.is_set() for caller in callers):
                done, _ = await asyncio.wait(work, timeout=0.1)
                assert not done, [task.exception() for task in done]
        drained = time.perf_counter() - began
        for desk in desks:
            await desk.idle.wait()  # the last record is finished, not cut off
    assert sum(desk.answered for desk in desks) == ALARMS

    gaps = [caller.longest_without_place() for caller in callers]
    assert max(gaps) <= PLACE_SECONDS
    for caller in callers:
        caller.phone.check()
    await house.db(nobody_is_lost)
    await house.db(no_seat_has_two)
    await house.db(each_line_is_in_order, raised_at)
    print(
        f"{ALARMS} alarms acknowledged in {tapped:.1f} s and drained in {drained:.1f} "
        f"s; nobody waited more than {max(gaps):.1f} s for a word"
    )


# --- Who takes part ------------------------------------------------------------------


async def consoles(house: House) -> list[Console]:
    """Staff the seats and open their consoles, all ready."""
    names = await house.db(staff, house)
    return [await house.console(name) for name in names]


def staff(house: House) -> list[str]:
    """Make the seats and operators that are missing, and who helps whom."""
    world, names = house.world, list[str]()
    for agency in world.agencies:
        agency.answer_mode = "ring"  # a busy machine is no dead console
        agency.save()
    for agency_name, count in SEATS.items():
        agency = getattr(world, agency_name)
        for number in range(count):
            name = f"{agency_name}-{number}"
            world.staff[name] = ground.person(name, name, RoleKind.OPERATOR, agency)
            world.seats[name] = Seat.objects.create(agency=agency, number=100 + number)
            names.append(name)
    for agency_name, neighbour, rank, seconds in TIERS:
        Tier.objects.create(
            agency=getattr(world, agency_name),
            neighbour=getattr(world, neighbour),
            rank=rank,
            after_seconds=seconds,
        )
    Tier.objects.filter(neighbour=world.fushan).update(after_seconds=3)
    return names


class Desk:
    """An operator who works without a pause."""

    def __init__(self, console: Console) -> None:
        self.console, self.answered = console, 0
        self._offers: asyncio.Queue[Frame] = asyncio.Queue()
        self._offered = ""
        self.idle = asyncio.Event()
        console.watch = self._look

    def _look(self, at: float, frame: Frame) -> None:
        if frame.get("type") != "seat.updated":
            return
        seat = frame["data"]["seat"]
        offer = seat["offer"] if seat["seat"] == self.console.seat else None
        if offer and offer["offer"] != self._offered:
            self._offered = offer["offer"]
            self._offers.put_nowait(offer)

    async def answer(self) -> None:
        """Take what is offered, for ever."""
        while True:
            if self._offers.empty():
                self.idle.set()
            offer = await self._offers.get()
            self.idle.clear()
            await self._insist("accept_offer", offer=offer["offer"])
            await asyncio.sleep(TALK_SECONDS)
            await self._insist("end_call", call=offer["call"])
            self.answered += 1
            await self._insist("finish_wrap_up")

    async def _insist(self, kind: str, **fields: str) -> None:
        """Do a command; again, as the page does, if the server was too busy."""
        while True:
            answer = await self.console.ask(kind, **fields)
            if answer["type"] == "ack":
                return
            assert answer["code"] == "try_again", answer


async def tap(house: House, n: int) -> Phone:
    """Raise the alarm on one phone."""
    device = f"phone{n}"
    body = {"id": str(uuid4()), "position": PLACES[n % len(PLACES)]}
    cookies = device_cookie(device)
    while True:
        answer = await house.post("/api/v1/calls", body, cookies=cookies)
        if answer.status != 503:  # busy: a phone sends the same tap again
            assert answer.status in (200, 201), answer.body
            return Phone(answer.json(), device)


@contextlib.asynccontextmanager
async def at_work(desks: list[Desk]) -> AsyncIterator[list[asyncio.Task[None]]]:
    """Let the operators work while the block lasts, however it ends."""
    work = [asyncio.create_task(desk.answer()) for desk in desks]
    try:
        yield work
    finally:
        for task in work:
            task.cancel()
        await asyncio.gather(*work, return_exceptions=True)


class Caller:
    """A phone that listens until its call is over."""

    def __init__(self, phone: Phone) -> None:
        self.phone = phone
        self.over = asyncio.Event()
        self._told: list[float] = []
        self._answered: float | None = None
        phone.watch = self._look

    async def listen(self, door: asyncio.Semaphore) -> None:
        """Open the line; say hello again, as the page does, if the server is busy."""
        mine = {key: self.phone.call[key] for key in ("call", "capability", "epoch")}
        async with door:
            await self.phone.connect()
            answer: Frame = {}
            while answer.get("type") != "welcome":
                answers = self.phone.expect(
                    lambda frame: frame.get("type") in ("welcome", "error")
                )
                await self.phone.send("hello", cursors={}, **mine)
                answer = await answers
        self._told.append(time.perf_counter())

    def _look(self, at: float, frame: Frame) -> None:
        match frame.get("type"):
            case "place":
                self._told.append(at)
            case "call.offered" | "call.connected":
                self._answered = self._answered or at
            case "call.ended":
                self.over.set()

    def longest_without_place(self) -> float:
        """Return the longest time it waited without hearing its place, in seconds."""
        moments = [at for at in self._told if at <= (self._answered or 0)]
        moments.append(self._answered or 0)
        return max((b - a for a, b in pairwise(moments)), default=0)


def raise_the_youngest():
    """Make the youngest calls of Zhifu urgent, as a supervisor may; return when."""
    line = Call.objects.in_line().filter(agency__code="370602").order_by("-queued_at")
    raised = list(line.values_list("pk", flat=True)[:RAISED])
    Call.objects.filter(pk__in=raised).update(priority=1)
    return now()


# --- What must be true ---------------------------------------------------------------


def nobody_is_lost() -> None:
    """Every alarm was answered once and ended by its operator."""
    calls = list(Call.objects.all())
    assert len(calls) == ALARMS
    assert {(call.state, call.end_reason) for call in calls} == {
        ("ended", "seat_ended")
    }
    offers = list(Offer.objects.all())
    assert {offer.state for offer in offers} == {"accepted"}
    assert len(offers) == len({offer.call_id for offer in offers}) == ALARMS
    assert all(offer.trace["seat"] for offer in offers)


def no_seat_has_two() -> None:
    """A seat's calls follow each other, and every seat had its share."""
    by_seat = defaultdict(list)
    for call in Call.objects.order_by("connected_at"):
        by_seat[call.seat_id].append((call.connected_at, call.ended_at))
    assert len(by_seat) == sum(SEATS.values())
    for spans in by_seat.values():
        for (_, ended), (begun, _) in pairwise(spans):
            assert ended
            assert begun
            assert ended <= begun


def each_line_is_in_order(raised_at) -> None:
    """In each line the more urgent came first, and among equals the older."""
    offers = list(Offer.objects.select_related("call").order_by("pk"))
    margin = timedelta(seconds=1)  # a wave may have been under way
    for line in {offer.call.agency_id for offer in offers}:
        mine = [offer for offer in offers if offer.call.agency_id == line]
        for part in (
            [offer for offer in mine if offer.made_at < raised_at],
            [offer for offer in mine if offer.made_at > raised_at + margin],
        ):
            keys = [
                # Before they were raised all were equally urgent.
                (o.made_at > raised_at and o.call.priority, o.call.queued_at, o.call_id)
                for o in part
            ]
            assert keys == sorted(keys)
    urgent = [offer for offer in offers if offer.call.priority == 1]
    assert len(urgent) == RAISED
    assert urgent[-1].made_at < max(offer.made_at for offer in offers)
    helped = [o for o in offers if o.seat.agency_id != o.call.agency_id]
    assert helped, "no neighbour helped"
