"""Two web processes on one database: the doorbell rings across, its loss costs time."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.clients import Console, Phone
from tests.served import Served, prepared
from tests.services import Postgres, Redis, postgres, redis

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
