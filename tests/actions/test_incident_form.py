"""The incident form: saved as one types, at the seat that has the call."""

import pytest

from dispatch.errors import EpochStale, NotYours
from dispatch.loops.matcher import match
from reports.models import Entry


def test_fields_are_saved_and_others_stay(world):
    chen, tapped = world.connected()
    world.save(chen, tapped.incident, notes="two men", place="Nanda Street 1")
    world.save(chen, tapped.incident, notes="two men, one knife")

    incident = world.call(tapped).incident
    assert (incident.notes, incident.place) == ("two men, one knife", "Nanda Street 1")
    assert incident.saved_by == "Chen"
    assert incident.saved_at is not None


def test_a_field_is_emptied_by_saving_it_empty(world):
    chen, tapped = world.connected()
    world.save(chen, tapped.incident, notes="two men")
    world.save(chen, tapped.incident, notes="")

    assert world.call(tapped).incident.notes == ""


def test_a_priority_moves_the_call_too(world):
    chen, tapped = world.connected()
    world.save(chen, tapped.incident, priority=1)

    assert world.call(tapped).priority == 1
    assert Entry.objects.filter(kind="call.priority_changed").count() == 1
    world.check()
    world.passes(9)  # back in the line, now ahead of older calls
    world.tap("mei")
    world.sit("wu")
    assert match() == 1
    assert world.offer_to("wu").call.uuid == tapped.call


def test_the_form_is_saved_in_wrap_up_and_not_afterwards(world):
    chen, tapped = world.connected()
    world.end(chen, tapped.call)
    world.save(chen, tapped.incident, disposition="warned", priority=3)
    world.act_on("finish_wrap_up", chen)

    with pytest.raises(NotYours):
        world.save(chen, tapped.incident, notes="late")


def test_nobody_elses_seat_saves_it(world):
    from uuid import uuid4

    _, tapped = world.connected()
    waiting = world.tap("mei")
    for holder in (world.sit("wu"), world.sit("ma")):
        for incident in (tapped.incident, waiting.incident, uuid4()):
            with pytest.raises(NotYours):
                world.save(holder, incident, notes="mine")


def test_an_older_epoch_saves_nothing(world):
    old, tapped = world.connected()
    world.sit("chen", ready=False, take_over=True)

    with pytest.raises(EpochStale):
        world.save(old, tapped.incident, notes="late")


def test_what_the_operator_writes_never_reaches_the_caller(world):
    chen, tapped = world.connected()
    world.save(chen, tapped.incident, notes="drunk, has called before")
    world.books.catch_up()

    book = world.books.books[tapped.incident, "caller"]
    assert "drunk" not in str(book.snapshot)
    assert set(book.snapshot["incident"]) == {"incident", "number", "opened_at"}
    assert "operator" not in book.snapshot["call"]
