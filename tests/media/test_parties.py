"""Several parties in one room, through the real relay: who hears whom, who is cut."""

import asyncio
import time
from dataclasses import replace
from uuid import uuid4

import pytest

from dispatch.media.interface import (
    Audience,
    MediaFull,
    RoomFull,
    RoomPolicy,
    party,
)
from tests.media import peers
from tests.media.peers import OPEN, Beep, Camera, Peer
from tests.media.process import Web, carrying
from tests.media.test_recording import facts_of, play

pytestmark = pytest.mark.slow

TWO_SIDES = {"audio": 4}  # what a phone and a host receive besides the other side
PARTYS = {"video": 1, "audio": 4}


async def until(condition) -> None:
    """Wait until it is so; all those who paint and encode are this one process."""
    await peers.until(condition, 60)


class Party:
    """A call with a phone, a host and whoever comes besides."""

    def __init__(self, web: Web) -> None:
        self.web = web
        self.call = uuid4()
        self.policy = RoomPolicy(is_silent=False)

    async def begin(self, *, guest: bool = True) -> tuple[Peer, Peer]:
        """Bring phone and host up, each with a picture and a voice."""
        tracks = {"video": Camera(1), "audio": Beep()} if guest else {}
        phone = self.web.peer(self.call, "guest", more=TWO_SIDES, **tracks)
        host = self.web.peer(
            self.call, "host", more=TWO_SIDES, video=Camera(5000), audio=Beep()
        )
        await asyncio.gather(phone.join(self.policy), host.join(self.policy))
        return phone, host

    async def enter(self, audience: Audience, **tracks) -> Peer:
        """Let one more in."""
        who = party(uuid4())
        audiences = {**self.policy.audiences, who: audience}
        self.policy = replace(self.policy, audiences=audiences)
        tracks.setdefault("audio", Beep())
        peer = self.web.peer(self.call, who, more=PARTYS, **tracks)
        return await peer.join(self.policy)

    async def rule(self, **changes) -> None:
        """Change the policy."""
        self.policy = replace(self.policy, **changes)
        await self.web.backend.set_policy(self.call, self.policy)

    async def stance(self, peer: Peer, audience: Audience) -> None:
        """Let others hear somebody."""
        await self.rule(audiences={**self.policy.audiences, peer.who: audience})

    def lines(self, peer: Peer) -> dict[str, str]:
        """Return whom a peer's lines carry as last told: mids by who and kind."""
        told = self.web.lines.get(peer.leg, [{}])[-1]
        kinds = {one.mid: one.kind for one in peer.connection.getTransceivers()}
        return {f"{who} {kinds[mid]}": mid for mid, who in told.items()}

    def heard(self, peer: Peer, source: Peer) -> int:
        """Return how loud it was so far on the line that carries ``source``."""
        mid = self.lines(peer).get(f"{source.who} audio")
        return peer.lines[mid].loud if mid in peer.lines else 0

    def seen(self, peer: Peer, source: Peer) -> list[int]:
        """Return the pictures of ``source`` that a peer saw."""
        mid = self.lines(peer).get(f"{source.who} video")
        return peer.lines[mid].numbers if mid in peer.lines else []


@pytest.fixture
def room(web) -> Party:
    return Party(web)


async def still(count, seconds: float = 1.0) -> bool:
    """Return whether a counter stands still."""
    before = count()
    await asyncio.sleep(seconds)
    return count() == before


async def test_four_in_a_room_hear_each_other_and_see_the_two_pictures(room):
    phone, host = await room.begin()
    second = await room.enter("all")
    third = await room.enter("all")
    everybody = [phone, host, second, third]

    await until(
        lambda: all(
            room.heard(one, other) > 10
            for one in everybody
            for other in everybody
            if one is not other
        ),
    )
    for one in (second, third):
        await until(lambda one=one: len(room.seen(one, phone)) > 10)
        await until(lambda one=one: len(room.seen(one, host)) > 10)
        assert max(room.seen(one, phone)) < 5000 <= min(room.seen(one, host))
        assert one.unreadable == 0
    # The two sides keep their first lines for each other, whoever else is there.
    for one, other in ((phone, host), (host, phone)):
        assert room.lines(one)[f"{other.who} audio"] == "0"
        assert room.lines(one)[f"{other.who} video"] == "1"
        assert len(room.seen(one, other)) > 10


async def test_a_whisper_is_heard_by_the_host_alone(room):
    phone, host = await room.begin()
    other = await room.enter("all")
    whispering = await room.enter("host")
    await until(lambda: room.heard(host, whispering) > 10)

    assert room.heard(whispering, phone) > 0
    for peer in (phone, other):
        assert f"{whispering.who} audio" not in room.lines(peer)
        carried = {mid for told in room.web.lines[peer.leg] for mid in told.items()}
        assert whispering.who not in {who for _, who in carried}
        # and no line that carries nobody was sent a thing
        free = set(peer.lines) - set(room.lines(peer).values())
        assert sum(peer.lines[mid].frames for mid in free) == 0


async def test_who_listens_unseen_is_heard_by_nobody_and_hears_all(room, relay):
    phone, host = await room.begin()
    monitor = await room.enter("nobody")
    await until(lambda: room.heard(monitor, phone) > 10)
    await until(lambda: room.heard(monitor, host) > 10)
    await until(lambda: len(room.seen(monitor, phone)) > 5)
    leg = await room.web.leg(monitor)
    assert leg.audio_in > 10  # its browser sent a voice all the same

    for peer in (phone, host):
        assert set(room.lines(peer)) == {
            f"{'host' if peer is phone else 'guest'} {kind}"
            for kind in ("audio", "video")
        }
        assert {who for told in room.web.lines[peer.leg] for who in told.values()} <= {
            "guest",
            "host",
        }


async def test_from_a_whisper_to_the_open_and_back(room):
    phone, host = await room.begin()
    peer = await room.enter("host")
    await until(lambda: room.heard(host, peer) > 5)
    await room.stance(peer, "all")
    await until(lambda: room.heard(phone, peer) > 5)
    await room.stance(peer, "host")
    await until(lambda: f"{peer.who} audio" not in room.lines(phone))
    assert await still(lambda: (sum(one.loud for one in phone.lines.values())) and 0)
    free = set(phone.lines) - set(room.lines(phone).values())
    assert await still(lambda: sum(phone.lines[mid].frames for mid in free))
    before = room.heard(host, peer)
    await until(lambda: room.heard(host, peer) > before + 5)


async def test_a_muted_party_is_heard_by_nobody_and_comes_back(room):
    phone, host = await room.begin()
    peer = await room.enter("all")
    await until(lambda: min(room.heard(phone, peer), room.heard(host, peer)) > 5)
    await room.rule(muted=frozenset({(peer.who, "audio")}))
    await asyncio.sleep(0.5)
    assert await still(lambda: (room.heard(phone, peer), room.heard(host, peer)))
    assert room.heard(peer, phone) > 5  # it still hears
    await room.rule(muted=frozenset())
    before = room.heard(phone, peer)
    await until(lambda: room.heard(phone, peer) > before + 5)


async def test_in_silence_no_voice_at_all_goes_to_the_phone(room):
    room.policy = RoomPolicy(is_silent=True)
    phone, host = await room.begin()
    peer = await room.enter("all")
    await until(lambda: room.heard(host, peer) > 10 and room.heard(peer, host) > 10)
    await until(lambda: len(phone.numbers) > 5)
    assert (await room.web.leg(phone)).audio_out == 0
    assert phone.heard == 0
    await room.rule(is_silent=False)
    await until(lambda: room.heard(phone, peer) > 5 and room.heard(phone, host) > 5)
    await room.rule(is_silent=True)
    sent = (await room.web.leg(phone)).audio_out
    await asyncio.sleep(1)
    assert (await room.web.leg(phone)).audio_out == sent


async def test_who_is_kicked_neither_hears_nor_is_heard(room):
    phone, _host = await room.begin()
    peer = await room.enter("all")
    await until(lambda: room.heard(phone, peer) > 5)
    # Its right is taken first, and that alone cuts it off ...
    await room.rule(audiences={})
    await asyncio.sleep(0.3)
    assert await still(lambda: (peer.heard, len(peer.numbers)))
    # ... then its leg is closed.
    await room.web.backend.kick(room.call, peer.who)
    await until(lambda: peer.connection.connectionState == "closed")
    told = [event.code for event in room.web.events if event.leg == peer.leg]
    assert told[-1] == "kicked"
    assert f"{peer.who} audio" not in room.lines(phone)


async def test_who_leaves_frees_a_line_for_the_next(room):
    phone, host = await room.begin()
    others = [await room.enter("all") for _ in range(4)]
    await until(lambda: all(room.heard(phone, peer) > 3 for peer in others))
    taken = {room.lines(phone)[f"{peer.who} audio"] for peer in others}
    assert len(taken) == 4
    with pytest.raises(RoomFull):
        await room.enter("all")

    gone = others[1]
    line = room.lines(phone)[f"{gone.who} audio"]
    await room.web.backend.kick(room.call, gone.who)
    await until(lambda: f"{gone.who} audio" not in room.lines(phone))
    new = await room.enter("all")
    await until(lambda: room.heard(phone, new) > 3)
    assert room.lines(phone)[f"{new.who} audio"] == line
    for peer in (phone, host, others[0]):
        await until(lambda peer=peer: room.heard(peer, new) > 3)


async def test_a_newcomer_has_the_picture_soon_and_nobody_elses_stops(room):
    phone, host = await room.begin()
    await until(lambda: len(host.numbers) > 10)
    peer = await room.enter("nobody")
    began = time.monotonic()
    await until(lambda: len(room.seen(peer, phone)) > 0)
    await until(lambda: len(room.seen(peer, host)) > 0)
    took = time.monotonic() - began
    print(f"both pictures {took:.2f} s after the leg was up")
    assert took < 2.5  # a whole picture comes by itself each 4 s only
    assert host.unreadable == 0
    assert phone.unreadable == 0


async def test_a_party_sends_no_picture(room):
    phone, host = await room.begin()
    peer = await room.enter("all", video=Camera(9000))
    await until(lambda: room.heard(host, peer) > 10)
    assert max(phone.numbers + host.numbers) < 9000
    assert (await room.web.leg(peer)).video_in == 0
    # Its own two lines of picture are for receiving.
    await until(lambda: len(room.seen(peer, phone)) > 5)
    assert set(room.seen(peer, phone)).isdisjoint(range(9000, 10_000))


async def test_many_wishes_are_one_key_frame(room, monkeypatch):
    """Four receivers that ask for a whole picture all the time get two a second."""
    phone, host = await room.begin()
    others = [await room.enter("nobody") for _ in range(3)]
    await until(lambda: all(len(room.seen(peer, phone)) > 5 for peer in others))
    sender = next(
        one.sender for one in phone.connection.getTransceivers() if one.kind == "video"
    )
    asked: list[float] = []
    force = sender._send_keyframe

    def note() -> None:
        asked.append(time.monotonic())
        force()

    monkeypatch.setattr(sender, "_send_keyframe", note)
    receivers = [
        one.receiver
        for peer in (host, *others)
        for one in peer.connection.getTransceivers()
        if one.kind == "video" and one.receiver.track is not None
    ]
    end = time.monotonic() + 4
    while time.monotonic() < end:
        for receiver in receivers:
            for source in receiver.getSynchronizationSources():
                await receiver._send_rtcp_pli(source.source)
        await asyncio.sleep(0.05)
    print(f"{len(asked)} requests reached the phone in 4 s")
    assert 2 <= len(asked) <= 14  # of some 80 that each receiver sent


async def test_open_voices_are_recorded_and_whispers_are_not(room, relay):
    _phone, host = await room.begin()
    spoken = await room.enter("all")
    whispered = await room.enter("host")
    await until(lambda: room.heard(host, whispered) > 60)
    await until(lambda: room.heard(host, spoken) > 60)
    await room.web.backend.close_room(room.call)
    await until(lambda: len(facts_of(relay.home, spoken.who)) == 1)
    await until(lambda: facts_of(relay.home, spoken.who)[0][1]["state"] == "closed")
    [(path, facts)] = facts_of(relay.home, spoken.who)
    assert facts["codecs"] == ["opus"]
    assert play(path)["loud"] > 50
    assert facts_of(relay.home, whispered.who) == []
    assert len(facts_of(relay.home, "guest")) == 1


async def test_a_phone_with_two_lines_only_goes_on_as_before(room):
    """An old page: it hears the host, and nothing tells it of the others."""
    phone = room.web.peer(room.call, "guest", video=Camera(1), audio=Beep())
    host = room.web.peer(room.call, "host", video=Camera(5000), audio=Beep())
    await phone.join(room.policy)
    await host.join(room.policy)
    peer = await room.enter("all")
    await until(lambda: len(phone.numbers) > 10 and phone.loud > 10)
    await until(lambda: room.heard(peer, phone) > 10)
    assert set(room.lines(phone)) == {"host audio", "host video"}


async def test_a_fresh_leg_of_a_party_is_heard_again(room):
    phone, _host = await room.begin()
    peer = await room.enter("all")
    await until(lambda: room.heard(phone, peer) > 5)
    again = room.web.peer(room.call, peer.who, more=PARTYS, audio=Beep())
    await again.join(room.policy)
    await until(lambda: peer.connection.connectionState == "closed")
    before = room.heard(phone, again)
    await until(lambda: room.heard(phone, again) > before + 10)
    await until(lambda: len(room.seen(again, phone)) > 5)


async def test_a_party_that_dies_frees_its_line(room):
    phone, _host = await room.begin()
    peer = await room.enter("all")
    await until(lambda: room.heard(phone, peer) > 5)
    await peer.leave()
    await until(lambda: f"{peer.who} audio" not in room.lines(phone))


async def test_a_party_gives_way_to_callers_and_those_who_answer(relay):
    async with carrying(relay, 4) as web:
        room, other = Party(web), uuid4()
        await room.begin()
        spoken, monitor = await room.enter("all"), await room.enter("nobody")
        with pytest.raises(MediaFull):
            await room.enter("all")
        guest = await web.peer(other, "guest").join(OPEN)
        await until(lambda: monitor.connection.connectionState == "closed")
        assert [e.code for e in web.events if e.leg == monitor.leg] == [
            "",
            "media_full",
        ]
        host = await web.peer(other, "host").join(OPEN)
        await until(lambda: spoken.connection.connectionState == "closed")
        health = await web.backend.health()
        assert (health.load, len(health.legs)) == (1.0, 4)
        with pytest.raises(MediaFull):  # of those there is none too many
            await web.peer(uuid4(), "guest").join(OPEN)
        assert guest.connection.connectionState == "connected"
        assert host.connection.connectionState == "connected"
