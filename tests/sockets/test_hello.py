"""Hello and welcome: join first, read second; gaps, cursors, epochs, closing."""

import asyncio
from uuid import uuid4

import pytest

from tests.house import Phone, Window


async def test_a_phone_is_welcomed_with_its_incident(house):
    call = await house.tap(text="Help")
    phone = house.window(Phone(call, "lin"))
    welcome = await phone.open_line()

    assert welcome["epoch"] == 1
    assert welcome["you"] == {"side": "caller", "call": call["call"], "read_only": False}
    snapshot = welcome["snapshots"][call["stream"]]
    assert snapshot["call"]["state"] == "waiting"
    assert [m["text"] for m in snapshot["messages"]] == ["Help"]
