"""A host asks colleagues in: they are reserved, they answer, and the room is told."""

from uuid import uuid4

import pytest

from dispatch.errors import (
    CallEnded,
    CallTaken,
    NobodyFree,
    NotYours,
    OfferGone,
    RoomFull,
    SeatNotFree,
)
from dispatch.loops.matcher import match
from dispatch.models import Seat
from dispatch.snapshots import incident_snapshot
from reports.models import Entry
from tests import several
from tests.several import asked, invite, let_in, roles, room, withdraw


def invitations(tapped):
    return incident_snapshot(tapped.incident, for_caller=False)[1]["invitations"]


def states(tapped):
    rows = Entry.objects.filter(
        stream__uuid=tapped.incident, kind="invitation.updated"
    ).order_by("seq")
    return [e.body.text.split('"state":"')[1].split('"')[0] for e in rows]


def test_a_seat_that_is_asked_is_reserved_and_comes_in_beside_the_host(world):
    chen, tapped = world.connected()
    wu = world.sit("wu")
    invite(world, chen, tapped, "wu", reason="he speaks Korean")

    assert world.seat("wu").activity == "offered"
    [shown] = invitations(tapped).values()
    assert (shown["operator"], shown["asked_by"]) == ("Wu", "Chen")
    assert (shown["kind"], shown["role"], shown["state"]) == (
        "invite",
        "second",
        "open",
    )
    assert asked("wu", world).answer == "ring"
    world.check()

    world.accept(wu)

    assert roles(tapped) == {"caller": "guest", "chen": "host", "wu": "second"}
    assert world.seat("wu").activity == "on_call"
    assert world.call(tapped).seat_id == chen.seat_id
    assert invitations(tapped) == {}
    [party] = room(tapped)["parties"]
    assert room(tapped)["people"] == {party["participant"]: "Wu"}


def test_the_caller_learns_of_parties_by_their_seats_and_not_by_their_names(world):
    chen, tapped = world.connected()
    let_in(world, chen, tapped, "wu")

    shown = room(tapped, for_caller=True)
    assert set(shown) == {"parties"}
    assert "Wu" not in str(shown)
    assert shown["parties"][0]["label_en"] == "Zhifu 8"


def test_a_reserved_seat_gets_no_call_from_the_line(world):
    chen, tapped = world.connected()
    world.sit("wu")
    invite(world, chen, tapped, "wu")
    world.tap("mei")

    assert match() == 0


@pytest.mark.parametrize("answer", ["decline", "withdraw", "let it ring"])
def test_who_does_not_come_is_free_again_and_the_host_is_told(world, answer):
    chen, tapped = world.connected()
    wu = world.sit("wu")
    invite(world, chen, tapped, "wu")
    offer = asked("wu", world).uuid
    if answer == "decline":
        world.decline(wu)
    elif answer == "withdraw":
        withdraw(world, chen, offer)
    else:
        world.passes(20, sweep=False)
        world.lives(seats=[chen, wu], guests=[world.place(tapped)])
        world.passes(11, sweep=False)
        world.lives(seats=[chen, wu], guests=[world.place(tapped)])
        world.passes(0)

    said = {"decline": "declined", "withdraw": "withdrawn"}.get(answer, "unanswered")
    assert states(tapped) == ["open", said]
    seat = world.seat("wu")
    assert (seat.activity, seat.availability, seat.misses) == ("idle", "ready", 0)
    assert roles(tapped) == {"caller": "guest", "chen": "host"}
    with pytest.raises(OfferGone) as refusal:
        world.accept(wu, offer)
    assert refusal.value.facts["state"] == said


def test_an_accept_after_the_withdrawal_changes_nothing(world):
    chen, tapped = world.connected()
    wu = world.sit("wu")
    invite(world, chen, tapped, "wu")
    offer = asked("wu", world).uuid
    withdraw(world, chen, offer)
    with pytest.raises(OfferGone):
        world.accept(wu, offer)
    with pytest.raises(OfferGone) as refusal:
        withdraw(world, chen, offer)
    assert refusal.value.facts["state"] == "withdrawn"


def test_a_withdrawal_after_the_accept_is_refused(world):
    chen, tapped = world.connected()
    world.sit("wu")
    invite(world, chen, tapped, "wu")
    offer = asked("wu", world).uuid
    world.accept(world.sit("wu", take_over=True, ready=False))
    with pytest.raises(OfferGone) as refusal:
        withdraw(world, chen, offer)
    assert refusal.value.facts["state"] == "accepted"
    assert roles(tapped)["wu"] == "second"


def test_every_command_repeated_gets_its_old_answer(world):
    chen, tapped = world.connected()
    wu = world.sit("wu")
    one, two, three, four = uuid4(), uuid4(), uuid4(), uuid4()
    first = invite(world, chen, tapped, "wu", command=one)
    assert invite(world, chen, tapped, "wu", command=one) == first
    offer = asked("wu", world).uuid
    came = world.accept(wu, offer, command=two)
    assert world.accept(wu, offer, command=two) == came
    left = several.leave(world, wu, tapped, command=three)
    assert several.leave(world, wu, tapped, command=three) == left
    invite(world, chen, tapped, "wu")
    offer = asked("wu", world).uuid
    taken_back = withdraw(world, chen, offer, command=four)
    assert withdraw(world, chen, offer, command=four) == taken_back
    assert states(tapped) == ["open", "accepted", "open", "withdrawn"]


def test_only_a_free_and_ready_seat_is_asked(world):
    chen, tapped = world.connected()
    with pytest.raises(SeatNotFree) as nobody:
        invite(world, chen, tapped, "wu")
    assert nobody.value.facts["operator"] == ""
    wu = world.sit("wu")
    world.choose(wu, "break", "tea")
    with pytest.raises(SeatNotFree) as refusal:
        invite(world, chen, tapped, "wu")
    assert refusal.value.facts["operator"] == "Wu"
    assert refusal.value.facts["availability"] == "break"
    with pytest.raises(SeatNotFree):  # oneself
        invite(world, chen, tapped, "chen")


def test_a_seat_out_of_service_is_not_there_to_be_asked(world):
    chen, tapped = world.connected()
    Seat.objects.filter(pk=world.seats["wu"].pk).update(is_active=False)
    with pytest.raises(NotYours):
        invite(world, chen, tapped, "wu")
    assert invitations(tapped) == {}
    Seat.objects.filter(pk=world.seats["wu"].pk).update(is_active=True)


def test_a_seat_that_got_a_call_meanwhile_is_not_asked(world):
    chen, tapped = world.connected()
    world.sit("wu")
    world.tap("mei")
    assert match() == 1
    with pytest.raises(SeatNotFree) as refusal:
        invite(world, chen, tapped, "wu")
    assert refusal.value.facts["activity"] == "offered"


def test_an_agency_is_asked_for_its_longest_idle_seat_with_the_skill(world):
    chen, tapped = world.connected()
    ma = world.sit("ma")
    with pytest.raises(NobodyFree):
        invite(world, chen, tapped, agency=world.laizhou.uuid, skill="ko")
    staff = world.staff["ma"]
    staff.skills = ["ko", "sign"]
    staff.save()
    invite(
        world,
        chen,
        tapped,
        agency=world.laizhou.uuid,
        skill="ko",
        role="interpreter",
    )
    world.accept(ma)

    assert roles(tapped)["ma"] == "interpreter"
    with pytest.raises(NobodyFree):
        invite(world, chen, tapped, agency=world.laizhou.uuid)
    with pytest.raises(NotYours):
        invite(world, chen, tapped, agency=uuid4())


def test_only_the_host_asks_and_only_in_its_own_call(world):
    chen, tapped = world.connected()
    wu = let_in(world, chen, tapped, "wu")
    ma = world.sit("ma")
    fu = world.sit("fu")
    with pytest.raises(CallTaken) as refusal:  # inside, and told who hosts it
        invite(world, wu, tapped, "ma")
    assert refusal.value.facts["operator"] == "Chen"
    with pytest.raises(NotYours):
        invite(world, ma, tapped, "fu")
    assert world.seat("fu").activity == "idle"
    assert fu.seat_id != ma.seat_id


def test_the_end_of_the_call_sends_everybody_home_and_only_the_host_wraps_up(world):
    chen, tapped = world.connected()
    wu = let_in(world, chen, tapped, "wu")
    world.sit("ma")
    invite(world, chen, tapped, "ma")
    world.end(chen, tapped.call)

    activities = {name: world.seat(name).activity for name in ("chen", "wu", "ma")}
    assert activities == {"chen": "wrap_up", "wu": "idle", "ma": "idle"}
    assert roles(tapped) == {}
    assert room(tapped) == {"parties": [], "whispering": [], "people": {}}
    assert states(tapped)[-1] == "withdrawn"
    with pytest.raises(CallEnded):
        invite(world, chen, tapped, "wu")
    assert wu.seat_id


def test_the_caller_who_hangs_up_empties_the_room_too(world):
    chen, tapped = world.connected()
    let_in(world, chen, tapped, "wu")
    world.hang_up(world.place(tapped))
    assert world.seat("wu").activity == "idle"
    assert roles(tapped) == {}


def test_six_voices_fill_a_room_and_one_who_only_listens_counts_for_none(
    world, monkeypatch
):
    from dispatch.actions import in_rooms, invitations, listening

    for module in (in_rooms, invitations, listening):
        monkeypatch.setattr(module, "MAX_VOICES", 4)
    chen, tapped = world.connected()
    several.enter(world, tapped, "monitor")
    let_in(world, chen, tapped, "wu")
    world.sit("ma")
    world.sit("fu")
    invite(world, chen, tapped, "ma")  # asked is as good as there
    with pytest.raises(RoomFull):
        invite(world, chen, tapped, "fu")
    with pytest.raises(RoomFull):
        several.enter(world, tapped, "whisper")
    withdraw(world, chen, asked("ma", world).uuid)
    several.enter(world, tapped, "whisper")
    with pytest.raises(RoomFull):
        invite(world, chen, tapped, "fu")


def test_an_invited_seat_that_dies_is_asked_no_more_and_the_host_is_told(world):
    chen, tapped = world.connected()
    world.sit("wu")
    invite(world, chen, tapped, "wu")
    world.passes(9, sweep=False)
    world.lives(seats=[chen], guests=[world.place(tapped)])
    world.passes(0)

    assert states(tapped) == ["open", "withdrawn"]
    assert world.seat("wu").availability == "off"


def test_a_seat_that_is_asked_sees_what_happens_to_the_call_meanwhile(world):
    """Silent now, lost, verified, urgent: before it says yes."""
    chen, tapped = world.connected()
    world.sit("wu")
    invite(world, chen, tapped, "wu")
    world.set_mode(world.place(tapped), "silent")
    world.save(chen, tapped.incident, priority=1)
    world.report(
        world.place(tapped),
        {"lat_e7": 371000000, "lon_e7": 1211000000, "accuracy_mm": 12000},
    )
    world.books.check()
    book = world.books.books[world.zhifu.uuid, "seat"]
    offer = book.snapshot["seats"][str(world.seats["wu"].uuid)]["offer"]
    assert (offer["mode"], offer["priority"], offer["area_en"]) == (
        "silent",
        1,
        "Zhifu",
    )
    assert offer["from_label_en"] == "Zhifu 7"


def test_a_restart_gives_the_invited_longer_and_says_so_in_the_room(world):
    chen, tapped = world.connected()
    world.sit("wu")
    invite(world, chen, tapped, "wu")
    world.passes(25, sweep=False)
    world.restart()
    world.check()
    world.passes(7)
    assert asked("wu", world).state == "open"


def test_nobody_comes_in_as_a_supervisor_who_is_none(world):
    chen, tapped = world.connected()
    world.sit("wu")

    with pytest.raises(NobodyFree):
        invite(world, chen, tapped, "wu", role="supervisor")

    assert world.seat("wu").activity == "idle"
    assert invitations(tapped) == {}
