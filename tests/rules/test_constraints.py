"""Law 1 has the database's last word: each rule is broken by hand, and refused."""

from uuid import uuid4

import pytest
from django.db import IntegrityError, models, transaction

from dispatch.models import Call, Offer, Participant, Seat, Shift
from reports.clock import after, now


def again(row: models.Model, **changes: object) -> models.Model:
    """Insert a copy of a row, with a key of its own."""
    row.pk = None
    for name, value in {"uuid": uuid4(), **changes}.items():
        setattr(row, name, value)
    with transaction.atomic():
        row.save(force_insert=True)
    return row


def refused(constraint: str, row: models.Model, **changes: object) -> None:
    """Assert that such a copy is refused, and by which rule if the database says so."""
    with pytest.raises(IntegrityError) as error:
        again(row, **changes)
    if "constraint" in str(error.value) and '"' in str(error.value):
        assert constraint in str(error.value)


def test_a_call_has_one_host(world):
    world.connected()
    world.sit("wu")
    host = Participant.objects.get(role="host")

    refused("one_host_per_call", host, seat=world.seats["wu"])


def test_a_seat_has_one_room(world):
    """Two calls at one seat: refused by the index, whatever the code believes."""
    world.connected()
    other = world.call(world.tap("mei"))
    host = Participant.objects.get(role="host")

    refused("one_room_per_seat", host, call=other)


def test_a_call_has_one_guest(world):
    world.tap()
    refused("one_guest_per_call", Participant.objects.get())


def test_a_caller_has_one_live_call(world):
    world.tap()
    refused("one_live_call_per_caller", Call.objects.get(), client_id=uuid4())


def test_a_tap_is_one_call_even_when_it_is_over(world):
    tapped = world.tap()
    world.hang_up(world.place(tapped))
    refused("one_call_per_tap", Call.objects.get())


def test_a_seat_has_one_operator_and_an_operator_one_seat(world):
    world.sit("chen")
    shift = Shift.objects.get()
    refused("one_operator_per_seat", shift, operator=world.staff["wu"], epoch=9)
    shift = Shift.objects.get()
    refused("one_seat_per_operator", shift, seat=world.seats["wu"], epoch=9)


def test_an_epoch_is_never_given_twice(world):
    chen = world.sit("chen", ready=False)
    world.act_on("leave_seat", chen)
    refused("epochs_never_repeat", Shift.objects.get(), operator=world.staff["wu"])


def test_an_open_offer_is_one_a_seat_and_one_a_call(world):
    world.offered()
    offer = Offer.objects.get()
    other = world.call(world.tap("mei"))
    refused("one_open_offer_per_seat", offer, call=other)
    offer = Offer.objects.get()
    refused("one_open_offer_per_call", offer, seat=world.seats["wu"])


@pytest.mark.parametrize(
    "wrong",
    [
        {"state": "lost"},
        {"state": "ended"},  # without a reason and a time
        {"end_reason": "seat_ended"},  # though it waits
        {"state": "offered"},  # to no seat
        {"escalate_at": None},  # waits without a deadline
        {"mode": "loud"},
    ],
    ids=str,
)
def test_a_call_is_in_no_state_that_does_not_exist(world, wrong):
    world.tap()
    with pytest.raises(IntegrityError), transaction.atomic():
        Call.objects.update(**wrong)


@pytest.mark.parametrize(
    "wrong",
    [
        {"activity": "asleep"},
        {"availability": "maybe"},
        {"activity": "wrap_up"},  # without a deadline
    ],
    ids=str,
)
def test_a_seat_is_in_no_state_that_does_not_exist(world, wrong):
    with pytest.raises(IntegrityError), transaction.atomic():
        Seat.objects.update(**wrong)


def test_a_deadline_of_wrap_up_needs_a_wrap_up(world):
    with pytest.raises(IntegrityError), transaction.atomic():
        Seat.objects.update(wrap_up_until=after(30))


def test_a_caller_is_never_a_host_nor_a_seat_a_guest(world):
    world.connected()
    caller = Participant.objects.get(role="guest").caller
    for role, changes in (
        ("host", {"caller": caller}),
        ("guest", {"seat": world.seats["wu"], "caller": None}),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Participant.objects.filter(role=role).update(**changes)


def test_a_place_that_was_left_is_free_again(world):
    chen, tapped = world.connected()
    world.end(chen, tapped.call)
    world.act_on("finish_wrap_up", chen)
    host = Participant.objects.get(role="host")
    assert host.left_at is not None
    assert host.left_at <= now()

    again(host)  # as history: many may have been there, one after the other
