"""Who takes a call first has it, alone, and everybody is told; nobody takes two.

Through the real doors on PostgreSQL. ``ALARM110_ROUNDS`` sets the rounds (20;
``./run bench race`` does 200).
"""

import asyncio
import os
from collections.abc import Iterator
from dataclasses import dataclass

import psycopg
import pytest
from websockets.exceptions import ConnectionClosed

from tests.clients import Console, Phone, Refused
from tests.crowd import Hand, hire, region
from tests.faults.claim_race import PROCESSES, race
from tests.served import Served, serve
from tests.services import Postgres

# Told apart from all else: how soon is what it asks (docs/decisions/020).
pytestmark = [pytest.mark.faults, pytest.mark.postgres, pytest.mark.deep]

ROUNDS = int(os.environ.get("ALARM110_ROUNDS", "20"))
MOST_SEATS = 50
HOSTED = """
SELECT c.uuid::text FROM dispatch_participant p
JOIN dispatch_call c ON c.id = p.call_id JOIN dispatch_seat s ON s.id = p.seat_id
WHERE s.uuid = %s AND p.left_at IS NULL
"""


@dataclass
class Arena:
    """A server with fifty seats, and the way into its database."""

    served: Served
    dsn: str
    hands: list[Hand]

    def hosted_by(self, seat: str) -> list[str]:
        """Return the calls the database says the seat is in."""
        with psycopg.connect(self.dsn) as connection:
            return [row[0] for row in connection.execute(HOSTED, [seat])]


@pytest.fixture(scope="module")
def arena(
    postgres_server: Postgres, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Arena]:
    """Start the server on a database of its own."""
    seats = MOST_SEATS + PROCESSES
    url = postgres_server.new_database("race")
    extra = region(tmp_path_factory.mktemp("race"), seats=seats)
    with serve(database_url=url, extra_env=extra) as served:
        yield Arena(served, postgres_server.dsn("race"), hire(served, seats))


@pytest.mark.parametrize("seats", [2, 10, 50])
async def test_one_seat_wins_and_all_are_told(arena, seats, capsys):
    figures = await race(arena.served, arena.dsn, arena.hands, seats, ROUNDS)

    with capsys.disabled():
        print(f"\n  {figures}")
    assert figures.rounds == ROUNDS


@pytest.mark.parametrize("count", [2, 3, 4, 5])
async def test_one_seat_takes_one_of_many_from_two_tabs(arena, count):
    """The older tab goes on clicking while the newer one takes its place."""
    hand = arena.hands[0]
    for _ in range(max(2, ROUNDS // 4)):
        async with Console(arena.served, hand.user, session=hand.session) as older:
            await older.take_seat(hand.seat)
            await older.rest()
            await _grab_from_two_tabs(arena, hand, older, count)


async def _grab_from_two_tabs(
    arena: Arena, hand: Hand, older: Console, count: int
) -> None:
    phones = [Phone(arena.served) for _ in range(count)]
    newer = Console(arena.served, hand.user, session=hand.session)
    newer.seat = hand.seat
    calls = [(await phone.tap(open_line=False))["call"] for phone in phones]
    try:
        # Every call is grabbed once in each tab, the newer one being let in meanwhile.
        first = [_grab(older, call) for call in calls]
        opened = newer.line.open(seat=hand.seat, epoch=older.line.epoch)
        *outcomes, _ = await asyncio.gather(*first, opened)
        outcomes += await asyncio.gather(*(_grab(newer, call) for call in calls))
        outcomes += await asyncio.gather(*(_grab(older, call) for call in calls))

        hosted = arena.hosted_by(hand.seat)
        assert len(hosted) == 1, f"the seat has {hosted}"
        # The ack of the older tab may be lost with its socket; two can never be.
        taken = [outcome for outcome in outcomes if outcome in calls]
        assert taken in ([], hosted)
        refusals = {outcome for outcome in outcomes if outcome not in calls}
        expected = {"seat_busy", "is here", "epoch_stale", "no_seat", "gone"}
        assert refusals <= expected, refusals
        await newer.command("end_call", call=hosted[0])
        await newer.command("finish_wrap_up")
    finally:
        await asyncio.gather(*(_hang_up(phone) for phone in phones))
        if newer.line.socket is not None:
            await newer.command("leave_seat")
        await newer.close()


async def _grab(tab: Console, call: str) -> str:
    """Take the call; return it, or why not."""
    try:
        await tab.command("take_call", call=call)
    except Refused as refusal:
        is_here = refusal.facts.get("seat") == tab.seat
        return "is here" if is_here else refusal.code
    except (OSError, ConnectionClosed):
        return "gone"
    return call


async def _hang_up(phone: Phone) -> None:
    """End a call that was tapped without a socket."""
    await phone.http.post_json(
        f"/api/v1/calls/{phone.call['call']}/commands",
        {"type": "hang_up", "id": phone.call["call"]},
        {
            "Alarm110-Capability": phone.call["capability"],
            "Alarm110-Epoch": str(phone.call["epoch"]),
        },
    )
    await phone.close()
