"""A client that numbers each packet as another source: refused, and the relay lives."""

import asyncio
import time
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID, uuid4

import aioice.ice
import pytest
from aiortc.rtcdtlstransport import RtpRouter
from aiortc.rtp import RtcpPacket, RtcpPsfbPacket, RtpPacket

from dispatch.media.interface import RoomPolicy
from dispatch.media.relay.description import read_offer
from dispatch.media.relay.leg import Address, Leg
from dispatch.media.relay.passthrough import (
    HEARD,
    MOST_ASKED,
    MOST_SOURCES,
    STREAMS,
    asker_for_key_frames,
    bound_sources,
)
from tests.media.peers import Beep, Camera, Peer, until

SOURCES = 10_000
A_SECOND, AT_ONCE = 2000, 20  # packets
# One packet each, not of a key frame: a VP8 descriptor, "it begins here", and a byte.
NO_KEY_FRAME = b"\x10\x01" + b"x" * 20


def test_a_leg_has_so_many_sources_and_no_more():
    router, receiver = RtpRouter(), cast(Any, object())
    router.register_receiver(receiver, ssrcs=[1], payload_types=[97])
    bound_sources(cast(Any, SimpleNamespace(_rtp_router=router)))
    heard = [
        router.route_rtp(RtpPacket(payload_type=97, ssrc=ssrc))
        for ssrc in range(1, SOURCES)
    ]

    assert heard[:MOST_SOURCES] == [receiver] * MOST_SOURCES
    assert set(heard[MOST_SOURCES:]) == {None}
    assert len(router.ssrc_table) == MOST_SOURCES
    # Who was there before the flood is heard as ever.
    assert router.route_rtp(RtpPacket(payload_type=97, ssrc=1)) is receiver


async def test_only_the_last_that_were_heard_are_asked_for_a_key_frame():
    asked: list[int] = []

    async def ask(ssrc: int) -> None:
        asked.append(ssrc)

    sources = [SimpleNamespace(source=n, timestamp=n % 100) for n in range(100)]
    receiver = SimpleNamespace(
        _send_rtcp_pli=ask, getSynchronizationSources=lambda: sources[:]
    )
    await asker_for_key_frames(cast(Any, receiver))()

    assert asked == [99, 98, 97, 96]
    assert len(asked) == MOST_ASKED


@pytest.mark.slow
async def test_a_flood_of_sources_neither_freezes_nor_kills_the_relay(relay, web):
    call = uuid4()
    await web.peer(call, "guest", video=Camera(), audio=Beep()).join()
    host = await web.peer(call, "host").join()
    await until(lambda: len(host.numbers) > 5)
    hostile = await web.peer(uuid4(), "guest").join()
    asked = count_wishes(hostile)
    began = time.monotonic()
    flood = asyncio.create_task(send_from_many(hostile))
    slowest, shown = 0.0, host.numbers[-1]
    while not flood.done():
        at = time.monotonic()
        health = await web.backend.health()
        slowest = max(slowest, time.monotonic() - at)
        assert health.is_alive
        await asyncio.sleep(0.1)
    await flood
    lasted = time.monotonic() - began

    assert slowest < 1, f"it answered after {slowest:.1f} s"
    assert relay.is_running
    assert not [event for event in web.events if event.code]
    assert len(asked) < (lasted / 0.3 + 2) * MOST_ASKED + MOST_SOURCES
    await until(lambda: host.numbers[-1] > shown + 12)
    print(f"{SOURCES} sources in {lasted:.1f} s: answered within {slowest:.2f} s")


async def test_the_tables_of_a_leg_stay_small(monkeypatch):
    """The relay's own leg, in this process, with a client that floods it."""
    monkeypatch.setattr(
        aioice.ice, "get_host_addresses", lambda use_ipv4, use_ipv6: ["127.0.0.1"]
    )
    relay = OneLeg()
    peer = await Peer(cast(Any, relay), uuid4(), "guest").join()
    try:
        await send_from_many(peer, 200)
        [video] = [
            one
            for one in relay.leg._connection.getTransceivers()
            if one.kind == "video"
        ]
        seen = getattr(video.receiver, STREAMS)
        transport = video.receiver.transport
        await until(lambda: received(transport) >= 200)
        tables = (
            seen,
            getattr(video.receiver, HEARD),
            transport._rtp_router.ssrc_table,
        )
        assert len(seen) > 4
        assert max(map(len, tables)) <= MOST_SOURCES
    finally:
        await peer.leave()
        await relay.leg.close()


class OneLeg:
    """In place of a relay's process: one leg of it."""

    leg: Leg

    async def offer(
        self, call: UUID, who: str, leg: UUID, sdp: str, policy: RoomPolicy
    ) -> str:
        """Admit it."""
        described = read_offer(sdp)
        self.leg = Leg(
            call,
            who,
            leg,
            described,
            may_pass=lambda source, kind: True,
            hear=lambda leg, frame: None,
            wish=lambda source: None,
            changed=lambda leg: None,
            lines_changed=lambda leg: None,
        )
        return await self.leg.describe(described, Address(is_loopback=True))


def received(transport: Any) -> int:
    """Return how many packets of any kind have come."""
    [stats] = transport._get_stats().values()
    return int(stats.packetsReceived)


def count_wishes(peer: Peer) -> list[int]:
    """Return a list that grows with each key frame the relay asks this peer for."""
    transport: Any = peer.connection.getTransceivers()[0].receiver.transport
    asked: list[int] = []
    handle = transport._handle_rtcp_data

    async def note(data: bytes) -> None:
        packets = RtcpPacket.parse(data)
        asked.extend(p.media_ssrc for p in packets if isinstance(p, RtcpPsfbPacket))
        await handle(data)

    transport._handle_rtcp_data = note
    return asked


async def send_from_many(peer: Any, count: int = SOURCES) -> None:
    """Send packets of a picture, each from a source of its own."""
    connection = getattr(peer, "connection", peer)
    [video] = [t for t in connection.getTransceivers() if t.kind == "video"]
    began = time.monotonic()
    for number in range(count):
        packet = RtpPacket(
            payload_type=video._codecs[0].payloadType,
            marker=1,
            sequence_number=number % 65536,
            timestamp=number * 45,
            ssrc=1_000_000 + number,
            payload=NO_KEY_FRAME,
        )
        await video.sender.transport._send_rtp(packet.serialize())
        if number % AT_ONCE == 0:
            await asyncio.sleep(max(0, began + number / A_SECOND - time.monotonic()))
