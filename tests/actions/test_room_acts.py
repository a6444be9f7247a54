"""Warnings and mutings: acts of a room, fenced like every word in it."""

from uuid import uuid4

import pytest

from dispatch.actions import guests
from dispatch.errors import EpochStale, NoSeat, NotAsked, ReadOnly
from dispatch.snapshots import incident_snapshot
from dispatch.snapshots.media import standing_of
from reports.models import Entry
from tests import several
from tests.ground import IN_LAIZHOU
from tests.room_acts import answer_warning, mute, warn


def snapshot(tapped, *, for_caller=False):
    return incident_snapshot(tapped.incident, for_caller=for_caller)[1]


def acts(tapped):
    kinds = ["call.warning", "media.muted"]
    return Entry.objects.filter(stream__uuid=tapped.incident, kind__in=kinds)


def test_a_warning_is_asked_for_shown_and_taken_back(world):
    chen, tapped = world.connected()
    where = (tapped.incident, tapped.call)
    for act, state in (
        (lambda: warn(world, chen, *where), "asked"),
        (lambda: answer_warning(world, world.place(tapped)), "shown"),
        (lambda: warn(world, chen, *where, on=False), "ended"),
        (lambda: answer_warning(world, world.place(tapped), accept=False), "refused"),
    ):
        act()
        assert snapshot(tapped)["warning"] == state
        assert snapshot(tapped, for_caller=True)["warning"] == state
        world.check()


def test_a_yes_that_comes_after_the_question_was_taken_back_shows_nobody(world):
    """It waited in a phone without a line."""
    chen, tapped = world.connected()
    where, place = (tapped.incident, tapped.call), world.place(tapped)
    with pytest.raises(NotAsked):
        answer_warning(world, place)
    warn(world, chen, *where)
    warn(world, chen, *where, on=False)
    with pytest.raises(NotAsked):
        answer_warning(world, place)
    assert snapshot(tapped)["warning"] == "ended"
    warn(world, chen, *where)
    yes = uuid4()
    answer_warning(world, place, command=yes)
    warn(world, chen, *where, on=False)
    answer_warning(world, place, command=yes)  # the same one again is the same answer
    assert snapshot(tapped)["warning"] == "ended"
    assert acts(tapped).count() == 5
    world.check()


def test_each_track_is_stopped_and_let_through_by_itself(world):
    chen, tapped = world.connected()
    where = (tapped.incident, tapped.call)
    mute(world, chen, *where, who="guest", track="audio")
    mute(world, chen, *where, who="host", track="video")
    mute(world, chen, *where, who="guest", track="audio", is_muted=False)

    muted = {
        "guest": {"audio": False, "video": False},
        "host": {"audio": False, "video": True},
    }
    assert snapshot(tapped)["muted"] == muted
    assert snapshot(tapped, for_caller=True)["muted"] == muted  # told, never hidden


def test_the_same_act_again_is_written_once(world):
    chen, tapped = world.connected()
    where = (tapped.incident, tapped.call)
    one, two, three = uuid4(), uuid4(), uuid4()
    first = [
        warn(world, chen, *where, command=one),
        mute(world, chen, *where, command=two),
        answer_warning(world, world.place(tapped), command=three),
    ]
    again = [
        warn(world, chen, *where, command=one),
        mute(world, chen, *where, command=two),
        answer_warning(world, world.place(tapped), command=three),
    ]

    assert again == first
    assert acts(tapped).count() == 3


@pytest.mark.parametrize("name", ["wu", "ma"])
def test_nobody_else_acts_in_this_room(world, name):
    """A colleague beside the host, and Ma of another agency, whatever they claim."""
    _, tapped = world.connected()
    other = world.sit(name)
    where = (tapped.incident, tapped.call)

    for act in (warn, mute):
        with pytest.raises(NoSeat):
            act(world, other, *where)
    assert acts(tapped).count() == 0


def test_ma_who_hosts_another_call_warns_and_mutes_only_there(world):
    _, tapped = world.connected()
    ma, hers = world.connected("ma", "mei", position=IN_LAIZHOU)
    for act in (warn, mute):
        with pytest.raises(NoSeat):
            act(world, ma, tapped.incident, tapped.call)
        act(world, ma, hers.incident, hers.call)

    assert (acts(tapped).count(), acts(hers).count()) == (0, 2)


def test_a_console_of_an_older_shift_is_refused(world):
    chen, tapped = world.connected()
    world.sit("chen", take_over=True)
    for act in (warn, mute):
        with pytest.raises(EpochStale):
            act(world, chen, tapped.incident, tapped.call)


@pytest.mark.parametrize("act", [warn, mute])
def test_without_a_conversation_there_is_nothing_to_warn_or_mute(world, act):
    """Offered, not accepted; and in the wrap-up, when the caller has gone."""
    chen, tapped = world.offered()
    with pytest.raises(NoSeat):
        act(world, chen, tapped.incident, None)
    with pytest.raises(NoSeat):
        act(world, chen, tapped.incident, tapped.call)
    world.accept(chen)
    world.end(chen, tapped.call)
    with pytest.raises(NoSeat):
        act(world, chen, tapped.incident, None)  # the console has left the room
    assert acts(tapped).count() == 0


def test_a_window_that_lost_the_place_or_watches_cannot_nod(world):
    chen, tapped = world.connected()
    warn(world, chen, tapped.incident, tapped.call)
    old = world.place(tapped)
    guests.take_place(old.call_id)

    with pytest.raises(EpochStale):
        answer_warning(world, old)
    with pytest.raises(ReadOnly):
        answer_warning(world, world.place(tapped, None))
    assert snapshot(tapped)["warning"] == "asked"


def test_what_was_stopped_in_one_call_is_not_stopped_in_the_next(world):
    chen, tapped = world.connected()
    mute(world, chen, tapped.incident, tapped.call)
    warn(world, chen, tapped.incident, tapped.call)
    world.end(chen, tapped.call)
    world.act_on("finish_wrap_up", chen)
    other = world.tap()
    world.take(chen, other.call)

    assert other.incident != tapped.incident
    assert snapshot(other)["warning"] == ""
    assert snapshot(other)["muted"]["guest"]["audio"] is False


def test_what_a_host_stopped_of_their_own_ends_with_them(world):
    """Whoever comes after them would speak unheard, and never have pressed it."""
    chen, tapped = world.connected()
    where = (tapped.incident, tapped.call)
    wu = several.let_in(world, chen, tapped, "wu")
    mute(world, chen, *where, who="host")
    mute(world, chen, *where, who="guest")
    assert standing_of(tapped.call).policy.muted == {
        ("host", "audio"),
        ("guest", "audio"),
    }
    several.hand_over(world, chen, tapped, several.place(tapped, wu).uuid)
    assert standing_of(tapped.call).policy.muted == {("guest", "audio")}
    for for_caller in (False, True):
        muted = snapshot(tapped, for_caller=for_caller)["muted"]
        assert (muted["host"]["audio"], muted["guest"]["audio"]) == (False, True)
    world.check()
    mute(world, wu, *where, who="host")
    assert ("host", "audio") in standing_of(tapped.call).policy.muted
