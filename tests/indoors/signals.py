"""How the tests set up live media through the sockets, and what they wait for."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from uuid import UUID, uuid4

SDP = "v=0\r\ns=the offer\r\n"


async def offer(window, leg=None) -> UUID:
    """Send an offer and wait for its answer, or for why not."""
    leg = leg or uuid4()
    await send_offer(window, leg)
    await answered(window, leg)
    return leg


async def send_offer(window, leg):
    """Send an offer."""
    description = {"type": "offer", "sdp": SDP}
    await window.send("signal", leg=str(leg), description=description)


async def answered(window, leg):
    """Wait for what becomes of a leg: an answer, or why not."""
    return await window.wait_for(
        lambda f: f.get("type") in ("signal", "media") and f.get("leg") == str(leg)
    )


async def refused(window, leg) -> str:
    """Send an offer that is refused, and return with which code."""
    await send_offer(window, leg)
    told = await answered(window, leg)
    assert (told["type"], told["state"]) == ("media", "refused"), told
    code: str = told["code"]
    return code


async def until(holds: Callable[[], bool]) -> None:
    """Wait, at most ten seconds, until something holds."""
    for _ in range(1000):
        if holds():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it did not happen")


async def settle(house) -> None:
    """Let what was sent be done: a question through the same threads and loop."""
    for _ in range(3):
        await asyncio.sleep(0.05)
        await house.db(lambda: None)


async def lapse(house, console, phone) -> None:
    """The console is cut off, and its seat's lease runs out."""
    await console.close()
    for _ in range(10):  # its last sign of life may be flushed after the clock moved
        await house.db(house.world.passes, 9, sweep=False)
        with suppress(TimeoutError):
            await phone.wait_for("call.returned", seconds=3)
            return
    raise AssertionError("the call never came back")


def call_of(phone) -> UUID:
    """Return the call that a phone is in."""
    return UUID(phone.call["call"])
