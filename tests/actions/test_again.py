"""Every command again with the same id: the old answer, and nothing twice."""

from uuid import uuid4

import pytest

from reports.models import Entry
from tests.ground import IN_ZHIFU
from tests.several import open_relief


def waiting(world):
    return world.sit("chen", ready=False), world.tap()


def offered(world):
    return world.offered()


def connected(world):
    return world.connected()


def wrapping(world):
    holder, tapped = world.connected()
    world.end(holder, tapped.call)
    return holder, tapped


def switching(world):
    return world.sit("chen"), None


# name → (how it stands before, what is done with an id)
COMMANDS = {
    "post_message from the phone": (
        waiting,
        lambda w, h, t, c: w.say(t.incident, w.place(t), command=c),
    ),
    "post_message from the seat": (
        connected,
        lambda w, h, t, c: w.say(t.incident, h, command=c),
    ),
    "report_position": (
        waiting,
        lambda w, h, t, c: w.report(w.place(t), IN_ZHIFU, c),
    ),
    "set_mode": (waiting, lambda w, h, t, c: w.set_mode(w.place(t), "silent", c)),
    "set_needs": (waiting, lambda w, h, t, c: w.set_needs(w.place(t), True, c)),
    "hang_up": (connected, lambda w, h, t, c: w.hang_up(w.place(t), c)),
    "take_seat": (
        lambda w: (None, None),
        lambda w, h, t, c: w.sit("chen", ready=False, command=c) and w.acked[-1][2],
    ),
    "take_seat by take-over": (
        switching,
        lambda w, h, t, c: (
            w.sit("chen", ready=False, take_over=True, command=c) and w.acked[-1][2]
        ),
    ),
    "take_seat from another seat": (
        switching,
        lambda w, h, t, c: (
            w.sit("chen", "wu", ready=False, command=c) and w.acked[-1][2]
        ),
    ),
    "leave_seat": (waiting, lambda w, h, t, c: w.act_on("leave_seat", h, c)),
    "open_relief": (waiting, lambda w, h, t, c: open_relief(w, h, command=c)),
    "set_availability": (waiting, lambda w, h, t, c: w.choose(h, "ready", "", c)),
    "accept_offer": (
        offered,
        lambda w, h, t, c: w.accept(h, w.call(t).offers.get().uuid, c),
    ),
    "decline_offer": (
        offered,
        lambda w, h, t, c: w.decline(h, w.call(t).offers.get().uuid, c),
    ),
    "take_call": (waiting, lambda w, h, t, c: w.take(h, t.call, c)),
    "end_call": (connected, lambda w, h, t, c: w.end(h, t.call, c)),
    "update_incident": (
        connected,
        lambda w, h, t, c: w.save(h, t.incident, c, notes="two men"),
    ),
    "extend_wrap_up": (wrapping, lambda w, h, t, c: w.act_on("extend_wrap_up", h, c)),
    "finish_wrap_up": (wrapping, lambda w, h, t, c: w.act_on("finish_wrap_up", h, c)),
}


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_repeated_gets_its_old_answer(world, name):
    before, act = COMMANDS[name]
    holder, tapped = before(world)
    command = uuid4()

    first = act(world, holder, tapped, command)
    count = Entry.objects.count()
    again = act(world, holder, tapped, command)

    assert again == first
    assert Entry.objects.count() == count
    assert Entry.objects.filter(client_id=command).count() == 1


LATER = {
    "take_call": lambda w, h, t: w.end(h, t.call),
    "accept_offer": lambda w, h, t: w.end(h, t.call),
    "end_call": lambda w, h, t: w.act_on("finish_wrap_up", h),
    "extend_wrap_up": lambda w, h, t: w.act_on("finish_wrap_up", h),
    "hang_up": lambda w, h, t: w.act_on("finish_wrap_up", h),
    "set_mode": lambda w, h, t: w.hang_up(w.place(t)),
    "set_needs": lambda w, h, t: w.hang_up(w.place(t)),
    "post_message from the seat": lambda w, h, t: (
        w.end(h, t.call) and w.act_on("finish_wrap_up", h)
    ),
    "update_incident": lambda w, h, t: (
        w.end(h, t.call) and w.act_on("finish_wrap_up", h)
    ),
}


@pytest.mark.parametrize("name", LATER)
def test_a_command_repeated_when_all_has_moved_on_still_gets_its_old_answer(
    world, name
):
    """The answer was lost with the line; the retry comes minutes later."""
    before, act = COMMANDS[name]
    holder, tapped = before(world)
    command = uuid4()
    first = act(world, holder, tapped, command)
    LATER[name](world, holder, tapped)

    assert act(world, holder, tapped, command) == first
