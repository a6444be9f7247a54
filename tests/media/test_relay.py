"""Picture and sound through the real relay process: both ways, one way, enforced."""

import asyncio
import random
import time
from uuid import uuid4

import pytest

from dispatch.media.interface import RoomPolicy
from tests.media.peers import OPEN, SILENT, Beep, Camera, until

pytestmark = pytest.mark.slow


def lose(peer, share: float) -> None:
    """Lose so many of a peer's packets."""
    transport = peer.connection.getTransceivers()[0].sender.transport.transport
    send, dice = transport._send, random.Random(110)

    async def sometimes(data: bytes) -> None:
        if dice.random() > share:
            await send(data)

    transport._send = sometimes


async def test_picture_and_sound_pass_both_ways(web):
    call = uuid4()
    guest = await web.peer(call, "guest", video=Camera(1), audio=Beep()).join()
    host = await web.peer(call, "host", video=Camera(5000), audio=Beep()).join()

    await until(lambda: len(guest.numbers) > 40 and len(host.numbers) > 40, 20)

    for peer, first in ((guest, 5000), (host, 1)):
        assert peer.numbers == sorted(peer.numbers)
        assert min(peer.numbers) >= first
        # Once it runs, no picture is missing.
        assert peer.numbers[-20:] == list(
            range(peer.numbers[-1] - 19, peer.numbers[-1] + 1)
        )
        assert peer.loud > 20
    states = {event.leg: event.state for event in web.events}
    assert states == {guest.leg: "up", host.leg: "up"}
    leg = await web.leg(guest)
    assert leg.is_up
    assert min(leg.video_in, leg.audio_in, leg.video_out, leg.audio_out) > 40


async def test_silence_lets_no_sound_out_to_the_phone(web, relay):
    call = uuid4()
    host = await web.peer(call, "host", video=Camera(), audio=Beep()).join(SILENT)
    guest = await web.peer(call, "guest", video=Camera(), audio=Beep()).join(SILENT)
    await until(lambda: len(guest.numbers) > 10 and host.loud > 20, 20)

    leg = await web.leg(guest)
    assert (leg.audio_out, guest.heard) == (0, 0)
    assert leg.video_out > 0
    assert (await web.leg(host)).audio_in > 20  # it was sent, and stopped here

    await web.backend.set_policy(call, OPEN)
    await until(lambda: guest.loud > 5)
    await web.backend.set_policy(call, SILENT)
    sent = (await web.leg(guest)).audio_out
    await asyncio.sleep(1)
    assert (await web.leg(guest)).audio_out == sent


async def test_a_muted_track_is_stopped_here_and_comes_back(web):
    call = uuid4()
    await web.peer(call, "guest", video=Camera(), audio=Beep()).join()
    host = await web.peer(call, "host").join()
    await until(lambda: len(host.numbers) > 5 and host.loud > 5)

    muted = frozenset({("guest", "video"), ("guest", "audio")})
    await web.backend.set_policy(call, RoomPolicy(is_silent=False, muted=muted))
    await asyncio.sleep(0.5)
    leg = await web.leg(host)
    await asyncio.sleep(1)
    later = await web.leg(host)
    assert (later.video_out, later.audio_out) == (leg.video_out, leg.audio_out)

    before = host.numbers[-1]
    await web.backend.set_policy(call, OPEN)
    await until(lambda: host.numbers[-1] > before + 5)
    assert host.unreadable == 0  # it came back with a whole picture


@pytest.mark.parametrize("kinds", ["video", "audio", "none"])
async def test_one_side_gives_less(web, kinds):
    call = uuid4()
    tracks = {"video": {"video": Camera()}, "audio": {"audio": Beep()}, "none": {}}
    host = await web.peer(call, "host", video=Camera(900), audio=Beep()).join()
    guest = await web.peer(call, "guest", **tracks[kinds]).join()
    await until(lambda: len(guest.numbers) > 5 and guest.loud > 5)
    if kinds != "none":
        await until(lambda: len(host.numbers) > 5 or host.loud > 5)
    assert bool(host.numbers) == (kinds == "video")
    assert bool(host.heard) == (kinds == "audio")


async def test_a_fresh_leg_goes_on_in_the_same_track(web):
    call = uuid4()
    host = await web.peer(call, "host").join()
    first = await web.peer(call, "guest", video=Camera(1), audio=Beep()).join()
    await until(lambda: len(host.numbers) > 10)
    second = await web.peer(call, "guest", video=Camera(3000), audio=Beep()).join()
    await until(lambda: host.numbers[-1] > 3010)

    assert host.seen_pts == sorted(host.seen_pts)
    assert host.unreadable == 0
    told = [(event.leg, event.state, event.code) for event in web.events]
    assert (first.leg, "closed", "replaced") in told
    assert await web.leg(first) is None
    assert (await web.leg(second)).is_up


@pytest.mark.deep
async def test_the_picture_lives_through_loss(web):
    """One packet in twelve is lost on the way in, requests' answers too."""
    call = uuid4()
    host = await web.peer(call, "host").join()
    guest = await web.peer(call, "guest", video=Camera(), audio=Beep()).join()
    await until(lambda: len(host.numbers) > 5)
    lose(guest, 1 / 12)
    longest, last = 0.0, time.monotonic()
    seen, began = len(host.numbers), last
    while time.monotonic() < began + 10:
        await asyncio.sleep(0.02)
        if len(host.numbers) > seen:
            seen = len(host.numbers)
            longest = max(longest, time.monotonic() - last)
            last = time.monotonic()
    longest = max(longest, time.monotonic() - last)
    print(f"longest standstill {longest:.2f} s, {seen} pictures seen")
    assert longest < 2.5
    assert host.unreadable == 0  # rather a still picture than a false one


async def test_whoever_is_kicked_sees_nothing_more(web):
    call = uuid4()
    await web.peer(call, "guest", video=Camera()).join()
    host = await web.peer(call, "host").join()
    await until(lambda: len(host.numbers) > 5)
    await web.backend.kick(call, "host")
    await until(lambda: host.connection.connectionState == "closed")
    assert await web.leg(host) is None
    # and only a leg of that name is kicked
    again = await web.peer(call, "host").join()
    await web.backend.kick(call, "host", host.leg)
    assert (await web.leg(again)).is_up


async def test_the_room_closes_with_the_call(web):
    call = uuid4()
    guest = await web.peer(call, "guest", video=Camera()).join()
    host = await web.peer(call, "host").join()
    await web.backend.close_room(call)
    await until(lambda: guest.connection.connectionState == "closed")
    await until(lambda: host.connection.connectionState == "closed")
    assert (await web.backend.health()).legs == []
    told = {(event.leg, event.code) for event in web.events if event.state == "closed"}
    assert told == {(guest.leg, "call_ended"), (host.leg, "call_ended")}


async def test_a_page_that_dies_is_told_as_lost(web):
    call = uuid4()
    guest = await web.peer(call, "guest", video=Camera()).join()
    await guest.leave()
    await until(lambda: web.events[-1].state == "lost")
    assert web.events[-1].leg == guest.leg
    assert await web.leg(guest) is None


async def test_an_offer_repeated_gets_the_same_answer(web):
    call = uuid4()
    guest = web.peer(call, "guest")
    sdp = await guest.offer()
    answers = [
        await web.backend.offer(call, "guest", guest.leg, sdp, OPEN) for _ in range(2)
    ]
    assert answers[0] == answers[1]
