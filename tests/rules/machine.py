"""A day at the switchboard, any day: phones, consoles and the clock do as they please.

The rules are the real actions. What the model knows is only what a phone or a console
knows: who tapped what, who holds which epoch, whose line is dead. Whatever they do, the
laws hold after each step, every chain is whole, every acknowledgement stands, and the
old snapshot with the entries since equals a fresh one.
"""

import contextlib
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, ClassVar
from uuid import UUID, uuid4

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from dispatch.actions import guests
from dispatch.actions.calls import Holder
from dispatch.actions.tap import Tapped
from dispatch.errors import CallEnded, DispatchError, EpochStale
from dispatch.leases import sweep
from dispatch.loops.matcher import match
from dispatch.models import Call, Offer, Seat
from reports.clock import now
from reports.journal import Recorded
from reports.models import Entry
from tests import database, laws
from tests.world import AT_SEA, IN_FUSHAN, IN_LAIZHOU, IN_ZHIFU, World

PHONES = ("lin", "mei", "hua", "bao")
CONSOLES = ("chen", "wu", "ma", "fu")
PLACES = (None, IN_ZHIFU, IN_LAIZHOU, IN_FUSHAN, AT_SEA)

phones = st.sampled_from(PHONES)
consoles = st.sampled_from(CONSOLES)
places = st.sampled_from(PLACES)
spans = st.sampled_from([1, 3, 9, 16, 21, 31, 61, 125])


@dataclass
class Phone:
    """What a phone keeps: its taps, the call they led to, the epoch it holds."""

    taps: dict[UUID, UUID] = field(default_factory=dict)  # tap → call
    call: Tapped | None = None
    epoch: int = 0
    old_epochs: list[int] = field(default_factory=list)
    is_dead: bool = False
    said: list[tuple[UUID, Recorded]] = field(default_factory=list)


@dataclass
class Console:
    """What a console keeps: its place, and the ones it had."""

    holder: Holder | None = None
    old: list[Holder] = field(default_factory=list)
    is_dead: bool = False


def needs(people: str) -> Any:
    """Let a rule apply only while some phone or console is in such a way."""
    return precondition(lambda machine: bool(getattr(machine, people)()))


class Switchboard(RuleBasedStateMachine):
    """The machine."""

    # Kinds of entry over all days: a run that saw few of them proved little.
    seen: ClassVar[Counter[str]] = Counter()

    def __init__(self) -> None:
        super().__init__()
        database.wipe()
        database.forget_caches()
        self.world = World.assemble()
        self.phones = {name: Phone() for name in PHONES}
        self.consoles = {name: Console() for name in CONSOLES}
        self.chains = laws.Chains()
        self.steps = 0
        self.queued: dict[UUID, Any] = {}  # call → when it began to wait, once for all
        self._look()

    @initialize(first=consoles, second=consoles, name=phones)
    def the_day_begins(self, first: str, second: str, name: str) -> None:
        """Two are at work, and somebody taps."""
        for console in {first, second}:
            self.sit(console, ready=True)
        self.tap(name, None, silent=False)

    # --- Who is in which way, as of the last look ------------------------------------

    def _look(self) -> None:
        """Look once a step, so that rules know whether they can apply."""
        states = dict(Call.objects.values_list("uuid", "state"))
        self.states = {
            name: states.get(phone.call.call) if phone.call else None
            for name, phone in self.phones.items()
        }
        activities = dict(Seat.objects.values_list("pk", "activity"))
        self.activities = {
            name: activities[self.world.seats[name].pk] for name in CONSOLES
        }

    def with_call(self) -> list[str]:
        """Phones that have had a call."""
        return [name for name, state in self.states.items() if state]

    def live(self) -> list[str]:
        """Phones whose call lives."""
        return [n for n, state in self.states.items() if state not in (None, "ended")]

    def waiting(self) -> list[str]:
        """Phones whose call waits."""
        return [name for name, state in self.states.items() if state == "waiting"]

    def taken_over(self) -> list[str]:
        """Phones with a window that lost its place."""
        return [name for name in self.live() if self.phones[name].old_epochs]

    def who_said(self) -> list[str]:
        """Phones that wrote."""
        return [name for name in self.with_call() if self.phones[name].said]

    def held(self) -> list[str]:
        """Consoles that believe they have a seat."""
        return [name for name in CONSOLES if self.consoles[name].holder]

    def stale(self) -> list[str]:
        """Consoles with an epoch that is over."""
        return [name for name in CONSOLES if self.consoles[name].old]

    def offered(self) -> list[str]:
        """Consoles with an offer."""
        return self._doing("offered")

    def talking(self) -> list[str]:
        """Consoles with a call."""
        return self._doing("on_call")

    def wrapping(self) -> list[str]:
        """Consoles in wrap-up."""
        return self._doing("wrap_up")

    def _doing(self, activity: str) -> list[str]:
        return [name for name, doing in self.activities.items() if doing == activity]

    def _live(self, phone: Phone) -> Tapped | None:
        """Return the phone's call while it lives."""
        if phone.call is None:
            return None
        return phone.call if self.world.call(phone.call).state != "ended" else None

    # --- Phones ----------------------------------------------------------------------

    @rule(name=phones, where=places, silent=st.booleans())
    def tap(self, name: str, where: dict[str, Any] | None, silent: bool) -> None:
        """A first tap, or another one while the call lives: merged."""
        phone = self.phones[name]
        live, tap = self._live(phone), uuid4()
        fields = {"mode": "silent" if silent else "normal"}
        tapped = self.world.tap(
            name, id=tap, **fields, **({"position": where} if where else {})
        )
        phone.taps[tap] = tapped.call
        if live is None:
            assert tapped.is_new
            phone.call, phone.epoch, phone.old_epochs = tapped, tapped.epoch or 0, []
            phone.is_dead, phone.said = False, []
        else:
            assert tapped.is_merged
            assert tapped.call == live.call

    @needs("with_call")
    @rule(data=st.data())
    def retry(self, data: st.DataObject) -> None:
        """The same tap again, however late: the same alarm."""
        name = data.draw(st.sampled_from(self.with_call()))
        phone = self.phones[name]
        tap = data.draw(st.sampled_from(list(phone.taps)))
        count = Call.objects.count()

        assert self.world.tap(name, id=tap).call == phone.taps[tap]
        assert Call.objects.count() == count

    @needs("live")
    @rule(data=st.data())
    def drop(self, data: st.DataObject) -> None:
        """The phone's line dies without a word."""
        self.phones[data.draw(st.sampled_from(self.live()))].is_dead = True

    @needs("live")
    @rule(data=st.data())
    def reconnect(self, data: st.DataObject) -> None:
        """It comes back with the epoch it holds."""
        phone = self.phones[data.draw(st.sampled_from(self.live()))]
        assert phone.call is not None
        self.world.resume(phone.call, phone.epoch)
        phone.is_dead = False

    @needs("live")
    @rule(data=st.data())
    def another_window(self, data: st.DataObject) -> None:
        """Another window takes the call over: the next epoch is its own."""
        phone = self.phones[data.draw(st.sampled_from(self.live()))]
        assert phone.call is not None
        guest = guests.take_place(self.world.call(phone.call).pk)
        assert guest.epoch > phone.epoch
        phone.old_epochs.append(phone.epoch)
        phone.epoch, phone.is_dead = guest.epoch, False

    @needs("taken_over")
    @rule(data=st.data())
    def old_window(self, data: st.DataObject) -> None:
        """A window whose place was taken over is refused, whatever it tries."""
        phone = self.phones[data.draw(st.sampled_from(self.taken_over()))]
        assert phone.call is not None
        tapped, epoch = phone.call, data.draw(st.sampled_from(phone.old_epochs))
        place = self.world.place(tapped, epoch)
        for attempt in (
            lambda: self.world.resume(tapped, epoch),
            lambda: self.world.say(tapped.incident, place),
            lambda: self.world.report(place, IN_ZHIFU),
            lambda: self.world.set_mode(place, "silent"),
            lambda: self.world.hang_up(place),
        ):
            _refused(attempt, EpochStale)

    @needs("with_call")
    @rule(data=st.data())
    def say(self, data: st.DataObject) -> None:
        """The phone writes; its words are kept, after the end too."""
        phone = self.phones[data.draw(st.sampled_from(self.with_call()))]
        assert phone.call is not None
        command, place = uuid4(), self.world.place(phone.call, phone.epoch)
        recorded = self.world.say(phone.call.incident, place, command=command)
        phone.said.append((command, recorded))

    @needs("who_said")
    @rule(data=st.data())
    def say_again(self, data: st.DataObject) -> None:
        """The answer was lost: the same words with the same id get the same answer."""
        phone = self.phones[data.draw(st.sampled_from(self.who_said()))]
        assert phone.call is not None
        command, recorded = data.draw(st.sampled_from(phone.said))
        place = self.world.place(phone.call, phone.epoch)
        assert self.world.say(phone.call.incident, place, command=command) == recorded

    @needs("with_call")
    @rule(data=st.data(), where=st.sampled_from(PLACES[1:]))
    def moves(self, data: st.DataObject, where: dict[str, Any]) -> None:
        """The phone tells where it is; a waiting call moves to that line."""
        phone = self.phones[data.draw(st.sampled_from(self.with_call()))]
        assert phone.call is not None
        self.world.report(self.world.place(phone.call, phone.epoch), where)

    @needs("live")
    @rule(data=st.data(), silent=st.booleans())
    def goes_silent(self, data: st.DataObject, silent: bool) -> None:
        """The phone changes the mode."""
        phone = self.phones[data.draw(st.sampled_from(self.live()))]
        assert phone.call is not None
        place = self.world.place(phone.call, phone.epoch)
        self.world.set_mode(place, "silent" if silent else "normal")

    @needs("with_call")
    @rule(data=st.data())
    def hang_up(self, data: st.DataObject) -> None:
        """The caller ends the call, in whatever state it is."""
        phone = self.phones[data.draw(st.sampled_from(self.with_call()))]
        assert phone.call is not None
        place = self.world.place(phone.call, phone.epoch)
        if self._live(phone):
            self.world.hang_up(place)
            call = self.world.call(phone.call)
            assert (call.state, call.end_reason) == ("ended", "caller_ended")
        else:
            with contextlib.suppress(CallEnded):  # or its old answer, if it hung up
                self.world.hang_up(place)

    # --- Consoles --------------------------------------------------------------------

    @rule(name=consoles, ready=st.booleans())
    def sit(self, name: str, ready: bool) -> None:
        """Take one's seat, or move one's own shift here: the old epoch is stale."""
        console = self.consoles[name]
        if console.holder is not None:
            console.old.append(console.holder)
        console.holder = self.world.sit(name, ready=False, take_over=True)
        console.is_dead = False
        if ready:
            self.world.choose(console.holder, "ready")

    @needs("held")
    @rule(name=consoles, data=st.data())
    def sit_elsewhere(self, name: str, data: st.DataObject) -> None:
        """Sit down where somebody sits, or at another agency's seat: refused."""
        other = data.draw(st.sampled_from(self.held()))
        seat, mine = self.world.seat(other), self.world.seats[name]
        if name != other and (
            seat.shifts.filter(ended_at=None).exists()
            or mine.agency_id != seat.agency_id
        ):
            _refused(lambda: self.world.sit(name, other, take_over=True))

    @needs("held")
    @rule(data=st.data(), choice=st.sampled_from(["ready", "ready", "break", "off"]))
    def choose(self, data: st.DataObject, choice: str) -> None:
        """Choose an availability."""
        name = data.draw(st.sampled_from(self.held()))
        self._with(name, lambda holder: self.world.choose(holder, choice, "tea"))

    @needs("held")
    @rule(data=st.data())
    def leave(self, data: st.DataObject) -> None:
        """Leave the seat; refused in the middle of something."""
        name = data.draw(st.sampled_from(self.held()))
        busy = self.activities[name] in ("offered", "on_call")

        def act(holder: Holder) -> None:
            if busy:
                _refused(lambda: self.world.act_on("leave_seat", holder))
            else:
                self.world.act_on("leave_seat", holder)
                self._left(name)

        self._with(name, act)

    @needs("waiting")
    @rule()
    def match(self) -> None:
        """The matcher's turn."""
        match()

    @needs("waiting")
    @rule()
    def match_and_accept(self) -> None:
        """The matcher's turn, and consoles that accept by themselves, as most do."""
        match()
        for name in CONSOLES:
            if self.world.offer_to(name) is not None:
                self._with(name, self.world.accept)

    @needs("offered")
    @rule(data=st.data())
    def accept(self, data: st.DataObject) -> None:
        """Accept what is offered."""
        name = data.draw(st.sampled_from(self.offered()))
        offer = self.world.offer_to(name)
        assert offer is not None

        def act(holder: Holder) -> None:
            self.world.accept(holder)
            call = Call.objects.get(pk=offer.call_id)
            assert (call.state, call.seat_id) == ("connected", holder.seat_id)

        self._with(name, act)

    @needs("offered")
    @rule(data=st.data())
    def decline(self, data: st.DataObject) -> None:
        """Give back what is offered."""
        self._with(data.draw(st.sampled_from(self.offered())), self.world.decline)

    @needs("held")
    @rule(data=st.data())
    def accept_late(self, data: st.DataObject) -> None:
        """Accept an offer that is settled: refused, and nothing moves."""
        name = data.draw(st.sampled_from(self.held()))
        gone = [o.uuid for o in Offer.objects.exclude(state="open").order_by("pk")]
        if gone:
            offer = data.draw(st.sampled_from(gone))
            self._with(name, lambda h: _refused(lambda: self.world.accept(h, offer)))

    @needs("held")
    @precondition(lambda self: bool(self.with_call()))
    @rule(data=st.data())
    def take(self, data: st.DataObject) -> None:
        """Take a call by hand: it works if the call waits and the seat idles."""
        name = data.draw(st.sampled_from(self.held()))
        tapped = self.phones[data.draw(st.sampled_from(self.with_call()))].call
        assert tapped is not None
        call, seat = self.world.call(tapped), self.world.seat(name)
        may = (call.state, seat.activity) == ("waiting", "idle") and (
            call.agency_id == seat.agency_id
        )

        def act(holder: Holder) -> None:
            if may:
                self.world.take(holder, tapped.call)
                assert self.world.call(tapped).seat_id == holder.seat_id
            else:
                _refused(lambda: self.world.take(holder, tapped.call))

        self._with(name, act)

    @precondition(lambda self: bool(self.talking() or self.wrapping()))
    @rule(data=st.data(), priority=st.integers(1, 4))
    def answer(self, data: st.DataObject, priority: int) -> None:
        """Write and save the form in one's own room, or in its wrap-up."""
        name = data.draw(st.sampled_from(self.talking() + self.wrapping()))
        room = self._room(name)
        assert room is not None
        incident = room.incident.uuid

        def act(holder: Holder) -> None:
            self.world.say(incident, holder)
            self.world.save(holder, incident, notes="two men", priority=priority)

        self._with(name, act)

    @needs("talking")
    @rule(data=st.data())
    def end(self, data: st.DataObject) -> None:
        """End one's call."""
        name = data.draw(st.sampled_from(self.talking()))
        room = self._room(name)
        assert room is not None
        self._with(name, lambda holder: self.world.end(holder, room.uuid))

    @needs("held")
    @rule(data=st.data(), verb=st.sampled_from(["extend_wrap_up", "finish_wrap_up"]))
    def wrap_up(self, data: st.DataObject, verb: str) -> None:
        """Extend or finish the wrap-up, where there is one."""
        name = data.draw(st.sampled_from(self.wrapping() or self.held()))
        wraps = self.activities[name] == "wrap_up"

        def act(holder: Holder) -> None:
            if wraps:
                self.world.act_on(verb, holder)
            else:
                _refused(lambda: self.world.act_on(verb, holder))

        self._with(name, act)

    @needs("held")
    @rule(data=st.data())
    def crash(self, data: st.DataObject) -> None:
        """The console dies without a word."""
        self.consoles[data.draw(st.sampled_from(self.held()))].is_dead = True

    @needs("stale")
    @rule(data=st.data())
    def old_console(self, data: st.DataObject) -> None:
        """A console that comes back with an older epoch is refused."""
        name = data.draw(st.sampled_from(self.stale()))
        old = data.draw(st.sampled_from(self.consoles[name].old))
        for attempt in (
            lambda: self.world.choose(old, "ready"),
            lambda: self.world.act_on("leave_seat", old),
            lambda: self.world.act_on("finish_wrap_up", old),
        ):
            _refused(attempt, EpochStale)
        if (room := self._room(name)) is not None:
            _refused(lambda: self.world.end(old, room.uuid), EpochStale)
            _refused(lambda: self.world.say(room.incident.uuid, old), EpochStale)

    def _room(self, name: str) -> Call | None:
        """Return the call in somebody's room, or in their wrap-up."""
        seat = self.world.seat(name)
        if seat.wrap_up_call is not None:
            return seat.wrap_up_call
        return (
            Call.objects.filter(state="connected", seat=seat)
            .select_related("incident")
            .first()
        )

    def _with(self, name: str, act: Any) -> None:
        """Do something at a console; one whose seat lapsed is told so by epoch."""
        console = self.consoles[name]
        if console.holder is None:
            return
        shift = self.world.seat(name).shifts.filter(ended_at=None).first()
        if shift is not None and shift.epoch == console.holder.epoch:
            act(console.holder)
            return
        stale = console.holder
        _refused(lambda: self.world.choose(stale, "ready"), EpochStale)
        self._left(name)

    def _left(self, name: str) -> None:
        console = self.consoles[name]
        if console.holder is not None:
            console.old.append(console.holder)
        console.holder = None

    # --- Time ------------------------------------------------------------------------

    @rule(seconds=spans)
    def time_passes(self, seconds: int) -> None:
        """Who lives gives signs of life meanwhile; then what is due is done."""
        self.world.passes(seconds, sweep=False)
        self._signs_of_life()
        sweep()
        laws.nothing_is_overdue(now())
        for call, queued in self.queued.items():
            self.queued[call] = queued - timedelta(seconds=seconds)

    @rule()
    def web_restart(self) -> None:
        """The web process was killed and starts again."""
        self.world.restart()
        self._signs_of_life()

    def _signs_of_life(self) -> None:
        self.world.lives(
            seats=[
                console.holder
                for console in self.consoles.values()
                if console.holder and not console.is_dead
            ],
            guests=[
                self.world.place(phone.call, phone.epoch)
                for phone in self.phones.values()
                if phone.call and not phone.is_dead
            ],
        )

    # --- The laws, after each step ---------------------------------------------------

    @invariant()
    def the_laws_hold(self) -> None:
        """Laws 1 to 5."""
        self.steps += 1
        self._look()
        laws.hold(chains=False)
        self.chains.check()
        self.world.books.check_changed(everything=self.steps % 4 == 0)

    @invariant()
    def nobody_loses_their_place_in_the_line(self) -> None:
        """``queued_at`` is set by the tap and never again."""
        for uuid, queued_at in Call.objects.values_list("uuid", "queued_at"):
            assert self.queued.setdefault(uuid, queued_at) == queued_at

    @invariant()
    def what_was_acknowledged_stands(self) -> None:
        """Law 3, for what was acknowledged last; all of it at the end."""
        laws.acknowledged(self.world.acked[-3:])

    def teardown(self) -> None:
        """Check everything once more, every chain from its first entry."""
        self.world.check()
        self.seen.update(Entry.objects.values_list("kind", flat=True))


def _refused(attempt: Any, kind: type[DispatchError] = DispatchError) -> None:
    """Assert that an act is refused, with a code and a sentence."""
    with pytest.raises(kind) as refused:
        attempt()
    assert refused.value.code
    assert refused.value.detail
