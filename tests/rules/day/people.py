"""Who is there on a day, and in which way they are."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import pytest
from hypothesis import strategies as st

from dispatch.actions.holding import Holder
from dispatch.actions.tap import Tapped
from dispatch.errors import DispatchError
from dispatch.models import Call, Participant, Seat
from reports.journal import Recorded
from tests.world import World

PHONES = ("lin", "mei", "hua", "bao")
CONSOLES = ("chen", "wu", "ma", "fu")


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


class People:
    """Phones and consoles, and the last look at what became of them."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World.assemble()
        self.phones = {name: Phone() for name in PHONES}
        self.consoles = {name: Console() for name in CONSOLES}
        self.look()

    def look(self) -> None:
        """Look once a step, so that an act is only chosen where it can be done."""
        states = dict(Call.objects.values_list("uuid", "state"))
        self.states = {
            name: states.get(phone.call.call) if phone.call else None
            for name, phone in self.phones.items()
        }
        roles = dict(
            Participant.objects.filter(left_at=None, seat__isnull=False).values_list(
                "seat_id", "role"
            )
        )
        self.roles = {
            name: roles.get(self.world.seats[name].pk, "") for name in CONSOLES
        }
        activities = dict(Seat.objects.values_list("pk", "activity"))
        self.activities = {
            name: activities[self.world.seats[name].pk] for name in CONSOLES
        }

    def pick(self, data: st.DataObject, who: str) -> str:
        """Draw one of those who are in some way."""
        name: str = data.draw(st.sampled_from(getattr(self, who)()))
        return name

    def do_one(
        self, data: st.DataObject, acts: tuple[tuple[str, str, int], ...]
    ) -> None:
        """Draw one of the acts that can be done now, the frequent ones more often."""
        names = [
            act
            for act, who, weight in acts
            if getattr(self, who)()
            for _ in range(weight)
        ]
        getattr(self, data.draw(st.sampled_from(names)))(data)

    # --- Phones in some way ----------------------------------------------------------

    def without(self) -> list[str]:
        """Phones without a live call."""
        return [n for n, state in self.states.items() if state in (None, "ended")]

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

    def call_of(self, name: str) -> Tapped:
        """Return a phone's last call."""
        call = self.phones[name].call
        assert call is not None
        return call

    # --- Consoles in some way --------------------------------------------------------

    def operators(self) -> list[str]:
        """All consoles."""
        return list(CONSOLES)

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
        """Consoles that host a call."""
        return [name for name, role in self.roles.items() if role == "host"]

    def inside(self) -> list[str]:
        """Consoles that were asked into a call."""
        return [name for name, role in self.roles.items() if role not in ("", "host")]

    def idle(self) -> list[str]:
        """Consoles with nothing to do."""
        return [name for name in self._doing("idle") if self.consoles[name].holder]

    def wrapping(self) -> list[str]:
        """Consoles in wrap-up."""
        return self._doing("wrap_up")

    def with_room(self) -> list[str]:
        """Consoles that host a call, or have the record of one."""
        return self.talking() + self.wrapping()

    def _doing(self, activity: str) -> list[str]:
        return [name for name, doing in self.activities.items() if doing == activity]


def refused(attempt: Any, kind: type[DispatchError] = DispatchError) -> None:
    """Assert that an act is refused, with a code and a sentence."""
    with pytest.raises(kind) as refusal:
        attempt()
    assert refusal.value.code
    assert refusal.value.detail
