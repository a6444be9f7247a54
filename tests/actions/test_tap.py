"""The tap: the alarm exists from it on, once, and is never refused."""

from uuid import uuid4

import pytest
from django.db import IntegrityError

from accounts.models import Caller
from dispatch.actions.tap import capability, capability_hash
from dispatch.models import Call
from reports.models import Entry, Incident
from tests.ground import AT_SEA, IN_LAIZHOU, IN_ZHIFU


def kinds(stream):
    return list(
        Entry.objects.filter(stream__uuid=stream)
        .order_by("seq")
        .values_list("kind", flat=True)
    )


def test_an_empty_form_is_a_valid_alarm(world):
    tapped = world.tap()

    call = world.call(tapped)
    assert (call.state, call.mode, call.agency) == ("waiting", "normal", world.zhifu)
    assert tapped.is_new
    assert tapped.epoch == 1
    assert kinds(tapped.incident) == ["incident.opened", "call.queued"]
    assert call.incident.flags == ["unverified", "position_missing"]
    assert call.escalate_at is not None


def test_a_tap_with_everything_is_kept_with_everything(world):
    tapped = world.tap(mode="silent", text="Help", position=IN_ZHIFU, language="en")

    call = world.call(tapped)
    assert (call.mode, call.area_name_en) == ("silent", "Zhifu")
    assert call.incident.flags == ["unverified"]
    assert kinds(tapped.incident) == [
        "incident.opened",
        "call.queued",
        "position.reported",
        "message.posted",
    ]
    assert Caller.objects.get().language == "en"


def test_the_same_tap_again_is_the_same_alarm_for_ever(world):
    first = world.tap(id=(tap := uuid4()))
    again = world.tap(id=tap)
    assert (again.call, again.incident, again.number) == (
        first.call,
        first.incident,
        first.number,
    )
    assert not again.is_new
    assert not again.is_merged

    world.hang_up(world.place(first))
    late = world.tap(id=tap)
    assert (late.call, late.state) == (first.call, "ended")
    assert Call.objects.count() == 1
    assert "call.repeated" not in kinds(first.incident)


def test_one_tap_twice_in_one_batch_is_one_alarm(world):
    tap = uuid4()
    one, other = world.taps(("lin", {"id": tap}), ("lin", {"id": tap}))

    assert one.call == other.call
    assert Call.objects.count() == 1


def test_a_double_tap_in_one_batch_is_one_alarm(world):
    one, other, foreign = world.taps(("lin", {}), ("lin", {}), ("mei", {}))

    assert one.call == other.call
    assert foreign.call != one.call
    assert Call.objects.count() == 2


def test_a_second_tap_is_merged_into_the_live_call(world):
    first = world.tap()
    second = world.tap()

    assert (second.call, second.is_merged, second.is_new) == (first.call, True, False)
    assert kinds(first.incident)[-1] == "call.repeated"
    assert Call.objects.count() == 1


def test_a_merged_tap_of_a_connected_call_changes_nothing_of_it(world):
    _, tapped = world.connected()
    world.tap(position=IN_LAIZHOU)

    assert world.call(tapped).state == "connected"
    world.check()


def test_words_and_place_of_a_merged_tap_are_kept(world):
    """Acknowledged means committed: a second tap may be the one that says where."""
    first = world.tap()
    world.tap(text="He is back", position=IN_ZHIFU)

    assert "message.posted" in kinds(first.incident)
    assert "position.reported" in kinds(first.incident)
    assert world.call(first).lat_e7 == IN_ZHIFU["lat_e7"]


def test_a_merged_tap_repeated_after_the_call_is_no_new_alarm(world):
    """Its answer was lost: the phone asks again with the same id when all is over."""
    first = world.tap()
    world.tap(id=(second := uuid4()))
    world.hang_up(world.place(first))

    assert world.tap(id=second).call == first.call
    assert Call.objects.count() == 1


def test_the_next_alarm_of_a_phone_is_a_new_incident(world):
    first = world.tap()
    world.hang_up(world.place(first))
    second = world.tap()

    assert second.is_new
    assert second.incident != first.incident
    assert Caller.objects.count() == 1


def test_numbers_have_no_gaps_even_in_one_batch(world):
    world.taps(*[(f"phone {n}", {}) for n in range(3)])
    world.tap("phone 3", position=IN_LAIZHOU)
    world.tap("phone 4")

    numbers = sorted(Incident.objects.values_list("number", flat=True))
    assert [n.rpartition("-")[2] for n in numbers if n.startswith("370602")] == [
        "0001",
        "0002",
        "0003",
        "0004",
    ]
    assert [n.rpartition("-")[2] for n in numbers if n.startswith("370683")] == ["0001"]


def test_the_place_decides_whose_line_it_is(world):
    there = world.tap("lin", position=IN_LAIZHOU)
    nowhere = world.tap("mei", position=AT_SEA)

    assert world.call(there).agency == world.laizhou
    assert world.call(nowhere).agency == world.zhifu
    assert world.call(nowhere).incident.flags == ["unverified", "position_outside"]


def test_a_phone_without_a_cookie_is_known_by_its_tap(world):
    tap = uuid4()
    one = world.tap(None, id=tap)
    again = world.tap(None, id=tap)
    other = world.tap(None)

    assert one.call == again.call
    assert other.call != one.call


def test_the_capability_is_stored_only_as_a_hash(world):
    tapped = world.tap()
    secret = capability(tapped.call)

    assert len(secret) == 43
    assert world.call(tapped).capability_hash == capability_hash(secret)
    assert secret not in str(Call.objects.values().get())


def test_the_database_itself_refuses_a_second_live_call_of_a_caller(world):
    call = world.call(world.tap())
    call.pk, call.uuid, call.client_id = None, uuid4(), uuid4()

    with pytest.raises(IntegrityError):
        call.save()
