"""Words: written once, fenced by the epoch of the place they come from."""

import json
from uuid import uuid4

import pytest

from dispatch.actions.messages import RoomMessage, RoomMessageBatch
from dispatch.errors import EpochStale, NoSeat
from reports import journal
from reports.models import Entry
from reports.writer import commit


def said(tapped):
    return Entry.objects.filter(stream__uuid=tapped.incident, kind="message.posted")


def words(tapped, place):
    return RoomMessage(
        incident=tapped.incident,
        author=place.author,
        side="caller",
        text="Help",
        client_id=uuid4(),
        place=place.guest,
    )


def test_both_sides_write_into_one_stream(world):
    chen, tapped = world.connected()
    first = world.say(tapped.incident, world.place(tapped))
    second = world.say(tapped.incident, chen)

    assert second.seq == first.seq + 1
    assert second.stream == first.stream == tapped.incident


def test_a_caller_writes_before_anybody_answers(world):
    tapped = world.tap()
    world.say(tapped.incident, world.place(tapped))

    assert said(tapped).count() == 1


def test_the_same_words_again_are_written_once(world):
    tapped = world.tap()
    place, command = world.place(tapped), uuid4()
    first = world.say(tapped.incident, place, command=command)

    assert world.say(tapped.incident, place, command=command) == first
    assert said(tapped).count() == 1


def test_the_same_words_twice_in_one_batch_are_written_once(world):
    tapped = world.tap()
    place = world.place(tapped)
    item = words(tapped, place)
    one, other = commit([(RoomMessageBatch, item)] * 2, journal.record_many)

    assert one.outcome == other.outcome
    assert said(tapped).count() == 1


def test_the_same_id_of_two_people_is_two_messages(world):
    chen, tapped = world.connected()
    command = uuid4()
    world.say(tapped.incident, world.place(tapped), command=command)
    world.say(tapped.incident, chen, command=command)

    assert said(tapped).count() == 2


def test_a_seat_writes_only_in_its_own_room(world):
    _, tapped = world.connected()
    wu, ma = world.sit("wu"), world.sit("ma")

    for holder in (wu, ma):
        with pytest.raises(NoSeat):
            world.say(tapped.incident, holder)
    assert said(tapped).count() == 0


def test_a_seat_in_wrap_up_may_still_write_and_afterwards_not(world):
    chen, tapped = world.connected()
    world.end(chen, tapped.call)
    world.say(tapped.incident, chen, "Help is on its way")
    world.act_on("finish_wrap_up", chen)

    with pytest.raises(NoSeat):
        world.say(tapped.incident, chen)


def test_one_stale_window_does_not_fail_its_neighbours_in_the_batch(world):
    tapped, other = world.tap("lin"), world.tap("mei")
    items = [
        words(where, place)
        for where, place in (
            (tapped, world.place(tapped, 9)),
            (other, world.place(other)),
        )
    ]
    stale, fine = commit([(RoomMessageBatch, i) for i in items], journal.record_many)

    assert isinstance(stale.error, EpochStale)
    assert fine.error is None
    assert (said(tapped).count(), said(other).count()) == (0, 1)


def test_words_of_any_script_arrive_as_they_were_written(world):
    tapped = world.tap()
    words = "家里进了人 👮🏽‍♀️ \u202eRTL\u202c é\ttab\nline"
    world.say(tapped.incident, world.place(tapped), words)

    [entry] = said(tapped)
    assert json.loads(entry.body.text)["text"] == words
