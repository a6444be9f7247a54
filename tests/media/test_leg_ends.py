"""A leg that ended leaves nothing behind: a relay lives for weeks."""

import asyncio
from pathlib import Path
from uuid import uuid4

from dispatch.media.interface import GUEST
from dispatch.media.relay.description import read_offer
from dispatch.media.relay.leg import Leg

OFFER = (Path(__file__).parent / "offer.sdp").read_text(encoding="utf-8")


async def test_a_leg_that_ends_as_it_wakes_leaves_no_task():
    """So it goes each time a page hangs up: half a megabyte a call stayed for good."""

    def ends(leg: Leg) -> None:
        closing.append(asyncio.create_task(leg.close()))

    closing: list[asyncio.Task[None]] = []
    leg = Leg(
        uuid4(),
        GUEST,
        uuid4(),
        read_offer(OFFER),
        may_pass=lambda source, kind: True,
        hear=lambda leg, frame: None,
        wish=lambda source: None,
        changed=ends,
        lines_changed=lambda leg: None,
    )
    assert leg._tasks, "it asks for key frames and lost packets"
    await asyncio.sleep(0.01)

    leg._change()
    await closing[0]
    await asyncio.sleep(0.01)

    assert not leg._tasks
