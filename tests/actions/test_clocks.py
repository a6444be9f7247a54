"""The wall clock steps: leases stand on it, and nobody's place hangs on a step."""

import asyncio
from uuid import uuid4

import pytest

from dispatch import broadcast as rooms
from dispatch import leases
from dispatch.loops.keeper import Keeper
from dispatch.loops.matcher import match
from dispatch.loops.sweeper import Sweeper
from dispatch.models import Offer, Shift, WebProcess
from dispatch.states import ESCALATE_SECONDS, RESTART_GRACE_SECONDS
from reports.clock import after, now

HOUR = 3600


@pytest.fixture
def process(monkeypatch):
    """A web process that has been flushing signs of life."""
    monkeypatch.setattr(rooms, "flushed_at", rooms.flushed_at)
    monkeypatch.setattr(rooms, "flushed_ahead", rooms.flushed_ahead)
    boot = uuid4()
    turn(Keeper(boot))
    return boot


def turn(loop):
    """Let a loop turn once, and let its thread and connection go."""

    async def once():
        await loop.turn()
        await loop.stop()

    asyncio.run(once())


def renews(process, seats=(), guests=()):
    leases.renew(
        seats=[(holder.seat_id, holder.epoch) for holder in seats],
        guests=[(place.call_id, place.guest.epoch) for place in guests],
        boot_id=process,
    )


# --- Forward -------------------------------------------------------------------------


def test_a_step_forward_costs_no_place_whichever_loop_turns_first(
    world, standing, process
):
    _, tapped = world.connected()
    standing.moves(HOUR)
    assert rooms.are_signs_late()
    turn(Sweeper())
    assert world.call(tapped).state == "connected"

    turn(Keeper(process))
    assert not rooms.are_signs_late()
    turn(Sweeper())
    assert (world.call(tapped).state, world.call(tapped).lost_at) == ("connected", None)

    world.passes(RESTART_GRACE_SECONDS + 1, sweep=False)
    turn(Sweeper())
    assert world.call(tapped).state == "waiting"  # the console was dead all the same


def test_a_step_while_leases_are_written_is_one_after_them(world, standing, process):
    """They stand on the clock before it, so the sweeper waits for the next ones."""
    _, tapped = world.connected()

    class Stepping(Keeper):
        def _renew(self, *signs):
            super()._renew(*signs)
            standing.moves(HOUR)

    turn(Stepping(process))
    turn(Sweeper())
    assert world.call(tapped).state == "connected"


# --- Backward ------------------------------------------------------------------------


def test_a_step_back_lets_no_dead_console_hold_its_call(world, standing, process):
    chen, tapped = world.connected()
    renews(process, seats=[chen], guests=[world.place(tapped)])
    standing.moves(-HOUR)
    renews(process, guests=[world.place(tapped)])
    assert Shift.objects.get().lease_until <= after(RESTART_GRACE_SECONDS)

    for _ in range(RESTART_GRACE_SECONDS // 2):  # who lives has the time of a restart
        assert world.call(tapped).state == "connected"
        world.passes(2.1)
        renews(process, guests=[world.place(tapped)])
    world.passes(0)
    assert world.call(tapped).state == "waiting"


def test_a_step_back_lets_no_offer_ring_longer(world, standing, process):
    world.zhifu.answer_mode = "ring"
    world.zhifu.save()
    world.books.open([world.zhifu])
    chen, tapped = world.sit("chen"), world.tap()
    assert match() == 1
    standing.moves(-HOUR)
    renews(process, seats=[chen], guests=[world.place(tapped)])

    offer = Offer.objects.get()
    assert now() < offer.expires_at <= after(world.zhifu.ring_seconds)
    world.check()  # its seat was told
    assert world.passes(world.zhifu.ring_seconds + 1)["offers"] == 1


def test_a_step_back_puts_no_alert_off(world, standing, process):
    tapped = world.tap()
    standing.moves(-HOUR)
    renews(process, guests=[world.place(tapped)])
    assert world.passes(ESCALATE_SECONDS + 1)["escalations"] == 1


def test_a_process_whose_clock_alone_went_back_ends_nobody(world, standing, process):
    chen, tapped = world.connected()
    WebProcess.objects.create(boot_id=uuid4(), started_at=now(), renewed_at=now())
    renews(process, seats=[chen], guests=[world.place(tapped)])
    before = Shift.objects.get().lease_until
    standing.moves(-HOUR)
    renews(process)
    assert Shift.objects.get().lease_until == before
