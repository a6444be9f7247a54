"""The caller's place: held by an epoch, missed after 8 s, kept for 120 s."""

from uuid import uuid4

import pytest

from dispatch import commands
from dispatch.actions import caller_desk, guests
from dispatch.actions.messages import Guest
from dispatch.actions.tap import TapBatch, capability, capability_hash
from dispatch.errors import EpochStale, NotYours
from dispatch.models import Participant
from dispatch.states import CALLER_LEASE_SECONDS, CALLER_LOST_SECONDS
from reports import journal, writer
from reports.models import Entry


def kinds(tapped):
    return list(
        Entry.objects.filter(stream__uuid=tapped.incident)
        .order_by("seq")
        .values_list("kind", flat=True)
    )


def test_a_window_comes_back_with_the_epoch_it_holds(world):
    tapped = world.tap()

    assert world.resume(tapped, 1) == Guest(world.call(tapped).pk, 1)


def test_another_window_takes_over_and_the_old_epoch_is_refused(world):
    tapped = world.tap()
    old = world.place(tapped)
    new = guests.take_place(old.call_id)

    assert new.epoch == 2
    with pytest.raises(EpochStale):
        world.resume(tapped, 1)
    with pytest.raises(EpochStale):
        world.say(tapped.incident, old)
    with pytest.raises(EpochStale):
        world.report(old, {"lat_e7": 1, "lon_e7": 1, "accuracy_mm": 1})
    world.say(tapped.incident, world.place(tapped, 2))


def test_a_window_that_joins_a_plain_forms_call_shows_that_the_phone_runs_scripts(
    world,
):
    tap = commands.Tap(id=uuid4(), text="Help")
    item = caller_desk._tap_item(tap, "lin", None, ("no_scripts",), False)
    [attempt] = writer.commit([(TapBatch, item)], journal.record_many)
    tapped = attempt.outcome
    place = guests.take_place(world.call(tapped).pk, only_if_free=True)

    assert "no_scripts" not in world.call(tapped).incident.flags
    world.books.catch_up()
    shown = world.books.books[tapped.incident, "seat"].snapshot["incident"]["flags"]
    assert shown == ["unverified", "position_missing"]
    line = world.books.books[world.call(tapped).agency.uuid, "seat"].snapshot["line"]
    assert line[str(tapped.call)]["is_plain"] is False
    guests.take_place(place.call_id)  # nothing more to tell
    assert kinds(tapped).count("incident.updated") == 1
    world.passes(CALLER_LEASE_SECONDS + 1)
    assert world.call(tapped).lost_at is not None
    world.check()


@pytest.mark.parametrize("epoch", [0, 2, 7])
def test_an_epoch_that_was_never_given_is_refused(world, epoch):
    tapped = world.tap()

    with pytest.raises(EpochStale):
        world.resume(tapped, epoch)


def test_a_window_that_lost_the_place_neither_hangs_up_nor_changes_the_mode(world):
    """Fenced like every write: on another web process nobody told this window."""
    tapped = world.tap()
    old = world.place(tapped)
    guests.take_place(old.call_id)

    with pytest.raises(EpochStale):
        world.hang_up(old)
    with pytest.raises(EpochStale):
        world.set_mode(old, "silent")
    assert world.call(tapped).state == "waiting"
    assert world.call(tapped).mode == "normal"


def test_an_ended_call_has_no_place_to_take_but_late_words_are_kept(world):
    tapped = world.tap()
    place = world.place(tapped)
    world.hang_up(place)

    with pytest.raises(NotYours):
        guests.take_place(place.call_id)
    world.say(tapped.incident, place, "The tunnel was long")
    assert kinds(tapped)[-1] == "message.posted"


@pytest.mark.parametrize("state", ["waiting", "offered", "connected"])
def test_a_silent_phone_is_missed_after_eight_seconds_in_every_state(world, state):
    world.zhifu.answer_mode = "ring"
    world.zhifu.save()
    world.books.open([world.zhifu])
    if state == "waiting":
        holders, tapped = [], world.tap()
    else:
        holder, tapped = getattr(world, state)()
        holders = [holder]
    # Four seconds short of it: this machine may stand still for three.
    world.passes(CALLER_LEASE_SECONDS - 4, sweep=False)
    world.lives(seats=holders)
    assert world.passes(0)["lost"] == 0

    world.passes(5, sweep=False)
    world.lives(seats=holders)
    assert world.passes(0)["lost"] == 1
    assert world.passes(0)["lost"] == 0  # told once
    call = world.call(tapped)
    assert (call.state, call.lost_at is None) == (state, False)
    assert kinds(tapped)[-1] == "call.caller_lost"


def test_a_phone_that_comes_back_within_120_s_has_the_same_call(world):
    chen, tapped = world.connected()
    place = world.place(tapped)
    world.passes(CALLER_LEASE_SECONDS + 1, sweep=False)
    world.lives(seats=[chen])
    world.passes(0)
    world.passes(CALLER_LOST_SECONDS - 2, sweep=False)
    world.lives(seats=[chen])
    assert world.passes(0)["ended"] == 0

    world.lives(seats=[chen], guests=[place])
    call = world.call(tapped)
    assert (call.state, call.lost_at) == ("connected", None)
    assert kinds(tapped)[-1] == "call.caller_resumed"


def test_a_connected_call_without_a_phone_ends_after_120_s_with_a_call_back(world):
    chen, tapped = world.connected()
    world.passes(CALLER_LEASE_SECONDS + 1, sweep=False)
    world.lives(seats=[chen])
    world.passes(0)
    world.passes(CALLER_LOST_SECONDS + 1, sweep=False)
    world.lives(seats=[chen])
    assert world.passes(0)["ended"] == 1

    call = world.call(tapped)
    assert (call.state, call.end_reason, call.needs_callback) == (
        "ended",
        "caller_lost",
        True,
    )
    assert world.seat("chen").activity == "wrap_up"


def test_a_waiting_call_without_a_phone_is_never_ended_by_that(world):
    tapped = world.tap()
    for _ in range(4):
        world.passes(CALLER_LOST_SECONDS)

    assert world.call(tapped).state == "waiting"


def test_a_seat_that_takes_a_lost_call_gets_its_120_s(world):
    """A call whose phone died long ago: its place and words still need a human."""
    tapped = world.tap()
    world.passes(CALLER_LOST_SECONDS + 60)
    chen = world.sit("chen", ready=False)
    world.take(chen, tapped.call)
    assert world.passes(0)["ended"] == 0
    world.passes(CALLER_LOST_SECONDS - 2, sweep=False)
    world.lives(seats=[chen])
    assert world.passes(0)["ended"] == 0

    world.passes(3, sweep=False)
    world.lives(seats=[chen])
    assert world.passes(0)["ended"] == 1


def test_signs_of_life_of_a_window_that_lost_the_place_keep_nothing(world):
    tapped = world.tap()
    old = world.place(tapped)
    guests.take_place(old.call_id)
    world.passes(CALLER_LEASE_SECONDS + 1, sweep=False)
    world.lives(guests=[old])

    assert world.passes(0)["lost"] == 1
    world.lives(guests=[old])
    assert world.call(tapped).lost_at is not None


def test_the_mode_is_the_phones_own_word_in_every_state(world):
    for number, state in enumerate(["waiting", "offered", "connected"]):
        phone = f"phone {number}"
        if state == "waiting":
            tapped = world.tap(phone)
        else:
            _, tapped = getattr(world, state)(["chen", "wu"][number - 1], phone)
        world.set_mode(world.place(tapped), "silent")
        assert world.call(tapped).mode == "silent"
        world.check()
        world.set_mode(world.place(tapped), "normal")
        world.check()
        if state == "waiting":
            world.hang_up(world.place(tapped))


# --- Who may speak for a call --------------------------------------------------------


def find(**given):
    none = {"capability_hash": None, "device_hash": None, "call": None}
    return guests.find_call(**{**none, **given})


def test_a_capability_opens_exactly_its_call(world):
    mine, other = world.tap("lin"), world.tap("mei")
    hashed = capability_hash(capability(mine.call))

    assert find(capability_hash=hashed).uuid == mine.call
    assert find(capability_hash=hashed, call=mine.call).uuid == mine.call
    assert find(capability_hash=hashed, call=other.call) is None
    assert find(capability_hash=capability_hash("guess"), call=mine.call) is None


def test_a_device_opens_its_own_calls_and_nothing_else(world):
    mine, other = world.tap("lin"), world.tap("mei")
    device = world.call(mine).caller.device_hash

    assert find(device_hash=device).uuid == mine.call
    assert find(device_hash=device, call=other.call) is None
    assert find(call=mine.call) is None
    world.hang_up(world.place(mine))
    assert find(device_hash=device) is None
    assert find(device_hash=device, call=mine.call).uuid == mine.call


def test_the_database_itself_refuses_a_second_guest(world):
    from django.db import IntegrityError

    world.tap()
    guest = Participant.objects.get()
    guest.pk, guest.uuid = None, uuid4()

    with pytest.raises(IntegrityError):
        guest.save()
