"""Somebody else was faster, between the look and the lock: who loses is told how."""

from datetime import timedelta

import pytest

from dispatch import leases
from dispatch.actions import calls, dropping, seats
from dispatch.actions.assigning import Pair, assign
from dispatch.actions.dropping import drop_seats
from dispatch.actions.guests import end_lost, note_resumed
from dispatch.actions.held import seats_around
from dispatch.actions.switchboard import Switchboard
from dispatch.errors import CallTaken, EpochStale, NotYours, SeatBusy, SeatHeld
from dispatch.models import Call, Offer, Participant, Shift
from dispatch.states import ShiftEnd
from reports.clock import now
from reports.errors import Busy
from reports.models import Entry
from tests import several
from tests.actions.test_merged import prove
from tests.several import free, invite, let_in, open_relief, relieve, roles

LATER = timedelta(seconds=60)

# --- Taking a call by hand -----------------------------------------------------------


@pytest.fixture
def then(monkeypatch):
    """Let something be done right after a look, before anything is locked."""

    def let(act, module, look):
        do = getattr(module, look)

        def looked(*about, **more):
            monkeypatch.setattr(module, look, do)
            if look == "with_rooms":  # takes what was looked up, and locks
                act()
                return do(*about, **more)
            found = do(*about, **more)
            act()
            return found

        monkeypatch.setattr(module, look, looked)

    return let


def test_who_takes_a_call_a_moment_too_late_is_told_who_has_it(world, then):
    chen, wu = world.sit("chen", ready=False), world.sit("wu", ready=False)
    tapped = world.tap()
    then(lambda: world.take(wu, tapped.call), calls, "_state")
    with pytest.raises(CallTaken) as refusal:
        world.take(chen, tapped.call)
    assert refusal.value.facts["operator"] == "Wu"
    assert world.seat("chen").activity == "idle"


def test_a_call_given_back_this_moment_is_not_taken_but_waits(world, then):
    wu, tapped = world.offered("wu")
    chen = world.sit("chen", ready=False)
    then(lambda: world.decline(wu), calls, "_state")
    with pytest.raises(SeatBusy):
        world.take(chen, tapped.call)
    assert world.call(tapped).state == "waiting"
    world.take(chen, tapped.call)  # the next try has it


def test_a_call_moved_to_another_agency_this_moment_is_not_there_any_more(world, then):
    _, tapped = world.offered("wu")
    chen = world.sit("chen", ready=False)
    fushan = world.fushan.uuid
    then(lambda: several.move(world, tapped, agency=fushan), calls, "_state")
    with pytest.raises(NotYours):
        world.take(chen, tapped.call)
    assert world.call(tapped).agency == world.fushan


# --- A room that others come into ----------------------------------------------------


def test_a_call_ends_for_who_was_asked_in_this_moment_too(world, meanwhile):
    """The room was looked at before; the locks are taken anew with all of it."""
    chen, tapped = world.connected()
    world.sit("wu")
    meanwhile(lambda: invite(world, chen, tapped, "wu"))
    world.end(chen, tapped.call)
    assert world.call(tapped).state == "ended"
    assert world.seat("wu").activity == "idle"
    assert world.offer_to("wu") is None


def test_a_room_that_never_stands_still_is_left_as_it_is(world, monkeypatch):
    chen, tapped = world.connected()
    with monkeypatch.context() as patch:
        patch.setattr(Switchboard, "is_whole", lambda board: False)
        with pytest.raises(Busy):
            world.end(chen, tapped.call)
    assert world.call(tapped).state == "connected"
    world.end(chen, tapped.call)


def test_a_number_is_proven_though_a_seat_came_into_the_room_this_moment(
    world, monkeypatch
):
    """The first look knew of no seat there; the locks are taken anew with it."""
    _, tapped = world.connected()
    looks = []

    def looked(ids):
        looks.append(ids)
        return seats_around(ids) if len(looks) > 1 else set()

    monkeypatch.setattr("dispatch.actions.verified.seats_around", looked)
    owner = prove(world, tapped)
    assert len(looks) == 2
    assert world.call(tapped).caller == owner


def test_a_number_is_not_proven_by_half(world, monkeypatch):
    _, tapped = world.connected()
    with monkeypatch.context() as patch:
        patch.setattr(Switchboard, "is_whole", lambda board: False)
        with pytest.raises(Busy):
            prove(world, tapped)
    call = world.call(tapped)
    assert call.caller.assurance != "phone"
    assert "unverified" in call.incident.flags


def test_a_call_that_ends_as_its_number_is_proven_stays_as_it_was(world, meanwhile):
    old = world.tap("old phone")
    owner = prove(world, old)
    world.hang_up(world.place(old))
    tapped = world.tap("new phone")
    meanwhile(lambda: world.hang_up(world.place(tapped)))
    assert prove(world, tapped) == owner
    call = world.call(tapped)
    assert (call.state, call.caller == owner) == ("ended", False)
    kinds = Entry.objects.filter(stream__uuid=tapped.incident)
    assert not kinds.filter(kind="caller.verified").exists()


# --- Seats ---------------------------------------------------------------------------


def test_an_operator_who_sits_down_elsewhere_this_moment_has_one_seat(world, then):
    then(lambda: world.sit("chen", "wu", ready=False), seats, "with_rooms")
    with pytest.raises(SeatHeld) as refusal:
        world.sit("chen")
    assert not refusal.value.facts["is_you"]
    shift = Shift.objects.get(operator=world.staff["chen"], ended_at__isnull=True)
    assert shift.seat == world.seats["wu"]


def test_nobody_is_relieved_of_a_call_that_came_in_this_moment(world, then):
    chen = world.sit("chen", ready=False)
    open_relief(world, chen)
    tapped = world.tap()
    then(lambda: world.take(chen, tapped.call), seats, "with_rooms")
    with pytest.raises(SeatBusy):
        relieve(world, "wu", "chen")
    assert roles(tapped) == {"caller": "guest", "chen": "host"}


def test_a_dead_console_that_is_offered_a_call_this_moment_is_dropped_with_it_later(
    world, then
):
    chen = world.sit("chen")
    tapped = world.tap()
    call = world.call(tapped)
    world.passes(9, sweep=False)
    world.lives(guests=[world.place(tapped)])
    pair = Pair(call.pk, chen.seat_id, call.agency_id)
    then(lambda: assign([pair]), dropping, "with_rooms")
    assert drop_seats([chen.seat_id], ShiftEnd.LAPSED, lapsed_only=True) == 0
    assert Shift.objects.filter(seat_id=chen.seat_id, ended_at__isnull=True).exists()
    assert drop_seats([chen.seat_id], ShiftEnd.LAPSED, lapsed_only=True) == 1
    assert world.call(tapped).state == "waiting"


def test_a_call_is_not_inherited_by_a_second_seat_that_is_silent_itself(world):
    chen, tapped = world.connected()
    let_in(world, chen, tapped, "wu")
    world.passes(9, sweep=False)
    world.lives(seats=[chen], guests=[world.place(tapped)])
    free(world, "chen")
    assert world.call(tapped).state == "waiting"
    assert roles(tapped) == {"caller": "guest"}


def test_a_host_whose_call_went_back_to_the_line_cannot_end_it(world):
    chen, tapped = world.connected()
    world.passes(9, sweep=False)
    world.lives(guests=[world.place(tapped)])
    world.passes(0)
    assert world.call(tapped).state == "waiting"
    again = world.sit("chen", ready=False)
    with pytest.raises(NotYours):
        world.end(again, tapped.call)
    with pytest.raises(EpochStale):
        world.end(chen, tapped.call)
    assert world.call(tapped).state == "waiting"


# --- The sweeper, and a restart ------------------------------------------------------


def test_an_invitation_that_runs_out_this_moment_is_left_for_the_next_sweep(
    world, meanwhile
):
    """Its seat is not locked: it could not be told."""
    chen, tapped = world.connected()
    wu, ma = world.sit("wu"), world.sit("ma")
    for whom in ("wu", "ma"):
        invite(world, chen, tapped, whom)
    place = world.place(tapped)
    world.passes(29, sweep=False)
    asked = Offer.objects.filter(kind="invite")
    asked.filter(seat=world.seats["ma"]).update(expires_at=now() + LATER)
    world.passes(2, sweep=False)
    world.lives(seats=[chen, wu, ma], guests=[place])
    meanwhile(lambda: asked.update(expires_at=now()))
    assert leases.sweep()["offers"] == 1
    assert (world.offer_to("wu"), world.seat("wu").activity) == (None, "idle")
    assert world.seat("ma").activity == "offered"
    assert leases.sweep()["offers"] == 1
    assert world.seat("ma").activity == "idle"


def test_a_restart_shortens_no_invitation_that_has_longer(world):
    chen, tapped = world.connected()
    wu = world.sit("wu")
    invite(world, chen, tapped, "wu")
    world.passes(25, sweep=False)
    world.lives(seats=[chen, wu], guests=[world.place(tapped)])
    world.sit("ma")
    invite(world, chen, tapped, "ma")
    before = {whom: world.offer_to(whom).expires_at for whom in ("wu", "ma")}
    world.restart()
    assert world.offer_to("wu").expires_at > before["wu"]
    assert world.offer_to("ma").expires_at == before["ma"]


def test_a_phone_that_was_told_to_be_back_is_not_told_so_twice(world):
    chen, tapped = world.connected()
    count = Entry.objects.count()
    assert note_resumed([world.call(tapped).pk]) == 0
    assert Entry.objects.count() == count
    assert chen.seat_id == world.call(tapped).seat_id


def test_a_seat_that_takes_a_lost_call_gets_its_time_to_look_at_it(world):
    chen = world.sit("chen", ready=False)
    tapped = world.tap()
    pk = world.call(tapped).pk
    world.passes(10, sweep=False)
    world.lives(seats=[chen])
    world.passes(0)
    assert world.call(tapped).lost_at is not None
    world.passes(200, sweep=False)
    world.lives(seats=[chen])
    world.take(chen, tapped.call)
    assert not end_lost(pk)
    assert Call.objects.get(pk=pk).state == "connected"
    assert Participant.objects.filter(call=pk, role="host", left_at=None).exists()
