"""One room: who is in it, and what may pass between them.

A room is the call's. Its policy is told by the web process; without one the guest is
sent no sound, and a party nothing at all.
"""

from dataclasses import dataclass, field

from dispatch.media.interface import (
    GUEST,
    MOST_PARTIES,
    MOST_VOICES,
    RoomFull,
    RoomPolicy,
    Track,
    Who,
    is_party,
)
from dispatch.media.relay.leg import Leg


@dataclass(slots=True)
class Room:
    """The legs of one call: each participant has at most one."""

    policy: RoomPolicy | None = None
    legs: dict[Who, Leg] = field(default_factory=dict)

    def lets(self, source: Who, receiver: Who, kind: Track) -> bool:
        """Return whether the one may be sent the other's sound or picture now."""
        policy = self.policy
        if is_party(source) and kind == "video":
            return False
        if policy is None:
            return kind == "video" and not is_party(receiver)
        is_muted = (source, kind) in policy.muted
        is_silenced = policy.is_silent and receiver == GUEST and kind == "audio"
        return policy.hears(receiver, source) and not is_muted and not is_silenced

    def records(self, source: Who, kind: Track) -> bool:
        """Return whether it is written down.

        A host that mutes itself speaks to the people beside it; a guest that is muted
        is still evidence. Of parties only what everybody hears is kept.
        """
        policy = self.policy
        if policy is None or not policy.records:
            return False
        if source == GUEST:
            return True
        if (source, kind) in policy.muted:
            return False
        is_public = policy.audiences.get(source) == "all" and kind == "audio"
        return is_public or not is_party(source)

    def find_place(self, who: Who, policy: RoomPolicy) -> None:
        """Refuse a party for which there is no line any more.

        Guest and host always have theirs; a party's former leg does not count.

        Raises:
            RoomFull.
        """
        if not is_party(who):
            return
        others = [one for one in self.legs if is_party(one) and one != who]
        voices = [one for one in others if policy.speaks(one)]
        is_full = policy.speaks(who) and len(voices) >= MOST_VOICES - 2
        if is_full or len(others) >= MOST_PARTIES:
            raise RoomFull

    def set_policy(self, policy: RoomPolicy) -> None:
        """Change what may flow, at once; who may no longer be heard frees a line."""
        former, self.policy = self.policy, policy
        for who, leg in self.legs.items():
            leg.lines.free(lambda source, who=who: not policy.hears(who, source))  # type: ignore[misc]
        for source in self.legs.values():
            was = former is not None and (source.who, "video") in former.muted
            if was and (source.who, "video") not in policy.muted:
                source.want_key()

    def let_go(self, who: Who) -> None:
        """Forget a participant's leg, and free the lines that carried it."""
        del self.legs[who]
        for leg in self.legs.values():
            leg.lines.free(lambda source: source == who)
