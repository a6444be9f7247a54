"""A relay that is full: who must go, and that who comes in his place is in a room."""

import asyncio
import time
from uuid import uuid4

import pytest

from dispatch.media.interface import MediaFull, RoomPolicy, party
from dispatch.media.relay.rooms import DEAD_SECONDS
from tests.media.peers import Beep, Camera, Peer, until
from tests.media.process import carrying
from tests.media.test_recording import facts_of

pytestmark = pytest.mark.slow


def dies(peer: Peer) -> None:
    """Send and hear nothing any more, without a goodbye: the battery is empty."""
    ice = peer.connection.getTransceivers()[0].sender.transport.transport
    for protocol in ice._connection._protocols:
        protocol.transport.close()


async def test_a_guest_takes_the_place_of_the_only_one_in_its_own_room(relay):
    """That one's room was dropped with it, and the guest's leg was in none."""
    async with carrying(relay, 1) as web:
        call, listener = uuid4(), party(uuid4())
        policy = RoomPolicy(is_silent=False, audiences={listener: "nobody"})
        former = await web.peer(call, listener, audio=Beep()).join(policy)
        guest = web.peer(call, "guest", video=Camera(), audio=Beep())
        await guest.join(policy)
        await until(lambda: former.connection.connectionState == "closed")

        leg = await web.leg(guest)
        assert leg is not None, "the relay knows of no such leg"
        assert leg.who == "guest"
        await until(lambda: bool(facts_of(relay.home, "guest")))
        await web.backend.close_room(call)
        await until(lambda: guest.connection.connectionState == "closed")


async def test_whose_phone_died_gives_way_to_the_next_caller(relay):
    """After a lease's time; to who only listens it gives way never."""
    async with carrying(relay, 1) as web:
        dead = await web.peer(uuid4(), "guest", video=Camera()).join()
        dies(dead)
        died = time.monotonic()
        await until(lambda: "lost" in [e.state for e in web.events], seconds=15)
        with pytest.raises(MediaFull):  # it may only be in a tunnel
            await web.peer(uuid4(), "guest", video=Camera()).join()

        await asyncio.sleep(DEAD_SECONDS + 1.5 - (time.monotonic() - died))
        call, listener = uuid4(), party(uuid4())
        policy = RoomPolicy(is_silent=False, audiences={listener: "nobody"})
        with pytest.raises(MediaFull):
            await web.peer(call, listener, audio=Beep()).join(policy)
        newcomer = await web.peer(call, "guest", video=Camera()).join()

        assert await web.leg(dead) is None
        assert await web.leg(newcomer) is not None
        assert [e.code for e in web.events if e.leg == dead.leg][-1] == "media_full"
