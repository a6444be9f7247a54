"""What may flow in a room follows silence and mutings, whatever else goes on."""

import asyncio
import time
from uuid import uuid4

from dispatch.actions import media
from dispatch.media.interface import (
    RoomPolicy,
)
from dispatch.snapshots.media import standing_of
from reports.errors import Busy
from tests.indoors.signals import (
    answered,
    call_of,
    offer,
    send_offer,
    settle,
    until,
)


def slow_first_look(monkeypatch, seconds: float) -> list[bool]:
    """Let the next look at a room come late; the list is empty once it has begun."""
    look, first = standing_of, [True]

    def slow(call):
        found = look(call)
        if first.pop() if first else False:
            time.sleep(seconds)
        return found

    monkeypatch.setattr(media, "standing_of", slow)
    return first


async def test_the_policy_follows_silence_and_mutings(house, fake):
    chen, lin = await house.connected()
    await offer(lin)
    await offer(chen)
    call = call_of(lin)
    await lin.command("set_mode", mode="silent")
    await until(lambda: fake.policies[call].is_silent)
    await chen.command("set_muted", who="guest", track="audio", is_muted=True)
    await chen.command("set_muted", who="host", track="video", is_muted=True)
    both = frozenset({("guest", "audio"), ("host", "video")})
    await until(lambda: fake.policies[call].muted == both)
    await chen.command("set_muted", who="guest", track="audio", is_muted=False)
    await lin.command("set_mode", mode="normal")

    await until(
        lambda: fake.policies[call] == RoomPolicy(False, frozenset({("host", "video")}))
    )


async def test_who_begins_silent_is_silent_from_the_first_packet(house, fake):
    _, lin = await house.connected(mode="silent")
    await offer(lin)

    await until(lambda: bool(fake.kinds("policy")))
    assert all(
        told[-1].is_silent for told in fake.told if told[0] in ("offer", "policy")
    )


async def test_silence_that_came_during_an_offer_stands_after_it(house, fake):
    """The offer was asked for with sound; what stays must be what was decided last."""
    chen, lin = await house.connected()
    await offer(lin)
    fake.gate.clear()
    leg = uuid4()
    await send_offer(chen, leg)
    await until(lambda: len(fake.kinds("offer")) == 2)
    await lin.command("set_mode", mode="silent")
    await settle(house)
    fake.gate.set()
    await answered(chen, leg)

    await until(lambda: fake.policies[call_of(lin)].is_silent)
    await settle(house)
    assert fake.policies[call_of(lin)].is_silent


async def test_of_two_looks_the_later_decides(house, fake, monkeypatch):
    """The first look is slow: it must not undo what the second one found."""
    _, lin = await house.connected()
    await offer(lin)
    slow_first_look(monkeypatch, 0.4)
    await lin.command("set_mode", mode="silent")
    await lin.command("set_mode", mode="normal")
    await lin.command("set_mode", mode="silent")
    await asyncio.sleep(0.8)

    assert fake.policies[call_of(lin)].is_silent


async def test_silence_waits_for_no_offer(house, fake):
    """The room's turn is taken by an offer that the media server does not answer."""
    chen, lin = await house.connected()
    await offer(lin)
    await chen.command("set_muted", who="host", track="video", is_muted=True)
    muted = frozenset({("host", "video")})
    await until(lambda: fake.policies[call_of(lin)].muted == muted)
    fake.gate.clear()
    await send_offer(chen, uuid4())
    await until(lambda: len(fake.kinds("offer")) == 2)
    await lin.command("set_mode", mode="silent")
    await until(lambda: fake.policies[call_of(lin)] == RoomPolicy(True, muted))
    fake.gate.set()


async def test_a_look_from_before_the_silence_does_not_break_it(
    house, fake, monkeypatch
):
    chen, lin = await house.connected()
    await offer(lin)
    first = slow_first_look(monkeypatch, 0.5)
    await chen.command("set_muted", who="host", track="video", is_muted=True)
    await until(lambda: not first)
    await lin.command("set_mode", mode="silent")
    await until(lambda: fake.policies[call_of(lin)].is_silent)
    silent_at = len(fake.told)
    await asyncio.sleep(1)

    assert len(fake.told) > silent_at
    told = [told[-1] for told in fake.told[silent_at:] if told[0] == "policy"]
    assert all(policy.is_silent for policy in told)
    await lin.command("set_mode", mode="normal")
    await until(lambda: not fake.policies[call_of(lin)].is_silent)


async def test_a_busy_database_is_asked_again(house, fake, monkeypatch):
    chen, lin = await house.connected()
    await offer(lin)
    monkeypatch.setattr(media, "BUSY_SECONDS", 0.05)
    looks = []

    def busy(call):
        looks.append(call)
        if len(looks) <= 3:
            raise Busy
        return standing_of(call)

    monkeypatch.setattr(media, "standing_of", busy)
    await chen.command("set_muted", who="host", track="video", is_muted=True)
    muted = frozenset({("host", "video")})
    await until(lambda: fake.policies[call_of(lin)].muted == muted)
