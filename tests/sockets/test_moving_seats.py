"""A seat one has left is the next person's, and nobody's window pays for it."""

from tests.clients import Phone
from tests.sockets.stage import alarm, joined, on_duty, still_works, window


async def test_who_sits_down_at_a_seat_one_left_does_not_end_ones_call(served):
    async with on_duty(served, "li") as li:
        former = li.seat
        await li.command("leave_seat")
        other = next(
            one["seat"]
            for one in li.seats()
            if one["seat"] != former and one["operator_id"] is None
        )
        await li.take_seat(other)
        async with alarm(served) as lin:
            await joined(li, lin)
            async with window(served, "sun") as sun:
                await sun.take_seat(former)
                await still_works(li, lin)
                await sun.command("leave_seat")


async def test_one_phones_strange_tap_does_not_refuse_the_others(served):
    """Whatever a tap holds, those written together with it are alarms."""
    async with Phone(served) as strange, Phone(served) as other:
        answer = await strange.http.post_json(
            "/api/v1/calls",
            {"id": "0f8f8a52-1111-4000-8000-00000000beef", "language": "a\x00b"},
        )
        assert answer.status == 201
        await other.tap()
        await other.command("hang_up")
        strange.call = answer.json()
        await strange.open_line()
        await strange.command("hang_up")
