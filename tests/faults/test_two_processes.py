"""Two web processes on one database: the doorbell rings across, its loss costs time.

What is kept nowhere passes between them, too: pictures, typing, device states.
"""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from alarm110.canary import media
from tests.clients import Console, Phone
from tests.served import Served, prepared
from tests.services import Postgres, Redis, postgres, redis
from tests.sockets.stage import alarm, vacate
from tests.wire import Frame, Line, Wanted

pytestmark = [pytest.mark.faults, pytest.mark.deep]

RUNG = 1.0  # seconds: the doorbell's way
POLLED = 4.5  # seconds: the safety poll looks every 3


@pytest.fixture(scope="module")
def pair(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[Served, Served, Redis]]:
    """Two servers of one scaled set-up, and their Redis."""
    with postgres() as database, redis() as layer:
        folder = tmp_path_factory.mktemp("scaled")
        first, second = (
            _server(folder / name, database, layer) for name in ("first", "second")
        )
        first.prepare()
        first.manage("onboard", "dispatch/regions/yantai.toml")
        second.prepare()
        try:
            first.start()
            second.start()
            yield first, second, layer
        finally:
            first.stop()
            second.stop()


def _server(home: Path, database: Postgres, layer: Redis) -> Served:
    server = prepared(
        home,
        database_url=database.url,
        extra_env={
            "ALARM110_SETUP": "scaled",
            "ALARM110_SECRET_KEY": "the same key for both of them, and a long one too",
            "ALARM110_SALT_KEY": "the same salt for both of them, and a long one too",
            "ALARM110_BLIND_INDEX_KEY": "the same index for both, and it is a long one",
            "ALARM110_ALLOWED_HOSTS": "127.0.0.1",
            "REDIS_URL": layer.url,
            "ALARM110_WEB_PROCESSES": "2",
            "ALARM110_RELAY_HOME": str(home.parent / "first"),
            "ALARM110_EVIDENCE_DIR": str(home.parent / "evidence"),
            "ALARM110_EVIDENCE_SHARED": "1",
        },
    )
    server.env["ALARM110_ORIGINS"] = server.url
    return server


async def _latency(phone: Phone, seat: Console, words: str) -> float:
    """Return how long words take from one process to the other."""
    heard = seat.line.expect(
        lambda f: f.get("type") == "message.posted" and f["data"]["text"] == words
    )
    began = time.monotonic()
    await phone.command("post_message", text=words)
    await heard
    return time.monotonic() - began


async def test_a_phone_and_a_seat_on_different_processes_share_one_call(pair):
    first, second, layer = pair
    seat = Console(second, "li")
    seat.password = first.password("li")
    async with seat, Phone(first) as phone:
        await seat.take_seat()
        await seat.ready()
        await phone.tap()
        await seat.accept()
        assert await _latency(phone, seat, "rung") < RUNG

        layer.stop()
        assert await _latency(phone, seat, "polled") < POLLED
        layer.start()
        deadline = time.monotonic() + 15
        while (
            took := await _latency(phone, seat, f"again {time.monotonic()}")
        ) >= RUNG:
            assert time.monotonic() < deadline, (
                f"the doorbell is still mute: {took:.1f}"
            )

        seat.line.check()
        phone.line.check()
        await seat.command("end_call", call=phone.call["call"])
        await phone.wait_for("call.ended")
        await seat.command("finish_wrap_up")
        await seat.command("leave_seat")


@contextlib.asynccontextmanager
async def _talking(pair) -> AsyncIterator[tuple[Phone, Console]]:
    """A phone at the first process and a seat at the second; soon in one call."""
    first, second, _ = pair
    seat = Console(second, "li")
    seat.password = first.password("li")
    async with seat, alarm(first) as phone:
        await seat.take_seat()
        yield phone, seat
    await vacate(first, "li")


async def _join(phone: Phone, seat: Console) -> None:
    followed = seat.line.expect("followed")
    await seat.command("take_call", call=phone.call["call"])
    await followed


async def test_pictures_pass_between_processes_one_in_flight_and_the_newest_next(pair):
    async with _talking(pair) as (phone, seat):
        seen = phone.line.expect("still_seen")
        await phone.still(7)  # held: nobody looks yet
        assert (await seen)["n"] == 7
        await phone.line.send("report_device", **DEVICES)
        device, held = seat.line.expect("device"), seat.line.expect("still")
        seat.line.shows_stills = False
        await _join(phone, seat)
        assert DEVICES.items() <= (await device).items()
        assert (await held)["n"] == 7
        await seat.line.send("still_seen", n=7)
        await asyncio.sleep(0.25)

        for sender, receiver in ((phone, seat), (seat, phone)):
            receiver.line.shows_stills = False
            since = receiver.line.mark()
            picture = receiver.line.expect("still")
            for n in (11, 12, 13):
                await sender.still(n)
                await asyncio.sleep(0.25)
            assert (await picture)["n"] == 11
            shown = [
                frame["n"]
                for _, frame in receiver.line.heard[since:]
                if frame.get("type") == "still"
            ]
            assert shown == [11]
            told, newest = (
                sender.line.expect("still_seen"),
                receiver.line.expect("still"),
            )
            await receiver.line.send("still_seen", n=11)
            assert (await told)["n"] == 11
            assert (await newest)["n"] == 13
            await receiver.line.send("still_seen", n=13)
            typing = receiver.line.expect("typing")
            await sender.line.send("typing")
            assert (await typing)["call"] == phone.call["call"]
        can_give = phone.line.expect("seat_device")
        await seat.line.send("report_seat", camera="on", microphone="off")
        assert (await can_give)["camera"] == "on"


async def test_pictures_come_back_by_themselves_after_redis_was_restarted(pair):
    async with _talking(pair) as (phone, seat):
        await _join(phone, seat)
        layer = pair[2]
        layer.stop()
        await phone.still(1)
        layer.start()
        deadline = time.monotonic() + 15
        for n in range(2, 200):
            await phone.still(n)
            await asyncio.sleep(0.3)
            if any(frame.get("type") == "still" for _, frame in seat.line.heard):
                break
            assert time.monotonic() < deadline, "no picture came any more"


async def test_a_window_that_moves_to_another_process_is_found_there(pair):
    """First to the phone's own process, then away from it again."""
    first, second, _ = pair
    async with _talking(pair) as (phone, seat):
        await _join(phone, seat)
        session = seat.http.cookies["__Host-session"]
        for n, server in enumerate((first, second), start=1):
            async with Console(server, "li", session=session) as window:
                await window.take_seat(seat.seat, take_over=True)
                await asyncio.sleep(0.25)
                picture = window.line.expect("still")
                await phone.still(n)
                assert (await picture)["n"] == n
                answer = phone.line.expect("still")
                await window.still(n)
                assert (await answer)["n"] == n


async def test_live_pictures_pass_between_processes_through_one_relay(pair):
    async with _talking(pair) as (phone, seat):
        await _join(phone, seat)
        lines = LateLine(phone.line), LateLine(seat.line)
        async with media.peers(*lines) as (at_phone, at_seat):
            await asyncio.gather(at_phone.connect(), at_seat.connect())
            await at_seat.sees()
            await at_phone.sees()


class LateLine:
    """A test's line as the canary's peers use it."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self.mark, self.send = line.mark, line.send

    async def wait_for(self, wanted: Wanted, since: int) -> Frame:
        """Return the first frame from a mark on that fits."""
        return await self._line.wait_for(wanted, since=since)


DEVICES = {"camera": "on", "microphone": "refused", "position": "off"}
