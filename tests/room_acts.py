"""What is decided in a call's room, by the real actions: warnings and mutings."""

from typing import Any, TypeVar
from uuid import UUID, uuid4

import msgspec

from dispatch import commands
from dispatch.actions import caller_desk, seat_desk
from dispatch.actions.caller_desk import CallerPlace
from dispatch.actions.holding import Holder
from dispatch.actions.messages import RoomAct, RoomActBatch
from dispatch.actions.seat_desk import SeatPlace
from reports.journal import Recorded
from tests.world import World

T = TypeVar("T")


def warn(
    world: World,
    holder: Holder,
    incident: UUID,
    call: UUID | None,
    *,
    on: bool = True,
    command: UUID | None = None,
) -> Recorded:
    """Ask from the seat to show the officer large, or take it back."""
    body = _read(commands.WarnOffender, "warn_offender", command, on=on)
    return _done(world, seat_desk._room_act(_at(incident, call), holder, body))


def mute(
    world: World,
    holder: Holder,
    incident: UUID,
    call: UUID | None,
    *,
    who: str = "guest",
    track: str = "audio",
    is_muted: bool = True,
    command: UUID | None = None,
) -> Recorded:
    """Stop or let through, from the seat, one side's sound or picture."""
    fields = {"who": who, "track": track, "is_muted": is_muted}
    body = _read(commands.SetMuted, "set_muted", command, **fields)
    return _done(world, seat_desk._room_act(_at(incident, call), holder, body))


def answer_warning(
    world: World,
    place: CallerPlace,
    *,
    accept: bool = True,
    command: UUID | None = None,
) -> Recorded:
    """Nod at the phone, or refuse."""
    body = _read(commands.AnswerWarning, "answer_warning", command, accept=accept)
    return _done(world, caller_desk._answer_item(place, body))


def _at(incident: UUID, call: UUID | None) -> SeatPlace:
    """Return what a console believes of its room; its rights are not asked here."""
    nobody: Any = None
    return SeatPlace(nobody, frozenset(), incident=incident, call=call)


def _done(world: World, act: RoomAct) -> Recorded:
    return world.write(RoomActBatch, act, act.author, act.client_id)


def _read(kind: type[T], name: str, command: UUID | None, **fields: object) -> T:
    """Read a frame as the doors do."""
    text = msgspec.json.encode({"type": name, "id": command or uuid4(), **fields})
    return msgspec.json.decode(text, type=kind)
