"""What a supervisor orders from the board, through its socket, and who sees it done."""

from uuid import UUID, uuid4

import pytest

from accounts.models import Agency
from dispatch import commands
from dispatch.actions import board_desk, media
from dispatch.actions.board_desk import BoardPlace
from dispatch.models import Participant
from tests.indoors.test_board import opened
from tests.wire import Frame


def seat_is(console, **facts):
    """Wait for an entry that shows the console's seat so."""

    def fits(frame: Frame) -> bool:
        shown = frame["data"]["seat"] if frame.get("type") == "seat.updated" else {}
        return shown.get("seat") == console.seat and {**shown, **facts} == shown

    return fits


# --- Seats ---------------------------------------------------------------------------


async def test_a_seat_sent_on_a_break_is_told_by_whom(house):
    board, wu = await opened(house), await house.console("wu")
    await board.command("pause_seat", seat=wu.seat, reason="rest")
    told = await wu.wait_for(seat_is(wu, availability="break"))
    assert told["data"]["seat"]["reason"] == "rest · Zhao"
    assert told["data"]["why"] == "paused"


@pytest.mark.parametrize(("allow", "stands"), [(True, "break"), (False, "ready")])
async def test_a_break_that_was_asked_for_is_allowed_or_not(house, allow, stands):
    careful = Agency.objects.filter(pk=house.world.zhifu.pk)
    await house.db(lambda: careful.update(breaks_need_approval=True))
    board, wu = await opened(house), await house.console("wu")
    await wu.command("set_availability", availability="break", reason="tea")
    await board.wait_for(seat_is(wu, break_asked="tea", availability="ready"))
    answered = wu.expect(seat_is(wu, break_asked="", availability=stands))
    await board.command("answer_break", seat=wu.seat, allow=allow)
    await answered


# --- Calls ---------------------------------------------------------------------------


async def test_a_connected_call_moved_to_a_seat_stays_until_it_is_accepted(house):
    board, wu = await opened(house), await house.console("wu", ready=False)
    _, lin = await house.connected()
    await wu.command("set_availability", availability="ready")
    call = lin.call["call"]
    await board.command("move_call", call=call, seat=wu.seat, reason="his dialect")
    offer = await wu.offer()
    assert (offer["call"], offer["kind"]) == (call, "transfer")
    assert "call.transferred" not in lin.kinds()
    await wu.accept()
    transferred = await lin.wait_for("call.transferred")
    assert transferred["data"]["call"]["seat_label_en"] == "Zhifu 8"


async def test_a_call_ended_from_the_board_ends_for_both_sides(house):
    board = await opened(house)
    chen, lin = await house.connected()
    await board.command("force_end", call=lin.call["call"], reason="a child at play")
    for side in (chen, lin):
        ended = await side.wait_for("call.ended")
        assert ended["data"]["call"]["end_reason"] == "supervisor"
    await chen.wait_for(seat_is(chen, activity="wrap_up"))


# --- Notices -------------------------------------------------------------------------


async def test_a_notice_is_taken_back_from_every_seat(house):
    board, wu = await opened(house), await house.console("wu")
    shown = wu.expect("notice.updated")
    agency = str(house.world.zhifu.uuid)
    await board.command("post_notice", agency=agency, text="Fog on the coast")
    notice = (await shown)["data"]["notice"]
    assert not notice["is_withdrawn"]
    gone = wu.expect("notice.updated")
    await board.command("withdraw_notice", notice=notice["notice"])
    assert (await gone)["data"]["notice"] == {**notice, "is_withdrawn": True}


# --- The room ------------------------------------------------------------------------


async def test_who_listened_unseen_speaks_up_and_the_room_is_told(house):
    board = await opened(house)
    chen, lin = await house.connected()
    call = lin.call["call"]
    await board.command("enter_room", call=call, stance="monitor", reason="help")
    assert "room.changed" not in chen.kinds()
    changed = chen.expect("room.changed")
    await board.command("set_stance", call=call, stance="open")
    assert [p["role"] for p in (await changed)["data"]["parties"]] == ["supervisor"]
    room = await board.wait_for(lambda f: f.get("stance") == "open")
    assert room["call"] == call


async def test_somebody_is_put_out_of_a_room_from_the_board(house):
    board, wu = await opened(house), await house.console("wu", ready=False)
    chen, lin = await house.connected()
    call = lin.call["call"]
    await wu.command("set_availability", availability="ready")
    await chen.command("invite_seat", call=call, seat=wu.seat)
    await wu.accept()
    second = await house.db(
        Participant.objects.get, call__uuid=call, role="second", left_at=None
    )
    idle = wu.expect(seat_is(wu, activity="idle"))
    await board.command("remove_participant", call=call, participant=str(second.uuid))
    await idle
    left = await house.db(Participant.objects.get, pk=second.pk)
    assert left.left_at is not None


async def test_a_supervisor_comes_and_goes_while_there_is_no_live_media(house):
    media.attach(None)
    board = await opened(house)
    _, lin = await house.connected()
    call = lin.call["call"]
    await board.command("enter_room", call=call, stance="open", reason="help")
    await lin.wait_for("room.changed")
    left = board.expect("unfollowed")
    await board.command("leave_room", call=call)
    assert (await left)["stream"] == lin.stream


async def test_a_board_does_nothing_that_is_a_seats(house):
    """No frame of a board says so; a verb put there by mistake moves nothing."""
    _, lin = await house.connected()
    world = house.world
    place = BoardPlace(world.staff["zhao"], frozenset({world.zhifu.pk}))
    end = commands.EndCall(id=uuid4(), call=UUID(lin.call["call"]))
    with pytest.raises(TypeError, match="EndCall is not a board's command"):
        await board_desk.perform(place, end)
    assert "call.ended" not in lin.kinds()
