"""Who may open a socket at all: decided before anything is accepted."""

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from tests.clients import Phone
from tests.wire import SUBPROTOCOL

# {host} is the server's own, {port} its port: near misses of the one right answer.
HOSTILE = {
    "plain http": "http://{host}:{port}",
    "another port": "https://{host}:{other}",
    "no port that exists": "https://{host}:1{port}",
    "no port": "https://{host}",
    "a suffix": "https://{host}:{port}.evil.example",
    "a prefix": "https://evil-{host}:{port}",
    "a path": "https://{host}:{port}/",
    "a user": "https://{host}:{port}@evil.example",
    "our host as a user": "https://evil.example@{host}:{port}",
    "shouting": "HTTPS://{host}:{port}",
    "a space behind": "https://{host}:{port}  x",
    "ftp": "ftp://{host}:{port}",
    "a file": "file://",
    "null": "null",
    "empty": "",
    "two": "https://{host}:{port}, https://evil.example",
    "a sub-domain of another": "https://{host}.evil.example:{port}",
    "another host": "https://evil.example",
    "our address as a number": "https://2130706433:{port}",
}


async def status_of(served, door="caller", *, origin, subprotocols=(SUBPROTOCOL,)):
    """Try to open a socket; return the HTTP status that refused it, or None."""
    headers = {} if origin is None else {"Origin": origin}
    try:
        async with connect(
            f"{served.ws}/ws/{door}", ssl=Phone(served).context, proxy=None,
            additional_headers=headers, subprotocols=list(subprotocols) or None,
        ):  # fmt: skip
            return None
    except InvalidStatus as refused:
        return refused.response.status_code


@pytest.mark.parametrize("door", ["caller", "seat"])
async def test_pages_of_others_open_no_socket(served, door):
    assert await status_of(served, door, origin=served.url) is None
    assert await status_of(served, door, origin=None) == 403
    for name, origin in HOSTILE.items():
        tried = origin.format(
            host="127.0.0.1", port=served.port, other=served.http_port
        )
        # 400: what is no origin at all is refused a floor lower.
        assert await status_of(served, door, origin=tried) in (400, 403), name


@pytest.mark.parametrize("offered", [(), ("alarm110.v2",), ("ALARM110.V1", "mqtt")])
async def test_who_does_not_speak_our_protocol_is_refused(served, offered):
    assert await status_of(served, origin=served.url, subprotocols=offered) == 403


@pytest.mark.parametrize("door", ["", "caller/", "unit", "seat/../caller", "Caller"])
async def test_there_are_three_doors_and_no_others(served, door):
    before = len(served.log())
    assert await status_of(served, door, origin=served.url) == 403
    assert "Traceback" not in served.log()[before:]
