"""Frames come as the network likes: in pieces, several at once, with pings between."""

import asyncio
import json
from uuid import uuid4

import pytest

from tests.clients import Phone
from tests.wire import SUBPROTOCOL

pytestmark = pytest.mark.faults


def post(text: str) -> str:
    """Return a command."""
    return json.dumps({"type": "post_message", "id": str(uuid4()), "text": text})


async def test_messages_in_pieces_and_in_heaps_arrive_whole_and_in_order(served):
    async with Phone(served) as lin:
        await lin.tap()
        socket = lin.line.socket
        whole, pieces = post("one"), post("二, in pieces")
        heap = [post(f"heap {n}") for n in range(8)]

        await socket.send(whole)
        await socket.send([pieces[:7], pieces[7:20], pieces[20:]])
        await asyncio.gather(await socket.ping(), *(socket.send(t) for t in heap))

        await lin.wait_for(
            lambda f: (
                f.get("type") == "message.posted" and f["data"]["text"] == "heap 7"
            )
        )
        posted = [e["data"]["text"] for e in lin.line.entries("message.posted")]
        assert posted == ["one", "二, in pieces", *(f"heap {n}" for n in range(8))]
        assert str(socket.subprotocol) == SUBPROTOCOL
        await lin.command("hang_up")
