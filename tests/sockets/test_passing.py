"""What passes between the two sides and is never kept: pictures, typing, devices."""

import asyncio

from tests.clients import JPEG
from tests.sockets.stage import alarm, joined, on_duty

A_MOMENT = 0.25  # seconds; the lane takes four pictures a second


async def test_the_newest_picture_wins_and_one_is_in_flight(served):
    async with on_duty(served, "li") as li, alarm(served) as lin:
        await joined(li, lin)
        for sender, receiver in ((lin, li), (li, lin)):
            receiver.line.shows_stills = False
            since = receiver.line.mark()
            first = receiver.line.expect("still")
            for n in (1, 2, 3):
                await sender.still(n)
                await asyncio.sleep(A_MOMENT)
            assert (await first)["n"] == 1
            assert (await first)["jpeg"] == JPEG
            shown = [f["n"] for _, f in receiver.line.heard[since:]
                     if f.get("type") == "still"]  # fmt: skip
            assert shown == [1]  # in flight: two waits, three took its place

            told = sender.line.expect("still_seen")
            newest = receiver.line.expect("still")
            await receiver.line.send("still_seen", n=1)
            assert (await told)["n"] == 1
            assert (await newest)["n"] == 3
            assert (await newest)["age_ms"] >= 5
            await receiver.line.send("still_seen", n=3)


async def test_a_seat_that_takes_the_call_sees_the_last_picture_and_its_age(served):
    async with on_duty(served, "li") as li, alarm(served) as lin:
        for n in (7, 8):  # the second comes sooner than a waiting call may send
            seen = lin.line.expect("still_seen")
            await lin.still(n)
            assert (await seen)["n"] == n
        await asyncio.sleep(1)
        shown = li.line.expect("still")
        await joined(li, lin)
        picture = await shown
        assert picture["n"] == 7
        assert picture["call"] == lin.call["call"]
        assert 1000 <= picture["age_ms"] < 10_000


async def test_a_picture_that_is_too_large_is_refused_and_the_lane_stays_free(served):
    async with on_duty(served, "li") as li, alarm(served) as lin:
        await joined(li, lin)
        for sender, receiver in ((lin, li), (li, lin)):
            refused = sender.line.expect("error")
            await sender.still(1, jpeg="A" * 56_000)  # 41 KiB before base64
            assert (await refused)["code"] == "malformed"
            shown = receiver.line.expect("still")
            await sender.still(2, jpeg="A" * 54_612)  # 40 KiB
            assert (await shown)["n"] == 2


async def test_typing_and_the_phones_devices_are_told(served):
    state = {"camera": "on", "microphone": "refused", "position": "off"}
    async with on_duty(served, "li") as li, alarm(served) as lin:
        await lin.line.send("report_device", **state)
        told = li.line.expect("device")
        await joined(li, lin)
        assert state.items() <= (await told).items()  # from before the seat came

        changed = li.line.expect("device")
        await lin.line.send("report_device", **state, is_hidden=True)
        assert (await changed)["is_hidden"] is True
        for sender, receiver in ((lin, li), (li, lin)):
            typing = receiver.line.expect("typing")
            await sender.line.send("typing")
            assert (await typing)["call"] == lin.call["call"]


async def test_a_phone_without_a_seat_passes_nothing_to_anybody(served):
    async with on_duty(served, "li") as li, alarm(served) as lin:
        since = li.line.mark()
        seen = lin.line.expect("still_seen")
        await lin.still(1)
        await seen
        await lin.line.send("typing")
        await asyncio.sleep(A_MOMENT)
        heard = {frame.get("type") for _, frame in li.line.heard[since:]}
        assert not heard & {"still", "typing", "device"}
