"""One long day in which every kind of entry is written; and none is unknown."""

from django.db import transaction

from accounts.actions.verification import _verified
from dispatch import events as dispatch_events
from dispatch.loops.matcher import match
from reports.actions.views import ask_view
from reports.events import KINDS
from tests import reduce, several
from tests.ground import IN_LAIZHOU, IN_ZHIFU
from tests.room_acts import answer_warning, mute, warn

IN_THE_LEDGER = {
    "clip.viewed",
    "record.viewed",
    "records.exported",
    "room.monitored",
    "phone.revealed",
}  # which no socket follows


def test_every_kind_of_entry_has_its_rule():
    assert dispatch_events.CallQueued.kind in KINDS  # all are declared by now
    assert set(reduce.RULES) == set(KINDS)


def test_a_day_that_writes_every_kind_keeps_every_book_right(world):
    tapped = world.tap(text="Help", position=IN_ZHIFU)
    world.check()
    world.tap()
    world.check()
    place = world.place(tapped)
    world.report(place, IN_LAIZHOU)
    world.check()
    world.report(place, IN_ZHIFU)
    world.check()
    world.passes(61)  # escalated, and the phone is missed
    world.check()
    world.lives(guests=[place])
    world.check()
    chen = world.sit("chen")
    match()
    world.check()
    world.decline(chen)
    world.check()
    world.take(chen, tapped.call)
    world.check()
    with transaction.atomic():
        _verified(world.call(tapped).caller, "+8613812345678")
    world.check()
    world.save(chen, tapped.incident, priority=1, notes="two men")
    world.check()
    world.set_mode(world.place(tapped), "silent")
    world.check()
    mute(world, chen, tapped.incident, tapped.call, who="host")
    world.check()
    warn(world, chen, tapped.incident, tapped.call)
    world.check()
    answer_warning(world, world.place(tapped))
    world.check()
    clip = world.clip(tapped, b"what the camera saw", b"and heard")
    world.check()
    ask_view(clip.uuid, author=chen.author)
    world.check()
    world.restart()
    world.check()
    world.set_needs(world.place(tapped), sign_language=True)
    world.check()
    wu = several.let_in(world, chen, tapped, "wu", role="interpreter")
    world.check()
    several.post_notice(world)
    world.check()
    several.hand_over(world, chen, tapped, several.place(tapped, wu).uuid)
    world.check()
    for _ in range(20):  # the phone dies, and the caller is called back
        world.passes(8, sweep=False)
        world.lives(seats=[chen, wu])
        world.passes(0)
    world.check()
    several.call_back(world, chen, tapped)
    world.check()

    assert world.books.kinds == set(KINDS) - IN_THE_LEDGER
