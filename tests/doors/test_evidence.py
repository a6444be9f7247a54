"""Evidence at the real server: how a body may arrive, and how it may not."""

import asyncio

from tests.clients import Phone
from tests.evidence.phones import Recorder, code, content_digest
from tests.sockets.stage import alarm
from tests.wire import Answer

DATA = bytes(range(256)) * 2048  # 512 KiB
MEBIBYTE = 1024 * 1024


def head(recorder: Recorder, phone: Phone, index: int, data: bytes, more: str) -> bytes:
    """Return the head of an upload, as it is on the wire."""
    return (
        f"PUT {recorder.path}/segments/0/chunks/{index} HTTP/1.1\r\n"
        f"Host: {phone.http.authority}\r\nOrigin: {phone.http.url}\r\n"
        f"Alarm110-Evidence: {recorder.capability}\r\n"
        f"Content-Digest: {content_digest(data)}\r\n{more}\r\n\r\n"
    ).encode()


def in_pieces(data: bytes, size: int = 40_000) -> bytes:
    """Return a body in chunked transfer encoding."""
    pieces = [data[n : n + size] for n in range(0, len(data), size)]
    parts = [f"{len(piece):x}\r\n".encode() + piece + b"\r\n" for piece in pieces]
    return b"".join(parts) + b"0\r\n\r\n"


async def in_chunks(recorder: Recorder, phone: Phone, n: int, data: bytes) -> Answer:
    """Upload without saying how much it will be."""
    start = head(recorder, phone, n, data, "Transfer-Encoding: chunked")
    return await phone.http.raw(start + in_pieces(data))


async def test_a_body_may_come_in_pieces_without_a_length(served):
    async with alarm(served) as lin:
        recorder = Recorder.of(lin.http, lin.call)
        await recorder.open()
        assert (await in_chunks(recorder, lin, 0, DATA)).status == 200
        whole = bytes(MEBIBYTE)
        assert (await in_chunks(recorder, lin, 1, whole)).status == 200
        over = await in_chunks(recorder, lin, 2, whole + b"!")
        assert code(over) == (413, "too_large")
        seen = (await recorder.look()).json()
        assert seen["stored"] == [{"segment": 0, "ranges": [[0, 1]]}]
        assert seen["clip"]["bytes"] == len(DATA) + MEBIBYTE


async def test_far_too_much_is_refused_before_it_is_read(served):
    async with alarm(served) as lin:
        recorder = Recorder.of(lin.http, lin.call)
        await recorder.open()
        huge = head(recorder, lin, 0, b"", f"Content-Length: {64 * MEBIBYTE}")
        assert (await lin.http.raw(huge)).status == 413
        await lin.http.close()
        assert (await recorder.put(0, DATA)).status == 200


async def test_half_a_body_is_no_chunk(served):
    async with alarm(served) as lin:
        recorder = Recorder.of(lin.http, lin.call)
        await recorder.open()
        start = head(recorder, lin, 0, DATA, f"Content-Length: {len(DATA)}")
        reader, writer = await asyncio.open_connection(
            lin.http.host, lin.http.port, ssl=lin.http.context
        )
        writer.write(start + DATA[: len(DATA) // 2])
        await writer.drain()
        writer.transport.abort()  # the network is gone
        del reader
        await asyncio.sleep(0.5)
        assert (await recorder.look()).json()["stored"] == []
        assert (await recorder.put(0, DATA)).status == 200
        assert (await recorder.close({0: 1})).json()["clip"]["is_complete"] is True
