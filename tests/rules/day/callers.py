"""What phones do on a day."""

import contextlib
from typing import Any
from uuid import uuid4

from hypothesis import strategies as st

from dispatch.actions import guests
from dispatch.actions.tap import Tapped
from dispatch.errors import CallEnded, EpochStale
from dispatch.models import Call
from tests.ground import AT_SEA, IN_FUSHAN, IN_LAIZHOU, IN_ZHIFU
from tests.rules.day.people import People, refused

PLACES: list[dict[str, Any]] = [IN_ZHIFU, IN_ZHIFU, IN_LAIZHOU, IN_FUSHAN, AT_SEA]
# What phones do: (act, who must be there for it, how often compared with the others).
PHONES_DO = (
    ("tap", "without", 4),
    ("tap_again", "live", 1),
    ("retry", "with_call", 1),
    ("drop", "live", 3),
    ("reconnect", "live", 2),
    ("another_window", "live", 1),
    ("old_window", "taken_over", 2),
    ("say", "with_call", 2),
    ("say_again", "who_said", 1),
    ("move", "with_call", 2),
    ("change_mode", "live", 1),
    ("hang_up", "with_call", 1),
)


class Callers(People):
    """The phones."""

    def tap(self, data: st.DataObject) -> None:
        """A phone without a call raises an alarm."""
        name = self.pick(data, "without")
        phone, tapped = self.phones[name], self._tap(data, name)
        assert tapped.is_new
        phone.call, phone.epoch, phone.old_epochs = tapped, tapped.epoch or 0, []
        phone.is_dead, phone.said = False, []

    def tap_again(self, data: st.DataObject) -> None:
        """Another tap while the call lives: merged."""
        name = self.pick(data, "live")
        tapped = self._tap(data, name)
        assert tapped.is_merged
        assert tapped.call == self.call_of(name).call

    def _tap(self, data: st.DataObject, name: str) -> Tapped:
        tap = uuid4()
        fields: dict[str, Any] = {
            "mode": data.draw(st.sampled_from(["normal", "silent"]))
        }
        if where := data.draw(st.sampled_from([None, None, *PLACES])):
            fields["position"] = where
        tapped = self.world.tap(name, id=tap, **fields)
        self.phones[name].taps[tap] = tapped.call
        return tapped

    def retry(self, data: st.DataObject) -> None:
        """The same tap again, however late: the same alarm."""
        name = self.pick(data, "with_call")
        taps = self.phones[name].taps
        tap = data.draw(st.sampled_from(list(taps)))
        count = Call.objects.count()

        assert self.world.tap(name, id=tap).call == taps[tap]
        assert Call.objects.count() == count

    def drop(self, data: st.DataObject) -> None:
        """The phone's line dies without a word."""
        self.phones[self.pick(data, "live")].is_dead = True

    def reconnect(self, data: st.DataObject) -> None:
        """It comes back with the epoch it holds."""
        name = self.pick(data, "live")
        self.world.resume(self.call_of(name), self.phones[name].epoch)
        self.phones[name].is_dead = False

    def another_window(self, data: st.DataObject) -> None:
        """Another window takes the call over: the next epoch is its own."""
        name = self.pick(data, "live")
        phone = self.phones[name]
        guest = guests.take_place(self.world.call(self.call_of(name)).pk)
        assert guest.epoch > phone.epoch
        phone.old_epochs.append(phone.epoch)
        phone.epoch, phone.is_dead = guest.epoch, False

    def old_window(self, data: st.DataObject) -> None:
        """A window whose place was taken over is refused, whatever it tries."""
        name = self.pick(data, "taken_over")
        tapped = self.call_of(name)
        epoch = data.draw(st.sampled_from(self.phones[name].old_epochs))
        place = self.world.place(tapped, epoch)
        for attempt in (
            lambda: self.world.resume(tapped, epoch),
            lambda: self.world.say(tapped.incident, place),
            lambda: self.world.report(place, IN_ZHIFU),
            lambda: self.world.set_mode(place, "silent"),
            lambda: self.world.hang_up(place),
        ):
            refused(attempt, EpochStale)

    def say(self, data: st.DataObject) -> None:
        """The phone writes; its words are kept, after the end too."""
        name = self.pick(data, "with_call")
        phone, tapped, command = self.phones[name], self.call_of(name), uuid4()
        place = self.world.place(tapped, phone.epoch)
        recorded = self.world.say(tapped.incident, place, command=command)
        phone.said.append((command, recorded))

    def say_again(self, data: st.DataObject) -> None:
        """The answer was lost: the same words with the same id get the same answer."""
        name = self.pick(data, "who_said")
        phone, tapped = self.phones[name], self.call_of(name)
        command, recorded = data.draw(st.sampled_from(phone.said))
        place = self.world.place(tapped, phone.epoch)
        assert self.world.say(tapped.incident, place, command=command) == recorded

    def move(self, data: st.DataObject) -> None:
        """The phone tells where it is; a waiting call moves to that line."""
        name = self.pick(data, "with_call")
        place = self.world.place(self.call_of(name), self.phones[name].epoch)
        self.world.report(place, data.draw(st.sampled_from(PLACES)))

    def change_mode(self, data: st.DataObject) -> None:
        """The phone goes silent, or leaves silence."""
        name = self.pick(data, "live")
        place = self.world.place(self.call_of(name), self.phones[name].epoch)
        self.world.set_mode(place, data.draw(st.sampled_from(["normal", "silent"])))

    def hang_up(self, data: st.DataObject) -> None:
        """The caller ends the call, in whatever state it is."""
        name = self.pick(data, "with_call")
        tapped = self.call_of(name)
        place = self.world.place(tapped, self.phones[name].epoch)
        if name in self.live():
            self.world.hang_up(place)
            call = self.world.call(tapped)
            assert (call.state, call.end_reason) == ("ended", "caller_ended")
        else:
            with contextlib.suppress(CallEnded):
                self.world.hang_up(place)
