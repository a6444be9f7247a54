"""Live media of who was let in: admitted by the rows, heard as these say, put out."""

import asyncio
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import transaction

from dispatch import broadcast as rooms
from dispatch.actions import media, passing
from dispatch.commands import Signal
from dispatch.commands.frames import Description
from dispatch.events.entries import RoomChanged
from dispatch.events.frames import MediaLinesShown, MediaShown, SignalShown
from dispatch.media.interface import MediaEvent, RoomFull, RoomPolicy, party
from dispatch.models import Call, Participant, Shift
from dispatch.snapshots.media import standing_of
from reports.clock import now
from reports.journal import SYSTEM, record
from tests.indoors.fake_media import FakeMedia
from tests.indoors.signals import call_of, offer, send_offer, settle, until


@dataclass
class Window:
    """A board's or a second seat's window, as the room knows it."""

    call: UUID
    participant: UUID
    party_epoch: int = 1
    shown: list[Any] = field(default_factory=list)

    def show(self, frame: object) -> None:
        self.shown.append(frame)

    @property
    def who(self) -> str:
        return party(self.participant)

    def enter(self) -> "Window":
        media.place_taken(self.call, self.who, self.party_epoch)
        rooms.room(self.call).enter_as_party(self.participant, self)
        return self

    def signals(self, leg: UUID | None = None) -> UUID:
        leg = leg or uuid4()
        description = Description(type="offer", sdp="v=0\r\n")
        frame = Signal(leg=leg, description=description)
        passing.from_party(self.call, self.participant, frame, self)
        return leg

    def told(self, kind: type) -> list[Any]:
        return [frame for frame in self.shown if isinstance(frame, kind)]


def let_in(house, call: UUID, name="wu", **facts) -> Window:
    """Write a row of somebody who was let in; return the window that holds it."""
    seat = house.world.seats[name]
    shift = Shift.objects.get(seat=seat, ended_at__isnull=True)
    facts = {"role": "second", "seat": seat, "epoch": shift.epoch, **facts}
    row = Participant.objects.create(
        call=Call.objects.get(uuid=call),
        operator=shift.operator,
        joined_at=now(),
        **facts,
    )
    return Window(call, row.uuid, row.epoch)


def supervisor(house, call: UUID, stance: str) -> Window:
    return let_in(house, call, role="supervisor", seat=None, epoch=1, stance=stance)


def change(window: Window, **facts: Any) -> None:
    """Change a row, and say so in the incident as the rooms' actions do."""
    with transaction.atomic():
        Participant.objects.filter(uuid=window.participant).update(**facts)
        call = Call.objects.select_related("incident").get(uuid=window.call)
        body = RoomChanged(call=call.uuid, parties=[])
        record(call.incident.uuid, SYSTEM, body, subject=("call", str(call.uuid)))


@pytest.fixture
async def call(house, fake):
    """A call of Lin with Chen; Wu is at her seat."""
    await house.console("wu", ready=False)
    _, lin = await house.connected()
    await offer(lin)
    yield call_of(lin)
    let_in = Participant.objects.exclude(role__in=["guest", "host"])
    await house.db(let_in.delete)  # rows alone, without their seats: no law holds


async def test_who_was_let_in_is_admitted_and_heard_as_the_row_says(house, fake, call):
    open_ = (await house.db(let_in, house, call)).enter()
    leg = open_.signals()
    await until(lambda: leg in fake.legs)
    assert fake.legs[leg] == (call, open_.who)
    assert [frame.leg for frame in open_.told(SignalShown)] == [leg]
    assert fake.policies[call].audiences == {open_.who: "all"}

    row = Participant.objects.filter(uuid=open_.participant)
    for stance, audience in (("whisper", "host"), ("monitor", "nobody")):
        facts = {"role": "supervisor", "stance": stance}
        await house.db(partial(row.update, **facts))
        media.look_again(call)
        await until(partial(is_heard_by, fake, open_, audience))
    assert leg in fake.legs


def is_heard_by(fake: FakeMedia, window: Window, audience: str) -> bool:
    return fake.policies[window.call].audiences == {window.who: audience}


async def test_a_look_again_may_come_from_any_thread(house, fake, call):
    window = (await house.db(supervisor, house, call, "monitor")).enter()
    window.signals()
    await until(lambda: bool(window.told(SignalShown)))
    row = Participant.objects.filter(uuid=window.participant)
    await house.db(lambda: row.update(left_at=now()))
    await asyncio.to_thread(media.look_again, call)
    await until(lambda: fake.policies[call].audiences == {})
    assert window.who not in {who for _, who in fake.legs.values()}


async def test_an_entry_alone_mutes_removes_and_is_followed(house, fake, call):
    window = (await house.db(let_in, house, call)).enter()
    leg = window.signals()
    await until(lambda: leg in fake.legs)
    await house.db(change, window, is_muted=True)
    await until(lambda: (window.who, "audio") in fake.policies[call].muted)
    await house.db(change, window, is_muted=False)
    await until(lambda: not fake.policies[call].muted)
    await house.db(change, window, left_at=now())
    await until(lambda: leg not in fake.legs)
    assert fake.policies[call] == RoomPolicy(is_silent=False)
    assert window.told(MediaShown)[-1].state == "closed"
    again = window.signals()
    await until(lambda: bool([f for f in window.told(MediaShown) if f.leg == again]))
    assert window.told(MediaShown)[-1].code == "not_now"
    assert again not in fake.legs


async def test_nobody_gets_in_without_a_row_or_with_anothers(house, fake, call):
    window = await house.db(let_in, house, call)
    before = list(fake.told)
    window.signals()  # it has not entered
    stranger = Window(call, uuid4()).enter()
    stranger.signals()
    impostor = Window(call, window.participant)
    window.enter()
    impostor.signals()
    await settle(house)
    assert fake.kinds("offer") == [told for told in before if told[0] == "offer"]
    assert stranger.told(MediaShown)[-1].code == "not_now"
    assert impostor.shown == []


async def test_a_window_of_an_older_epoch_begins_no_leg(house, fake, call):
    window = (await house.db(let_in, house, call)).enter()
    leg = window.signals()
    await until(lambda: leg in fake.legs)
    row = Participant.objects.filter(uuid=window.participant)
    await house.db(lambda: row.update(epoch=window.party_epoch + 1))
    refused = window.signals()
    await until(lambda: bool([f for f in window.told(MediaShown) if f.leg == refused]))
    assert window.told(MediaShown)[-1].code == "replaced"
    newer = Window(call, window.participant, window.party_epoch + 1).enter()
    await until(lambda: leg not in fake.legs)
    assert newer.signals() is not None
    await until(lambda: len(newer.told(SignalShown)) == 1)


async def test_a_full_room_is_told(house, fake, call):
    window = (await house.db(let_in, house, call)).enter()
    fake.error = RoomFull()
    window.signals()
    await until(lambda: bool(window.told(MediaShown)))
    assert window.told(MediaShown)[0].code == "room_full"


async def test_lines_reach_the_window_and_the_one_that_takes_its_place(
    house, fake, call
):
    window = (await house.db(let_in, house, call)).enter()
    leg = window.signals()
    await until(lambda: leg in fake.legs)
    lines = {"0": "guest", "3": "host"}
    event = MediaEvent(call, window.who, leg, "lines", lines=lines)
    fake._hear(event)
    fake._hear(event)
    assert window.told(MediaLinesShown) == [MediaLinesShown(leg=leg, lines=lines)]
    assert not window.told(MediaShown)  # no state of the leg
    # The same page over a new socket: its leg goes on, and it is told anew.
    again = Window(call, window.participant, window.party_epoch).enter()
    await until(lambda: bool(again.told(MediaLinesShown)))
    assert again.told(MediaLinesShown)[0].lines == lines
    assert leg in fake.legs


async def test_when_another_seat_is_host_the_formers_leg_ends(house, fake, call):
    """Their epochs may be the same: each seat counts its own."""
    theirs = uuid4()
    chen = rooms.rooms()[call].host
    description = Description(type="offer", sdp="v=0\r\n")
    passing.from_host(call, Signal(leg=theirs, description=description), chen)
    await until(lambda: theirs in fake.legs)
    host = Participant.objects.filter(call__uuid=call, role="host", left_at=None)
    wu = house.world.seats["wu"]
    await house.db(lambda: host.update(seat=wu))
    media.look_again(call)
    await until(lambda: theirs not in fake.legs)
    late = uuid4()
    passing.from_host(call, Signal(leg=late, description=description), chen)
    await settle(house)
    assert late not in fake.legs
    await house.db(lambda: host.update(seat=house.world.seats["chen"]))


async def test_while_the_call_waits_again_no_party_stays(house, fake, call):
    window = (await house.db(let_in, house, call)).enter()
    leg = window.signals()
    await until(lambda: leg in fake.legs)
    row = Call.objects.filter(uuid=call)
    was = await house.db(row.values("state", "seat", "escalate_at").get)
    waits = {"state": "waiting", "seat": None, "escalate_at": now()}
    await house.db(lambda: row.update(**waits))
    media.look_again(call)
    await until(lambda: leg not in fake.legs)
    assert fake.policies[call].audiences == {}
    await house.db(lambda: row.update(**was))


# --- Through the real rooms -----------------------------------------------------------


@dataclass
class Invited:
    """Chen's call with Lin, into which Wu was asked."""

    chen: Any
    lin: Any
    wu: Any
    call: UUID
    participant: UUID

    @property
    def who(self) -> str:
        return party(self.participant)


@pytest.fixture
async def invited(house, fake):
    wu = await house.console("wu", ready=False)
    chen, lin = await house.connected()
    call = call_of(lin)
    await wu.command("set_availability", availability="ready")
    await chen.command("invite_seat", call=str(call), seat=wu.seat)
    await wu.accept()
    second = await house.db(
        Participant.objects.get, call__uuid=call, role="second", left_at=None
    )
    await until(lambda: second.uuid in rooms.rooms()[call].parties)
    return Invited(chen, lin, wu, call, second.uuid)


async def test_an_invited_seat_has_a_partys_leg_and_a_hosts_after_the_handover(
    invited, fake
):
    chen, wu, call, who = invited.chen, invited.wu, invited.call, invited.who
    hers, theirs = await offer(invited.lin), await offer(chen)
    leg = await offer(wu)
    assert fake.legs[leg] == (call, who)
    assert fake.policies[call].audiences == {who: "all"}
    fake._hear(MediaEvent(call, who, leg, "lines", lines={"0": "guest"}))
    assert (await wu.wait_for("media_lines"))["lines"] == {"0": "guest"}

    about = {"call": str(call), "participant": str(invited.participant)}
    await chen.command("mute_participant", **about, is_muted=True)
    await until(lambda: (who, "audio") in fake.policies[call].muted)
    await chen.command("hand_over", **about)
    await until(lambda: theirs not in fake.legs and leg not in fake.legs)
    room = rooms.rooms()[call]
    await until(lambda: room.host is not None and not room.parties)
    anew = await offer(wu)
    assert fake.legs == {hers: (call, "guest"), anew: (call, "host")}
    assert fake.policies[call] == RoomPolicy(is_silent=False)


async def test_a_seat_put_out_loses_its_leg(house, invited, fake):
    wu, call = invited.wu, invited.call
    await offer(invited.lin)
    leg = await offer(wu)
    about = {"call": str(call), "participant": str(invited.participant)}
    await invited.chen.command("remove_participant", **about)
    await until(lambda: leg not in fake.legs)
    assert fake.policies[call].audiences == {}
    await send_offer(wu, late := uuid4())
    await settle(house)
    assert late not in fake.legs


async def test_a_look_from_before_its_place_was_taken_does_not_lose_a_leg(
    house, fake, call
):
    """A leg that flows and is not known here would never be put out."""
    window = (await house.db(let_in, house, call)).enter()
    before = replace(await house.db(standing_of, call), places={})
    async with media._desk._turn(call):
        leg = window.signals()
        await asyncio.sleep(0.01)  # its offer waits for the turn
        await media._desk._put_out(call, before)
    await until(lambda: leg in fake.legs)

    assert leg in media._desk._legs
    await house.db(change, window, left_at=now())
    await until(lambda: leg not in fake.legs)
