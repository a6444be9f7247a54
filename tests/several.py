"""Several parties in a room, by the real actions: what hosts and supervisors do."""

from typing import Any
from uuid import UUID, uuid4

from dispatch.actions import (
    callbacks,
    invitations,
    listening,
    notices,
    parties,
    seat_desk,
    seats,
    supervision,
    transfers,
)
from dispatch.actions.holding import Holder
from dispatch.actions.supervision import Supervisor
from dispatch.actions.tap import Tapped
from dispatch.models import Offer, Participant, Seat
from dispatch.snapshots import incident_snapshot
from dispatch.states import Stance
from reports.journal import Recorded
from tests.world import World


def invite(
    world: World,
    holder: Holder,
    tapped: Tapped,
    whom: str | None = None,
    *,
    agency: UUID | None = None,
    role: str = "second",
    skill: str = "",
    reason: str = "come and look",
    command: UUID | None = None,
) -> Recorded:
    """Ask somebody's seat into the room, or whoever is free in an agency."""
    return world.act(
        invitations.invite_seat,
        holder,
        command,
        call=tapped.call,
        role=role,
        seat=world.seats[whom].uuid if whom else None,
        agency=agency,
        skill=skill,
        reason=reason,
    )


def withdraw(
    world: World, holder: Holder, offer: UUID, command: UUID | None = None
) -> Recorded:
    """Take an invitation or a transfer back."""
    return world.act(invitations.withdraw_invitation, holder, command, offer=offer)


def let_in(
    world: World, host: Holder, tapped: Tapped, whom: str, role: str = "second"
) -> Holder:
    """Sit somebody down, ask them in and let them accept."""
    holder = world.sit(whom)
    invite(world, host, tapped, whom, role=role)
    world.accept(holder)
    return holder


def transfer(
    world: World,
    holder: Holder,
    tapped: Tapped,
    whom: str | None = None,
    *,
    agency: UUID | None = None,
    reason: str = "",
    command: UUID | None = None,
) -> Recorded:
    """Give the call to somebody's seat, or to an agency's line."""
    return world.act(
        transfers.transfer_call,
        holder,
        command,
        call=tapped.call,
        seat=world.seats[whom].uuid if whom else None,
        agency=agency,
        reason=reason,
    )


def on_party(
    world: World,
    verb: Any,
    holder: Holder,
    tapped: Tapped,
    participant: UUID,
    command: UUID | None = None,
    **more: Any,
) -> Recorded:
    """Do a host's verb about somebody who is in the room."""
    return world.act(
        verb, holder, command, call=tapped.call, participant=participant, **more
    )


def hand_over(world: World, *about: Any, **more: Any) -> Recorded:
    """Make somebody who is in the room the host."""
    return on_party(world, transfers.hand_over, *about, **more)


def take_over(
    world: World,
    holder: Holder,
    tapped: Tapped,
    *,
    reason: str = "no sign of life",
    command: UUID | None = None,
) -> Recorded:
    """Take the call from a console that has fallen silent, or as its supervisor."""
    seat = Seat.objects.get(pk=holder.seat_id)
    operator = next(u for u in world.staff.values() if u.uuid == holder.operator)
    return world.act(
        transfers.take_over_call,
        holder,
        command,
        call=tapped.call,
        reason=reason,
        agencies=frozenset({seat.agency_id}),
        supervises=seat_desk.supervised(operator),
    )


def leave(
    world: World, holder: Holder, tapped: Tapped, command: UUID | None = None
) -> Recorded:
    """Leave a room one was asked into."""
    return world.act(parties.leave_room, holder, command, call=tapped.call)


def remove(world: World, *about: Any, **more: Any) -> Recorded:
    """Put somebody out of one's room."""
    return on_party(world, parties.remove_participant, *about, **more)


def mute(world: World, *about: Any, is_muted: bool = True, **more: Any) -> Recorded:
    """Let somebody in one's room be heard, or not."""
    return on_party(world, parties.mute_participant, *about, is_muted=is_muted, **more)


def open_relief(
    world: World, holder: Holder, *, on: bool = True, command: UUID | None = None
) -> Recorded:
    """Let a colleague sit down at one's seat."""
    return world.act(seats.open_relief, holder, command, on=on)


def relieve(world: World, name: str, at: str, command: UUID | None = None) -> Holder:
    """Sit down where somebody works, under one's own name."""
    client_id = command or uuid4()
    holder, recorded = seats.take_seat(
        operator=world.staff[name],
        seat=world.seats[at].uuid,
        agencies=frozenset({world.seats[name].agency_id}),
        take_over=False,
        relieve=True,
        client_id=client_id,
    )
    world.note_ack(holder.author, client_id, recorded)
    return holder


def call_back(
    world: World,
    holder: Holder,
    tapped: Tapped,
    *,
    outcome: str = "reached",
    note: str = "",
    command: UUID | None = None,
) -> Recorded:
    """Note what came of calling a lost caller back."""
    return world.act(
        callbacks.note_call_back,
        holder,
        command,
        call=tapped.call,
        outcome=outcome,
        note=note,
        agencies=frozenset({Seat.objects.get(pk=holder.seat_id).agency_id}),
    )


# --- From the board ------------------------------------------------------------------


def supervisor(world: World, name: str = "zhao") -> Supervisor:
    """Return a supervisor of Zhifu at the board."""
    return Supervisor(world.staff[name], frozenset({world.zhifu.pk}))


def order(
    world: World,
    verb: Any,
    by: Supervisor | None = None,
    command: UUID | None = None,
    **more: Any,
) -> Recorded:
    """Do a verb of ``supervision`` or ``listening`` and note the acknowledgement."""
    client_id = command or uuid4()
    by = by or supervisor(world)
    recorded = verb(by=by, client_id=client_id, **more)
    return world.note_ack(by.author, client_id, recorded)


def pause(world: World, whom: str, reason: str = "rest", **more: Any) -> Recorded:
    """Send somebody's seat on a break."""
    seat = world.seats[whom].uuid
    return order(world, supervision.pause_seat, seat=seat, reason=reason, **more)


def free(world: World, whom: str, reason: str = "ill", **more: Any) -> Recorded:
    """End somebody's shift."""
    seat = world.seats[whom].uuid
    return order(world, supervision.free_seat, seat=seat, reason=reason, **more)


def answer_break(world: World, whom: str, *, allow: bool, **more: Any) -> Recorded:
    """Allow or refuse a break."""
    seat = world.seats[whom].uuid
    return order(world, supervision.answer_break, seat=seat, allow=allow, **more)


def move(
    world: World,
    tapped: Tapped,
    whom: str | None = None,
    *,
    agency: UUID | None = None,
    reason: str = "",
    **more: Any,
) -> Recorded:
    """Give a call to somebody's seat, or to an agency's line, from the board."""
    return order(
        world,
        supervision.move_call,
        call=tapped.call,
        seat=world.seats[whom].uuid if whom else None,
        agency=agency,
        reason=reason,
        **more,
    )


def enter(
    world: World,
    tapped: Tapped,
    stance: str = "monitor",
    *,
    reason: str = "a complaint",
    **more: Any,
) -> Recorded:
    """Come into a room from the board."""
    return order(
        world,
        listening.enter_room,
        call=tapped.call,
        stance=Stance(stance),
        reason=reason,
        **more,
    )


def go(world: World, tapped: Tapped, **more: Any) -> Recorded:
    """Leave the room one entered from the board."""
    return order(world, listening.leave_room, call=tapped.call, **more)


def post_notice(world: World, text: str = "Fog on the coast.", **more: Any) -> Recorded:
    """Show a sentence at every seat of Zhifu."""
    by, client_id = supervisor(world), more.pop("command", None) or uuid4()
    recorded = notices.post_notice(
        user=by.user,
        author=by.author,
        agencies=by.agencies,
        agency=more.pop("agency", world.zhifu.uuid),
        text=text,
        minutes=more.pop("minutes", 60),
        client_id=client_id,
    )
    return world.note_ack(by.author, client_id, recorded)


# --- Who is where --------------------------------------------------------------------


def place(tapped: Tapped, holder: Holder | None = None) -> Participant:
    """Return the open place of a seat in a room, or of the supervisor there."""
    rows = Participant.objects.filter(call__uuid=tapped.call, left_at=None)
    if holder is None:
        return rows.get(role="supervisor", seat=None)
    return rows.get(seat_id=holder.seat_id)


def roles(tapped: Tapped) -> dict[str, str]:
    """Return who is in the room: name to role; the caller is ``caller``."""
    rows = Participant.objects.filter(call__uuid=tapped.call, left_at=None)
    return {
        str(p.operator).lower() if p.operator else "caller": p.role
        for p in rows.select_related("operator")
    }


def asked(whom: str, world: World) -> Offer:
    """Return what is asked of somebody's seat."""
    offer = world.offer_to(whom)
    assert offer is not None, f"nothing is asked of {whom}"
    return offer


def room(tapped: Tapped, *, for_caller: bool = False) -> dict[str, Any]:
    """Return the room as a snapshot shows it, to the seats or to the phone."""
    shown: dict[str, Any] = incident_snapshot(tapped.incident, for_caller=for_caller)[1]
    return shown["room"]
