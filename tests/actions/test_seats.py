"""Seats: one operator a seat, one seat an operator, and an old epoch is refused."""

from uuid import uuid4

import pytest
from django.db import IntegrityError

from accounts.actions.roles import give_role
from accounts.states import RoleKind
from dispatch.actions import seats
from dispatch.errors import EpochStale, NotYours, SeatBusy, SeatHeld
from dispatch.loops.matcher import match
from dispatch.models import Shift
from dispatch.snapshots.console import resume
from dispatch.states import SEAT_LEASE_SECONDS
from reports.clock import now
from reports.journal import Author


def test_taking_a_seat_begins_a_shift_with_the_next_epoch(world):
    first = world.sit("chen", ready=False)
    world.act_on("leave_seat", first)
    second = world.sit("wu", "chen", ready=False)

    assert (first.epoch, second.epoch) == (1, 2)
    assert world.seat("chen").epoch == 2


def test_a_seat_is_as_it_is_since_its_operator_came_not_since_the_last_one_left(world):
    def age():
        return (now() - world.seat("chen").since).total_seconds()

    world.act_on("leave_seat", world.sit("chen", ready=False))
    world.passes(3600)
    world.sit("wu", "chen", ready=False)
    assert age() < 1

    world.passes(SEAT_LEASE_SECONDS - 1)
    world.sit("wu", "chen", ready=False, take_over=True)
    assert age() >= SEAT_LEASE_SECONDS - 1  # the same person goes on
    world.check()


def test_a_seat_held_by_another_is_refused_by_name(world):
    world.sit("chen")

    for take_over in (False, True):
        with pytest.raises(SeatHeld) as refused:
            world.sit("wu", "chen", take_over=take_over)
        assert refused.value.facts["operator"] == "Chen"
        assert refused.value.facts["is_you"] is False


def test_ones_own_seat_is_moved_only_when_asked_to(world):
    old = world.sit("chen")
    with pytest.raises(SeatHeld) as refused:
        world.sit("chen")
    assert refused.value.facts["is_you"] is True

    new = world.sit("chen", ready=False, take_over=True)
    assert new.epoch == old.epoch + 1
    with pytest.raises(EpochStale):
        world.choose(old, "break", "tea")
    world.choose(new, "break", "tea")


def test_a_take_over_keeps_the_call_and_the_old_console_can_do_nothing(world):
    old, tapped = world.connected()
    new = world.sit("chen", ready=False, take_over=True)

    assert world.call(tapped).state == "connected"
    with pytest.raises(EpochStale):
        world.say(tapped.incident, old)
    with pytest.raises(EpochStale):
        world.save(old, tapped.incident, notes="late")
    world.say(tapped.incident, new)
    world.check()
    world.end(new, tapped.call)


def test_a_take_over_keeps_the_offer(world):
    world.offered()
    new = world.sit("chen", ready=False, take_over=True)
    world.accept(new)


def test_an_operator_sits_at_one_seat(world):
    seven = world.sit("chen")
    eight = world.sit("chen", "wu", ready=False)

    assert Shift.objects.filter(ended_at=None).count() == 1
    assert world.seat("chen").availability == "off"
    with pytest.raises(EpochStale):
        world.choose(seven, "ready")
    world.choose(eight, "ready")


def test_nobody_changes_seats_in_the_middle_of_a_call_or_an_offer(world):
    chen, tapped = world.offered()
    with pytest.raises(SeatBusy):
        world.sit("chen", "wu")
    with pytest.raises(SeatBusy):
        world.act_on("leave_seat", chen)

    world.accept(chen)
    with pytest.raises(SeatBusy):
        world.sit("chen", "wu")
    with pytest.raises(SeatBusy):
        world.act_on("leave_seat", chen)
    assert world.call(tapped).state == "connected"


def test_leaving_in_wrap_up_ends_the_wrap_up(world):
    chen, tapped = world.connected()
    world.end(chen, tapped.call)
    world.act_on("leave_seat", chen)

    seat = world.seat("chen")
    assert (seat.activity, seat.availability) == ("idle", "off")


def test_ma_takes_no_seat_of_another_agency(world):
    for seat in (world.seats["chen"].uuid, uuid4()):
        with pytest.raises(NotYours):
            seats.take_seat(
                operator=world.staff["ma"],
                seat=seat,
                agencies=frozenset({world.laizhou.pk}),
                take_over=False,
                client_id=uuid4(),
            )


def test_a_seat_out_of_service_is_not_taken_and_a_seat_in_use_is_not_closed(world):
    def close(seat):
        return seats.configure_seat(
            seat=seat,
            agency_id=seat.agency_id,
            number=seat.number,
            label="",
            label_en="",
            is_active=False,
            author=Author("operator", "zhao"),
        )

    world.sit("chen")
    with pytest.raises(SeatHeld):
        close(world.seat("chen"))
    close(world.seat("wu"))
    with pytest.raises(NotYours):
        world.sit("wu")


def test_availability_does_not_touch_the_call_going_on(world):
    chen, tapped = world.connected()
    world.choose(chen, "break", "tea")

    assert world.call(tapped).state == "connected"
    world.end(chen, tapped.call)
    world.act_on("finish_wrap_up", chen)
    world.tap("mei")
    assert match() == 0


def test_a_dead_console_loses_its_seat_after_its_lease_and_not_before(world):
    chen, tapped = world.connected()
    place = world.place(tapped)
    world.passes(SEAT_LEASE_SECONDS - 1, sweep=False)
    world.lives(guests=[place])
    assert world.passes(0)["seats"] == 0

    world.passes(2, sweep=False)
    world.lives(guests=[place])
    assert world.passes(0)["seats"] == 1

    seat, call = world.seat("chen"), world.call(tapped)
    assert (seat.activity, seat.availability) == ("idle", "off")
    assert (call.state, call.seat_id, call.ended_at) == ("waiting", None, None)
    assert call.escalate_at is not None
    with pytest.raises(EpochStale):
        world.choose(chen, "ready")


def test_a_call_that_comes_back_keeps_its_place_in_the_line(world):
    _, first = world.connected()
    second = world.tap("mei")
    before = world.call(first).queued_at
    world.passes(SEAT_LEASE_SECONDS + 1)
    gap = before - world.call(first).queued_at
    assert round(gap.total_seconds()) == SEAT_LEASE_SECONDS + 1  # only time moved

    world.sit("wu")
    assert match() == 1
    assert world.offer_to("wu").call.uuid == first.call
    assert world.call(second).state == "waiting"


def test_the_console_that_comes_back_is_told_where_its_call_went(world):
    chen, tapped = world.connected()
    world.passes(SEAT_LEASE_SECONDS + 1)
    wu = world.sit("wu")
    match()
    world.accept(wu)

    with pytest.raises(EpochStale) as refused:
        resume(
            world.staff["chen"],
            frozenset({world.zhifu.pk}),
            world.seats["chen"].uuid,
            chen.epoch,
        )
    facts = refused.value.facts
    assert (facts["why"], facts["call"]) == ("lapsed", str(tapped.call))
    assert (facts["call_state"], facts["call_seat_label_en"]) == (
        "connected",
        "Zhifu 8",
    )


def test_a_console_resumes_only_its_own_open_shift(world):
    chen = world.sit("chen")
    seat = world.seats["chen"].uuid

    mine = frozenset({world.zhifu.pk})
    assert resume(world.staff["chen"], mine, seat, chen.epoch) == chen.seat_id
    for who, epoch in (
        ("wu", chen.epoch),
        ("ma", chen.epoch),
        ("chen", 0),
        ("chen", 2),
    ):
        with pytest.raises(EpochStale):
            resume(world.staff[who], mine, seat, epoch)
    elsewhere = frozenset({world.laizhou.pk})
    with pytest.raises(EpochStale):  # the role there was taken away since
        resume(world.staff["chen"], elsewhere, seat, chen.epoch)


def test_a_lapse_withdraws_the_offer_it_held(world):
    world.zhifu.answer_mode = "ring"
    world.zhifu.save()
    world.books.open([world.zhifu])
    _, tapped = world.offered()
    world.passes(SEAT_LEASE_SECONDS + 1)

    assert world.call(tapped).offers.get().state == "withdrawn"
    assert world.call(tapped).state == "waiting"


def test_a_heartbeat_with_an_old_epoch_keeps_nothing_alive(world):
    old = world.sit("chen")
    world.sit("chen", ready=False, take_over=True)
    world.passes(SEAT_LEASE_SECONDS + 1, sweep=False)
    world.lives(seats=[old])

    assert world.passes(0)["seats"] == 1


def test_the_database_itself_refuses_a_second_operator_at_a_seat(world):
    world.sit("chen")
    shift = Shift.objects.get(ended_at=None)
    shift.pk, shift.uuid, shift.operator = None, uuid4(), world.staff["wu"]
    shift.epoch += 1

    with pytest.raises(IntegrityError):
        shift.save()


def test_a_repetition_from_before_a_take_over_gives_no_place_back(world):
    """The old window never got its answer, and asks again when all has moved on."""
    world.sit("chen", ready=False, command=(command := uuid4()))
    new = world.sit("chen", ready=False, take_over=True)

    with pytest.raises(EpochStale):
        world.sit("chen", ready=False, command=command)
    world.choose(new, "ready")


def test_the_same_take_over_again_is_the_same_shift(world):
    give_role(world.staff["chen"], RoleKind.OPERATOR, world.fushan)
    first = world.sit("chen", ready=False, command=(command := uuid4()))
    again = world.sit("chen", ready=False, command=command)

    assert again == first


def test_a_repetition_from_before_one_left_sits_nobody_down(world):
    chen = world.sit("chen", ready=False, command=(command := uuid4()))
    world.act_on("leave_seat", chen)

    with pytest.raises(EpochStale):
        world.sit("chen", ready=False, command=command)
    assert not Shift.objects.filter(ended_at__isnull=True).exists()


def test_a_seat_made_anew_is_told_to_its_agency_and_can_be_taken(world):
    made = seats.configure_seat(
        seat=None,
        agency_id=world.zhifu.pk,
        number=40,
        label="值班长",
        label_en="Watch",
        is_active=True,
        author=Author("operator", "zhao"),
    )
    world.books.catch_up()
    book = world.books.books[world.zhifu.uuid, "seat"]
    shown = book.snapshot["seats"][str(made.uuid)]
    assert (shown["number"], shown["label_en"], shown["epoch"]) == (40, "Watch", 0)
    world.seats["watch"] = made
    assert world.sit("chen", "watch").seat_id == made.pk
