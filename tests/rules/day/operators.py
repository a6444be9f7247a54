"""What consoles do on a day."""

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from dispatch.actions.holding import Holder
from dispatch.errors import EpochStale
from dispatch.loops.matcher import match
from dispatch.models import Call, Offer
from tests.rules.day.people import People, refused

# What consoles do: (act, who must be there for it, how often compared with the others).
CONSOLES_DO = (
    ("match_and_accept", "waiting", 4),
    ("match", "waiting", 4),
    ("sit_elsewhere", "held", 1),
    ("choose", "held", 2),
    ("leave", "held", 1),
    ("accept", "offered", 6),
    ("decline", "offered", 2),
    ("accept_late", "held", 1),
    ("take", "held", 2),
    ("answer", "with_room", 3),
    ("end", "talking", 2),
    ("wrap_up", "held", 1),
    ("crash", "held", 1),
    ("old_console", "stale", 1),
    ("sit", "operators", 3),
)


class Operators(People):
    """The consoles."""

    def sit(self, data: st.DataObject) -> None:
        """Take one's seat, or move one's own shift here: the old epoch is stale."""
        self.sit_down(self.pick(data, "operators"))

    def sit_down(self, name: str) -> None:
        """Sit somebody down, ready."""
        console = self.consoles[name]
        if console.holder is not None:
            console.old.append(console.holder)
        console.holder = self.world.sit(name, take_over=True)
        console.is_dead = False

    def sit_elsewhere(self, data: st.DataObject) -> None:
        """Sit down where somebody sits, or at another agency's seat: refused."""
        name, other = self.pick(data, "operators"), self.pick(data, "held")
        seat, mine = self.world.seat(other), self.world.seats[name]
        if name != other and (
            seat.shifts.filter(ended_at=None).exists()
            or mine.agency_id != seat.agency_id
        ):
            refused(lambda: self.world.sit(name, other, take_over=True))

    def choose(self, data: st.DataObject) -> None:
        """Choose an availability."""
        choice = data.draw(st.sampled_from(["ready", "ready", "break", "off"]))
        self._with(
            self.pick(data, "held"), lambda h: self.world.choose(h, choice, "tea")
        )

    def leave(self, data: st.DataObject) -> None:
        """Leave the seat; refused in the middle of something."""
        name = self.pick(data, "held")

        def act(holder: Holder) -> None:
            if self.activities[name] in ("offered", "on_call"):
                refused(lambda: self.world.act_on("leave_seat", holder))
            else:
                self.world.act_on("leave_seat", holder)
                self._left(name)

        self._with(name, act)

    def match(self, data: st.DataObject) -> None:
        """The matcher's turn."""
        match()

    def match_and_accept(self, data: st.DataObject) -> None:
        """The matcher's turn, and consoles that accept by themselves, as most do."""
        match()
        for name in self.operators():
            if self.world.offer_to(name) is not None:
                self._with(name, self.world.accept)

    def accept(self, data: st.DataObject) -> None:
        """Accept what is offered."""
        name = self.pick(data, "offered")
        offer = self.world.offer_to(name)
        assert offer is not None

        def act(holder: Holder) -> None:
            self.world.accept(holder)
            call = Call.objects.get(pk=offer.call_id)
            is_host = call.seat_id == holder.seat_id
            assert (call.state, is_host) == ("connected", offer.kind != "invite")

        self._with(name, act)

    def decline(self, data: st.DataObject) -> None:
        """Give back what is offered."""
        self._with(self.pick(data, "offered"), self.world.decline)

    def accept_late(self, data: st.DataObject) -> None:
        """Accept an offer that is settled: refused, and nothing moves."""
        name = self.pick(data, "held")
        gone = Offer.objects.exclude(state="open").order_by("pk")
        if uuids := list(gone.values_list("uuid", flat=True)):
            offer = data.draw(st.sampled_from(uuids))
            self._with(name, lambda h: refused(lambda: self.world.accept(h, offer)))

    def take(self, data: st.DataObject) -> None:
        """Take a call by hand: it works if the call waits and the seat idles."""
        if not self.with_call():
            return
        name = self.pick(data, "held")
        tapped = self.call_of(self.pick(data, "with_call"))
        call, seat = self.world.call(tapped), self.world.seat(name)
        may = (call.state, seat.activity) == ("waiting", "idle") and (
            call.agency_id == seat.agency_id
        )

        def act(holder: Holder) -> None:
            if may:
                self.world.take(holder, tapped.call)
                assert self.world.call(tapped).seat_id == holder.seat_id
            else:
                refused(lambda: self.world.take(holder, tapped.call))

        self._with(name, act)

    def answer(self, data: st.DataObject) -> None:
        """Write and save the form in one's own room, or in its wrap-up."""
        name = self.pick(data, "with_room")
        incident = self._room(name).incident.uuid
        priority = data.draw(st.integers(1, 4))

        def act(holder: Holder) -> None:
            self.world.say(incident, holder)
            self.world.save(holder, incident, notes="two men", priority=priority)

        self._with(name, act)

    def end(self, data: st.DataObject) -> None:
        """End one's call."""
        name = self.pick(data, "talking")
        call = self._room(name).uuid
        self._with(name, lambda holder: self.world.end(holder, call))

    def wrap_up(self, data: st.DataObject) -> None:
        """Extend or finish the wrap-up, where there is one."""
        name = self.pick(data, "wrapping" if self.wrapping() else "held")
        verb = data.draw(st.sampled_from(["extend_wrap_up", "finish_wrap_up"]))

        def act(holder: Holder) -> None:
            if self.activities[name] == "wrap_up":
                self.world.act_on(verb, holder)
            else:
                refused(lambda: self.world.act_on(verb, holder))

        self._with(name, act)

    def crash(self, data: st.DataObject) -> None:
        """The console dies without a word."""
        self.consoles[self.pick(data, "held")].is_dead = True

    def old_console(self, data: st.DataObject) -> None:
        """A console that comes back with an older epoch is refused."""
        name = self.pick(data, "stale")
        old = data.draw(st.sampled_from(self.consoles[name].old))
        for attempt in (
            lambda: self.world.choose(old, "ready"),
            lambda: self.world.act_on("leave_seat", old),
            lambda: self.world.act_on("finish_wrap_up", old),
        ):
            refused(attempt, EpochStale)
        if name in self.with_room():
            room = self._room(name)
            refused(lambda: self.world.end(old, room.uuid), EpochStale)
            refused(lambda: self.world.say(room.incident.uuid, old), EpochStale)

    def _room(self, name: str) -> Call:
        """Return the call in somebody's room, or in their wrap-up."""
        seat = self.world.seat(name)
        if seat.wrap_up_call is not None:
            return seat.wrap_up_call
        calls = Call.objects.filter(state="connected", seat=seat)
        return calls.select_related("incident").get()

    def _with(self, name: str, act: Callable[[Holder], Any]) -> None:
        """Do something at a console; one whose seat lapsed is told so by epoch."""
        console = self.consoles[name]
        if console.holder is None:
            return
        shift = self.world.seat(name).shifts.filter(ended_at=None).first()
        if shift is not None and shift.epoch == console.holder.epoch:
            act(console.holder)
            return
        stale = console.holder
        refused(lambda: self.world.choose(stale, "ready"), EpochStale)
        self._left(name)

    def _left(self, name: str) -> None:
        console = self.consoles[name]
        if console.holder is not None:
            console.old.append(console.holder)
        console.holder = None
