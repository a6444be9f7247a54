"""What is decided in the rooms on a day: warnings, nods, mutings."""

from hypothesis import strategies as st

from dispatch.actions.holding import Holder
from dispatch.errors import EpochStale, NoSeat, NotAsked
from dispatch.snapshots.incident import warning_state
from tests import room_acts
from tests.rules.day.operators import Operators
from tests.rules.day.people import refused

# (act, who must be there for it, how often compared with the others).
ROOMS_DO = (
    ("warn", "talking", 1),
    ("nod", "live", 1),
    ("mute", "talking", 1),
    ("meddle", "held", 1),
    ("record", "with_call", 1),
)


class Rooms(Operators):
    """The rooms."""

    def warn(self, data: st.DataObject) -> None:
        """Ask for the officer to be shown large, or take it back."""
        name, on = self.pick(data, "talking"), data.draw(st.booleans())
        room = self._room(name)
        self._with(
            name,
            lambda h: room_acts.warn(
                self.world, h, room.incident.uuid, room.uuid, on=on
            ),
        )

    def nod(self, data: st.DataObject) -> None:
        """Nod at the phone, or refuse; a window that lost the place does neither."""
        name, accept = self.pick(data, "live"), data.draw(st.booleans())
        phone, tapped = self.phones[name], self.phones[name].call
        assert tapped is not None
        place = self.world.place(tapped, phone.epoch)

        def answer() -> None:
            room_acts.answer_warning(self.world, place, accept=accept)

        stands = warning_state(tapped.incident, tapped.call)
        if accept and stands != "asked":
            refused(answer, NotAsked)
        else:
            answer()
        if phone.old_epochs:
            old = self.world.place(tapped, phone.old_epochs[-1])
            refused(lambda: room_acts.answer_warning(self.world, old), EpochStale)

    def mute(self, data: st.DataObject) -> None:
        """Stop or let through one track."""
        name = self.pick(data, "talking")
        room = self._room(name)
        who = data.draw(st.sampled_from(["guest", "host"]))
        track = data.draw(st.sampled_from(["audio", "video"]))
        is_muted = data.draw(st.booleans())

        def act(holder: Holder) -> None:
            room_acts.mute(
                self.world,
                holder,
                room.incident.uuid,
                room.uuid,
                who=who,
                track=track,
                is_muted=is_muted,
            )

        self._with(name, act)

    def record(self, data: st.DataObject) -> None:
        """The phone records, in the call or after it; the clip is closed or goes on."""
        tapped = self.phones[self.pick(data, "with_call")].call
        assert tapped is not None
        chunks = data.draw(
            st.lists(st.sampled_from([b"picture", b"sound"]), max_size=2)
        )
        self.world.clip(tapped, *chunks, close=data.draw(st.booleans()))

    def meddle(self, data: st.DataObject) -> None:
        """Warn and mute in somebody else's room: refused, whatever one claims."""
        name = self.pick(data, "held")
        others = [other for other in self.talking() if other != name]
        if not others:
            return
        room = self._room(data.draw(st.sampled_from(others)))
        where = (room.incident.uuid, room.uuid)

        def act(holder: Holder) -> None:
            refused(lambda: room_acts.warn(self.world, holder, *where), NoSeat)
            refused(lambda: room_acts.mute(self.world, holder, *where), NoSeat)

        self._with(name, act)
