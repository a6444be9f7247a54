"""A phone number is proven in the middle of a call: it is known by name at once."""

import pytest
from django.db import transaction

from accounts.actions.verification import _verified


@pytest.fixture
def prove(world):
    """Prove a number for a tapped phone, as the right code does."""

    def prove(tapped, number="+8613812345678"):
        with transaction.atomic():
            return _verified(world.call(tapped).caller, number)

    return prove


@pytest.mark.parametrize("state", ["waiting", "offered", "connected"])
def test_the_seat_sees_a_verified_caller(world, prove, state):
    tapped = world.tap() if state == "waiting" else getattr(world, state)()[1]
    prove(tapped)

    incident = world.call(tapped).incident
    assert "unverified" not in incident.flags
    world.check()
    seat_book = world.books.books[tapped.incident, "seat"]
    assert seat_book.snapshot["caller"]["phone_masked"] == "138****5678"
    assert "12345678" not in str(seat_book.snapshot)
    assert world.books.books[tapped.incident, "caller"].snapshot["caller"] == {
        "assurance": "phone",
        "phone_masked": "138****5678",
    }


def test_the_line_shows_it(world, prove):
    tapped = world.tap()
    prove(tapped)
    world.books.catch_up()

    line = world.books.books[world.zhifu.uuid, "seat"].snapshot["line"]
    assert line[str(tapped.call)]["assurance"] == "phone"


def test_a_known_number_makes_the_call_its_owners(world, prove):
    old = world.tap("old phone")
    owner = prove(old)
    world.hang_up(world.place(old))
    tapped = world.tap("new phone")

    assert prove(tapped) == owner
    assert world.call(tapped).caller == owner
    assert world.tap("new phone").call == tapped.call  # its next tap finds it


def test_a_number_proven_after_the_call_is_told_to_who_wraps_up(world, prove):
    chen, tapped = world.connected()
    world.end(chen, tapped.call)

    prove(tapped)

    world.books.catch_up()
    book = world.books.books[tapped.incident, "seat"]
    assert book.snapshot["caller"]["assurance"] == "phone"
