"""The incident form: saved as one types, at the seat that has the call."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from accounts.models import Agency
from dispatch.actions import incidents
from dispatch.errors import EpochStale, FormChanged, NotYours
from dispatch.loops.matcher import match
from dispatch.models import Participant
from reports import journal
from reports.errors import IdUsed
from reports.models import Entry
from tests.several import transfer


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


# --- An id that was given twice ------------------------------------------------------


def test_the_id_of_another_command_saves_nothing_and_says_so(world):
    chen, tapped = world.connected()
    world.say(tapped.incident, chen, command=(used := uuid4()))
    count = Entry.objects.count()

    with pytest.raises(IdUsed) as refusal:
        world.save(chen, tapped.incident, used, notes="two men")
    assert refusal.value.code == "id_used"
    assert world.call(tapped).incident.notes == ""
    assert Entry.objects.count() == count
    world.save(chen, tapped.incident, notes="two men")
    world.check()


def test_the_id_of_another_incidents_form_saves_nothing_either(world):
    chen, tapped = world.connected()
    first = world.save(chen, tapped.incident, used := uuid4(), notes="two men")
    world.end(chen, tapped.call)
    world.act_on("finish_wrap_up", chen)
    mei = world.tap("mei")
    world.take(chen, mei.call)

    with pytest.raises(IdUsed):
        world.save(chen, mei.incident, used, notes="two men")
    assert world.call(mei).incident.notes == ""
    assert world.save(chen, tapped.incident, used, notes="two men") == first


# --- Two seats, one form -------------------------------------------------------------


def handed_on(world):
    """Return the former host, who wraps up, the new one, and the call."""
    chen, tapped = world.connected()
    wu = world.sit("wu")
    transfer(world, chen, tapped, "wu")
    world.accept(wu)
    return chen, wu, tapped


def test_a_save_over_a_colleagues_newer_words_is_refused_whole(world):
    chen, wu, tapped = handed_on(world)
    world.save(wu, tapped.incident, notes="knife", base={"notes": ""})

    with pytest.raises(FormChanged) as refusal:
        world.save(
            chen,
            tapped.incident,
            notes="two men",
            place="door",
            base={"notes": "", "place": ""},
        )
    incident = world.call(tapped).incident
    assert (incident.notes, incident.place) == ("knife", "")
    facts = refusal.value.facts
    assert facts["fields"] == {"notes": "knife"}
    assert facts["saved_by"] == "Chen"  # the stage's name for whoever saves
    assert facts["seq"] == journal.heads([tapped.incident])[tapped.incident]
    assert "Chen" in refusal.value.detail


def test_who_has_seen_it_saves_over_it(world):
    chen, wu, tapped = handed_on(world)
    world.save(wu, tapped.incident, notes="knife", base={"notes": ""})
    world.save(chen, tapped.incident, notes="two men, knife", base={"notes": "knife"})

    assert world.call(tapped).incident.notes == "two men, knife"


def test_the_same_value_twice_is_no_conflict(world):
    chen, wu, tapped = handed_on(world)
    world.save(wu, tapped.incident, priority=1, base={"priority": 2})
    world.save(chen, tapped.incident, priority=1, base={"priority": 2})

    assert world.call(tapped).incident.priority == 1


def test_other_fields_of_two_writers_do_not_meet(world):
    chen, wu, tapped = handed_on(world)
    world.save(wu, tapped.incident, notes="knife", base={"notes": ""})
    world.save(chen, tapped.incident, place="door", base={"place": ""})

    incident = world.call(tapped).incident
    assert (incident.notes, incident.place) == ("knife", "door")


def test_a_field_without_a_base_is_written_over(world):
    """A client of another hand, that knows one writer only, goes on as it did."""
    chen, wu, tapped = handed_on(world)
    world.save(wu, tapped.incident, notes="knife")
    world.save(chen, tapped.incident, notes="two men")

    assert world.call(tapped).incident.notes == "two men"


# --- Words that a cut line kept back -------------------------------------------------


def wrapped_up(world):
    chen, tapped = world.connected()
    world.end(chen, tapped.call)
    world.act_on("finish_wrap_up", chen)
    return chen, tapped


def test_who_hosted_it_adds_late_words_that_name_what_they_began_from(world):
    chen, tapped = wrapped_up(world)
    world.save(chen, tapped.incident, notes="late", base={"notes": ""})

    assert world.call(tapped).incident.notes == "late"
    world.check()


def test_late_words_write_over_nothing(world):
    chen, tapped = wrapped_up(world)
    world.save(chen, tapped.incident, notes="first", base={"notes": ""})

    with pytest.raises(FormChanged):
        world.save(chen, tapped.incident, notes="late", base={"notes": ""})
    with pytest.raises(NotYours):
        world.save(
            chen, tapped.incident, notes="late", place="x", base={"notes": "first"}
        )


def test_late_words_are_of_whoever_hosted_and_of_nobody_else(world):
    _, tapped = wrapped_up(world)

    for holder in (world.sit("wu"), world.sit("ma")):
        with pytest.raises(NotYours):
            world.save(holder, tapped.incident, notes="mine", base={"notes": ""})


def test_late_words_end_with_the_shift_and_with_the_right(world):
    chen, tapped = wrapped_up(world)
    command = {"notes": "late", "base": {"notes": ""}}
    elsewhere = Agency.objects.exclude(pk=world.call(tapped).agency_id).first()
    with pytest.raises(NotYours):
        world.save(chen, tapped.incident, agencies={elsewhere.pk}, **command)
    Participant.objects.filter(call__uuid=tapped.call, role="host").update(
        left_at=timezone.now() - incidents.LATE_WORDS - timedelta(minutes=1)
    )
    with pytest.raises(NotYours):
        world.save(chen, tapped.incident, **command)
