"""The relay's rules that need no peer: alone too long, and what a room lets pass."""

import asyncio
from typing import Any
from uuid import UUID

import aioice.ice
import aiortc.rtcrtpreceiver
import pytest

from dispatch.media.interface import (
    Audience,
    RoomFull,
    RoomPolicy,
    Track,
    Who,
    party,
)
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


PARTY, OTHER = party(UUID(int=1)), party(UUID(int=2))
KINDS: list[Track] = ["audio", "video"]


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
    sides = [("host", "guest"), ("guest", "host")]
    assert tuple(room.lets(*side, kind) for side in sides for kind in KINDS) == lets


@pytest.mark.parametrize(
    ("audience", "is_silent", "is_muted", "heard_by"),
    [
        ("all", False, False, {"guest", "host", OTHER}),
        ("all", True, False, {"host", OTHER}),
        ("all", False, True, set()),
        ("host", False, False, {"host"}),
        ("host", True, False, {"host"}),
        ("nobody", False, False, set()),
        (None, False, False, set()),
    ],
)
def test_who_hears_a_party(audience, is_silent, is_muted, heard_by):
    audiences: dict[Who, Audience] = {OTHER: "nobody"}
    if audience:
        audiences[PARTY] = audience
    muted: frozenset[tuple[Who, Track]] = frozenset(
        {(PARTY, "audio")} if is_muted else ()
    )
    room = Room(RoomPolicy(is_silent, muted, audiences=audiences))
    everybody = ("guest", "host", OTHER)
    assert {who for who in everybody if room.lets(PARTY, who, "audio")} == heard_by
    assert not any(room.lets(PARTY, who, "video") for who in everybody)
    # and it hears and sees the others as long as the policy names it
    for source in ("guest", "host"):
        for kind in KINDS:
            assert room.lets(source, PARTY, kind) == (audience is not None)
            assert room.lets(source, OTHER, kind)
    room.policy = None
    assert not any(room.lets("guest", PARTY, kind) for kind in KINDS)


def test_of_parties_only_what_everybody_hears_is_recorded():
    def kept(audience: Audience, *muted: tuple[Who, Track]) -> list[bool]:
        policy = RoomPolicy(False, frozenset(muted), audiences={PARTY: audience})
        return [Room(policy).records(PARTY, kind) for kind in KINDS]

    assert kept("all") == [True, False]
    assert kept("all", (PARTY, "audio")) == [False, False]
    assert kept("host") == kept("nobody") == [False, False]
    assert not Room(RoomPolicy(False)).records(PARTY, "audio")


def test_a_room_has_six_voices_and_some_more_who_listen():
    room = Room()
    names = [party(UUID(int=n)) for n in range(20)]
    audiences: dict[Who, Audience] = dict.fromkeys(names[:10], "all")
    audiences |= dict.fromkeys(names[10:], "nobody")
    policy = RoomPolicy(False, audiences=audiences)
    legs: dict[Who, Any] = room.legs
    for name in ("guest", "host", *names[:4]):
        room.find_place(name, policy)
        legs[name] = None
    for name in names[4:10]:
        with pytest.raises(RoomFull):
            room.find_place(name, policy)
    room.find_place(names[3], policy)  # a fresh leg of one who is in
    for name in names[10:14]:
        room.find_place(name, policy)
        legs[name] = None
    with pytest.raises(RoomFull):
        room.find_place(names[14], policy)
    room.find_place("guest", policy)
    room.find_place("host", policy)


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
