"""Several parties in the rooms of a day: who is asked, comes, goes, listens."""

from abc import abstractmethod
from collections.abc import Callable
from typing import Any
from uuid import UUID

from hypothesis import strategies as st

from accounts.actions.roles import enrol
from accounts.models import Agency, User
from accounts.states import RoleKind
from dispatch.actions import listening, supervision
from dispatch.actions.holding import Holder
from dispatch.actions.tap import Tapped, tapped_call
from dispatch.errors import DispatchError, EpochStale
from dispatch.models import Call, Offer, Participant, Seat
from dispatch.states import Stance
from tests import several
from tests.rules.day.people import CONSOLES, refused
from tests.rules.day.rooms import Rooms

# (act, who must be there for it, how often compared with the others).
PARTIES_DO = (
    ("invite", "talking", 6),
    ("ask_back", "talking", 1),
    ("transfer", "talking", 2),
    ("give_to_line", "talking", 1),
    ("hand_over", "accompanied", 3),
    ("put_out", "accompanied", 1),
    ("mute_party", "accompanied", 1),
    ("leave_room", "inside", 2),
    ("host_dies", "accompanied", 2),
    ("take_over", "held", 1),
    ("relieve", "held", 1),
    ("lose_caller", "talking", 3),
    ("call_back", "held", 3),
    ("need", "live", 1),
    ("listen", "talking", 6),
    ("order_about", "operators", 2),
    ("move_call", "live", 1),
    ("post", "operators", 1),
)
STANCES = ["monitor", "monitor", "whisper", "open"]


class Parties(Rooms):
    """The rooms, with everybody who may be in them."""

    def __init__(self) -> None:
        super().__init__()
        Agency.objects.filter(pk=self.world.zhifu.pk).update(breaks_need_approval=True)
        self.world.books.open([self.world.zhifu])
        self.is_board_dead = False
        self.relief = User(username="li", display_name="Li")
        self.relief.set_unusable_password()
        enrol(self.relief, RoleKind.OPERATOR, self.world.agencies)

    def accompanied(self) -> list[str]:
        """Hosts who are not alone with their caller."""
        if not self.inside():
            return []
        with_party = Participant.objects.exclude(role__in=["host", "guest"]).filter(
            left_at=None, seat__isnull=False
        )
        hosted = set(with_party.values_list("call__seat_id", flat=True))
        return [n for n in self.talking() if self.world.seats[n].pk in hosted]

    def boards_alive(self) -> list[UUID]:
        """Return the supervisor's place, if the board gives signs of life."""
        places = Participant.objects.filter(role="supervisor", seat=None, left_at=None)
        return [] if self.is_board_dead else list(places.values_list("uuid", flat=True))

    # --- The host --------------------------------------------------------------------

    def invite(self, data: st.DataObject) -> None:
        """Ask a colleague in, of whatever agency; who is not free is not asked."""
        name, whom = self.pick(data, "talking"), self._colleague(data)
        role = data.draw(st.sampled_from(["second", "second", "interpreter"]))

        def act(holder: Holder) -> None:
            ask = lambda: several.invite(  # noqa: E731
                self.world, holder, self._tapped(name), whom, role=role
            )
            may = self.world.seat(whom)
            if (may.activity, may.availability) == ("idle", "ready"):
                ask()
                assert self.world.seat(whom).activity == "offered"
            else:
                refused(ask)

        self._with(name, act)

    def ask_back(self, data: st.DataObject) -> None:
        """Take back what was asked, if it was not answered."""
        name = self.pick(data, "talking")
        asked = Offer.objects.filter(call=self._room(name)).exclude(kind="call")
        offer = asked.order_by("-pk").first()
        if offer is None:
            return
        uuid, is_open = offer.uuid, offer.state == "open"

        def act(holder: Holder) -> None:
            if is_open:
                several.withdraw(self.world, holder, uuid)
            else:
                refused(lambda: several.withdraw(self.world, holder, uuid))

        self._with(name, act)

    def transfer(self, data: st.DataObject) -> None:
        """Offer the call to a colleague; until they accept it stays."""
        name, whom = self.pick(data, "talking"), self._colleague(data)
        seat = self.world.seats[name].pk

        def act(holder: Holder) -> None:
            tapped = self._tapped(name)
            self._try(lambda: several.transfer(self.world, holder, tapped, whom))
            assert self.world.call(tapped).seat_id == seat

        self._with(name, act)

    def give_to_line(self, data: st.DataObject) -> None:
        """Give the call to an agency's line; where nobody serves it, it stays."""
        name = self.pick(data, "talking")
        agency = data.draw(st.sampled_from(range(3)))
        line = self.world.agencies[agency]

        def act(holder: Holder) -> None:
            tapped = self._tapped(name)
            give = lambda: several.transfer(  # noqa: E731
                self.world, holder, tapped, agency=line.uuid
            )
            if not self._serves(line):
                refused(give)
                return
            give()
            call = self.world.call(tapped)
            assert (call.state, call.agency_id) == ("waiting", line.pk)

        self._with(name, act)

    def _serves(self, line: Agency) -> bool:
        """Say whether anybody on duty may get a call of this line: Fushan helps."""
        helps = [line, self.world.fushan] if line == self.world.zhifu else [line]
        on_duty = Seat.objects.filter(availability__in=["ready", "break"])
        return on_duty.filter(agency__in=helps).exists()

    def hand_over(self, data: st.DataObject) -> None:
        """Make somebody in the room the host; who listens unseen, or is gone, not."""
        self._to_party(data, several.hand_over)

    def put_out(self, data: st.DataObject) -> None:
        """Put somebody out of the room."""
        self._to_party(data, several.remove)

    def mute_party(self, data: st.DataObject) -> None:
        """Let somebody be heard, or not."""
        is_muted = data.draw(st.booleans())
        self._to_party(data, several.mute, is_muted=is_muted)

    def _to_party(self, data: st.DataObject, verb: Any, **more: Any) -> None:
        name = self.pick(data, "accompanied")
        rows = Participant.objects.filter(call=self._room(name)).order_by("pk")
        uuid = data.draw(st.sampled_from(list(rows.values_list("uuid", flat=True))))
        who = rows.get(uuid=uuid)
        may = who.role not in ("host", "guest") and who.stance != "monitor"
        may = may and who.left_at is None
        may = may and (verb is not several.hand_over or who.seat_id is not None)

        def act(holder: Holder) -> None:
            do = lambda: verb(  # noqa: E731
                self.world, holder, self._tapped(name), uuid, **more
            )
            do() if may else refused(do)

        self._with(name, act)

    def host_dies(self, data: st.DataObject) -> None:
        """The host's console dies while a colleague is in the room."""
        self.consoles[self.pick(data, "accompanied")].is_dead = True

    # --- Others ----------------------------------------------------------------------

    def leave_room(self, data: st.DataObject) -> None:
        """Leave a room one was asked into."""
        name = self.pick(data, "inside")
        place = Participant.objects.select_related("call__incident").get(
            seat=self.world.seats[name], left_at=None
        )

        def act(holder: Holder) -> None:
            several.leave(self.world, holder, self._of(place.call))
            assert self.world.seat(name).activity == "idle"

        self._with(name, act)

    def take_over(self, data: st.DataObject) -> None:
        """Take a colleague's call; the switchboard says whether one may."""
        name = self.pick(data, "held")
        others = [other for other in self.talking() if other != name]
        if others:
            tapped = self._tapped(data.draw(st.sampled_from(others)))
            act = lambda h: several.take_over(self.world, h, tapped)  # noqa: E731
            self._with(name, lambda holder: self._try(lambda: act(holder)))

    def relieve(self, data: st.DataObject) -> None:
        """Li sits down here for a moment, in mid call too, and gives the seat back."""
        name = self.pick(data, "held")

        def act(holder: Holder) -> None:
            refused(lambda: self._relieve(self.relief, name))
            several.open_relief(self.world, holder)
            if self.world.seat(name).activity == "offered":
                refused(lambda: self._relieve(self.relief, name))
                several.open_relief(self.world, holder, on=False)
                return
            li = self._relieve(self.relief, name)
            refused(lambda: self.world.choose(holder, "ready"), EpochStale)
            several.open_relief(self.world, li)
            self.consoles[name].old.append(holder)
            self.consoles[name].holder = self._relieve(self.world.staff[name], name)

        self._with(name, act)

    def _relieve(self, operator: User, at: str) -> Holder:
        self.world.staff["relief"] = operator
        self.world.seats["relief"] = self.world.seats[at]
        try:
            return several.relieve(self.world, "relief", at)
        finally:
            del self.world.staff["relief"], self.world.seats["relief"]

    def lose_caller(self, data: st.DataObject) -> None:
        """A phone dies in mid call, until the call ends and is to be called back."""
        call = self._room(self.pick(data, "talking"))
        for phone in self.phones.values():
            if phone.call and phone.call.call == call.uuid:
                phone.is_dead = True
        self.time_goes(9)
        self.time_goes(125)

    @abstractmethod
    def time_goes(self, seconds: float) -> None:
        """Let time pass; the day itself knows who gives signs of life meanwhile."""

    def need(self, data: st.DataObject) -> None:
        """The phone asks for sign language, or no longer."""
        name, wanted = self.pick(data, "live"), data.draw(st.booleans())
        place = self.world.place(self.call_of(name), self.phones[name].epoch)
        self.world.set_needs(place, wanted)

    def call_back(self, data: st.DataObject) -> None:
        """Call back who was lost, of one's own agency."""
        name = self.pick(data, "held")
        agency = self.world.seats[name].agency_id
        lost = Call.objects.filter(needs_callback=True, agency_id=agency)
        call = lost.order_by("pk").first()
        if call is not None:
            tapped = self._of(call)
            self._with(name, lambda h: several.call_back(self.world, h, tapped))

    # --- The board -------------------------------------------------------------------

    def listen(self, data: st.DataObject) -> None:
        """The supervisor comes into a room, changes how, or leaves it."""
        tapped = self._tapped(self.pick(data, "talking"))
        what = data.draw(
            st.sampled_from(["enter", "enter", "enter", "stance", "leave"])
        )
        stance = data.draw(st.sampled_from(STANCES))
        self.is_board_dead = data.draw(st.booleans())
        if what == "enter":
            self._try(lambda: several.enter(self.world, tapped, stance))
        elif what == "stance":
            change, to = listening.set_stance, Stance(stance)
            self._try(
                lambda: several.order(self.world, change, call=tapped.call, stance=to)
            )
        else:
            self._try(lambda: several.go(self.world, tapped))

    def order_about(self, data: st.DataObject) -> None:
        """The supervisor pauses or frees a seat, or answers who asks for a break."""
        name = self.pick(data, "operators")
        what = data.draw(st.sampled_from(["pause", "free", "answer", "answer"]))
        if what == "answer":
            allow = data.draw(st.booleans())
            self._try(lambda: several.answer_break(self.world, name, allow=allow))
        elif what == "pause":
            self._try(lambda: several.pause(self.world, name))
        else:
            self._try(lambda: several.free(self.world, name))

    def move_call(self, data: st.DataObject) -> None:
        """The supervisor moves a call, raises its urgency, or (seldom) ends it."""
        tapped = self.call_of(self.pick(data, "live"))
        what = data.draw(st.sampled_from(["seat", "seat", "line", "urgency", "end"]))
        if what == "seat":
            whom = self._colleague(data)
            self._try(lambda: several.move(self.world, tapped, whom))
        elif what == "line":
            line = self.world.agencies[data.draw(st.sampled_from(range(3)))].uuid
            self._try(lambda: several.move(self.world, tapped, agency=line))
        else:
            verb: Any = supervision.set_priority
            more: dict[str, Any] = {"priority": 1}
            if what == "end":
                verb, more = supervision.force_end, {}
            self._try(
                lambda: several.order(
                    self.world, verb, call=tapped.call, reason="so", **more
                )
            )

    def post(self, data: st.DataObject) -> None:
        """The supervisor tells all seats something, for a minute."""
        several.post_notice(self.world, minutes=1)

    # --- Short ways ------------------------------------------------------------------

    def _colleague(self, data: st.DataObject) -> str:
        """Draw somebody who may be free; anybody where nobody is."""
        name: str = data.draw(st.sampled_from(self.idle() or list(CONSOLES)))
        return name

    def _tapped(self, name: str) -> Tapped:
        """Return the call that somebody hosts."""
        return self._of(self._room(name))

    def _of(self, call: Call) -> Tapped:
        return tapped_call(call, epoch=None)

    def _try(self, act: Callable[[], Any]) -> None:
        """Do what may be refused; a refusal has a code and a sentence."""
        refusals: list[DispatchError] = []
        try:
            act()
        except DispatchError as refusal:
            refusals.append(refusal)
        assert all(refusal.code and refusal.detail for refusal in refusals)
