"""The relay's rules that need no peer: alone too long, and what a room lets pass."""

import asyncio
from typing import Any

import aioice.ice
import aiortc.rtcrtpreceiver
import pytest

from dispatch.media.interface import RoomPolicy
from dispatch.media.relay import passthrough, server
from dispatch.media.relay.room import Room
from dispatch.media.relay.server import Door


class Rooms:
    """Notes when all legs were given up."""

    def __init__(self) -> None:
        self.given_up: list[str] = []

    def close_all(self, code: str) -> None:
        self.given_up.append(code)


async def test_without_a_web_process_the_legs_are_given_up(tmp_path, monkeypatch):
    monkeypatch.setattr(server, "ALONE_SECONDS", 1.5)
    door, rooms = Door(tmp_path), Rooms()
    await door.open(rooms)
    watch = asyncio.ensure_future(door.watch())
    _, writer = await asyncio.open_unix_connection(str(tmp_path / "relay.sock"))
    await asyncio.sleep(2.5)
    assert rooms.given_up == []
    writer.close()
    await asyncio.sleep(0.5)
    assert rooms.given_up == []  # it may only be starting again
    await asyncio.sleep(2.5)
    assert set(rooms.given_up) == {"media_away"}
    watch.cancel()
    await door.close()
    assert not (tmp_path / "relay.sock").exists()


@pytest.mark.parametrize(
    ("policy", "lets"),
    [
        # host's sound, host's picture, guest's sound, guest's picture
        (None, (False, True, False, True)),
        (RoomPolicy(is_silent=False), (True, True, True, True)),
        (RoomPolicy(is_silent=True), (False, True, True, True)),
        (
            RoomPolicy(is_silent=False, muted=frozenset({("guest", "audio")})),
            (True, True, False, True),
        ),
        (
            RoomPolicy(is_silent=True, muted=frozenset({("host", "video")})),
            (False, False, True, True),
        ),
    ],
)
def test_what_a_room_lets_pass(policy, lets):
    room = Room(policy)
    kinds = [("host", "audio"), ("host", "video"), ("guest", "audio")]
    kinds.append(("guest", "video"))
    assert tuple(room.lets(*one) for one in kinds) == lets


def test_only_what_the_policy_says_is_recorded():
    room = Room()
    assert not room.records("guest", "video")  # nobody has said so yet
    room.policy = RoomPolicy(is_silent=True, muted=frozenset({("guest", "audio")}))
    assert room.records("guest", "audio")
    assert room.records("host", "audio")
    room.policy = RoomPolicy(is_silent=True, muted=frozenset({("host", "audio")}))
    assert not room.records("host", "audio")
    room.policy = RoomPolicy(is_silent=False, records=False)
    assert not room.records("guest", "video")


def test_a_machine_without_any_network_offers_loopback(monkeypatch):
    stock: Any = aiortc.rtcrtpreceiver
    monkeypatch.setattr(stock, "get_decoder", stock.get_decoder)  # put back at the end
    monkeypatch.setattr(aioice.ice, "get_host_addresses", lambda four, six: [])
    passthrough.install([])
    assert aioice.ice.get_host_addresses(True, True) == ["127.0.0.1"]
