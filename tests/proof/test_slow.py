"""Who stops reading is let go within 15 s, and costs the server next to nothing."""

import asyncio
import base64
import contextlib
import hashlib
import time
from uuid import uuid4

import msgspec
import pytest

from tests.clients import Console, Phone
from tests.proof import attacked
from tests.proof.attacked import ATTACKED, resident
from tests.proof.slow import Deaf, deaf_sockets
from tests.wire import Http, Refused

MIB = 1024 * 1024
LONGEST = 15.0  # seconds
CHUNKS = 8  # of a MiB, of the recording that is asked for
WORDS = 80  # of 2000 letters each


@pytest.mark.deep
async def test_who_reads_nothing_is_let_go_and_costs_little(besieged):
    """Sockets of each side that ask for much, one that only sleeps, a download."""
    served = besieged
    session = await attacked.signed_in(served, ATTACKED.operators[0])
    lead = await attacked.signed_in(served, ATTACKED.supervisor)
    async with (
        Console(served, ATTACKED.operators[0], session=session.split("=")[1]) as seat,
        Phone(served) as phone,
    ):
        await seated(seat)
        await attacked.tap(phone, ATTACKED)
        await seat.command("take_call", call=phone.call["call"])
        clip = await record(phone)
        await fill(phone)
        before = resident(served)
        watched = asyncio.create_task(watch(served))
        async with deaf_sockets(served, ("caller", "a=b"), ("board", lead)) as deaf:
            deaf["seat"], deaf["download"] = (
                await Deaf.open(served),
                await Deaf.open(served),
            )
            await deaf["seat"].become_socket(served, "seat", session)
            path = f"/api/v1/console/clips/{clip}/original"
            await deaf["download"].request(served, path, Cookie=lead)
            for side in ("board", "seat"):  # asks once, and sleeps
                await deaf[side].say("hello", cursors={})
            asking = asyncio.create_task(ask_again(deaf["caller"], phone))
            spans = await asyncio.gather(*(one.gone(40) for one in deaf.values()))
            asking.cancel()
        times = dict(zip(deaf, spans, strict=True))
        print("let go after", {side: round(span, 1) for side, span in times.items()})
        watched.cancel()
        await asyncio.gather(watched, return_exceptions=True)
        top, late = max(SIZES), max(LATE)
        print(f"at most {(top - before) / MIB:+.1f} MiB; answers within {late:.2f} s")
        await phone.command("post_message", text="still here")
        await seat.command("end_call", call=phone.call["call"])
        await seat.command("leave_seat")
    # A machine that stands still itself is given what it stood still for.
    assert max(times.values()) <= LONGEST + 4 * late
    assert top - before <= 4 * MIB * len(times)


async def seated(seat: Console) -> None:
    """Take a seat; what the attack before left at one's own goes back by itself."""
    until = time.monotonic() + 60
    while True:
        try:
            await seat.take_seat()
            return
        except Refused as refused:
            if refused.code != "seat_busy" or time.monotonic() > until:
                raise
        await asyncio.sleep(1)


SIZES: list[int] = []
LATE: list[float] = []  # seconds that the server took to say that it lives


async def watch(served) -> None:
    """Note how large and how quick the server is, again and again."""
    http = Http(served.url, served.ssl_context())
    SIZES.clear()
    LATE.clear()
    try:
        while True:
            at = time.monotonic()
            await http.request("GET", "/healthz")
            LATE.append(time.monotonic() - at)
            SIZES.append(resident(served))
            await asyncio.sleep(0.1)
    finally:
        await http.close()


async def fill(phone: Phone) -> None:
    """Let so much be said in a call that its snapshot is a large one."""
    for _ in range(WORDS):
        with contextlib.suppress(Refused):  # faster than a person: some are too many
            await phone.command("post_message", text="x" * 2000)


async def ask_again(deaf: Deaf, phone: Phone) -> None:
    """Ask for all there is to know about a call, again and again, and read nothing."""
    mine = {key: phone.call[key] for key in ("call", "capability")}
    while True:
        await deaf.say("hello", cursors={}, **mine)
        await asyncio.sleep(0.25)


async def record(phone: Phone) -> str:
    """Store a recording of some MiB; return its clip."""
    clip, incident = str(uuid4()), phone.call["incident"]
    path = f"/api/v1/incidents/{incident}/clips/{clip}"
    shown = {"Alarm110-Evidence": phone.call["evidence"]}
    body = msgspec.json.encode({"kind": "video"})
    answer = await phone.http.request("PUT", path, body, shown)
    assert answer.status == 201, answer.body
    data = bytes(MIB)
    digest = base64.b64encode(hashlib.sha256(data).digest()).decode()
    for index in range(CHUNKS):
        answer = await phone.http.request(
            "PUT", f"{path}/segments/0/chunks/{index}", data,
            {**shown, "Content-Digest": f"sha-256=:{digest}:"},
        )  # fmt: skip
        assert answer.status == 200, answer.body
    return clip
