"""Entries told one after another: who came into the room, and who left it."""

import pytest
from django.utils import timezone, translation

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


def saved(*flags, at=None, **fields):
    form = {"flags": list(flags), "agency": "a", "saved_at": at, **fields}
    return "incident.updated", {"incident": form}


def test_what_a_position_changes_is_no_form_that_somebody_saved():
    opened = ("incident.opened", {"incident": {"number": "1", **saved("x")[1]}})
    missing = saved("unverified", "position_missing")
    assert told_of(missing, saved("unverified")) == "The position is known now"
    outside = saved("unverified", "position_outside")
    told = told_of(missing, outside)
    assert told == "To know now: position outside every known area"
    moved = saved("unverified", agency="b")
    assert (
        told_of(saved("unverified"), moved) == "The incident went along with its call"
    )
    assert (
        told_of(opened, saved("x", at="2026-11-26T06:00:00Z")) == "The form was saved"
    )
    written = saved("x", place="West Street 7")
    assert told_of(saved("x"), written) == "The form was saved"


def test_a_live_recording_says_since_when_it_is_kept():
    clip = {"clip": "c", "kind": "video", "source": "relay", "side": "caller"}
    since = clip | {"claimed_at": "2026-11-26T06:00:07.250000Z"}
    with timezone.override("Asia/Shanghai"):
        told = told_of(("clip.opened", {"clip": since}))
    assert told == (
        "Video, live, the caller's side: recorded from 14:00:07 on; it is entered when "
        "its first minute, or the call, is over"
    )
    phones = since | {"source": "phone"}
    told = told_of(("clip.opened", {"clip": phones}))
    assert told == "Video, from the phone: begins to arrive"


def test_a_colleague_who_takes_the_call_has_not_left():
    taken = told_of(room(WU, MA), handed_to(WU, "Wu"), room(MA))
    assert "left" not in taken
    both = told_of(room(WU, MA), handed_to(WU, "Wu"), room())
    assert both == "Zhifu 3 (Ma) left"


@pytest.mark.parametrize(
    ("language", "told"),
    [
        (
            "en",
            "The caller needs: English, sign language, Italian, Chinese, xx-klingon",
        ),
        ("zh-hans", "手语"),
    ],
)
def test_what_a_caller_needs_is_told_in_words(language, told):
    needs = ["en", "sign", "it", "zh-Hans", "xx-klingon"]
    with translation.override(language):
        said = told_of(("call.needs_changed", {"call": {"needs": needs}}))
    assert told in said
