"""A command repeated gets its old answer, and a refused one changes nothing."""

from uuid import uuid4

import pytest

from accounts.models import Agency
from dispatch.actions import invitations, listening, supervision
from dispatch.actions.assigning import Pair, assign
from dispatch.actions.notices import withdraw_notice
from dispatch.errors import CallEnded, NobodyFree, NotYours
from dispatch.models import Notice, Offer, Participant
from tests import several
from tests.actions.test_transfers import silent_for
from tests.several import hand_over, invite, let_in, move, order, take_over, transfer


def second(tapped):
    """Return the place of the second seat in a room."""
    return Participant.objects.get(call__uuid=tapped.call, role="second").uuid


def twice(verb):
    """Do a command and repeat it; return where it is recorded."""
    command = uuid4()
    first = verb(command)
    assert verb(command) == first
    return first


def test_what_a_supervisor_does_to_a_call(world):
    chen, tapped = world.connected()
    let_in(world, chen, tapped, "wu")
    party, call = second(tapped), tapped.call

    def raised(command):
        more = {"call": call, "priority": 1, "reason": "armed", "command": command}
        return order(world, supervision.set_priority, **more)

    def removed(command):
        more = {"call": call, "participant": party, "command": command}
        return order(world, listening.remove_participant, **more)

    def ended(command):
        more = {"call": call, "reason": "a test", "command": command}
        return order(world, supervision.force_end, **more)

    for verb in (raised, removed, ended):
        twice(verb)
    assert (world.call(tapped).priority, world.call(tapped).state) == (1, "ended")
    with pytest.raises(CallEnded):
        raised(uuid4())


def test_a_notice_is_taken_back_once_and_only_by_its_own(world):
    several.post_notice(world)
    by, notice = several.supervisor(world), Notice.objects.get().uuid

    def withdrawn(command, agencies=by.agencies):
        more = {"author": by.author, "agencies": agencies, "notice": notice}
        return withdraw_notice(**more, client_id=command)

    with pytest.raises(NotYours):
        withdrawn(uuid4(), agencies=frozenset())
    twice(withdrawn)


def test_who_answers_a_break_that_is_asked_for(world):
    Agency.objects.filter(pk=world.zhifu.pk).update(breaks_need_approval=True)
    world.books.open([world.zhifu])
    world.choose(world.sit("chen"), "break", "tea")
    twice(lambda c: several.answer_break(world, "chen", allow=True, command=c))
    assert world.seat("chen").availability == "break"


def test_a_call_given_on_in_the_room(world):
    chen, tapped = world.connected()
    let_in(world, chen, tapped, "wu")
    party = second(tapped)
    twice(lambda command: hand_over(world, chen, tapped, party, command=command))
    assert world.call(tapped).seat_id == world.seats["wu"].pk


def test_a_call_taken_over(world):
    _, tapped = world.connected()
    wu = world.sit("wu")
    silent_for(world, 5, alive=[wu], phones=[tapped])
    twice(lambda command: take_over(world, wu, tapped, command=command))
    with pytest.raises(NotYours):  # one's own call is not taken over
        take_over(world, wu, tapped)


def test_a_call_moved_to_the_line_it_is_in_stays_there_whatever_the_ground_says(world):
    tapped = world.tap()
    twice(lambda command: move(world, tapped, agency=world.zhifu.uuid, command=command))
    assert world.call(tapped).is_line_chosen


def test_the_canarys_line_and_seats_are_apart(world):
    chen, tapped = world.connected()
    world.sit("ma")
    Agency.objects.filter(pk=world.laizhou.pk).update(is_synthetic=True)
    for attempt in (
        lambda: transfer(world, chen, tapped, agency=world.laizhou.uuid),
        lambda: transfer(world, chen, tapped, "ma"),
        lambda: invite(world, chen, tapped, "ma"),
        lambda: move(world, tapped, agency=world.laizhou.uuid),
    ):
        with pytest.raises(NotYours):
            attempt()
    assert world.call(tapped).seat_id == chen.seat_id


def test_an_agency_asked_for_anybody_or_for_its_supervisor(world):
    chen, tapped = world.connected()
    world.sit("ma")
    there = world.laizhou.uuid
    with pytest.raises(NobodyFree):  # nobody of them supervises
        invite(world, chen, tapped, agency=there, role="supervisor")
    twice(lambda command: invite(world, chen, tapped, agency=there, command=command))
    assert world.offer_to("ma").kind == "invite"


def test_the_next_one_is_asked_where_the_first_got_a_call_this_moment(
    world, monkeypatch
):
    chen, tapped = world.connected()
    world.hire(2)
    mei = world.call(world.tap("mei"))
    askable = invitations._askable

    def late(*about):
        found = askable(*about)
        assign([Pair(mei.pk, found[0], mei.agency_id)])
        return found

    monkeypatch.setattr(invitations, "_askable", late)
    invite(world, chen, tapped, agency=world.zhifu.uuid)
    assert set(Offer.objects.filter(state="open").values_list("kind", flat=True)) == {
        "call",
        "invite",
    }
