"""The supervisors' board from inside: whose it is, what it shows, what it costs."""

import asyncio
from datetime import UTC, datetime
from uuid import uuid4

import msgspec
import pytest
from django.db.backends.utils import CursorWrapper

from accounts.actions.roles import give_role
from accounts.states import RoleKind
from dispatch import board, statistics
from dispatch.consumers import board as door
from dispatch.consumers.base import MAX_UNSEEN_BYTES
from dispatch.loops import board as loop
from dispatch.snapshots import agency_snapshot
from reports.broadcast import Published
from tests.actions.listening import listened
from tests.house import House, Window, sign_in
from tests.reduce import differences
from tests.rights import take_role

ZHAO = "zhao"  # supervises Zhifu


async def opened(house: House, name: str = ZHAO, query: str = "", **hello) -> Window:
    """Sign somebody in and open a board; return it once all of it has come."""
    session = await house.db(sign_in, house.world.staff[name])
    return await opened_again(house, session, query, **hello)


async def opened_again(house: House, session: str, query: str = "", **hello) -> Window:
    """Open a board in a session."""
    window = house.window(Window(f"/ws/board{query}", f"__Host-session={session}"))
    await window.connect()
    welcome = await window.hello(**hello)
    for stream in welcome["you"]["agencies"]:
        if stream not in hello.get("cursors", {}):
            await window.wait_for(lambda f, s=stream: _is_part(f, s))
    return window


def _is_part(frame, stream):
    return frame.get("type") == "followed" and frame["stream"] == stream


def line_of(window: Window, agency) -> dict:
    return window.snapshots[str(agency.uuid)]["line"]


# --- Whose it is ---------------------------------------------------------------------


async def test_a_supervisor_sees_the_agencies_supervised_and_no_other(house):
    world = house.world
    await house.db(give_role, world.staff[ZHAO], RoleKind.SUPERVISOR, world.fushan)
    window = await opened(house)
    here = [str(world.zhifu.uuid), str(world.fushan.uuid)]
    assert window.you["agencies"] == window.you["moves"] == here  # by their codes
    assert set(window.snapshots) == set(here)
    assert len(window.snapshots[here[0]]["seats"]) == 2


async def test_the_address_may_ask_for_one_agency_but_not_for_another_ones(house):
    world = house.world
    await house.db(give_role, world.staff[ZHAO], RoleKind.SUPERVISOR, world.fushan)
    window = await opened(house, query="?agency=370611&agency=370683")
    assert window.you["agencies"] == [str(world.fushan.uuid)]


@pytest.mark.parametrize("name", ["chen", None])
async def test_nobody_else_gets_a_board(house, name):
    session = await house.db(sign_in, house.world.staff[name]) if name else "nobody"
    window = house.window(Window("/ws/board", f"__Host-session={session}"))
    await window.connect()
    await window.send("hello", cursors={})
    assert await window.closed() == 4401
    assert "welcome" not in window.kinds()


async def test_who_only_configures_looks_on_and_moves_nothing(house):
    world = house.world
    await house.db(give_role, world.staff["wu"], RoleKind.ADMINISTRATOR, world.zhifu)
    window = await opened(house, "wu")
    assert window.you["agencies"] == [str(world.zhifu.uuid)]
    assert window.you["moves"] == []
    phone = await house.phone()
    refused = await window.refused(
        "set_call_priority", call=phone.call["call"], priority=1
    )
    assert refused.code == "not_found"


async def test_a_supervisor_moves_nothing_of_another_agency(house):
    world = house.world
    window = await opened(house)
    seat = str(world.seats["ma"].uuid)
    refused = await window.refused("free_seat", seat=seat, reason="mine")
    assert refused.code == "not_found"


async def test_a_right_that_is_taken_away_closes_the_board_in_two_seconds(house):
    world = house.world
    window = await opened(house)
    await house.db(take_role, world.staff[ZHAO], RoleKind.SUPERVISOR, world.zhifu)
    assert await window.closed(seconds=3) == 4401
    assert not board.room.boards


# --- What it shows -------------------------------------------------------------------


async def test_an_alarm_stands_on_an_open_board_within_a_second(house):
    window = await opened(house)
    came = window.expect("line.updated", seconds=1)
    phone = await house.phone()
    call = (await came)["data"]["call"]
    assert (call["call"], call["state"]) == (phone.call["call"], "waiting")


async def test_the_state_kept_by_entries_is_what_the_database_says(house):
    """Old snapshot and entries make the fresh one, and further boards get it."""
    zhifu = house.world.zhifu
    first = await opened(house)
    console, phone = await house.connected()
    await first.command("set_call_priority", call=phone.call["call"], priority=1)
    ended = first.expect(lambda f: _call_state(f) == "ended")
    await console.command("end_call", call=phone.call["call"])
    await ended
    await house.phone("lost")
    notice = first.expect("notice.updated")
    await first.command("post_notice", agency=str(zhifu.uuid), text="Fog on the coast")
    await notice
    head, fresh = await house.db(agency_snapshot, zhifu.uuid)
    await first.wait_for(lambda f: first.cursors[str(zhifu.uuid)] >= head)
    state = board.room.states[zhifu.uuid]
    assert not differences(msgspec.json.decode(state.text()), fresh)
    second = await opened(house)
    assert not differences(second.snapshots[str(zhifu.uuid)], fresh)


def _call_state(frame):
    is_line = frame.get("type") == "line.updated"
    return frame["data"]["call"]["state"] if is_line else None


async def test_figures_and_health_come_to_an_open_board(house):
    window = await opened(house)
    zhifu = str(house.world.zhifu.uuid)
    figures = await window.wait_for("figures")
    assert figures["agency"] == zhifu
    assert figures["figures"]["offered"] == 0
    health = await window.wait_for("health")
    assert set(health["agencies"]) == {zhifu}
    assert health["loops"]["sweeper"] < 5000
    again = window.expect("health", seconds=4)
    await again


async def test_a_board_that_was_away_for_a_moment_gets_what_it_missed(house):
    first = await opened(house)
    zhifu = str(house.world.zhifu.uuid)
    cursor = first.cursors[zhifu]
    phone = await house.phone()
    await first.wait_for("line.updated")
    second = await opened(house, cursors={zhifu: cursor})
    entry = await second.wait_for("line.updated")
    assert entry["data"]["call"]["call"] == phone.call["call"]
    assert "followed" not in second.kinds()


# --- The room ------------------------------------------------------------------------


async def test_who_listens_follows_the_incident_until_leaving(house):
    window = await opened(house)
    _, phone = await house.connected()
    call = phone.call["call"]
    entered = window.expect(lambda f: f.get("type") == "room" and f["call"])
    await window.command("enter_room", call=call, stance="monitor", reason="help")
    assert (await entered)["stance"] == "monitor"
    assert phone.stream in window.cursors
    heard = window.expect("message.posted")
    await phone.command("post_message", text="He is at the door.")
    await heard
    left = window.expect("unfollowed")
    await window.command("leave_room", call=call)
    assert (await left)["stream"] == phone.stream


async def test_the_end_of_the_call_puts_the_supervisor_out(house):
    window = await opened(house)
    console, phone = await house.connected()
    call = phone.call["call"]
    await window.command("enter_room", call=call, stance="open", reason="help")
    out = window.expect(lambda f: f.get("type") == "room" and f["call"] is None)
    await console.command("end_call", call=call)
    await out


async def test_a_second_window_leaves_the_room_to_the_first(house):
    session = await house.db(sign_in, house.world.staff[ZHAO])
    first = await opened_again(house, session)
    _, phone = await house.connected()
    entered = first.expect(lambda f: f.get("type") == "room" and f["call"])
    await first.command(
        "enter_room", call=phone.call["call"], stance="monitor", reason="help"
    )
    await entered
    second = await opened_again(house, session)
    told = await second.wait_for("room")
    assert told["call"] is None
    assert phone.stream not in second.cursors


async def enters(window: Window, phone, stance: str) -> None:
    entered = window.expect(lambda f: f.get("type") == "room" and f["call"])
    call = phone.call["call"]
    await window.command("enter_room", call=call, stance=stance, reason="help")
    await entered


async def in_two_windows(house: House, stance: str):
    """Enter a call in one window, and then another call in a second one."""
    session = await house.db(sign_in, house.world.staff[ZHAO])
    first = await opened_again(house, session)
    second = await opened_again(house, session)
    _, lin = await house.connected()
    _, mei = await house.connected("mei", "wu")
    await enters(first, lin, stance)
    out = first.expect("unfollowed")
    await enters(second, mei, stance)
    assert (await out)["stream"] == lin.stream
    return first, second, lin, mei


async def test_who_listens_elsewhere_hears_the_former_call_no_more(house):
    """The ledger says that it ended, and the call's own stream says nothing."""
    first, second, lin, mei = await in_two_windows(house, "monitor")
    heard = second.expect("message.posted")
    await lin.command("post_message", text="He is at the door.")
    await mei.command("post_message", text="So is mine.")

    assert (await heard)["data"]["text"] == "So is mine."
    assert [f for _, f in first.heard if f.get("type") == "room"][-1]["call"] is None
    assert not {lin.stream, mei.stream} & set(first.cursors)
    assert await house.db(listened) == [
        ("began", "Zhao", "help"), ("ended", "Zhao", "left"), ("began", "Zhao", "help"),
    ]  # fmt: skip


async def test_who_takes_part_elsewhere_does_so_in_that_window_alone(house):
    first, second, _, mei = await in_two_windows(house, "open")
    heard = second.expect("message.posted")
    await mei.command("post_message", text="He is at the door.")
    await heard

    assert [f for _, f in first.heard if f.get("type") == "room"][-1]["call"] is None
    assert mei.stream not in first.cursors
    assert mei.stream in second.cursors


# --- What it costs -------------------------------------------------------------------


async def test_fifty_boards_cost_one_snapshot(house, monkeypatch):
    """The first reads it; it is served to the others, and entries keep it current."""
    reads, sent = [], []
    original = door._read_agency

    async def counted(stream):
        reads.append(stream)
        return await original(stream)

    monkeypatch.setattr(door, "_read_agency", counted)
    session = await house.db(sign_in, house.world.staff[ZHAO])
    windows = await asyncio.gather(*(opened_again(house, session) for _ in range(25)))
    phone = await house.phone()
    await asyncio.gather(*(w.wait_for("line.updated") for w in windows))
    execute = CursorWrapper.execute

    def noted(self, sql, *more):
        sent.append(sql)
        return execute(self, sql, *more)

    monkeypatch.setattr(CursorWrapper, "execute", noted)
    windows += await asyncio.gather(*(opened_again(house, session) for _ in range(25)))
    assert reads == [house.world.zhifu.uuid]
    assert not [sql for sql in sent if "dispatch_notice" in sql], "read again"
    for window in windows[25:]:
        assert phone.call["call"] in line_of(window, house.world.zhifu)


async def test_figures_and_health_are_computed_once_and_never_for_nobody(
    house, monkeypatch
):
    asked = []

    def counted(name, work):
        def count(*args):
            asked.append(name)
            return work(*args)

        return count

    monkeypatch.setattr(
        loop, "health_by_agency", counted("health", loop.health_by_agency)
    )
    monkeypatch.setattr(statistics, "today", counted("figures", statistics.today))
    await asyncio.sleep(2.5)  # for as long as the health of an open board is due
    assert asked == []
    session = await house.db(sign_in, house.world.staff[ZHAO])
    windows = await asyncio.gather(*(opened_again(house, session) for _ in range(10)))
    await asyncio.gather(*(w.wait_for("figures") for w in windows))
    await asyncio.gather(*(w.wait_for("health") for w in windows))
    assert asked.count("figures") <= 2
    for window in windows:
        await window.close()
    assert not board.room.boards
    assert not board.room.states


# --- Its size ------------------------------------------------------------------------


@pytest.fixture
def stream():
    return uuid4()


def big(seats: int, calls: int) -> dict:
    """Return a snapshot with rows as large as real ones are."""
    seat = {"seat": "", "operator": "Chen" * 4, "label": "芝罘 7", "since": "2026" * 7}
    filling = {f"field_{n}": "x" * 24 for n in range(18)}
    return {
        "agency": {"agency": "a"},
        "seats": {f"s{n}": {**seat, **filling} for n in range(seats)},
        "line": {f"c{n}": {"call": f"c{n}", **filling} for n in range(calls)},
        "callbacks": {},
        "notices": {},
    }


def test_the_largest_agency_fits_what_a_socket_may_hold(stream):
    state = board.AgencyState(stream)
    state._snapshot = big(300, 200)
    assert len(state.text()) < MAX_UNSEEN_BYTES / 2


def test_a_notice_that_is_over_is_served_no_more(stream):
    state = board.AgencyState(stream)
    state._snapshot = {
        "notices": {
            "old": {"until": "2020-01-01T00:00:00.000000Z"},
            "new": {"until": "2999-01-01T00:00:00.000000Z"},
        }
    }
    assert list(msgspec.json.decode(state.text())["notices"]) == ["new"]


def test_a_board_further_behind_than_what_is_kept_gets_a_snapshot(stream):
    state = board.AgencyState(stream)
    state._snapshot = big(0, 0)
    for seq in range(1, board.MOST_RECENT + 11):
        state.deliver(
            Published(
                stream, seq, datetime.now(UTC), "leases.extended", "system", "{}",
                None,
            )
        )  # fmt: skip
    assert state.missed(9) is None
    assert [entry.seq for entry in state.missed(state.head - 2)] == [
        state.head - 1,
        state.head,
    ]
    assert state.missed(10) is not None
    assert state.missed(state.head + 1) is None
