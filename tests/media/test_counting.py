"""The relay says what it counted, over its own socket, to whoever serves /metrics."""

import asyncio
from uuid import uuid4

import pytest
from prometheus_client.parser import text_string_to_metric_families

from dispatch.media.interface import MediaFull
from tests.media.peers import OPEN, Beep, Camera, until
from tests.media.process import Relay, Web
from tests.media.test_relay import lose

pytestmark = pytest.mark.slow


async def figures(web: Web) -> dict[tuple[str, ...], float]:
    """Return each sample by its name and its labels' values."""
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(await web.backend.metrics())
        for sample in family.samples
    }


async def test_legs_packets_and_what_was_lost_or_refused_are_counted(relay, web):
    relay.stop()
    await until(lambda: not web.backend.is_connected, 20)
    small = Relay(relay.home, ALARM110_RELAY_STREAMS="1")
    small.start()
    try:
        await until(lambda: web.backend.is_connected, 20)
        guest = await web.peer(uuid4(), "guest", video=Camera(), audio=Beep()).join()
        lose(guest, 0.2)
        with pytest.raises(MediaFull):
            await web.peer(uuid4(), "guest", video=Camera(), audio=Beep()).join(OPEN)
        for _ in range(200):
            found = await figures(web)
            if found["alarm110_relay_packets_lost_total",]:
                break
            await asyncio.sleep(0.1)
        assert found["alarm110_relay_packets_lost_total",] > 0
        assert found["alarm110_relay_packets_total",] > 10
        assert found["alarm110_relay_frames_total", "audio"] > 0
        assert found["alarm110_relay_legs",] == found["alarm110_relay_streams",] == 1
        assert found["alarm110_relay_most_streams",] == 1
        assert found["alarm110_relay_offers_total", "admitted"] == 1
        assert found["alarm110_relay_offers_total", "media_full"] == 1
        assert found["process_resident_memory_bytes",] > 2**20
    finally:
        small.stop()


async def test_a_relay_that_is_away_says_nothing_and_nobody_waits(relay, web):
    relay.stop()
    await until(lambda: not web.backend.is_connected, 10)

    assert await web.backend.metrics() == ""
