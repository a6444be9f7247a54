"""A call goes to another host; the caller is never without one, and one host it is."""

from datetime import timedelta
from uuid import uuid4

import msgspec
import pytest
from django.utils import timezone

from accounts.models import Tier
from dispatch.errors import (
    CallTaken,
    HostAlive,
    NobodyFree,
    NotInRoom,
    NotYours,
    OfferGone,
    SeatNotFree,
    TransferPending,
)
from dispatch.loops.matcher import match
from dispatch.models import Participant, Seat, Shift
from reports.models import Entry
from tests import several
from tests.ground import IN_ZHIFU
from tests.several import (
    asked,
    hand_over,
    invite,
    let_in,
    place,
    roles,
    take_over,
    transfer,
)


def told(tapped, kind="call.transferred"):
    """Return the bodies of a kind of entry in the call's incident."""
    rows = Entry.objects.filter(stream__uuid=tapped.incident, kind=kind)
    return [msgspec.json.decode(e.body.text) for e in rows.order_by("seq")]


def silent_for(world, seconds, *, alive=(), phones=()):
    """Let time pass while only some give signs of life; nothing is swept."""
    world.passes(seconds, sweep=False)
    world.lives(seats=alive, guests=[world.place(tapped) for tapped in phones])


# --- Blind, to a seat ----------------------------------------------------------------


def test_a_transfer_rings_and_the_host_keeps_the_call_until_it_is_accepted(world):
    chen, tapped = world.connected()
    wu = world.sit("wu")
    since = world.call(tapped).connected_at
    transfer(world, chen, tapped, "wu", reason="her district")

    assert roles(tapped) == {"caller": "guest", "chen": "host"}
    assert world.call(tapped).state == "connected"
    world.accept(wu)

    call = world.call(tapped)
    assert roles(tapped) == {"caller": "guest", "wu": "host"}
    assert (call.state, call.seat_id, call.connected_at) == (
        "connected",
        wu.seat_id,
        since,
    )
    chens = world.seat("chen")
    assert (chens.activity, chens.wrap_up_call_id) == ("wrap_up", call.pk)
    [entry] = told(tapped)
    assert (entry["how"], entry["from_operator"]) == ("blind", "Chen")
    assert (entry["reason"], entry["call"]["operator"]) == ("her district", "Wu")
    assert told(tapped, "call.returned") == []


@pytest.mark.parametrize("answer", ["decline", "let it ring", "withdraw"])
def test_a_transfer_that_is_not_accepted_leaves_everything_as_it_was(world, answer):
    chen, tapped = world.connected()
    wu = world.sit("wu")
    transfer(world, chen, tapped, "wu")
    if answer == "decline":
        world.decline(wu)
    elif answer == "withdraw":
        several.withdraw(world, chen, asked("wu", world).uuid)
    else:
        for _ in range(2):
            silent_for(world, 16, alive=[chen, wu], phones=[tapped])
        world.passes(0)
    assert roles(tapped) == {"caller": "guest", "chen": "host"}
    assert world.seat("wu").activity == "idle"
    assert world.seat("chen").activity == "on_call"


def test_two_transfers_of_one_call_at_once_reach_one_seat(world):
    chen, tapped = world.connected()
    world.sit("wu")
    world.sit("ma")
    transfer(world, chen, tapped, "wu")
    with pytest.raises(TransferPending) as refusal:
        transfer(world, chen, tapped, "ma")
    assert refusal.value.facts["seat_label_en"] == "Zhifu 8"
    with pytest.raises(TransferPending):
        several.move(world, tapped, "ma")
    assert world.offer_to("ma") is None


def test_a_transfer_to_a_seat_that_got_a_call_meanwhile_is_refused(world):
    chen, tapped = world.connected()
    wu = world.sit("wu")
    mei = world.tap("mei")
    world.take(wu, mei.call)
    with pytest.raises(SeatNotFree) as refusal:
        transfer(world, chen, tapped, "wu")
    assert refusal.value.facts["activity"] == "on_call"
    assert refusal.value.facts["operator"] == "Wu"


def test_accepting_a_transfer_after_the_call_ended_is_refused(world):
    chen, tapped = world.connected()
    wu = world.sit("wu")
    transfer(world, chen, tapped, "wu")
    offer = asked("wu", world).uuid
    world.hang_up(world.place(tapped))
    with pytest.raises(OfferGone) as refusal:
        world.accept(wu, offer)
    assert refusal.value.facts["call_state"] == "ended"
    assert world.seat("wu").activity == "idle"


def test_the_former_host_acts_no_more_and_is_told_who_has_the_call(world):
    chen, tapped = world.connected()
    wu = world.sit("wu")
    transfer(world, chen, tapped, "wu")
    world.accept(wu)
    for attempt in (
        lambda: world.end(chen, tapped.call),
        lambda: transfer(world, chen, tapped, "ma"),
        lambda: invite(world, chen, tapped, "ma"),
    ):
        with pytest.raises((CallTaken, NotYours)):
            attempt()
    with pytest.raises(CallTaken) as refusal:
        world.end(chen, tapped.call)
    assert refusal.value.facts["operator"] == "Wu"
    assert world.call(tapped).state == "connected"


def test_a_transfer_repeated_gets_its_old_answer(world):
    chen, tapped = world.connected()
    wu = world.sit("wu")
    one, two = uuid4(), uuid4()
    first = transfer(world, chen, tapped, "wu", command=one)
    assert transfer(world, chen, tapped, "wu", command=one) == first
    offer = asked("wu", world).uuid
    accepted = world.accept(wu, offer, command=two)
    assert world.accept(wu, offer, command=two) == accepted
    assert transfer(world, chen, tapped, "wu", command=one) == first
    assert len(told(tapped)) == 1


# --- Blind, to a line ----------------------------------------------------------------


def test_a_call_given_to_an_agency_keeps_its_queue_time_there(world):
    chen, tapped = world.connected(position=IN_ZHIFU)
    ma = world.sit("ma")
    queued = world.call(tapped).queued_at
    transfer(world, chen, tapped, agency=world.laizhou.uuid, reason="their man")

    call = world.call(tapped)
    assert (call.state, call.agency_id, call.queued_at) == (
        "waiting",
        world.laizhou.pk,
        queued,
    )
    assert call.incident.agency_id == world.laizhou.pk
    assert world.seat("chen").activity == "wrap_up"
    [returned] = told(tapped, "call.returned")
    assert (returned["why"], returned["reason"]) == ("transferred", "their man")
    assert match() == 1
    assert world.offer_to("ma").call_id == call.pk
    world.accept(ma)


def test_where_the_phone_is_does_not_undo_what_a_person_decided(world):
    chen, tapped = world.connected(position=IN_ZHIFU)
    ma = world.sit("ma")
    transfer(world, chen, tapped, agency=world.laizhou.uuid)
    world.report(world.place(tapped), IN_ZHIFU)
    assert world.call(tapped).agency_id == world.laizhou.pk
    match()
    world.decline(ma)  # back to the line: the same one
    assert world.call(tapped).agency_id == world.laizhou.pk


def test_the_seat_that_sent_a_call_on_is_not_the_first_to_get_it_back(world):
    chen, tapped = world.connected()
    transfer(world, chen, tapped, agency=world.zhifu.uuid)  # to its own line
    world.act_on("finish_wrap_up", chen)
    assert match() == 0
    world.sit("wu")
    assert match() == 1
    assert world.offer_to("wu").call.uuid == tapped.call


def test_everybody_in_the_room_leaves_when_the_call_goes_to_a_line(world):
    chen, tapped = world.connected()
    wu = let_in(world, chen, tapped, "wu")
    world.sit("fu")
    world.sit("ma")
    invite(world, chen, tapped, "fu")
    several.enter(world, tapped, "open")
    transfer(world, chen, tapped, agency=world.laizhou.uuid)

    assert roles(tapped) == {"caller": "guest"}
    assert {world.seat(n).activity for n in ("wu", "fu")} == {"idle"}
    assert wu.seat_id
    with pytest.raises(NotYours):
        transfer(world, chen, tapped, agency=uuid4())


def test_a_call_is_not_given_to_a_line_that_nobody_serves(world):
    chen, tapped = world.connected()
    ma = world.sit("ma", ready=False)  # sat down, and is off
    with pytest.raises(NobodyFree):
        transfer(world, chen, tapped, agency=world.laizhou.uuid)
    assert roles(tapped) == {"caller": "guest", "chen": "host"}
    Seat.objects.filter(pk=ma.seat_id).update(availability="away")
    world.books.open([world.laizhou])
    with pytest.raises(NobodyFree):
        transfer(world, chen, tapped, agency=world.laizhou.uuid)

    world.choose(ma, "break", "tea")  # the phone would read that nobody can answer
    with pytest.raises(NobodyFree):
        transfer(world, chen, tapped, agency=world.laizhou.uuid)
    world.choose(ma, "ready")
    transfer(world, chen, tapped, agency=world.laizhou.uuid)
    assert world.call(tapped).agency_id == world.laizhou.pk


def test_a_neighbour_on_duty_serves_the_line_and_one_whose_tier_is_off_does_not(world):
    chen, tapped = world.connected()
    world.sit("ma")
    tier = Tier.objects.create(
        agency=world.fushan, neighbour=world.laizhou, is_active=False
    )
    with pytest.raises(NobodyFree):
        transfer(world, chen, tapped, agency=world.fushan.uuid)
    tier.is_active = True
    tier.save()
    transfer(world, chen, tapped, agency=world.fushan.uuid)
    assert match() == 1
    assert world.offer_to("ma").call.uuid == tapped.call


def test_who_stands_in_serves_a_line_outside_its_hours_only(world):
    chen, tapped = world.connected()
    Tier.objects.all().delete()
    world.sit("ma")
    at = timezone.localtime()
    world.fushan.after_hours = world.laizhou
    world.fushan.save()
    with pytest.raises(NobodyFree):
        transfer(world, chen, tapped, agency=world.fushan.uuid)
    world.fushan.opens_at = (at + timedelta(hours=1)).time()
    world.fushan.closes_at = (at + timedelta(hours=2)).time()
    world.fushan.save()
    transfer(world, chen, tapped, agency=world.fushan.uuid)
    assert match() == 1
    assert world.offer_to("ma").call.uuid == tapped.call


# --- Warm ----------------------------------------------------------------------------


def test_a_warm_transfer_changes_the_host_in_one_step(world):
    chen, tapped = world.connected()
    wu = let_in(world, chen, tapped, "wu")
    ma = let_in(world, chen, tapped, "ma", role="interpreter")
    hand_over(world, chen, tapped, place(tapped, wu).uuid)

    assert roles(tapped) == {
        "caller": "guest",
        "wu": "host",
        "ma": "interpreter",
    }
    assert world.seat("chen").activity == "wrap_up"
    assert told(tapped)[0]["how"] == "warm"
    world.end(wu, tapped.call)
    assert world.seat("ma").activity == "idle"
    assert ma.seat_id


def test_handing_over_to_somebody_who_just_left_is_refused_by_name(world):
    chen, tapped = world.connected()
    wu = let_in(world, chen, tapped, "wu")
    uuid = place(tapped, wu).uuid
    several.leave(world, wu, tapped)
    with pytest.raises(NotInRoom) as refusal:
        hand_over(world, chen, tapped, uuid)
    assert refusal.value.facts["operator"] == "Wu"
    assert roles(tapped) == {"caller": "guest", "chen": "host"}


def test_a_call_is_not_handed_to_the_caller_to_oneself_or_to_a_listener(world):
    chen, tapped = world.connected()
    several.enter(world, tapped, "monitor")
    rows = Participant.objects.filter(call__uuid=tapped.call, left_at=None)
    assert rows.count() == 3
    for participant in rows:
        with pytest.raises(NotYours):
            hand_over(world, chen, tapped, participant.uuid)


def test_handing_over_takes_back_a_transfer_that_rings_elsewhere(world):
    chen, tapped = world.connected()
    wu = let_in(world, chen, tapped, "wu")
    ma = world.sit("ma")
    transfer(world, chen, tapped, "ma")
    offer = asked("ma", world).uuid
    hand_over(world, chen, tapped, place(tapped, wu).uuid)

    with pytest.raises(OfferGone):
        world.accept(ma, offer)
    assert roles(tapped)["wu"] == "host"


# --- A host whose console dies -------------------------------------------------------


def test_the_second_seat_goes_on_when_the_host_dies(world):
    chen, tapped = world.connected()
    wu = let_in(world, chen, tapped, "wu")
    silent_for(world, 9, alive=[wu], phones=[tapped])
    world.passes(0)

    assert roles(tapped) == {"caller": "guest", "wu": "host"}
    [entry] = told(tapped)
    assert (entry["how"], entry["from_operator"]) == ("promoted", "Chen")
    assert told(tapped, "call.returned") == []
    chens = world.seat("chen")
    assert (chens.availability, chens.activity) == ("off", "idle")
    lost = Shift.objects.get(seat=chens)
    assert (lost.end_reason, lost.lost_call.uuid) == ("lapsed", tapped.call)


def test_with_nobody_to_go_on_the_call_waits_at_its_old_place_and_is_offered(world):
    chen, tapped = world.connected()
    wu = world.sit("wu")
    let = let_in(world, chen, tapped, "ma", role="interpreter")
    queued = world.call(tapped).queued_at
    silent_for(world, 9, alive=[wu, let], phones=[tapped])
    queued = world.call(tapped).queued_at
    world.passes(0)

    call = world.call(tapped)
    assert (call.state, call.queued_at) == ("waiting", queued)
    assert world.seat("ma").activity == "idle"  # an interpreter does not host
    assert told(tapped, "call.returned")[-1]["why"] == "seat_lost"
    assert match() == 1
    assert world.offer_to("wu").call_id == call.pk


def test_two_seats_that_die_together_leave_the_call_to_neither(world):
    chen, tapped = world.connected()
    let_in(world, chen, tapped, "wu")
    silent_for(world, 9, phones=[tapped])
    world.passes(0)
    assert roles(tapped) == {"caller": "guest"}
    assert world.call(tapped).state == "waiting"


def test_a_second_seat_that_dies_leaves_and_the_host_stays(world):
    chen, tapped = world.connected()
    let_in(world, chen, tapped, "wu")
    silent_for(world, 9, alive=[chen], phones=[tapped])
    world.passes(0)
    assert roles(tapped) == {"caller": "guest", "chen": "host"}
    assert told(tapped, "room.changed")[-1]["parties"] == []


def test_a_call_of_a_console_that_lives_is_not_taken(world):
    chen, tapped = world.connected()
    wu = world.sit("wu")
    silent_for(world, 1, alive=[wu], phones=[tapped])
    with pytest.raises(HostAlive) as refusal:
        take_over(world, wu, tapped)
    assert refusal.value.facts["operator"] == "Chen"
    world.lives(seats=[chen])
    with pytest.raises(HostAlive):
        take_over(world, wu, tapped)
    assert roles(tapped)["chen"] == "host"
