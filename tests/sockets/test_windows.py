"""Two windows, one place: who holds it, who reads, and who is told."""

import contextlib

import pytest

from dispatch.broadcast import MOST_WATCHERS
from tests.clients import Console, Phone
from tests.sockets.stage import alarm, closed, joined, on_duty, still_works, window
from tests.wire import Refused


async def test_a_second_window_reads_until_it_takes_over(served):
    async with alarm(served) as lin, Phone(served) as second:
        second.call = lin.call
        first_epoch = lin.call["epoch"]
        welcome = await second.open_line(epoch=None)
        assert welcome["epoch"] is None
        assert welcome["you"]["read_only"] is True
        with pytest.raises(Refused) as refused:
            await second.command("post_message", text="not yet")
        assert refused.value.code == "read_only"

        told = lin.line.expect(lambda f: f.get("code") == "epoch_stale")
        demoted = lin.line.expect("welcome")
        mine = second.line.expect("welcome")
        await second.command("take_over")
        assert (await mine)["epoch"] == first_epoch + 1
        await told
        assert (await demoted)["epoch"] is None
        assert lin.line.you["read_only"] is True

        with pytest.raises(Refused) as refused:
            await lin.command("post_message", text="from the old window")
        assert refused.value.code in ("read_only", "epoch_stale")
        heard = lin.line.expect("message.posted")
        await second.command("post_message", text="from the new one")
        assert (await heard)["data"]["text"] == "from the new one"
        assert len(second.line.entries("message.posted")) == 1


async def test_an_old_epoch_of_the_phone_is_refused(served):
    async with alarm(served) as lin:
        old = lin.line.epoch
        await lin.command("take_over")
        await lin.wait_for(lambda f: f.get("type") == "welcome" and f["epoch"] != old)
        async with Phone(served) as late:
            late.call = lin.call
            welcome = await late.open_line(epoch=old)
            assert welcome["epoch"] is None
            errors = [f for _, f in late.line.heard if f.get("type") == "error"]
            assert [error["code"] for error in errors] == ["epoch_stale"]
        await lin.command("post_message", text="The new window goes on.")


async def test_the_same_seat_in_a_second_tab_replaces_the_first(served):
    async with on_duty(served, "li") as li, alarm(served) as lin:
        await joined(li, lin)
        async with window(served, "li") as tab:
            assert tab.line.you["held_elsewhere"] is True
            assert tab.line.you["seat"] is None
            welcome = await tab.line.hello(seat=li.seat, epoch=li.line.epoch)
            assert welcome["epoch"] == li.line.epoch
            assert await closed(li) == 4409
            codes = [f.get("code") for _, f in li.line.heard]
            assert "epoch_stale" in codes
            await still_works(tab, lin)


async def test_a_seat_taken_over_from_a_second_computer_tells_the_first(served):
    async with on_duty(served, "li") as li:
        old = li.line.epoch
        async with window(served, "li") as second:
            with pytest.raises(Refused) as refused:
                await second.take_seat(li.seat)
            assert refused.value.code == "seat_held"
            assert refused.value.facts["is_you"] is True
            assert refused.value.facts["operator"] == "李娜 Li"
            assert refused.value.facts["since"]

            welcome = await second.take_seat(li.seat, take_over=True)
            assert welcome["epoch"] > old
            assert await closed(li) == 4409
            assert "epoch_stale" in [f.get("code") for _, f in li.line.heard]

            async with window(served, "li") as late:
                welcome = await late.line.hello(seat=li.seat, epoch=old)
            assert welcome["epoch"] is None
            notice = welcome["you"]["notice"]
            assert notice["code"] == "epoch_stale"
            assert notice["facts"]["why"] == "taken_over"
            assert notice["facts"]["ended_at"]
            assert notice["facts"]["seat"] == li.seat
            await second.rest()  # the new window was not disturbed


async def test_a_colleague_cannot_take_a_seat_that_is_worked_at(served):
    async with on_duty(served, "li") as li, window(served, "sun") as sun:
        for take_over in (False, True):
            with pytest.raises(Refused) as refused:
                await sun.take_seat(li.seat, take_over=take_over)
            assert refused.value.code == "seat_held"
            assert refused.value.facts["is_you"] is False
        await li.rest()


async def test_a_hang_up_of_the_old_window_ends_nothing(served):
    async with on_duty(served, "li") as li, alarm(served) as lin, Phone(served) as new:
        await joined(li, lin)
        new.call = lin.call
        await new.open_line(epoch=None)
        await new.command("take_over")
        await lin.wait_for(lambda f: f.get("code") == "epoch_stale")
        with pytest.raises(Refused):
            await lin.command("hang_up")
        await still_works(li, new)


async def test_each_window_without_a_seat_may_watch(served):
    async with on_duty(served, "li") as li, window(served, "li") as watcher:
        assert isinstance(watcher, Console)
        seen = watcher.line.expect("seat.updated")
        await li.rest()
        assert (await seen)["data"]["seat"]["availability"] == "break"
        with pytest.raises(Refused) as refused:
            await watcher.command("leave_seat")
        assert refused.value.code == "no_seat"


async def test_a_call_has_so_many_windows_and_the_oldest_onlooker_is_closed(
    served,
):
    """Each holds a descriptor and is sent all there is; a capability opens no more."""
    async with alarm(served) as lin, contextlib.AsyncExitStack() as stack:
        windows = []
        for _ in range(MOST_WATCHERS + 3):
            phone = await stack.enter_async_context(Phone(served))
            phone.call = lin.call
            welcome = await phone.open_line(epoch=None)
            assert welcome["you"]["read_only"] is True
            windows.append(phone)
        assert [await closed(phone) for phone in windows[:3]] == [4409] * 3
        heard = [phone.line.expect("message.posted") for phone in windows[3:]]
        await lin.command("post_message", text="I hold the call as before.")
        for told in heard:
            await told
