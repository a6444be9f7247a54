"""What each person is answered on the hot paths and at the sockets, in a running house.

The rows are tried in the order of the table; in each the ones who are refused knock
first, so that what is granted changes nothing for them.
"""

import asyncio
import itertools
import json
import re
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from django.core.cache import cache

from dispatch import broadcast as rooms
from dispatch.actions import media, media_legs, passing
from dispatch.commands import Command
from tests.house import House, Window
from tests.proof import doors
from tests.proof.frames import frames
from tests.proof.scene import Scene, no_answers
from tests.proof.table import OBJECTS, PEOPLE, Row

PLACE = re.compile(r"\$(\w+)")
GRANTED = ("ack", "200", "201", "202", "holds", "shows")
HOLDS = {
    "second_seat": "li",
    "operator": "wu",
    "operator_with_call": "chen",
    "operator_elsewhere": "ma",
}


class Knocking:
    """Everybody at the doors of a house."""

    def __init__(self, house: House, scene: Scene) -> None:
        self.house, self.scene = house, scene
        self.windows: dict[str, dict[str, Window | None]] = {}
        self.passed: list[object] = []  # frames that reached a room
        self._numbers = itertools.count(13800138000)

    # --- Requests --------------------------------------------------------------------

    async def answers(self, row: Row) -> dict[str, dict[str, str]]:
        """Ask at one address as everybody, about everything."""
        got = no_answers()
        for one, person in _refused_first(row):
            got[one][person] = await self._ask(row, one, person)
        return got

    async def _ask(self, row: Row, one: str, person: str) -> str:
        method, _, pattern = row.door.partition(" ")
        path = self.path(pattern, one, row.more)
        said = row.more.get("body", "")
        body = said if isinstance(said, str) else json.dumps(self.filled(said, one))
        answer = await self.house.request(
            method,
            path,
            body.encode("latin-1"),
            headers={**row.more.get("headers", {}), **self.scene.secrets(person)},
            cookies=self.scene.cookie(person),
        )
        cache.clear()  # of the throttles
        where = urlsplit(answer.headers.get("location", "")).path
        return "sign_in" if where.startswith("/accounts/login") else str(answer.status)

    def path(self, pattern: str, one: str, more: dict[str, Any]) -> str:
        """Return a hot path for an object, ``new`` for a clip that is not there yet."""
        things = self.scene.things[one] | {"index": 0, "segment": 7}
        things["call"] = things[more.get("about", "call")]
        if more.get("new"):
            things["clip"] = str(uuid4())
        plain = pattern.replace("^", "")
        return "/" + re.sub(r"<\w+:(\w+)>", lambda m: str(things[m[1]]), plain)

    def filled(self, said: Any, one: str) -> Any:
        """Return a body with ``$call`` and the like put in for an object."""
        number = f"+86{next(self._numbers)}"
        things = self.scene.things[one] | {"id": str(uuid4()), "number": number}
        if isinstance(said, dict):
            return {key: self.filled(value, one) for key, value in said.items()}
        if isinstance(said, str) and (name := PLACE.fullmatch(said)):
            return things[name[1]]
        return said

    # --- Sockets ---------------------------------------------------------------------

    async def greetings(self, row: Row) -> dict[str, dict[str, str]]:
        """Open a socket as everybody, and say hello about everything."""
        path = row.door.removeprefix("socket ")
        got = no_answers()
        for one in row.objects:
            for person in PEOPLE:
                got[one][person] = await self._greet(path, one, person)
        return got

    async def _greet(self, path: str, one: str, person: str) -> str:
        things = self.scene.things[one]
        asked = f"?agency={things['code']}" if path == "/ws/board" else ""
        window = Window(path + asked, self.scene.cookie(person))
        await window.connect()
        streams = {things["incident"]: 0, things["agency"]: 0}
        hello: dict[str, Any] = {"cursors": streams}
        if path == "/ws/caller":
            secret = self.scene.secrets(person).get("Alarm110-Capability")
            hello |= {"call": things["call"], "capability": secret}
        if path == "/ws/seat":
            hello |= {"seat": things["host_seat"], "epoch": self._epoch(one)}
        await window.send("hello", **hello)
        try:
            said = await window.wait_for(
                lambda f: f.get("type") in ("welcome", "error")
            )
            if said["type"] == "error":
                return str(await window.closed())
            seen = {*said["cursors"], *said["you"].get("agencies", [])} & {*streams}
            if path == "/ws/seat":
                return (
                    "holds"
                    if said["epoch"] is not None
                    else "opens"
                    if things["incident"] not in seen
                    else "LEAKS"
                )
            return "shows" if seen else "opens"
        finally:
            await window.close()

    def _epoch(self, one: str) -> int:
        return self.scene.holders["ma" if one == "there" else "chen"].epoch

    async def open(self, side: str) -> None:
        """Open everybody's own socket of a side; None stands for who is sent away."""
        self.windows[side] = {
            person: await self._opened(side, person) for person in PEOPLE
        }

    async def _opened(self, side: str, person: str) -> Window | None:
        window = self.house.window(Window(f"/ws/{side}", self.scene.cookie(person)))
        hello: dict[str, Any] = {"cursors": {}}
        if side == "caller":
            hello["capability"] = self.scene.secrets(person).get("Alarm110-Capability")
            if person == "caller":
                hello |= {"call": self.scene.things["here"]["call"], "epoch": 1}
            elif person == "foreign_capability":  # holds that call's own place
                hello |= {"call": self.scene.things["there"]["call"], "epoch": 1}
        if side == "seat" and person in HOLDS:
            holder = self.scene.holders[HOLDS[person]]
            seat = self.scene.world.seats[HOLDS[person]]
            hello |= {"seat": str(seat.uuid), "epoch": holder.epoch}
        await window.connect()
        await window.send("hello", **hello)
        said = await window.wait_for(_is_answer)
        return window if said["type"] == "welcome" else None

    def watch(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Note which unnumbered frames reach a room from one who has a place in it."""

        def noted(name: str, module: Any, is_in_place: Any) -> None:
            real = getattr(module, name)

            def watched(*args: Any) -> None:
                if is_in_place(*args):
                    self.passed.append(args)
                real(*args)

            monkeypatch.setattr(module, name, watched)

        # Signals of seats and phones come through these as well.
        noted("from_guest", passing, lambda c, _, port: rooms.room(c).guest is port)
        noted("from_host", passing, lambda c, _, port: rooms.room(c).host is port)
        noted("from_party", passing, _is_partys)
        holder = media_legs.holder
        noted("signal", media, lambda c, who, _, port: holder(c, who) is port)

    # --- Frames ----------------------------------------------------------------------

    async def replies(self, row: Row) -> dict[str, dict[str, str]]:
        """Send one kind of frame as everybody who has such a socket."""
        _, side, kind = doors.door_of(row.door).split(" ")
        got = no_answers()
        for one, person in _refused_first(row):
            window = self.windows[side][person]
            if window is None:
                got[one][person] = "closed"
            else:
                body = self.filled(row.more.get("frame", {}), one)
                got[one][person] = await self._say(side, window, kind, body)
        return got

    async def _say(
        self, side: str, window: Window, kind: str, body: dict[str, Any]
    ) -> str:
        if issubclass(frames(side)[kind], Command):
            said = await window.ask(kind, **body)
            await asyncio.sleep(0.02)  # what follows from an ack may be under way
            return "ack" if said["type"] == "ack" else str(said["code"])
        mark, passed = window.mark(), len(self.passed)
        await window.send(kind, **body)
        await window.ask("are_you_there")  # refused in its turn: the frame was read
        codes = [
            frame["code"]
            for _, frame in window.heard[mark:]
            if frame.get("type") == "error" and frame.get("id") is None
        ]
        if codes:
            return str(codes[0])
        return "passed" if self.passed[passed:] else "dropped"


def _is_answer(frame: dict[str, Any]) -> bool:
    return frame.get("type") in ("welcome", "error")


def _refused_first(row: Row) -> list[tuple[str, str]]:
    """Return (object, person) in the order of knocking."""
    pairs = [(one, who) for one in OBJECTS[::-1] for who in PEOPLE if one in row.cells]
    return sorted(
        pairs, key=lambda pair: row.cells[pair[0]][pair[1]].split("|")[0] in GRANTED
    )


def _is_partys(call: Any, participant: Any, frame: Any, port: Any) -> bool:
    """Say whether a party holds its place; they do not type, nor tell of devices."""
    told = frame.__struct_config__.tag in ("still", "still_seen", "signal")
    return told and rooms.room(call).parties.get(participant) is port


def as_json(knocking: Knocking, said: Any) -> str:
    """Return a row's body, about things of here."""
    return json.dumps(knocking.filled(said, "here"))
