"""A real relay process, and the web process's end of it."""

from collections.abc import AsyncIterator, Iterator

import aioice.ice
import pytest

from tests.media.process import Relay, Web


@pytest.fixture
def relay(tmp_path, monkeypatch) -> Iterator[Relay]:
    # Our peers live on loopback, too; aioice leaves it out.
    monkeypatch.setattr(
        aioice.ice, "get_host_addresses", lambda use_ipv4, use_ipv6: ["127.0.0.1"]
    )
    relay = Relay(tmp_path)
    relay.start()
    yield relay
    if relay.is_running:
        relay.stop()
    assert "Traceback" not in relay.log, relay.log


@pytest.fixture
async def web(relay) -> AsyncIterator[Web]:
    web = Web(relay.home)
    await web.start()
    yield web
    await web.stop()
