"""The canary sings, and nobody but its own seat hears it."""

import asyncio
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.clients import Console, Phone, Refused
from tests.served import ROOT, Served

STEPS = [
    "sign in",
    "seat",
    "ready",
    "tap",
    "queue",
    "offer",
    "accept",
    "text to the seat",
    "text to the phone",
    "still to the seat",
    "still to the phone",
    "live media",
    "video to the seat",
    "video to the phone",
    "clip",
    "end",
    "wrap-up",
    "leave",
]
LAST_INCIDENT = """
import json
from dispatch.models import Call, Seat
call = Call.objects.select_related("incident", "agency", "caller").latest("pk")
seat = Seat.objects.get(agency__code="000000")
print(json.dumps({
    "agency": call.agency.code, "synthetic": call.agency.is_synthetic,
    "incident": call.incident.is_synthetic, "caller": call.caller.is_synthetic,
    "state": call.state, "reason": call.end_reason,
    "seat": [seat.availability, seat.activity],
    "open_shifts": seat.shifts.filter(ended_at__isnull=True).count(),
}))
"""

SESSIONS = """
from accounts.models import User
from django.contrib.sessions.models import Session
canary = str(User.objects.get(username="canary").pk)
print(sum(s.get_decoded()["_auth_user_id"] == canary for s in Session.objects.all()))
"""


class Song:
    """One run of the command."""

    def __init__(self, status: int, text: str) -> None:
        self.status, self.lines = status, text.splitlines()
        self.last = self.lines[-1] if self.lines else ""

    @property
    def steps(self) -> list[str]:
        """Return the names of the steps that are done, each with its time."""
        return [line[:20].strip() for line in self.lines[:-1] if line.endswith(" ms")]


async def sing(served: Served, *words: str, **env: str) -> Song:
    """Run ``manage.py canary`` beside the test's own sockets."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "manage.py",
        "canary",
        *words,
        cwd=ROOT,
        env={**served.env, **env},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    output, _ = await process.communicate()
    return Song(process.returncode or 0, output.decode())


def stored(served: Served) -> dict:
    """Return what the database knows of the newest call and of the canary's seat."""
    return json.loads(served.manage("shell", "--verbosity=0", "-c", LAST_INCIDENT))


def canary_console(served: Served) -> Console:
    """Return a window of the canary's operator, to stand in another's way."""
    console = Console(served, "canary")
    console.password = served.canary_key
    return console


async def test_the_whole_way_is_walked_and_timed(served):
    song = await sing(served)

    assert song.steps == STEPS
    assert song.last.startswith("OK ")
    assert song.last.endswith(served.url)
    assert song.status == 0


async def test_without_a_relay_it_asks_for_no_live_picture(served):
    song = await sing(served, "--stills")

    live = {"live media", "video to the seat", "video to the phone"}
    assert song.steps == [step for step in STEPS if step not in live]
    assert song.status == 0


async def test_no_real_seat_hears_of_it_and_it_is_flagged(served):
    async with Console(served, "chen") as chen:
        await chen.take_seat()
        await chen.ready()
        since = chen.line.mark()

        song = await sing(served)

        await asyncio.sleep(0.3)
        heard = [frame for _, frame in chen.line.heard[since:]]
        await chen.command("leave_seat")
    assert song.status == 0, song.lines
    assert [f for f in heard if f.get("type") == "line.updated"] == []
    assert [f for f in heard if f.get("type") == "seat.updated"] == []
    facts = stored(served)
    assert facts == {
        "agency": "000000",
        "synthetic": True,
        "incident": True,
        "caller": True,
        "state": "ended",
        "reason": "seat_ended",
        "seat": ["off", "idle"],
        "open_shifts": 0,
    }


@pytest.mark.deep
async def test_it_signs_out_in_the_end(served):
    """One a minute left 720 sessions of twelve hours behind."""
    before = served.manage("shell", "--verbosity=0", "-c", SESSIONS)
    song = await sing(served)

    assert song.status == 0, song.lines
    assert served.manage("shell", "--verbosity=0", "-c", SESSIONS) == before


@pytest.mark.deep
async def test_it_sings_from_afar_with_a_key_and_a_trusted_authority(served, tmp_path):
    afar = {
        "ALARM110_HOME": str(tmp_path),
        "ALARM110_CANARY_KEY": served.canary_key,
        "PORT": "1",
    }

    untrusted = await sing(served, "--url", served.url, **afar)
    shutil.copy(served.ca, tmp_path / "ca.pem")
    trusted = await sing(served, "--url", f"{served.url}/", **afar)

    assert (untrusted.status, untrusted.steps) == (1, [])
    assert untrusted.last.startswith("FAILED at sign in: the certificate of ")
    assert trusted.status == 0, trusted.lines


async def test_a_wrong_key_gets_no_further_than_the_sign_in(served):
    song = await sing(served, ALARM110_CANARY_KEY="not-the-key")

    assert song.status == 1
    assert "the sign-in was refused" in song.last


async def test_a_tap_with_a_wrong_key_rings_nowhere(served):
    async with Phone(served) as phone:
        with pytest.raises(Refused) as refused:
            await phone.tap(headers={"Alarm110-Canary": "not-the-key"})

    assert refused.value.code == "not_found"


async def test_a_server_that_is_not_there_is_named(served):
    song = await sing(served, "--url", "https://127.0.0.1:9")

    assert song.status == 1
    assert song.last == "FAILED at sign in: nothing answers at https://127.0.0.1:9"


@pytest.mark.deep
async def test_two_at_once_do_not_spoil_each_other(served):
    songs = await asyncio.gather(sing(served), sing(served))

    for song in songs:
        assert song.status == 0 or (
            song.status == 2 and "another canary is running" in song.last
        ), song.lines
    assert any(song.status == 0 for song in songs)
    assert stored(served)["open_shifts"] == 0


@pytest.mark.deep
async def test_what_a_canary_left_in_mid_call_is_cleared(served):
    console, phone = canary_console(served), Phone(served)
    await console.__aenter__()
    await console.take_seat()
    await console.ready()
    await phone.tap(headers={"Alarm110-Canary": served.canary_key})
    await console.accept()
    console.line.cut()
    phone.line.cut()
    await asyncio.gather(console.close(), phone.close())

    song = await sing(served)

    assert song.status == 0, song.lines
    assert song.steps == STEPS
    assert stored(served)["open_shifts"] == 0


@pytest.mark.deep
async def test_a_seat_that_is_worked_at_is_left_alone(served):
    async with canary_console(served) as console:
        await console.take_seat()

        async def work():
            while True:
                await console.rest()
                await asyncio.sleep(0.5)

        working = asyncio.create_task(work())
        song = await sing(served)
        working.cancel()
        await console.command("leave_seat")

    assert song.status == 2, song.lines
    assert song.last == "FAILED at seat: another canary is running"


def test_the_key_is_kept_from_others(served):
    key = Path(served.home) / "canary.key"

    assert os.stat(key).st_mode & 0o777 == 0o600


async def test_a_server_on_another_port_is_asked_for(served):
    song = await sing(served, PORT="9")

    assert song.status == 1
    assert song.last.startswith("FAILED at sign in: nothing answers at https://")
    assert song.last.endswith("with another PORT or HOST, give the same here")
