"""When a line of a record says that it happened: never before the line above it."""

from datetime import UTC, datetime, timedelta

import pytest

from dispatch.snapshots.record.timeline import _happened

START = datetime(2026, 8, 21, 2, 0, tzinfo=UTC)


def at(seconds):
    return START + timedelta(seconds=seconds)


def told(rows, *, is_leaving=False):
    """Return the seconds at which (written, kind, happened) are shown."""
    names = {
        "incident.opened": ("incident", "opened_at"),
        "call.queued": ("call", "queued_at"),
        "call.connected": ("call", "connected_at"),
        "call.ended": ("call", "ended_at"),
    }
    entries, bodies = [], []
    for seq, (written, kind, happened) in enumerate(rows, 1):
        entries.append((seq, at(written), kind))
        part, name = names.get(kind, ("x", "x"))
        bodies.append({part: {name: at(happened).isoformat()}} if kind in names else {})
    shown = _happened(entries, bodies, is_leaving=is_leaving)
    return [(moment - START).total_seconds() for moment in shown]


def test_what_one_act_wrote_stands_at_the_moment_of_the_act():
    rows = [
        (0.9, "incident.opened", 0.2),
        (0.9, "call.queued", 0.2),
        (0.9, "position.reported", None),
        (4.2, "call.connected", 4.1),
        (4.2, "participant.joined", None),
        (9.0, "message.posted", None),
    ]
    assert told(rows) == [0.2, 0.2, 0.2, 4.1, 4.1, 9.0]


def test_words_written_between_an_act_and_its_entry_stay_before_it():
    rows = [(5.3, "message.posted", None), (5.9, "call.ended", 4.8)]
    assert told(rows) == [5.3, 5.3]


@pytest.mark.parametrize("happened", [-60, 30])
def test_a_clock_that_is_not_set_moves_no_answer(happened):
    """Another server's, or one that was put back and holds the stream's time still."""
    rows = [
        (20, "message.posted", None),
        (21, "call.connected", happened),
        (21, "call.ended", happened),
    ]
    assert told(rows) == [20, 21, 21]


def test_a_file_has_each_entrys_own_time():
    rows = [
        (0.9, "incident.opened", 0.2),
        (0.9, "call.queued", 0.2),
        (4.2, "call.connected", 4.1),
    ]
    assert told(rows, is_leaving=True) == [0.2, 0.9, 4.2]
