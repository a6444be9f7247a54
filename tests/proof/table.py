"""The permission table (``matrix.toml``): one row a door, one word a cell.

A row says for an object of *here* (the agency that the roles hold in), of *there*
(another agency) and of *none* (no such object) what each person is answered::

    ["GET api/v1/console/clips/<uuid:clip>/original"]
    here  = ["200 operator_with_call supervisor auditor", "404 *"]
    there = ["200 operator_elsewhere supervisor_elsewhere auditor_elsewhere", "404 *"]
    none  = ["404 *"]

``*`` is everybody not named before, ``@desk`` a group of people. A row without
``there`` and ``none`` has no object. The rows of one kind of thing that the desk shows
are written once, for ``<model:kind>``. Of ``ack|called_back`` the first one gets the
one and whoever comes later the other. ``oracle`` says why a refusal may tell more than
that there is no such thing, ``about`` which of the scene's calls is meant.
"""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("matrix.toml")
OBJECTS = ("here", "there", "none")
# Who knocks. The scene (scene.py) makes each of them.
PEOPLE = {
    "anyone": "no cookie, no capability, not signed in",
    "another_caller": "a phone with a live call of its own, by its cookie",
    "caller": "the phone of the call here: cookie, capability, place",
    "same_device": "another window with that phone's cookie, and nothing else",
    "foreign_capability": "the capabilities of the call there, without a cookie",
    "nobody": "signed in, without any role",
    "operator_with_call": "an operator here; the call here is at their seat",
    "second_seat": "an operator here, let into the call's room by its host",
    "operator": "an operator here, at a seat, without this call",
    "operator_elsewhere": "an operator there; the call there is at their seat",
    "supervisor": "supervises here",
    "supervisor_elsewhere": "supervises there",
    "auditor": "audits here",
    "auditor_elsewhere": "audits there",
    "administrator": "configures here",
    "administrator_elsewhere": "configures there",
    "administrator_of_all": "configures all agencies",
    "superuser": "made at the machine itself",
}


@dataclass(frozen=True)
class Row:
    """What one door answers."""

    door: str
    name: str  # as the file has it, for all models of a kind at once
    cells: dict[str, dict[str, str]]  # object → person → outcome
    more: dict[str, Any]  # what the door is sent

    @property
    def objects(self) -> list[str]:
        """Return the objects that the row knows."""
        return [one for one in OBJECTS if one in self.cells]


@cache
def _said() -> dict[str, Any]:
    with FILE.open("rb") as file:
        return tomllib.load(file)


def models_by_kind() -> dict[str, list[str]]:
    """Return what the desk shows, by who may change it."""
    kinds: dict[str, list[str]] = _said()["models"]
    return kinds


@cache
def rows() -> dict[str, Row]:
    """Read the table; each door by its name, in the order they stand there."""
    kinds, groups = models_by_kind(), _said()["people"]
    found: dict[str, Row] = {}
    for name, body in _said().items():
        if name in ("models", "people"):
            continue
        for door in _spelled_out(name, kinds):
            assert door not in found, f"two rows for {door}"
            found[door] = _row(door, name, body, groups)
    return found


def _spelled_out(name: str, kinds: dict[str, list[str]]) -> Iterator[str]:
    """Return the doors of a row: one, or one for each model of a kind."""
    kind = re.search(r"<model:(\w+)>", name)
    if kind is None:
        yield name
        return
    for model in kinds[kind[1]]:
        yield name.replace(kind[0], model)


def _row(door: str, name: str, body: dict[str, Any], groups: dict[str, str]) -> Row:
    cells = {one: _cells(door, body[one], groups) for one in OBJECTS if one in body}
    assert cells, f"{door} says nothing"
    more = {key: value for key, value in body.items() if key not in OBJECTS}
    return Row(door, name, cells, more)


def _cells(door: str, said: list[str], groups: dict[str, str]) -> dict[str, str]:
    """Return the outcome for each person; who is named twice, by the first word."""
    told: dict[str, str] = {}
    for group in said:
        outcome, *words = group.split()
        for person in _named(words, groups):
            assert person in PEOPLE, f"{door}: who is {person}?"
            told.setdefault(person, outcome)
    missing = [person for person in PEOPLE if person not in told]
    assert not missing, f"{door} forgets {missing}"
    return {person: told[person] for person in PEOPLE}


def _named(words: list[str], groups: dict[str, str]) -> Iterator[str]:
    """Return who is meant: people, groups of them, everybody."""
    for word in words:
        if word == "*":
            yield from PEOPLE
        elif word.startswith("@"):
            yield from _named(groups[word[1:]].split(), groups)
        else:
            yield word


def differences(row: Row, got: dict[str, dict[str, str]]) -> list[str]:
    """Return where a door answered otherwise than its row says, in words."""
    return [
        f"{row.door}: {person}, {one}: {got[one][person]}, not {expected}"
        for one in row.objects
        for person, expected in row.cells[one].items()
        if person in got[one] and got[one][person] not in expected.split("|")
    ]
