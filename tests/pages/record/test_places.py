"""Where the phone was: what the head knows of it, and how positions are told apart."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import translation

from dispatch.snapshots.record import record_of, timeline
from dispatch.snapshots.record.page import page_of
from dispatch.snapshots.record.sentences import Teller
from dispatch.snapshots.record.timeline import lines_of
from reports.models import EntryBody
from tests import database
from tests.ground import AT_SEA, IN_ZHIFU

HERE = {"lat_e7": 375398000, "lon_e7": 1213914000, "accuracy_mm": 12_900}
NOWHERE = HERE | {"area": "", "area_en": "", "is_inside": False}


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def told_of(*positions):
    """Tell positions one after another; return (words, is quiet) of each."""
    teller = Teller()
    said = [
        teller.tell("position.reported", {"position": NOWHERE | one})
        for one in positions
    ]
    return [(one.words, one.is_quiet) for one in said]


def head(story, **incident):
    """Return the place in the head of Lin's record, which nobody wrote down."""
    record = record_of(story.incident, story.world.staff["han"])
    record.incident.place = ""
    for name, value in incident.items():
        setattr(record.incident, name, value)
    return page_of(record)["place"]


def moves(story, position):
    story.world.report(story.world.place(story.tapped), position)


# --- In the head ---------------------------------------------------------------------


def test_a_place_outside_all_areas_is_told_by_its_coordinates(story):
    assert head(story) == ""
    moves(story, AT_SEA)
    assert head(story) == (
        "Outside all areas: 30.00000, 140.00000, ± 12 m (by the phone's position)"
    )
    assert head(story, flags=[]) == (
        "Area unknown: 30.00000, 140.00000, ± 12 m (by the phone's position)"
    )


def test_what_somebody_wrote_down_and_an_areas_name_come_first(story):
    moves(story, AT_SEA)
    assert head(story, place="East 1") == "East 1"
    moves(story, IN_ZHIFU)
    assert head(story).endswith("(by the phone's position)")
    assert "37.1" not in head(story)


def test_a_position_that_was_erased_is_in_the_head_no_more(story):
    """The call's row still has it, its area's name included."""
    for position in (AT_SEA, IN_ZHIFU):
        moves(story, position)
        assert head(story) != ""
        bodies = list(EntryBody.objects.filter(text__contains="lat_e7"))
        with database.triggers_lifted():
            EntryBody.objects.filter(text__contains="lat_e7").delete()
        assert head(story) == ""
        with database.triggers_lifted():  # the books are read again at the end
            EntryBody.objects.bulk_create(bodies)


# --- On the timeline -----------------------------------------------------------------


def test_the_same_position_again_is_said_to_be_that_and_in_small():
    first, again = told_of({}, {})
    assert first == ("Position: outside every known area, ± 12 m", False)
    assert again == (
        "Position again: outside every known area, ± 12 m, not moved",
        True,
    )


def test_a_phone_that_moved_says_how_far():
    north = {"lat_e7": HERE["lat_e7"] + 9000}  # 0.0009°
    far = {"lat_e7": HERE["lat_e7"] + 9_009_000}
    _first, moved, away = told_of({}, north, far)
    assert moved == (
        "Position: outside every known area, ± 12 m, 100 m from the one before",
        False,
    )
    assert away[0].endswith("± 12 m, 100.1 km from the one before")


def test_metres_to_the_east_are_shorter_than_at_the_equator():
    _first, moved = told_of({}, {"lon_e7": HERE["lon_e7"] + 9000})
    assert ", 79 m from the one before" in moved[0]
    edge = {"lat_e7": 0, "lon_e7": 1_799_999_000}
    _first, across = told_of(edge, edge | {"lon_e7": -1_799_999_000})
    assert ", 22 m from the one before" in across[0]


def test_a_position_known_better_differs_by_its_accuracy():
    rough, better = told_of({"accuracy_mm": 2_000_000}, {})
    assert rough[0] == "Position: outside every known area, ± 2000 m"
    assert better == ("Position: outside every known area, ± 12 m", False)


def test_no_phone_knows_its_place_to_0_m(story):
    unknown, known = told_of({"accuracy_mm": 0}, {})
    assert unknown[0] == "Position: outside every known area, accuracy not given"
    assert known == ("Position: outside every known area, ± 12 m", False)
    moves(story, AT_SEA | {"accuracy_mm": 0})
    assert head(story) == (
        "Outside all areas: 30.00000, 140.00000, accuracy not given"
        " (by the phone's position)"
    )


def test_two_positions_of_one_call_read_differently(story, monkeypatch):
    monkeypatch.setattr(timeline, "ECHO", timedelta(0))  # as if some time lay between
    moves(story, AT_SEA)
    moves(story, AT_SEA)
    page = story.page()
    assert page.count("Position: outside every known area, ± 12 m ") == 1
    assert page.count("Position again: outside every known area, ± 12 m") == 1


def test_a_position_told_twice_at_once_is_one_line_with_both_numbers(story):
    moves(story, AT_SEA)
    moves(story, AT_SEA)
    shown, _left_out = lines_of(story.incident)
    [line] = [one for one in shown if one.kind == "position.reported"]
    assert line.said.words.startswith("Position: outside every known area")
    assert line.numbers == f"{line.seq} … {line.last_seq}"  # the form tells of it, too
    # A file to take away has a row an entry.
    rows, _left_out = lines_of(story.incident, is_leaving=True)
    told = [one.said.words for one in rows if one.kind == "position.reported"]
    assert len(told) == 2
    assert told[1].startswith("Position again")


def test_a_position_told_again_later_has_its_own_line(story):
    moves(story, AT_SEA)
    moves(story, AT_SEA)
    lines, _left_out = lines_of(story.incident, is_leaving=True)
    first, again = (one for one in lines if one.kind == "position.reported")
    soon = replace(again, at=first.at + timedelta(seconds=3))
    late = replace(again, at=first.at + timedelta(seconds=4))
    assert len(timeline._without_echoes([first, soon])) == 1
    assert len(timeline._without_echoes([first, late])) == 2


def test_numbers_that_were_joined_claim_nothing_that_stands_between(story):
    """3 … 5, then 6: not 3–6, as 4 is the words of the tap."""
    moves(story, AT_SEA)
    moves(story, AT_SEA)
    lines, _left_out = lines_of(story.incident, is_leaving=True)
    first, again = (one for one in lines if one.kind == "position.reported")
    at = {"at": first.at}
    third, fifth = replace(first, seq=3, last_seq=3, numbers="3"), {"said": again.said}
    told = [third] + [
        replace(third, seq=seq, last_seq=seq, numbers=str(seq), **at, **fifth)
        for seq in (5, 6)
    ]
    assert [one.numbers for one in timeline._without_echoes(told)] == ["3 … 6"]
