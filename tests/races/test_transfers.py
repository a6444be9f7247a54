"""A call changes hands: never two hosts, and every timer its own (R7, R14, R31)."""

import pytest

from dispatch import leases
from dispatch.errors import CallEnded, CallTaken, HostAlive, NotInRoom, OfferGone
from dispatch.models import Call, Participant
from reports.clock import now
from tests import several
from tests.races.together import at_once, meanwhile, refused


@pytest.fixture
def handing(world):
    """Chen hosts Lin's call, and Fu's seat is asked to take it over."""
    chen, lin = world.connected()
    fu = world.sit("fu")
    several.transfer(world, chen, lin, "fu")
    return chen, fu, lin


def hosts(tapped):
    return [
        place.operator.username
        for place in Participant.objects.filter(
            call__uuid=tapped.call, role="host", left_at=None
        )
    ]


# --- R7: one transaction closes the old place and opens the new one ------------------


def test_a_transfer_leaves_the_old_host_nothing(world, handing):
    chen, fu, lin = handing

    world.accept(fu)

    assert hosts(lin) == ["fu"]
    assert world.seat("chen").activity == "wrap_up"
    with pytest.raises(CallTaken) as refusal:
        world.end(chen, lin.call)
    assert refusal.value.facts["operator"] == "Fu"


def test_a_host_who_ends_while_the_other_accepts_is_one_or_the_other(world, handing):
    chen, fu, lin = handing

    asked = world.offer_to("fu").uuid
    given = at_once(lambda: world.accept(fu, asked), lambda: world.end(chen, lin.call))

    [refusal] = refused(given)
    if world.call(lin).state == "ended":
        assert isinstance(refusal, OfferGone)
        assert world.seat("fu").activity == "idle"
    else:
        assert isinstance(refusal, CallTaken)
        assert hosts(lin) == ["fu"]


def test_one_of_three_who_take_a_call_from_a_silent_host_has_it(world):
    chen, lin = world.connected()
    wu, fu = world.sit("wu"), world.sit("fu")
    several.transfer(world, chen, lin, "fu")
    world.passes(5, sweep=False)
    world.lives(seats=[wu, fu], guests=[world.place(lin)])

    asked = world.offer_to("fu").uuid
    given = at_once(
        lambda: world.accept(fu, asked),
        lambda: several.take_over(world, wu, lin),
        lambda: world.end(chen, lin.call),
    )

    # Fu first, and Wu may not take it from her, who is heard; or Wu, or the end.
    assert len(refused(given)) == 2
    assert len(hosts(lin)) == (world.call(lin).state == "connected")


def test_a_host_that_is_heard_at_the_last_moment_keeps_its_call(world):
    chen, lin = world.connected()
    wu = world.sit("wu")
    world.passes(5, sweep=False)
    world.lives(seats=[chen, wu])

    with pytest.raises(HostAlive) as refusal:
        several.take_over(world, wu, lin)

    assert refusal.value.facts["operator"] == "Chen"
    assert hosts(lin) == ["chen"]


def test_a_call_given_to_a_line_keeps_nobody_in_its_room(world):
    chen, lin = world.connected()
    wu = several.let_in(world, chen, lin, "wu")
    world.sit("ma")
    queued = world.call(lin).queued_at

    several.transfer(world, chen, lin, agency=world.laizhou.uuid)

    assert several.roles(lin) == {"caller": "guest"}
    assert world.seat("wu").activity == "idle"
    assert world.seat("chen").activity == "wrap_up"
    assert world.call(lin).queued_at == queued
    with pytest.raises(NotInRoom):
        several.leave(world, wu, lin)


def test_a_transfer_accepted_after_the_host_died_is_refused(world, handing):
    _, fu, lin = handing
    asked = several.asked("fu", world).uuid
    world.passes(9, sweep=False)
    world.lives(seats=[fu], guests=[world.place(lin)])

    leases.sweep()

    with pytest.raises(OfferGone):
        world.accept(fu, asked)
    assert hosts(lin) == []
    assert world.call(lin).state == "waiting"
    assert world.seat("fu").activity == "idle"


# --- R14: wrap-up is each seat's own -------------------------------------------------


def test_a_transfer_ends_nobody_elses_wrap_up(world):
    chen, lin = world.connected()
    wu, mei = world.sit("wu", ready=False), world.tap("mei")
    world.take(wu, mei.call)
    world.end(wu, mei.call)
    until = world.seat("wu").wrap_up_until
    fu = world.sit("fu")

    several.transfer(world, chen, lin, "fu")
    world.accept(fu)
    world.end(fu, lin.call)

    assert world.seat("wu").wrap_up_until == until
    assert world.seat("chen").wrap_up_call.uuid == lin.call
    assert world.seat("fu").wrap_up_call.uuid == lin.call


def test_the_end_of_a_transferred_call_does_not_begin_the_former_hosts_wrap_up_anew(
    world, handing
):
    chen, fu, lin = handing
    world.accept(fu)
    until = world.seat("chen").wrap_up_until
    world.act_on("extend_wrap_up", chen)
    extended = world.seat("chen").wrap_up_until
    assert extended > until

    world.end(fu, lin.call)

    assert world.seat("chen").wrap_up_until == extended


def test_a_former_host_in_its_next_call_is_left_in_peace(world, handing):
    chen, fu, lin = handing
    world.accept(fu)
    world.act_on("finish_wrap_up", chen)
    mei = world.tap("mei")
    world.take(chen, mei.call)

    world.hang_up(world.place(lin))

    assert world.seat("chen").activity == "on_call"
    assert world.call(mei).state == "connected"


# --- R31: the deadline of a transfer is its own --------------------------------------


def test_an_old_question_does_not_end_the_next_one(world, handing, monkeypatch):
    chen, fu, lin = handing
    world.passes(31, sweep=False)
    world.lives(seats=[chen, fu], guests=[world.place(lin)])

    def asked_again():
        world.decline(fu)
        several.transfer(world, chen, lin, "fu")

    with meanwhile(monkeypatch, leases, asked_again):
        assert leases._withdraw_offers(now()) == 0

    assert world.offer_to("fu") is not None
    assert hosts(lin) == ["chen"]


# --- Rooms end with their call (R20, R2) ---------------------------------------------


def test_a_supervisor_whose_board_died_is_in_no_room(world):
    chen, lin = world.connected()
    several.enter(world, lin, "open")
    world.passes(9, sweep=False)
    world.lives(seats=[chen], guests=[world.place(lin)])

    leases.sweep()

    assert several.roles(lin) == {"caller": "guest", "chen": "host"}


def test_who_was_let_into_one_call_is_not_in_the_callers_next(world):
    chen, lin = world.connected()
    wu = several.let_in(world, chen, lin, "wu")
    several.enter(world, lin, "monitor")
    world.hang_up(world.place(lin))

    world.act_on("finish_wrap_up", chen)
    again = world.tap()
    world.take(chen, again.call)

    assert again.call != lin.call
    assert several.roles(again) == {"caller": "guest", "chen": "host"}
    with pytest.raises(CallEnded):
        several.invite(world, chen, lin, "wu")
    assert world.seat("wu").activity == "idle"
    assert not Call.objects.get(uuid=again.call).participants.filter(seat_id=wu.seat_id)
