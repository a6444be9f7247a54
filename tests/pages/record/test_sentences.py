"""Entries told one after another: who came into the room, and who left it."""

import pytest
from django.utils import translation

from dispatch.snapshots.record.sentences import Teller

WU = {"participant": "p-wu", "label": "芝罘 2", "label_en": "Zhifu 2"}
MA = {"participant": "p-ma", "label": "芝罘 3", "label_en": "Zhifu 3"}
PEOPLE = {"p-wu": "Wu", "p-ma": "Ma"}


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def told_of(*entries):
    """Tell (kind, body) one after another; return the last one's words."""
    teller = Teller()
    return [teller.tell(kind, body).words for kind, body in entries][-1]


def room(*parties, people=PEOPLE):
    names = {p["participant"]: people[p["participant"]] for p in parties}
    return "room.changed", {"parties": list(parties), "people": names}


def handed_to(party, operator):
    call = {
        "seat_label": party["label"],
        "seat_label_en": party["label_en"],
        "operator": operator,
    }
    former = {
        "from_label": "芝罘 1",
        "from_label_en": "Zhifu 1",
        "from_operator": "Chen",
    }
    return "call.transferred", {"call": call, "how": "warm", **former}


def test_whoever_leaves_is_named_though_the_room_holds_them_no_more():
    assert told_of(room(WU, MA), room(MA)) == "Zhifu 2 (Wu) left"


def test_a_colleague_who_takes_the_call_has_not_left():
    taken = told_of(room(WU, MA), handed_to(WU, "Wu"), room(MA))
    assert "left" not in taken
    both = told_of(room(WU, MA), handed_to(WU, "Wu"), room())
    assert both == "Zhifu 3 (Ma) left"
