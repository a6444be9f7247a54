"""A lost caller's number is shown to who may call back; each look is written down."""

import msgspec
import pytest

from dispatch.actions.revealing import reveal_phone
from dispatch.errors import NotYours
from reports import journal
from reports.actions.custody import LEDGER

NUMBER = "+8613812345678"


@pytest.fixture
def lost(world):
    """A call whose caller was verified, and lost."""
    holder, tapped = world.connected()
    call = world.call(tapped)
    for _ in range(20):  # the seat lives, the phone does not
        world.passes(7, sweep=False)
        world.lives(seats=[holder])
        world.passes(0)
    call.refresh_from_db()
    assert call.needs_callback
    caller = call.caller
    caller.phone = NUMBER  # as if verified; the incident's books know nothing of it
    caller.save(update_fields=["phone"])
    yield call
    caller.phone = ""
    caller.save(update_fields=["phone"])


def looks():
    return [
        (entry.kind, msgspec.json.decode(entry.text)["viewer"])
        for entry in journal.replay(LEDGER, 0)
    ]


def test_who_may_call_back_sees_the_number_and_it_is_in_the_ledger(world, lost):
    assert reveal_phone(user=world.staff["chen"], call=lost.uuid) == NUMBER
    assert looks() == [("phone.revealed", str(world.staff["chen"]))]


def test_another_agency_and_a_call_that_needs_none_are_refused_alike(world, lost):
    with pytest.raises(NotYours):
        reveal_phone(user=world.staff["ma"], call=lost.uuid)
    other = world.call(world.tap("sun"))
    with pytest.raises(NotYours):
        reveal_phone(user=world.staff["chen"], call=other.uuid)
    assert looks() == []
