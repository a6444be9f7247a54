"""The ledger: who looked at what, once a person, clip and ten minutes."""

from concurrent.futures import ThreadPoolExecutor

import msgspec
import pytest
from django.core.cache import cache
from django.db import connection

from reports import journal
from reports.actions.custody import LEDGER, note_look
from reports.journal import Author
from reports.models import Stream
from tests.views.stage import keep, webm


@pytest.fixture
def clip(world):
    return keep(world.tap().incident, webm())


def look(world, clip, name="chen"):
    author = Author("operator", str(world.staff[name].uuid))
    return note_look(clip, author=author, viewer=str(world.staff[name]))


def looks():
    return [
        (entry.author_kind, msgspec.json.decode(entry.text))
        for entry in journal.replay(LEDGER, 0)
    ]


def test_a_look_is_written_down(world, clip):
    assert look(world, clip)

    [(author, body)] = looks()
    assert author == "operator"
    assert body == {
        "clip": str(clip.uuid),
        "incident": str(clip.incident.uuid),
        "viewer": "Chen",
    }
    assert Stream.objects.get(uuid=LEDGER).kind == "ledger"
    assert journal.verify(LEDGER) is None


def test_the_ledger_s_id_never_changes():
    assert str(LEDGER) == "c98a891b-ec73-587e-84f3-ffd0fe66f738"


@pytest.mark.parametrize("is_remembered", [True, False])
def test_a_player_s_many_questions_are_one_look(world, clip, is_remembered):
    assert look(world, clip)
    for _ in range(5):
        if not is_remembered:
            cache.clear()  # another process, or a restart
        assert not look(world, clip)
    assert len(looks()) == 1


def test_another_person_and_another_clip_are_other_looks(world, clip):
    other = keep(clip.incident.uuid, webm(hue=9))
    assert [look(world, clip), look(world, clip, "wu"), look(world, other)] == [
        True
    ] * 3
    assert len(looks()) == 3


def test_a_look_lasts_ten_minutes_and_no_longer(world, clip, standing, monkeypatch):
    """Found in the ledger late, it counts for what is left of it."""
    remembered = []
    monkeypatch.setattr(cache, "set", lambda *given: remembered.append(given[-1]))
    assert look(world, clip)
    # PostgreSQL gives an entry its own time, which did not stand still meanwhile.
    standing.moves(540)
    assert not look(world, clip)
    standing.moves(120)

    assert look(world, clip)
    assert len(looks()) == 2
    assert remembered == pytest.approx([600, 60, 600], abs=30)


def test_pieces_asked_for_at_once_are_one_look(world, clip):
    def ask(_):
        cache.clear()
        try:
            return look(world, clip)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        new = list(threads.map(ask, range(8)))

    assert sum(new) == 1
    assert len(looks()) == 1
    assert journal.verify(LEDGER) is None
