"""Any two act on one call at the same moment: the laws hold, and nobody is stuck.

Chen hosts Lin's call. Wu is in the room as second seat, and Fu's seat rings: it is
asked to take the call over, or to come in. Whatever two of them, the caller, the
supervisor or the sweeper do, at once or in either order: each is done, or refused by
name.
"""

import os
from collections.abc import Callable
from itertools import combinations, product
from typing import Any

import pytest

from dispatch import leases
from dispatch.actions import supervision
from dispatch.actions.dropping import drop_seats
from dispatch.actions.guests import take_place
from dispatch.loops.matcher import match
from dispatch.models import Offer, Participant, Seat, Shift
from dispatch.states import ShiftEnd
from reports.clock import now
from tests import database, several
from tests.races.together import at_once, one_by_one, refused
from tests.world import World


class Scene:
    """The room, and who is about to act on it."""

    def __init__(self, kind: str) -> None:
        self.world = world = World.assemble()
        self.chen, self.tapped = world.connected()
        self.phone = world.place(self.tapped)
        self.wu = several.let_in(world, self.chen, self.tapped, "wu")
        self.fu = world.sit("fu")
        world.sit("ma")  # serves the line the call may be given to
        ask = several.transfer if kind == "transfer" else several.invite
        ask(world, self.chen, self.tapped, "fu")
        self.offer = Offer.objects.get(state="open").uuid
        self.second = several.place(self.tapped, self.wu).uuid

    # --- Chen, the host ---

    def host_ends(self) -> Any:
        return self.world.end(self.chen, self.tapped.call)

    def host_hands_over(self) -> Any:
        return several.hand_over(self.world, self.chen, self.tapped, self.second)

    def host_withdraws(self) -> Any:
        return several.withdraw(self.world, self.chen, self.offer)

    def host_puts_wu_out(self) -> Any:
        return several.remove(self.world, self.chen, self.tapped, self.second)

    def host_gives_it_to_a_line(self) -> Any:
        line = self.world.laizhou.uuid
        return several.transfer(self.world, self.chen, self.tapped, agency=line)

    def host_dies(self) -> Any:
        return self._dies("chen")

    # --- Wu, the second seat; Fu, who is asked ---

    def second_leaves(self) -> Any:
        return several.leave(self.world, self.wu, self.tapped)

    def second_takes_over(self) -> Any:
        long_ago = now()
        Shift.objects.filter(seat_id=self.chen.seat_id).update(lease_until=long_ago)
        return several.take_over(self.world, self.wu, self.tapped)

    def second_dies(self) -> Any:
        return self._dies("wu")

    def fu_accepts(self) -> Any:
        return self.world.accept(self.fu, self.offer)

    def fu_declines(self) -> Any:
        return self.world.decline(self.fu, self.offer)

    def fu_dies(self) -> Any:
        return self._dies("fu")

    # --- Lin, the supervisor, time ---

    def caller_hangs_up(self) -> Any:
        return self.world.hang_up(self.phone)

    def caller_opens_another_window(self) -> Any:
        return take_place(self.world.call(self.tapped).pk)

    def supervisor_ends(self) -> Any:
        act, call = supervision.force_end, self.tapped.call
        return several.order(self.world, act, call=call, reason="a test")

    def supervisor_frees_the_host(self) -> Any:
        return several.free(self.world, "chen")

    def supervisor_moves_it(self) -> Any:
        return several.move(self.world, self.tapped, agency=self.world.fushan.uuid)

    def supervisor_comes_in(self) -> Any:
        return several.enter(self.world, self.tapped, "open")

    def nobody_answers(self) -> Any:
        Offer.objects.filter(uuid=self.offer, state="open").update(expires_at=now())
        return leases._withdraw_offers(now())

    def matcher_turns(self) -> Any:
        return match()

    def _dies(self, name: str) -> int:
        return drop_seats([self.world.seats[name].pk], ShiftEnd.LAPSED)


ACTS: dict[str, Callable[[Scene], Any]] = {
    name: act
    for name, act in vars(Scene).items()
    if not name.startswith("_") and callable(act)
}
# Only one of these can have its way with the call: the other is refused, by name.
FINAL = {"host_ends", "caller_hangs_up", "supervisor_ends"}


ROOMS = ["transfer", "invite"]  # what Fu's seat is asked
ORDERS = [at_once, one_by_one]
EVERY = list(product(ROOMS, ORDERS))
# Each pair in one room and order: one pair of eight, half of them in ``./run deep``;
# with ALARM110_PAIRS=all each in each (some minutes).
IS_ALL = os.environ.get("ALARM110_PAIRS") == "all"
FEW, MANY = 8, 2


@pytest.mark.slow
@pytest.mark.parametrize("first", ACTS)
@pytest.mark.parametrize("share", [FEW, pytest.param(MANY, marks=pytest.mark.deep)])
def test_any_two_at_once(rows, first: str, share: int):
    for number, pair in enumerate(combinations(ACTS, 2)):
        if pair[0] != first:
            continue
        if IS_ALL:
            chosen = EVERY
        elif number % share:
            continue
        else:
            chosen = [EVERY[number // share % len(EVERY)]]
        for kind, together in chosen:
            with_each_other(kind, *pair, together)


def with_each_other(kind: str, first: str, second: str, together: Any) -> None:
    """Play a pair in a fresh world and look at what is left of it."""
    scene = Scene(kind)
    pair = (ACTS[first], ACTS[second])
    if together is one_by_one:
        pair = pair[::-1]
    try:
        given = together(*(lambda act=act: act(scene) for act in pair))
        scene.world.check()
        call = scene.world.call(scene.tapped)
        if {first, second} <= FINAL:
            assert len(refused(given)) == 1
        if FINAL & {first, second} and not refused(given):
            assert call.state == "ended"
        if call.state != "ended":
            is_told = Participant.objects.filter(call=call, role="guest", left_at=None)
            assert is_told.exists()
        for seat in Seat.objects.filter(activity="offered"):
            assert Offer.objects.filter(seat=seat, state="open").exists()
    except BaseException as error:
        error.add_note(f"{first} and {second}, {together.__name__}, {kind}")
        raise
    finally:
        database.wipe()
        database.forget_caches()
