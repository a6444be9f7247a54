"""200 rooms with a message a second each, at our server and at a stock consumer.

The ratio is server processor seconds per delivered message, database (and Redis)
included: the same daphne, the same PostgreSQL server with a database each, in turn in
the same rounds. All without TLS. The stock consumer's group goes through Redis, as its
documentation asks for anything but a test; ours needs no layer in one process.

The goal is against the stock consumer as documented. The same consumer with database
connections that are kept is measured beside it, as the harder peer.
"""

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

import redis as redis_client

from tests.bench.load import Load, Room
from tests.bench.machine import Meter, backends, median, process
from tests.bench.ours import OurRooms
from tests.bench.theirs import StockRooms, stock_server
from tests.crowd import hire, region
from tests.served import serve
from tests.services import Postgres, postgres, redis

ROOMS = 200
GOAL = 5.0  # times less processor per message than the stock consumer
PEERS = {"stock": False, "stock, kept": True}  # whether it keeps its connections

Side = dict[str, Any]


class Rooms(Protocol):
    """One server's rooms."""

    async def enter(self, load: Load) -> list[Room]:
        """Connect everybody."""

    async def leave(self) -> None:
        """Disconnect everybody."""


class Contest:
    """All servers, up at the same time and measured in turn."""

    def __init__(self) -> None:
        self.sides: dict[str, tuple[Rooms, dict[str, Any]]] = {}

    async def measure(self, name: str, seconds: float) -> Side:
        """Run one side for so long."""
        rooms, sources = self.sides[name]
        load = Load()
        ends = await rooms.enter(load)
        meter = Meter(sources)
        try:
            await load.run(ends, seconds)
        finally:
            meter.stop()
            await rooms.leave()
        delivered = len(load.latencies)
        sent = delivered + len(load.due)
        whole = sum(meter.spent.values())
        p50, p99 = load.p50_p99
        return {
            "sent": sent,
            "delivered": delivered,
            "cpu_us": 1e6 * whole / max(1, delivered),
            "cpu_us_of": {
                part: 1e6 * spent / max(1, delivered)
                for part, spent in meter.spent.items()
            },
            "p50_ms": p50,
            "p99_ms": p99,
            "idle_percent": meter.idle_percent,
        }


@contextlib.contextmanager
def contest(count: int = ROOMS) -> Iterator[Contest]:
    """Start all servers on one PostgreSQL."""
    both = Contest()
    with contextlib.ExitStack() as stack:
        database = stack.enter_context(postgres())
        broker = stack.enter_context(redis())
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        postmaster = postmaster_pid(database)
        served = stack.enter_context(
            serve(
                database_url=database.new_database("ours"),
                extra_env={**region(folder, seats=count), "ALARM110_TLS": "0"},
            )
        )
        both.sides["ours"] = (
            OurRooms(served, hire(served, count)),
            {
                "server": process(served.serve_pid()),
                "database": backends(postmaster, "ours"),
            },
        )
        for n, (name, keeps) in enumerate(PEERS.items()):
            stock = stack.enter_context(
                stock_server(
                    database.new_database(f"stock{n}"),
                    broker.url,
                    keeps_connections=keeps,
                )
            )
            both.sides[name] = (
                StockRooms(stock, count),
                {
                    "server": process(stock.pid),
                    "database": backends(postmaster, f"stock{n}"),
                    "redis": process(redis_pid(broker.url)),
                },
            )
        yield both


def postmaster_pid(database: Postgres) -> int:
    """Return the process id of a PostgreSQL server."""
    text = (database.folder / "data" / "postmaster.pid").read_text(encoding="ascii")
    return int(text.splitlines()[0])


def redis_pid(url: str) -> int:
    """Return the process id of a Redis server."""
    with redis_client.Redis.from_url(url) as client:
        return int(client.info("server")["process_id"])


async def run(*, rounds: int, seconds: float) -> dict[str, Any]:
    """Measure all sides in turn and return every round and the medians."""
    every: list[dict[str, Side]] = []
    with contest() as both:
        for n in range(rounds):
            sides = {name: await both.measure(name, seconds) for name in both.sides}
            every.append(sides)
            print(f"  round {n + 1}:", *map(_line, sides.items()), sep="\n    ")
    ratios = {
        peer: [sides[peer]["cpu_us"] / sides["ours"]["cpu_us"] for sides in every]
        for peer in PEERS
    }
    passed = median(ratios["stock"]) >= GOAL and all(
        sides["ours"]["sent"] == sides["ours"]["delivered"] for sides in every
    )
    return {
        "rooms": ROOMS,
        "seconds": seconds,
        "rounds": every,
        "ratio": {peer: median(each) for peer, each in ratios.items()},
        "ratios": ratios,
        "goal": GOAL,
        "passed": passed,
    }


def _line(named: tuple[str, Side]) -> str:
    name, side = named
    return (
        f"{name}: {side['cpu_us']:.0f} us/msg, p50/p99 {side['p50_ms']:.1f}/"
        f"{side['p99_ms']:.1f} ms, {side['delivered']}/{side['sent']} delivered, "
        f"idle {side['idle_percent']:.0f} %"
    )


def table(result: dict[str, Any]) -> list[str]:
    """Return the figures as lines."""
    lines = [
        f"rooms: {result['rooms']} x 1 message/s x {result['seconds']:.0f} s, median "
        f"of {len(result['rounds'])} rounds; PostgreSQL; stock through Redis pub/sub",
        f"  {'':12} {'server':>8} {'database':>9} {'redis':>7} {'all us/msg':>11} "
        f"{'p50 ms':>8} {'p99 ms':>8} {'delivered':>11} {'idle':>6}",
    ]
    for name in ("ours", *PEERS):
        sides = [sides[name] for sides in result["rounds"]]

        def middle(key: str, sides: list[Side] = sides) -> float:
            return median(side[key] for side in sides)

        def part(key: str, sides: list[Side] = sides) -> float:
            return median(side["cpu_us_of"].get(key, 0.0) for side in sides)

        delivered = 100 * min(side["delivered"] / side["sent"] for side in sides)
        lines.append(
            f"  {name:12} {part('server'):8.0f} {part('database'):9.0f} "
            f"{part('redis'):7.0f} {middle('cpu_us'):11.0f} {middle('p50_ms'):8.1f} "
            f"{middle('p99_ms'):8.1f} {delivered:9.1f} % "
            f"{middle('idle_percent'):4.0f} %"
        )
    for peer, ratios in result["ratios"].items():
        each = ", ".join(f"{ratio:.1f}" for ratio in ratios)
        goal = f"; goal {result['goal']:.0f}: " if peer == "stock" else ""
        verdict = ("reached" if result["passed"] else "NOT reached") if goal else ""
        lines.append(
            f"  {peer} : ours = {result['ratio'][peer]:.1f} ({each}){goal}{verdict}"
        )
    return lines
