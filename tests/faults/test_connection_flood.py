"""Connections that ask nothing, by the hundred: an alarm gets through all the same."""

import asyncio
import contextlib
import re
import socket
import ssl
import time
from uuid import uuid4

import pytest
from websockets.exceptions import InvalidStatus

from tests.clients import Phone
from tests.faults.small import small_server
from tests.served import Served
from tests.wire import Http

pytestmark = [pytest.mark.faults, pytest.mark.deep]

FLOODER, ELSEWHERE = "127.0.0.2", "127.0.0.1"
SHARE, SOFT, HARD = 40, 128, 600
CROWDED = HARD * 8 // 10
PATIENCE = 15.0  # seconds for the first request
GOING = 5.0  # and for leaving after a refusal

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
    told = (
        f"up to {HARD} files and connections may be open at once, {SHARE} connections"
    )
    assert told in small.log()


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


async def test_a_phone_half_through_its_head_outlives_a_flood_of_its_address(
    small, crowd
):
    http = Http(small.url, small.ssl_context())
    http._streams = await asyncio.open_connection(
        http.host, http.port, ssl=http.context, local_addr=(FLOODER, 0)
    )
    crowd.append(http._streams)
    http._streams[1].write(b"GET /healthz HTTP/1.1\r\n")
    crowd += await come(small, FLOODER, 3 * SHARE)
    rest = f"Host: {http.authority}\r\n\r\n".encode()
    assert (await http.raw(rest)).status == 200


async def answered(
    served: Served, address: str, head: str, status: bytes
) -> list[Streams]:
    """Ask as often at once as an address may; each is answered with this status."""
    trust = served.ssl_context()
    asked = (ask(served, address, head, trust) for _ in range(SHARE))
    opened = await asyncio.gather(*asked)
    firsts = await asyncio.gather(*(reader.readline() for reader, _ in opened))
    assert all(status in first for first in firsts)
    return opened


async def ask(
    served: Served, address: str, head: str, trust: ssl.SSLContext | None = None
) -> Streams:
    """Open a connection from an address and send a request's head over TLS."""
    streams = await asyncio.open_connection(
        "127.0.0.1", served.port, ssl=trust or served.ssl_context(),
        local_addr=(address, 0),
    )  # fmt: skip
    host = f"Host: 127.0.0.1:{served.port}\r\n"
    streams[1].write(f"{head}\r\n{host}\r\n".encode())
    return streams


async def test_where_few_are_left_an_idle_connection_gives_way_to_a_socket(
    small, crowd
):
    silent: list[Streams] = []
    async with Phone(small) as lin:
        await lin.tap()
        began = time.monotonic()
        for n in range(0, CROWDED // SHARE, 2):
            silent += await come(small, f"127.0.1.{n + 1}", SHARE)
            kept = f"127.0.1.{n + 2}", "GET /healthz HTTP/1.1"
            crowd += await answered(small, *kept, b"200")
        crowd += silent
        assert time.monotonic() - began < PATIENCE, "too slow: the silent are gone"
        assert await tap(small, ELSEWHERE) == 201
        gave_way = (await refused(small))["gave way"]
        async with Phone(small) as late:
            late.call = lin.call
            assert (await late.open_line(epoch=None))["you"]["read_only"] is True
        assert (await refused(small))["gave way"] > gave_way
        await lin.command("post_message", text="I am still here.")
        # Whoever said nothing for so long frees what he held.
        assert await cut(silent, PATIENCE + 5) == len(silent)
    assert (await refused(small))["no request"] >= len(silent) // 2


async def test_where_few_are_left_and_nobody_is_idle_a_tap_is_served_and_no_socket(
    small, crowd
):
    body_to_come = "POST /healthz HTTP/1.1\r\nContent-Length: 9\r\nExpect: 100-continue"
    upgrade = "GET /ws/caller HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade"
    async with Phone(small) as lin:
        await lin.tap()
        await lin.http.close()  # kept alive, it would give way
        for n in range(CROWDED // SHARE):
            crowd += await answered(small, f"127.0.2.{n + 1}", body_to_come, b"100")
        async with Phone(small) as late:
            late.call = lin.call
            with pytest.raises(InvalidStatus) as full:
                await late.open_line(epoch=None)
            assert full.value.response.status_code == 503
        staying = await asyncio.to_thread(stay_after, small, upgrade)
        assert staying < GOING + 3
        assert await tap(small, ELSEWHERE) == 201
        # Who has one keeps it.
        await lin.command("post_message", text="I am still here.")
    assert (await refused(small))["few descriptors"] >= 2


def stay_after(served: Served, head: str) -> float:
    """Return for how long one may stay that was refused and never says goodbye."""
    context = served.ssl_context()
    assert context is not None
    raw = socket.create_connection(("127.0.0.1", served.port), timeout=30)
    with context.wrap_socket(raw, server_hostname="127.0.0.1") as line:
        host = f"Host: 127.0.0.1:{served.port}\r\n"
        line.sendall(f"{head}\r\n{host}\r\n".encode())
        assert b" 503 " in line.recv(4096)
        at = time.monotonic()
        while line.recv(4096):  # to the goodbye over TLS, which is not returned
            pass
        with socket.socket(fileno=line.detach()) as tcp:
            tcp.settimeout(30)
            with contextlib.suppress(ConnectionError):
                tcp.recv(1)
        return time.monotonic() - at


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
