"""Connections that ask nothing, by the hundred: an alarm gets through all the same."""

import asyncio
import contextlib
import re
import time
from uuid import uuid4

import pytest
from websockets.exceptions import InvalidStatus

from tests.clients import Phone
from tests.faults.small import small_server
from tests.served import Served
from tests.wire import Http

pytestmark = pytest.mark.faults

FLOODER, ELSEWHERE = "127.0.0.2", "127.0.0.1"
SHARE, SOFT, HARD = 40, 128, 600
CROWDED = HARD * 8 // 10
PATIENCE = 15.0  # seconds for the first request

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    limits = f'ulimit -Sn {SOFT}; ulimit -Hn {HARD}; exec "$@"'
    with small_server(
        tmp_path_factory.mktemp("region"),
        extra_env={"ALARM110_CONNECTIONS_PER_ADDRESS": str(SHARE)},
        prefix=("sh", "-c", limits, "sh"),
    ) as served:
        yield served


@pytest.fixture
async def crowd():
    """Connections that end with the test."""
    opened: list[Streams] = []
    yield opened
    for _, writer in opened:
        writer.transport.abort()


async def come(served: Served, address: str, count: int) -> list[Streams]:
    """Open connections from an address, and say nothing."""
    return [
        await asyncio.open_connection("127.0.0.1", served.port, local_addr=(address, 0))
        for _ in range(count)
    ]


async def is_cut(reader: asyncio.StreamReader, seconds: float) -> bool:
    """Return whether the server ends a connection within so many seconds."""
    with contextlib.suppress(ConnectionError):
        try:
            async with asyncio.timeout(seconds):
                return await reader.read(1) == b""
        except TimeoutError:
            return False
    return True


async def cut(opened: list[Streams], seconds: float) -> int:
    """Return how many of these are ended within so many seconds."""
    found = await asyncio.gather(*(is_cut(reader, seconds) for reader, _ in opened))
    return sum(found)


async def tap(served: Served, address: str) -> int:
    """Raise an alarm from an address; return the answer's status."""
    http = Http(served.url, served.ssl_context())
    http._streams = await asyncio.open_connection(
        http.host, http.port, ssl=http.context, local_addr=(address, 0)
    )
    answer = await http.post_json(
        "/api/v1/calls", {"id": str(uuid4()), "mode": "normal"}
    )
    await http.close()
    return answer.status


async def refused(served: Served) -> dict[str, float]:
    """Return how many connections were refused or cut off, by why."""
    key = (served.home / "metrics.key").read_text(encoding="utf-8").strip()
    http = Http(served.url, served.ssl_context())
    shown = {"Authorization": f"Bearer {key}"}
    text = (await http.request("GET", "/metrics", headers=shown)).body.decode()
    await http.close()
    sample = r'(?m)^alarm110_connections_refused_total\{.*why="([a-z ]+)".*\} (\S+)$'
    return {why: float(count) for why, count in re.findall(sample, text)}


def test_it_may_open_as_many_as_the_machine_allows_and_says_so(small):
    assert f"{HARD} descriptors may be open; {SHARE} connections" in small.log()


async def test_a_flood_from_one_address_stops_no_tap(small, crowd):
    crowd += await come(small, FLOODER, 3 * SHARE)
    at = time.monotonic()
    assert await tap(small, ELSEWHERE) == 201
    assert await tap(small, FLOODER) == 201  # a phone behind the same address
    print(
        f"two taps beside {3 * SHARE} idle connections: {time.monotonic() - at:.2f} s"
    )
    assert await cut(crowd, 2) >= 2 * SHARE
    assert (await refused(small))["gave way"] >= 2 * SHARE


async def test_connections_kept_alive_after_an_answer_make_room_too(small):
    """A browser keeps six for a minute; a hall may stand behind one address."""
    async with contextlib.AsyncExitStack() as stack:
        for _ in range(SHARE):
            http = Http(small.url, small.ssl_context())
            stack.push_async_callback(http.close)
            http._streams = await asyncio.open_connection(
                http.host, http.port, ssl=http.context, local_addr=(FLOODER, 0)
            )
            assert (await http.request("GET", "/healthz")).status == 200
        assert await tap(small, FLOODER) == 201


async def test_where_few_are_left_a_tap_is_served_and_a_socket_is_not(small, crowd):
    async with Phone(small) as lin:
        await lin.tap()
        for n in range(CROWDED // SHARE):
            crowd += await come(small, f"127.0.1.{n + 1}", SHARE)
        began = time.monotonic()
        assert await tap(small, ELSEWHERE) == 201
        async with Phone(small) as late:
            late.call = lin.call
            with pytest.raises(InvalidStatus) as full:
                await late.open_line(epoch=None)
            assert full.value.response.status_code == 503
        # Who has one keeps it.
        await lin.command("post_message", text="I am still here.")

        # Whoever said nothing for so long frees what he held.
        assert await cut(crowd, PATIENCE + 5) == len(crowd)
        assert time.monotonic() - began > PATIENCE - 5
        await lin.command("post_message", text="And here after that, too.")
        async with Phone(small) as late:
            late.call = lin.call
            assert (await late.open_line(epoch=None))["you"]["read_only"] is True
    why = await refused(small)
    assert why["few descriptors"] >= 1
    assert why["no request"] >= CROWDED // 2


async def test_a_handshake_that_stands_still_is_cut_off(small, crowd):
    """TLS begun and not ended, a request's first line and no more: 15 s for both."""
    half = await come(small, FLOODER, 1)
    half[0][1].write(b"\x16\x03\x01\x02\x00\x01")
    slow = await asyncio.open_connection(
        "127.0.0.1", small.port, ssl=small.ssl_context()
    )
    slow[1].write(b"GET / HTTP/1.1\r\n")
    crowd += [*half, slow]

    async def dribble() -> None:
        while True:
            await asyncio.sleep(1)
            slow[1].write(b"x")

    dribbling = asyncio.create_task(dribble())
    try:
        assert await cut(crowd, PATIENCE + 5) == 2
    finally:
        dribbling.cancel()
