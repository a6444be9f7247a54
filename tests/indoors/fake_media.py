"""A media server that only notes what it is told, and says what a test wants."""

import asyncio
from collections.abc import Callable
from typing import Any
from uuid import UUID

from dispatch.media.interface import (
    Health,
    LegState,
    MediaError,
    MediaEvent,
    RoomPolicy,
    Who,
)

ANSWER = "v=0\r\ns=the answer\r\n"


class FakeMedia:
    """``MediaBackend`` in memory."""

    def __init__(self) -> None:
        self.told: list[tuple[object, ...]] = []
        self.legs: dict[UUID, tuple[UUID, Who]] = {}
        self.policies: dict[UUID, RoomPolicy] = {}
        self.error: MediaError | None = None
        self.gate = asyncio.Event()  # an offer takes as long as this is not set
        self.gate.set()
        self._hear: Callable[[MediaEvent], None] = lambda event: None

    async def offer(
        self, call: UUID, who: Who, leg: UUID, sdp: str, policy: RoomPolicy
    ) -> str:
        """Admit a leg in place of the participant's former."""
        self.told.append(("offer", call, who, leg, policy))
        await self.gate.wait()
        if self.error is not None:
            raise self.error
        for old in [o for o, side in self.legs.items() if side == (call, who)]:
            if old != leg:
                self._end(old, "replaced")
        self.legs[leg] = (call, who)
        self.policies[call] = policy
        return ANSWER

    async def candidate(
        self,
        call: UUID,
        leg: UUID,
        candidate: str,
        sdp_mid: str | None,
        sdp_m_line_index: int | None,
    ) -> None:
        """Note a candidate."""
        self.told.append(("candidate", call, leg, candidate))

    async def set_policy(self, call: UUID, policy: RoomPolicy) -> None:
        """Note the policy."""
        self.told.append(("policy", call, policy))
        self.policies[call] = policy

    async def kick(self, call: UUID, who: Who, leg: UUID | None = None) -> None:
        """Close a participant's legs."""
        self.told.append(("kick", call, who, leg))
        for each in [o for o, side in self.legs.items() if side == (call, who)]:
            if leg in (None, each):
                self._end(each, "")

    async def close_room(self, call: UUID) -> None:
        """Close all legs of a call."""
        self.told.append(("close", call))
        for each in [o for o, side in self.legs.items() if side[0] == call]:
            self._end(each, "call_ended")
        self.policies.pop(call, None)

    async def health(self) -> Health:
        """Return the legs."""
        legs = [
            LegState(call, who, leg, True) for leg, (call, who) in self.legs.items()
        ]
        return Health(is_alive=True, legs=legs)

    async def metrics(self) -> str:
        """Return nothing: it counts nothing."""
        return ""

    def listen(self, hear: Callable[[MediaEvent], None]) -> None:
        """Tell ``hear`` what happens."""
        self._hear = hear

    async def start(self) -> None:
        """Nothing to connect."""

    async def stop(self) -> None:
        """Nothing to let go."""

    def happens(self, leg: UUID, state: Any, code: str = "") -> None:
        """Let something happen to a leg by itself."""
        call, who = self.legs[leg]
        self._hear(MediaEvent(call, who, leg, state, code))

    def _end(self, leg: UUID, code: str) -> None:
        call, who = self.legs.pop(leg)
        self._hear(MediaEvent(call, who, leg, "closed", code))

    def kinds(self, kind: str) -> list[tuple[object, ...]]:
        """Return what was told of one kind."""
        return [told for told in self.told if told[0] == kind]
