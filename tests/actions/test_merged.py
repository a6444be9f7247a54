"""One person with two phones and two live calls: one goes on, the other ends merged."""

import pytest
from django.db import transaction

from accounts.actions.verification import _verified
from accounts.models import Caller
from dispatch.actions import guests
from dispatch.actions.assigning import Pair, assign
from dispatch.errors import EpochStale
from dispatch.models import Call, Participant
from reports.models import Entry
from tests.ground import IN_LAIZHOU

NUMBER = "+8613812345678"


def prove(world, tapped):
    with transaction.atomic():
        return _verified(world.call(tapped).caller, NUMBER)


def kinds(tapped):
    return list(
        Entry.objects.filter(stream__uuid=tapped.incident)
        .order_by("seq")
        .values_list("kind", flat=True)
    )


def bring(world, name, phone, state, **fields):
    """Raise a call on a phone and bring it into a state at somebody's seat."""
    if state == "waiting":
        return world.tap(phone, **fields)
    holder = world.sit(name, ready=False)
    tapped = world.tap(phone, **fields)
    if state == "connected":
        world.take(holder, tapped.call)
        return tapped
    world.choose(holder, "ready")
    call = world.call(tapped)
    assert assign([Pair(call.pk, holder.seat_id, call.agency_id)]) == 1
    return tapped


STATES = ["waiting", "offered", "connected"]


@pytest.mark.parametrize("old_state", STATES)
@pytest.mark.parametrize("new_state", STATES)
def test_the_older_goes_on_unless_only_the_newer_is_talking(
    world, old_state, new_state
):
    """Wherever the two stand, every seat is freed as it should be."""
    world.zhifu.answer_mode = "ring"
    world.zhifu.save()
    world.books.open([world.zhifu])
    old = bring(world, "chen", "old phone", old_state)
    owner = prove(world, old)
    new = bring(world, "wu", "new phone", new_state)
    assert prove(world, new) == owner

    stays, ends = old, new
    if (old_state != "connected") and new_state == "connected":
        stays, ends = new, old
    alive, over = world.call(stays), world.call(ends)
    state = old_state if stays is old else new_state
    assert (alive.state, alive.caller) == (state, owner)
    assert (over.state, over.end_reason, over.caller) == ("ended", "merged", owner)
    assert over.incident.caller == alive.incident.caller == owner
    ended_at = {"waiting": "idle", "offered": "idle", "connected": "wrap_up"}
    name, former = ("wu", new_state) if ends is new else ("chen", old_state)
    assert world.seat(name).activity == ended_at[former]
    world.check()


def test_the_incidents_name_each_other_and_no_caller_reads_it(world):
    old = world.tap("old phone")
    prove(world, old)
    new = world.tap("new phone", text="I am at the back door", position=IN_LAIZHOU)
    prove(world, new)

    for one, other in ((old, new), (new, old)):
        link = {"incident": str(other.incident), "number": other.number}
        assert world.call(one).incident.links == [link]
        world.books.catch_up()
        book = world.books.books[one.incident, "seat"]
        assert book.snapshot["incident"]["links"] == [link]
        seen = world.books.books[one.incident, "caller"].snapshot
        assert "links" not in seen["incident"]
        assert other.number not in str(seen)


def test_both_calls_say_what_happened(world):
    old = world.tap("old phone")
    prove(world, old)
    new = world.tap("new phone")
    prove(world, new)

    assert kinds(new)[-3:] == ["call.ended", "caller.verified", "incident.updated"]
    assert kinds(old)[-1] == "incident.updated"
    assert "unverified" not in world.call(new).incident.flags


def test_the_older_call_shows_here_read_only_with_take_over(world):
    """The phone's cookie finds it; the place is the old phone's until it is taken."""
    old = world.tap("old phone")
    owner = prove(world, old)
    new = world.tap("new phone")
    prove(world, new)
    owner.refresh_from_db()
    found = guests.find_call(
        capability_hash=None, device_hash=owner.device_hash, call=None
    )
    assert found.uuid == old.call
    with pytest.raises(EpochStale):
        guests.take_place(found.pk, only_if_free=True)

    guest = guests.take_place(found.pk)
    assert guest.epoch == 2
    with pytest.raises(EpochStale):
        world.say(old.incident, world.place(old))
    world.say(old.incident, world.place(old, 2), "It is me")
    assert Participant.objects.get(call=found).caller == owner


def test_the_next_tap_of_the_new_phone_joins_the_call_that_goes_on(world):
    old = world.tap("old phone")
    prove(world, old)
    new = world.tap("new phone")
    prove(world, new)

    again = world.tap("new phone", text="Still here")
    assert (again.call, again.is_merged) == (old.call, True)
    assert "message.posted" in kinds(old)
    assert Call.objects.live().count() == 1


def test_what_the_phone_still_sends_to_the_merged_call_is_kept(world):
    old = world.tap("old phone")
    prove(world, old)
    new = world.tap("new phone")
    place = world.place(new)
    prove(world, new)

    world.say(new.incident, place, "The tunnel was long")
    assert kinds(new)[-1] == "message.posted"


def test_a_call_that_is_over_is_merged_with_nothing(world):
    old = world.tap("old phone")
    owner = prove(world, old)
    world.hang_up(world.place(old))
    new = world.tap("new phone")
    prove(world, new)

    assert world.call(new).state == "waiting"
    assert world.call(new).caller == owner
    assert world.call(new).incident.links == []
    third = world.tap("third phone")
    world.hang_up(world.place(third))
    prove(world, third)
    assert world.call(new).state == "waiting"


def test_the_number_has_one_caller_and_the_last_phone_is_theirs(world):
    old = world.tap("old phone")
    owner = prove(world, old)
    new = world.tap("new phone")
    hashed = world.call(new).caller.device_hash
    prove(world, new)

    owner.refresh_from_db()
    assert owner.device_hash == hashed
    assert Caller.objects.filter(phone_index=owner.phone_index).count() == 1


@pytest.mark.parametrize("old_state", ["waiting", "connected"])
def test_the_call_that_goes_on_has_what_the_other_one_needs(world, old_state):
    old = bring(world, "chen", "old phone", old_state, language="zh-Hans")
    prove(world, old)
    new = bring(
        world, "wu", "new phone", "waiting", language="en-GB", sign_language=True
    )
    prove(world, new)
    assert world.call(new).state == "ended"
    assert world.call(old).needs == ["en", "sign"]
    assert "call.needs_changed" in kinds(old)
