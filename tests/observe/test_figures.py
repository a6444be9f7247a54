"""/metrics: who may read it, that it counts what happens, and names nobody."""

import os
import re
import time
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from prometheus_client import REGISTRY
from prometheus_client.openmetrics.parser import (
    text_string_to_metric_families as read_open_metrics,
)
from prometheus_client.parser import text_string_to_metric_families as read_text

from accounts import metrics as counts
from alarm110 import loops, metrics, processes
from alarm110.counted import door_of
from dispatch.statistics import gauges

TOKEN = "a-token-of-this-test-and-of-no-server"
OPEN_METRICS = "application/openmetrics-text; version=1.0.0"
ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-|\d{9}")


@pytest.fixture(autouse=True)
def token(settings):
    settings.METRICS_TOKEN = TOKEN
    metrics._keeper.forget()
    yield
    metrics._keeper.forget()


async def ask(house, **headers: str):
    shown = {"authorization": f"Bearer {TOKEN}", **headers}
    answer = await house.request("GET", "/metrics", headers=shown)
    assert answer.status == 200
    return answer


async def figures(house) -> dict[tuple[str, ...], float]:
    """Return each sample by its name and its labels' values, sorted by label."""
    metrics._keeper.forget()
    body = (await ask(house)).body.decode()
    return {
        (sample.name, *(value for _, value in sorted(sample.labels.items()))): (
            sample.value
        )
        for family in read_text(body)
        for sample in family.samples
    }


def value(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


# --- The door ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "shown", ["", TOKEN, f"Basic {TOKEN}", f"Bearer {TOKEN}x", "Bearer ", "Bearer ü"]
)
async def test_without_the_token_nothing_is_told(house, shown):
    answer = await house.request("GET", "/metrics", headers={"authorization": shown})

    assert (answer.status, answer.body) == (401, b"")
    assert answer.headers["www-authenticate"].startswith("Bearer")


async def test_where_there_is_no_token_there_is_no_such_address(house, settings):
    settings.METRICS_TOKEN = ""
    answer = await house.request(
        "GET", "/metrics", headers={"authorization": "Bearer "}
    )

    assert answer.status == 404


async def test_it_speaks_both_formats_each_family_once_and_names_no_one(house):
    await house.connected("a-phone-with-a-name")
    plain = (await ask(house)).body.decode()
    answer = await ask(house, accept=OPEN_METRICS)

    assert answer.headers["content-type"].startswith("application/openmetrics-text")
    assert answer.headers["cache-control"] == "no-store"
    families = list(read_open_metrics(answer.body.decode()))
    names = [family.name for family in families]
    assert len(names) == len(set(names)) > 40
    labels = {
        text
        for family in [*families, *read_text(plain)]
        for sample in family.samples
        for text in sample.labels.values()
    }
    assert {"370602", "web", "waiting", "caller"} <= labels
    assert [text for text in labels if ID.search(text)] == []
    assert "a-phone-with-a-name" not in plain


# --- What it counts ------------------------------------------------------------------


async def test_an_alarm_moves_the_figures(house):
    before = await figures(house)
    await house.tap("wang", position={"lat_e7": 375300000, "lon_e7": 1214000000})
    waiting = await figures(house)
    assert waiting["alarm110_line_calls", "370602"] == 1
    assert waiting["alarm110_line_oldest_seconds", "370602"] > 0

    chen = await house.console("chen")
    await chen.accept()
    await chen.refused("end_call", call=chen.seat)
    after = await figures(house)

    def more(*series: str) -> float:
        return after[series] - before.get(series, 0.0)

    assert after["alarm110_line_calls", "370602"] == 0
    assert after["alarm110_live_calls", "370602", "connected"] == 1
    assert after["alarm110_seats", "on_call", "370602", "ready"] == 1
    assert after["alarm110_sockets", "seat", "web"] >= 1
    assert after["alarm110_database_up",] == 1
    assert after["alarm110_loop_age_seconds", "matcher"] < 5
    assert after["process_resident_memory_bytes", "web"] > 2**20
    assert more("alarm110_taps_total", "new", "web") == 1
    assert more("alarm110_offers_total", "call", "made", "web") == 1
    assert more("alarm110_offers_total", "call", "accepted", "web") == 1
    assert more("alarm110_answer_seconds_count", "web") == 1
    assert more("alarm110_writer_items_total", "written", "web") >= 1
    assert more("alarm110_entry_lag_seconds_count", "web") >= 3
    assert more("alarm110_frames_in_total", "seat", "web", "AcceptOffer") == 1
    assert more("alarm110_refusals_total", "not_found", "seat", "web") == 1
    assert more("alarm110_http_requests_total", "tap", "web", "2xx") == 1


async def test_a_tap_again_and_one_more_of_the_same_phone_are_told_apart(house):
    def taps() -> dict[str, float]:
        return {
            how: value("alarm110_taps_total", outcome=how)
            for how in ("new", "known", "merged")
        }

    before = taps()
    first = "6c1c2b0e-7a54-4f9f-9d5c-0d9a0e3b2a11"
    for tap in (first, first, "6c1c2b0e-7a54-4f9f-9d5c-0d9a0e3b2a12"):
        await house.tap("wang", id=tap)

    assert {how: count - before[how] for how, count in taps().items()} == {
        "new": 1,
        "known": 1,
        "merged": 1,
    }


def test_an_offer_that_lapses_is_counted_once_it_is_committed(world):
    before = value("alarm110_offers_total", kind="call", outcome="unanswered")
    swept = value("alarm110_swept_total", what="offers")
    world.offered()
    world.passes(3)

    assert value("alarm110_offers_total", kind="call", outcome="unanswered") == (
        before + 1
    )
    assert value("alarm110_swept_total", what="offers") == swept + 1


@pytest.mark.parametrize("calls", [1, 4])
def test_the_database_is_asked_in_seven_queries_however_many_there_are(world, calls):
    for number in range(calls):
        world.tap(f"phone-{number}")
    world.hire(calls)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        gauges.read()

    assert len(queries) == 7


async def test_ten_who_ask_at_once_cost_the_database_one_look(house, monkeypatch):
    looks = 0
    look = loops.database_figures

    async def counting() -> Any:
        nonlocal looks
        looks += 1
        return await look()

    monkeypatch.setattr(loops, "database_figures", counting)
    for _ in range(10):
        await ask(house)

    assert looks == 1


async def test_a_database_that_is_away_takes_only_its_own_figures_along(
    house, monkeypatch
):
    async def away() -> Any:
        raise TimeoutError

    monkeypatch.setattr(loops, "database_figures", away)
    found = await figures(house)

    assert found["alarm110_database_up",] == 0
    assert ("alarm110_line_calls", "370602") not in found
    assert found["alarm110_loop_age_seconds", "writer"] < 5


def test_every_path_is_one_of_a_few_doors():
    hostile = [f"/{number}/x" for number in range(100)] + ["", "//", "/static", "/é"]
    assert {door_of(path) for path in hostile} == {"other"}
    assert door_of("/api/v1/calls") == "tap"
    assert door_of("/api/v1/calls/mine") == "calls"


# --- Other processes -----------------------------------------------------------------


async def test_what_the_worker_counted_is_told_as_the_worker_s(
    house, settings, tmp_path
):
    settings.HOME = tmp_path
    counts.failed("a turn of the worker")
    processes.tell(tmp_path)
    (tmp_path / processes.WORKER_PID).write_text(f"{os.getpid()}\n")
    found = await figures(house)

    assert found["alarm110_failures_total", "worker", "a turn of the worker"] >= 1
    assert found["process_resident_memory_bytes", "worker"] > 2**20
    assert found["alarm110_process_up", "worker"] == 1
    # What it never counts it does not tell: those zeros would be the web process's.
    assert ("alarm110_http_bodies_refused_total", "worker") not in found


def test_a_worker_is_late_when_it_stands_still_and_when_it_is_gone(tmp_path):
    processes.tell(tmp_path)
    assert processes.worker(tmp_path).is_late  # nobody says which process it is

    (tmp_path / processes.WORKER_PID).write_text(f"{os.getpid()}\n")
    assert not processes.worker(tmp_path).is_late

    long_ago = time.time() - processes.WORKER_LIMIT - 1
    os.utime(tmp_path / processes.WORKER_FILE, (long_ago, long_ago))
    assert processes.worker(tmp_path).is_late


def test_a_worker_without_a_disk_to_write_on_still_says_that_it_turns(
    tmp_path, monkeypatch
):
    processes.tell(tmp_path)
    path = tmp_path / processes.WORKER_FILE
    os.utime(path, (0, 0))

    def full(*args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(type(path), "write_bytes", full)
    processes.tell(tmp_path)

    assert time.time() - path.stat().st_mtime < 60
