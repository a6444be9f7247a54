"""Copies read back piece by piece, from a folder and from a bucket."""

import asyncio
import hashlib
import random
import threading

import pytest

from dispatch.api import playback
from reports.actions import views
from reports.actions.running import evidence
from reports.models import ViewCopy
from tests.evidence import stores
from tests.views.stage import keep, webm

CONTENT = random.Random(1).randbytes(700_000)
KEY = "views/aa/bb"


@pytest.fixture(params=["folder", "bucket"])
def storage(request, tmp_path):
    """The evidence storage, each of the two."""
    chosen = (
        stores.bucket()
        if request.param == "bucket"
        else stores.stored_in(stores.local(tmp_path))
    )
    with chosen as storage:
        yield storage


@pytest.mark.parametrize(
    ("first", "last"),
    [(0, 699_999), (0, 0), (699_999, 699_999), (262_143, 262_144), (5, 600_000)],
)
def test_a_range_is_read_as_it_is_stored(storage, first, last):
    storage.put(KEY, CONTENT)
    pieces = list(storage.pieces(KEY, first, last))

    assert b"".join(pieces) == CONTENT[first : last + 1]
    assert max(map(len, pieces)) <= 256 * 1024


def test_what_is_not_there_is_said_to_be_missing(storage):
    with pytest.raises(FileNotFoundError):
        next(storage.pieces("views/aa/cc", 0, 9))


def test_who_stops_reading_leaves_nothing_open(storage):
    storage.put(KEY, CONTENT)
    pieces = storage.pieces(KEY, 0, len(CONTENT) - 1)
    next(pieces)
    pieces.close()  # a file left open would be a warning, and so a failure
    assert list(pieces) == []


def test_a_copy_is_made_and_kept_in_either(storage, world, at_once):
    views.ask_view(keep(world.tap().incident, webm(), webm()).uuid)

    view = ViewCopy.objects.get()
    assert (view.state, view.chunk_count) == ("ready", 2)
    content = b"".join(storage.pieces(view.key, 0, view.bytes - 1))
    assert hashlib.sha256(content).hexdigest() == view.sha256


async def test_a_player_that_has_gone_leaves_nothing_open():
    closed = threading.Event()

    def read():
        try:
            yield from (b"one", b"two", b"three")
        finally:
            closed.set()

    pieces = read()
    answer = playback._streamed(await playback._begun(pieces), pieces)
    assert await anext(answer) == b"one"
    assert not closed.is_set()
    await answer.aclose()

    assert closed.is_set()
    evidence.shutdown()


async def test_a_piece_that_is_on_its_way_when_a_player_goes_does_no_harm():
    going, gone = threading.Event(), threading.Event()

    def read():
        yield b"one"
        going.set()
        assert gone.wait(5)
        yield b"two"

    pieces = read()
    answer = playback._streamed(await playback._begun(pieces), pieces)
    await anext(answer)
    reading = asyncio.ensure_future(anext(answer))
    await asyncio.to_thread(going.wait, 5)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    gone.set()
    evidence.shutdown()
