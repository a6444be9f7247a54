"""How many statements the hot acts cost, as committed numbers.

``tests/query_budgets.json`` holds them; an act that costs more fails here. After a
change that is meant, ``ALARM110_RECORD_QUERIES=1`` writes the new numbers.
"""

import asyncio
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest
from django.db import connection
from django.db.backends.utils import CursorWrapper

from accounts.snapshots import area_index, forget_ground
from dispatch import commands
from dispatch.actions import caller_desk
from dispatch.actions.messages import RoomMessage, RoomMessageBatch
from dispatch.actions.tap import TapBatch
from dispatch.loops.matcher import match, places_in_line
from dispatch.snapshots import incident_snapshot
from dispatch.snapshots.earlier import earlier_alarms
from dispatch.snapshots.outlines import ground_map
from dispatch.snapshots.ringing import ringing_at
from reports import broadcast, journal, writer
from reports.broadcast import Registry
from reports.clock import now
from reports.models import EvidenceClip, Incident, hot
from tests.house import House, Phone, Window, sign_in
from tests.indoors.test_second_door import Door

BUDGETS = Path(__file__).parents[1] / "query_budgets.json"
IS_RECORDING = os.environ.get("ALARM110_RECORD_QUERIES") == "1"


@pytest.fixture
def count(monkeypatch):
    """``with count("act"):`` fails if the block costs more than its budget.

    Counted are all statements of all threads, transactions' own ones too.
    """
    sent: list[str] = []

    def noted(owner: object, name: str, of: int) -> None:
        original = getattr(owner, name)

        def note(*args, **kwargs):
            sent.append(str(args[of]))
            return original(*args, **kwargs)

        monkeypatch.setattr(owner, name, note)

    noted(CursorWrapper, "execute", 1)
    noted(CursorWrapper, "executemany", 1)
    noted(hot, "fetch", 0)  # PostgreSQL's prepared ones; no cursor of Django's

    @contextmanager
    def counting(act: str) -> Iterator[None]:
        before = len(sent)
        yield
        check(act, sent[before:])

    return counting


def check(act: str, sent: list[str]) -> None:
    """Compare with the budget of this database, or write it down."""
    budgets = json.loads(BUDGETS.read_text()) if BUDGETS.exists() else {}
    mine = budgets.setdefault(connection.vendor, {})
    if IS_RECORDING:
        mine[act] = len(sent)
        text = json.dumps(budgets, indent=2, sort_keys=True)
        BUDGETS.write_text(f"{text}\n")
    assert sent, "nothing was counted"
    assert act in mine, f"{act} has no budget yet: ALARM110_RECORD_QUERIES=1"
    assert len(sent) <= mine[act], (
        f"{act} costs {len(sent)} statements, not {mine[act]}:\n" + "\n".join(sent)
    )


# --- The writer's batches ------------------------------------------------------------


def taps(count: int):
    return [
        (
            TapBatch,
            caller_desk._tap_item(
                commands.Tap(id=uuid4(), text="Help"), f"phone {uuid4()}", None
            ),
        )
        for _ in range(count)
    ]


def done(pairs) -> None:
    for attempt in writer.commit(pairs, journal.record_many):
        assert attempt.error is None, attempt.error


@pytest.mark.parametrize("size", [1, 50])
def test_a_batch_of_taps(world, count, size):
    world.tap()  # what a process asks once, it has asked
    pairs = taps(size)
    with count(f"tap batch of {size}"):
        done(pairs)


@pytest.mark.parametrize("size", [1, 50])
def test_a_wave_of_offers_and_the_places_of_who_waits(world, count, size):
    world.hire(size)
    done(taps(size + 10))
    with count(f"wave of {size}"):
        assert match() == size
    with count(f"places in line behind {size}"):
        assert len(places_in_line(60.0)) == 10


def test_a_tap_again(world, count):
    pairs = taps(1)
    done(pairs)
    with count("tap again"):
        done(pairs)


@pytest.mark.parametrize("size", [1, 50])
def test_a_batch_of_messages(world, count, size):
    chen, tapped = world.connected()
    places = [(tapped.incident, chen, chen.author, "seat")]
    for number in range(size - 1):
        other = world.tap(f"phone {number}")
        place = world.place(other)
        places.append((other.incident, place.guest, place.author, "caller"))
    pairs = [
        (
            RoomMessageBatch,
            RoomMessage(
                incident=incident,
                author=author,
                side=side,
                text="He is at the door.",
                client_id=uuid4(),
                place=place,
            ),
        )
        for incident, place, author, side in places
    ]
    with count(f"message batch of {size}"):
        done(pairs)


# --- Acts and snapshots --------------------------------------------------------------


def test_an_accept(world, count):
    chen, _ = world.offered()
    offer = world.offer_to("chen").uuid
    with count("accept"):
        world.accept(chen, offer)


@pytest.mark.parametrize("clips", [0, 20])
def test_an_incidents_snapshot(world, count, clips):
    """As many statements with twenty clips as with one."""
    _, tapped = world.connected(text="Help")
    incident, moment = Incident.objects.get(uuid=tapped.incident), now()
    for _ in range(clips):
        EvidenceClip.objects.create(
            incident=incident,
            source="phone",
            kind="video",
            opened_at=moment,
            heard_at=moment,
        )
    with count(f"incident snapshot with {clips} clips"):
        _, snapshot = incident_snapshot(tapped.incident, for_caller=False)
    assert len(snapshot["clips"]) == clips
    with count("incident snapshot of the caller"):
        incident_snapshot(tapped.incident, for_caller=True)
    EvidenceClip.objects.all().delete()  # made without their entries


@pytest.mark.parametrize("lines", [1, 50])
def test_the_words_of_a_ringing_offer(world, count, lines):
    """As many statements however much was written, and whoever else rings."""
    type(world.zhifu).objects.update(answer_mode="ring")
    chen, tapped = world.offered()
    world.sit("wu")
    world.tap("mei", text="Help")
    assert match() == 1
    place = world.place(tapped)
    for number in range(lines):
        world.say(tapped.incident, place, f"line {number}")
    with count(f"words of an offer with {lines} lines"):
        ringing = ringing_at(chen.seat_id, chen.epoch)
    assert [line.text for line in ringing.words][-1] == f"line {lines - 1}"
    assert ringing_at(chen.seat_id, chen.epoch + 1) is None
    world.decline(chen)
    with count("words where nothing rings"):
        assert ringing_at(chen.seat_id, chen.epoch) is None
    type(world.zhifu).objects.update(answer_mode="auto")  # as the books know it


def test_the_maps_ground_and_a_callers_past(world, count):
    """Two statements for the map, then none; a past of any length in one."""
    own = frozenset([world.zhifu.pk])
    forget_ground()
    area_index()
    with count("map of the ground"):
        kept = ground_map(own)
    assert ground_map(own) is kept
    for _ in range(3):
        tapped = world.tap()
        world.hang_up(world.place(tapped))
    incident = Incident.objects.get(uuid=tapped.incident)
    with count("earlier alarms"):
        assert earlier_alarms(incident, world.staff["chen"])["count"] == 2


# --- Doors, with nothing else running ------------------------------------------------


@pytest.fixture
async def quiet(rows):
    """The doors without the loops: every statement is the door's own."""
    from tests.conftest import _assemble

    house = House(await asyncio.to_thread(_assemble))
    broadcast.attach(Registry(asyncio.get_running_loop(), _no_replay))
    yield house
    for window in house._windows:
        await window.close()
    broadcast.attach(None)
    house._windows.clear()
    await house.__aexit__()


def _no_replay(stream, after):
    raise AssertionError("nothing is written here")


async def tapped_in(house):
    """Tap without the writer's task; return what the phone is told."""
    from dispatch.actions.tap import tap_answer

    return tap_answer(await house.db(house.world.tap, "lin"))


async def test_a_callers_hello(quiet, count):
    call = await tapped_in(quiet)
    phone = quiet.window(Phone(call, "lin"))
    await phone.connect()
    mine = {key: call[key] for key in ("call", "capability", "epoch")}
    with count("hello of a caller"):
        await phone.hello(**mine)


async def test_a_callers_hello_again_near_the_head(quiet, count):
    call = await tapped_in(quiet)
    phone = quiet.window(Phone(call, "lin"))
    await phone.open_line()
    mine = {key: call[key] for key in ("call", "capability", "epoch")}
    with count("hello of a caller with a cursor"):
        await phone.hello(**mine, cursors={call["stream"]: 2})


async def test_a_seats_hello(quiet, count):
    def sit():
        holder, tapped = quiet.world.connected()
        return holder, tapped, sign_in(quiet.world.staff["chen"])

    holder, tapped, session = await quiet.db(sit)
    seat = str(quiet.world.seats["chen"].uuid)
    console = quiet.window(Window("/ws/seat", f"__Host-session={session}"))
    await console.connect()
    with count("hello of a seat in a call"):
        welcome = await console.hello(seat=seat, epoch=holder.epoch)
    assert str(tapped.incident) in welcome["snapshots"]


async def test_a_poll_of_the_inbox(quiet, count):
    door = Door(quiet, await tapped_in(quiet))
    with count("inbox poll from nothing"):
        assert (await door.poll()).status == 200
    with count("inbox poll with news"):
        assert (await door.poll(0)).status == 200
    with count("inbox poll without news"):
        assert (await door.poll(2)).status == 200
