"""Sent again after the phone proved a number, and so became another Caller.

Lin's new phone taps, and proves the number that Lin's old phone proved before: it is
the old one's Caller from then on. What it sends again is still the same phone's.
"""

from uuid import uuid4

import pytest
from django.db import transaction

from accounts.actions.verification import _verified
from accounts.models import Caller, FormerPhone
from dispatch.actions.tap import capability
from dispatch.models import Call
from reports.models import Entry
from tests.ground import IN_ZHIFU

NUMBER = "+8613812345678"


@pytest.fixture
def owner(world):
    """Lin by number: the old phone called once and proved it."""
    tapped = world.tap("old phone")
    prove(world, tapped)
    world.hang_up(world.place(tapped))
    return world.call(tapped).caller


def prove(world, tapped, number=NUMBER):
    with transaction.atomic():
        return _verified(world.call(tapped).caller, number)


def count(**which):
    return Entry.objects.filter(**which).count()


# --- Taps ----------------------------------------------------------------------------


@pytest.mark.parametrize("is_over", [False, True])
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_tap_again_is_the_same_alarm(world, owner, when, is_over):
    """Ended before the number was proven, the call stays the nameless Caller's."""
    tapped = world.tap("new phone", id=(tap := uuid4()))
    if is_over and when == "before":
        world.hang_up(world.place(tapped))
    former = Caller.objects.get(uuid=world.call(tapped).signer)
    with transaction.atomic():
        assert _verified(former, NUMBER) == owner
    if is_over and when == "after":
        world.hang_up(world.place(tapped))
    calls = Call.objects.count()

    again = world.tap("new phone", id=tap)
    assert (again.call, again.is_new, again.is_merged) == (tapped.call, False, False)
    assert Call.objects.count() == calls


def test_the_phone_whose_number_moved_on_finds_its_tap_too(world):
    """The old phone is nobody's now; its live call is not raised a second time."""
    old = world.tap("old phone", id=(tap := uuid4()))
    prove(world, old)
    new = world.tap("new phone")
    world.hang_up(world.place(old))
    prove(world, new)

    assert world.tap("old phone", id=tap).call == old.call
    assert Call.objects.count() == 2


def test_a_merged_tap_again_is_told_once(world, owner):
    first = world.tap("new phone")
    world.tap("new phone", id=(second := uuid4()), text="He is back", position=IN_ZHIFU)
    prove(world, first)
    told = count(stream__uuid=first.incident)

    again = world.tap("new phone", id=second, text="He is back", position=IN_ZHIFU)
    assert (again.call, again.is_merged) == (first.call, True)
    assert count(stream__uuid=first.incident) == told
    world.hang_up(world.place(first))
    assert world.tap("new phone", id=second).call == first.call
    assert Call.objects.filter(state="waiting").count() == 0


def test_a_tap_merged_afterwards_is_found_again(world, owner):
    first = world.tap("new phone")
    prove(world, first)
    world.tap("new phone", id=(second := uuid4()))
    told = count(stream__uuid=first.incident)

    assert world.tap("new phone", id=second).call == first.call
    assert count(stream__uuid=first.incident) == told


def test_the_past_goes_back_over_two_numbers(world, owner):
    tapped = world.tap("new phone", id=(tap := uuid4()))
    world.hang_up(world.place(tapped))
    prove(world, tapped)
    sister = world.tap("sister")
    prove(world, sister, "+8613912345678")
    world.hang_up(world.place(sister))
    with transaction.atomic():
        _verified(Caller.objects.get(pk=owner.pk), "+8613912345678")

    assert world.tap("new phone", id=tap).call == tapped.call


def test_equal_ids_of_two_phones_stay_two_alarms(world, owner):
    """Nobody can reach another's call by guessing its tap's id."""
    tap = uuid4()
    tapped = world.tap("new phone", id=tap)
    prove(world, tapped)
    foreign = world.tap("mei", id=tap)

    assert foreign.is_new
    assert foreign.call != tapped.call
    assert capability(foreign.call) != capability(tapped.call)
    both = world.taps(("new phone", {"id": tap}), ("mei", {"id": tap}))
    assert [each.call for each in both] == [tapped.call, foreign.call]


def test_only_what_moved_is_written_down(world, owner):
    tapped = world.tap("new phone")
    former = world.call(tapped).caller
    prove(world, tapped)
    prove(world, tapped)  # the same number again moves nothing

    pasts = FormerPhone.objects.order_by("pk").values_list("caller_id", flat=True)
    assert list(pasts) == [former.pk, owner.pk]


# --- Commands ------------------------------------------------------------------------


COMMANDS = {
    "words": lambda w, t, p, c: w.say(t.incident, p, command=c),
    "position": lambda w, t, p, c: w.report(p, IN_ZHIFU, c),
    "mode": lambda w, t, p, c: w.set_mode(p, "silent", c),
    "hang up": lambda w, t, p, c: w.hang_up(p, c),
}


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_again_gets_its_old_answer(world, owner, name):
    """From a window that came after, and from one that was open all the time."""
    tapped, command = world.tap("new phone"), uuid4()
    before = world.place(tapped)
    recorded = COMMANDS[name](world, tapped, before, command)
    written = count(client_id=command)
    with transaction.atomic():
        _verified(world.call(tapped).caller, NUMBER)
    after = world.place(tapped)

    for place in (after, before):
        assert COMMANDS[name](world, tapped, place, command) == recorded
    assert count(client_id=command) == written == 1


def test_a_command_of_a_window_that_knew_is_found_by_one_that_did_not(world, owner):
    tapped, command = world.tap("new phone"), uuid4()
    before = world.place(tapped)
    prove(world, tapped)
    recorded = world.say(tapped.incident, world.place(tapped), command=command)

    assert world.say(tapped.incident, before, command=command) == recorded


def test_equal_ids_in_two_calls_are_two_messages(world, owner):
    tapped, foreign, command = world.tap("new phone"), world.tap("mei"), uuid4()
    prove(world, tapped)
    first = world.say(tapped.incident, world.place(tapped), command=command)
    second = world.say(foreign.incident, world.place(foreign), command=command)

    assert first.stream != second.stream
    assert count(client_id=command) == 2
