"""What the relay writes, what a kill costs, and what else it lives by."""

import asyncio
import json
import os
import signal
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import av
import numpy as np
import pytest

from dispatch.media import client
from dispatch.media.interface import MediaAway, MediaFull, RoomPolicy
from dispatch.media.relay import files
from tests.media.peers import SILENT, Beep, Camera, number_of, until
from tests.media.process import Relay, Web, carrying

pytestmark = pytest.mark.slow


def facts_of(home: Path, who: str) -> list[tuple[Path, dict]]:
    """Return the facts of every segment of one side, in order."""
    found = []
    for path in (home / "relay").glob("*/*/[0-9]*.json"):
        facts = json.loads(path.read_text())
        if facts["who"] == who:
            found.append((path, facts))
    return sorted(found, key=lambda one: one[1]["segment"])


def mode_of(path: Path) -> int:
    """Return who may do what with it."""
    return path.stat().st_mode & 0o777


def play(path: Path) -> dict:
    """Decode a file to its end; return its numbers, and how often it was loud."""
    numbers, loud = [], 0
    with av.open(str(path.with_suffix(".mkv"))) as container:
        decoded: Any = container.decode()
        for frame in decoded:
            if isinstance(frame, av.VideoFrame):
                numbers.append(number_of(frame.to_ndarray(format="gray")))
            elif isinstance(frame, av.AudioFrame):
                loud += bool(np.abs(frame.to_ndarray()).max() > 0.03)
    return {"numbers": numbers, "loud": loud}


async def test_a_call_is_on_disk_when_it_is_over(web, relay):
    call = uuid4()
    before = datetime.now(UTC)
    guest = await web.peer(call, "guest", video=Camera(1), audio=Beep()).join()
    host = await web.peer(call, "host", video=Camera(5000), audio=Beep()).join()
    await until(lambda: len(host.numbers) > 30 and len(guest.numbers) > 30, 20)
    seen = {"guest": host.numbers[:], "host": guest.numbers[:]}
    await web.backend.close_room(call)
    await until(lambda: len(list((relay.home / "relay").glob("*/*/end.json"))) == 2)

    for who, first in (("guest", 1), ("host", 5000)):
        [(path, facts)] = facts_of(relay.home, who)
        assert facts["state"] == "closed"
        assert facts["call"] == str(call)
        assert facts["codecs"] == ["vp8", "opus"]
        assert facts["bytes"] == path.with_suffix(".mkv").stat().st_size
        started = datetime.fromisoformat(facts["started_at"])
        assert before < started < datetime.now(UTC)
        played = play(path)
        assert None not in played["numbers"]
        # Every frame that came is in it, in order, none twice. (The sender's encoder
        # leaves one out now and then: what the other side saw is the measure.)
        assert first <= played["numbers"][0] <= first + 12
        assert played["numbers"] == sorted(set(played["numbers"]))
        assert set(seen[who]) <= set(played["numbers"])
        assert len(played["numbers"]) == facts["frames"]["video"]
        assert played["loud"] > 30
    assert (relay.home / "relay").stat().st_mode & 0o077 == 0


async def test_killed_it_loses_a_second_at_most(web, relay):
    call = uuid4()
    guest = await web.peer(call, "guest", video=Camera(1), audio=Beep()).join()
    host = await web.peer(call, "host").join()
    await until(lambda: len(host.numbers) > 40, 20)
    relay.kill()
    last = host.numbers[-1]  # forwarded, so it had come
    await until(lambda: len(web.events) >= 4)
    lost = {event.leg for event in web.events if event.code == "media_away"}
    assert lost == {guest.leg, host.leg}
    [(path, facts)] = facts_of(relay.home, "guest")
    assert facts["state"] == "open"
    assert not (path.parent / "end.json").exists()

    relay.start()
    await until(lambda: web.backend.is_connected)
    [(path, facts)] = facts_of(relay.home, "guest")
    assert facts["state"] == "recovered"
    assert json.loads((path.parent / "end.json").read_text())["who"] == "guest"
    numbers = play(path)["numbers"]
    assert numbers == sorted(set(numbers))
    assert last - numbers[-1] <= 12, f"{last - numbers[-1]} frames lost"
    print(f"recorded to {numbers[-1]}, forwarded to {last}: 12 frames are a second")


async def test_told_to_stop_it_closes_its_files(web, relay):
    call = uuid4()
    await web.peer(call, "guest", video=Camera(1), audio=Beep()).join()
    host = await web.peer(call, "host").join()
    await until(lambda: len(host.numbers) > 15)
    assert relay.stop() == 0
    [(path, facts)] = facts_of(relay.home, "guest")
    assert facts["state"] == "closed"
    assert (path.parent / "end.json").exists()


async def test_it_ends_with_its_supervisor(relay, web):
    relay.process.stdin.close()
    await asyncio.to_thread(relay.process.wait, 10)
    assert relay.process.returncode == 0


async def test_silent_or_muted_the_phone_is_heard_and_kept_the_host_is_not(web, relay):
    call = uuid4()
    muted = frozenset({("host", "audio")})
    policy = RoomPolicy(is_silent=True, muted=muted)
    await web.peer(call, "guest", audio=Beep()).join(policy)
    host = await web.peer(call, "host", audio=Beep()).join(policy)
    await until(lambda: host.loud > 60)
    await web.backend.close_room(call)
    await until(lambda: len(facts_of(relay.home, "guest")) == 1)
    await until(lambda: facts_of(relay.home, "guest")[0][1]["state"] == "closed")
    [(path, facts)] = facts_of(relay.home, "guest")
    assert facts["codecs"] == ["opus"]
    assert play(path)["loud"] > 50
    assert facts_of(relay.home, "host") == []


async def test_picture_that_joins_later_begins_a_new_file(web, relay):
    call = uuid4()
    guest = await web.peer(call, "guest", audio=Beep()).join()
    host = await web.peer(call, "host").join()
    await until(lambda: host.loud > 80)
    guest.connection.getSenders()[1].replaceTrack(Camera(700))
    await until(lambda: len(host.numbers) > 20, 20)
    await web.backend.close_room(call)
    await until(lambda: facts_of(relay.home, "guest")[-1][1]["state"] == "closed")
    first, second = facts_of(relay.home, "guest")
    assert (first[1]["codecs"], second[1]["codecs"]) == (["opus"], ["vp8", "opus"])
    numbers = play(second[0])["numbers"]
    assert set(host.numbers) <= set(numbers)
    assert numbers[0] <= 712


async def test_a_full_disk_stops_the_recording_and_nothing_else(
    relay, tmp_path, monkeypatch
):
    relay.stop()
    monkeypatch.setitem(relay.environment, "PYTHONPATH", str(tmp_path))
    (tmp_path / "sitecustomize.py").write_text(
        "import shutil\n"
        "whole = shutil.disk_usage\n"
        "shutil.disk_usage = lambda path: whole(path)._replace(free=0)\n"
    )
    relay.start()
    web = Web(relay.home)
    await web.start()
    try:
        call = uuid4()
        await web.peer(call, "guest", video=Camera(), audio=Beep()).join()
        host = await web.peer(call, "host").join()
        await until(lambda: len(host.numbers) > 20)
        await asyncio.sleep(1)
        assert facts_of(relay.home, "guest") == []
        assert relay.log.count("a recording stopped") == 1
    finally:
        await web.stop()


async def test_the_calls_outlive_the_web_process(relay, web):
    call = uuid4()
    guest = await web.peer(call, "guest", video=Camera(1), audio=Beep()).join()
    host = await web.peer(call, "host", audio=Beep()).join(SILENT)
    await until(lambda: len(host.numbers) > 5)
    await web.backend.stop()  # the web process is gone
    before = host.numbers[-1]
    await asyncio.sleep(2)
    assert host.numbers[-1] > before + 12
    again = Web(relay.home)
    await again.start()
    try:
        legs = {leg.leg: leg for leg in (await again.backend.health()).legs}
        assert {guest.leg, host.leg} == set(legs)
        assert all(leg.is_up for leg in legs.values())
        assert legs[guest.leg].audio_out == 0  # still silent, without anybody's word
        await again.backend.close_room(call)
        await until(lambda: len(again.events) == 2)
    finally:
        await again.stop()


async def test_a_full_server_says_so(tmp_path, monkeypatch, relay):
    async with carrying(relay, 2) as web:
        one, two = uuid4(), uuid4()
        guest = await web.peer(one, "guest").join()
        await web.peer(one, "host").join()
        with pytest.raises(MediaFull):
            await web.peer(two, "guest").join()
        # A fresh leg of one who is in takes its own place.
        await web.peer(one, "guest").join()
        health = await web.backend.health()
        assert (health.load, health.streams) == (1.0, 2)
        await web.backend.close_room(one)
        await web.peer(two, "guest").join()
        assert await web.leg(guest) is None


async def test_a_long_path_has_its_socket_elsewhere(tmp_path):
    home = tmp_path / ("long" * 20) / ("path" * 10)
    home.mkdir(parents=True)
    relay = Relay(home)
    relay.start()
    web = Web(home)
    await web.start()
    assert (await web.backend.health()).is_alive
    path = Path((home / "relay.path").read_text().strip())
    assert [mode_of(path), mode_of(path.parent)] == [0o600, 0o700]
    await web.stop()
    assert relay.stop() == 0
    assert not path.parent.exists()


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become somebody else")
async def test_another_user_is_turned_away(relay, web, tmp_path):
    script = (
        "import os, socket, sys\n"
        "line = socket.socket(socket.AF_UNIX)\n"
        "line.connect(sys.argv[1])\n"
        "try:\n"
        '    line.sendall(b\'{"type":"health","n":1}\\n\')\n'
        "    sys.exit(len(line.recv(100)))\n"
        "except OSError:\n"
        "    sys.exit(0)\n"
    )
    path = relay.home / "relay.sock"
    assert path.stat().st_mode & 0o777 == 0o600
    path.chmod(0o666)  # as if its mode were all that holds
    for folder in [*path.parents][:-2]:
        if folder.stat().st_mode & 0o001 == 0 and folder.owner() == path.owner():
            folder.chmod(0o711)
    other = await asyncio.create_subprocess_exec(
        "/usr/bin/python3", "-c", script, str(path), user=65534
    )
    assert await other.wait() == 0
    assert "another user" in relay.log


async def test_two_relays_never_serve_one_folder(relay, web):
    second = Relay(relay.home)
    second.start()
    assert await asyncio.to_thread(second.process.wait, 10) == 1
    second.process.stdin.close()
    assert (await web.backend.health()).is_alive


async def test_the_relay_away_is_said_at_once(tmp_path):
    web = Web(tmp_path)
    await web.backend.start()
    began = time.monotonic()
    with pytest.raises(MediaAway):
        await web.backend.offer(uuid4(), "guest", uuid4(), "v=0", SILENT)
    await web.backend.kick(uuid4(), "guest")
    assert not (await web.backend.health()).is_alive
    assert time.monotonic() - began < 0.1
    await web.backend.stop()


async def test_a_relay_that_hangs_is_killed_and_a_slow_one_is_not(
    relay, web, monkeypatch
):
    monkeypatch.setattr(client, "HEALTH_SECONDS", 0.3)
    await (guest := web.peer(uuid4(), "guest")).join()
    pid = relay.process.pid
    for _ in range(2):  # twice nearly, and an answer in between
        os.kill(pid, signal.SIGSTOP)
        for _ in range(client.MOST_MISSED - 1):
            assert not (await web.backend.health()).is_alive
        os.kill(pid, signal.SIGCONT)
        await until(lambda: web.backend._missed == 0)
    assert relay.is_running
    assert web.backend.is_connected
    os.kill(pid, signal.SIGSTOP)
    for _ in range(client.MOST_MISSED):
        assert not (await web.backend.health()).is_alive
    assert await asyncio.to_thread(relay.process.wait, 5) == -signal.SIGKILL
    relay.process.stdin.close()
    await until(lambda: not web.backend.is_connected)
    lost = [e for e in web.events if (e.leg, e.code) == (guest.leg, "media_away")]
    assert [event.state for event in lost] == ["lost"]
    relay.start()
    await until(lambda: web.backend.is_connected)
    monkeypatch.setattr(client, "HEALTH_SECONDS", 5)
    assert (await web.backend.health()).is_alive


async def test_nobody_but_a_relay_is_killed_and_its_line_is_dropped(
    tmp_path, monkeypatch
):
    """The test itself listens and says nothing: it must outlive that."""
    monkeypatch.setattr(client, "HEALTH_SECONDS", 0.1)
    ended = asyncio.Event()

    async def say_nothing(reader, writer):
        await reader.read()
        ended.set()
        writer.close()

    server = await asyncio.start_unix_server(say_nothing, str(tmp_path / "relay.sock"))
    web = Web(tmp_path)
    await web.start()
    for _ in range(client.MOST_MISSED):
        await web.backend.health()
    await asyncio.wait_for(ended.wait(), 5)
    await web.stop()
    server.close()
    await server.wait_closed()


def test_recovery_of_odd_leftovers(tmp_path):
    folder = tmp_path / "relay" / str(uuid4()) / str(uuid4())
    folder.mkdir(parents=True)
    (folder / "0.json").write_text("{")  # cut in the middle
    (folder / "0.mkv").write_bytes(b"x")
    (folder / "1.new").write_text("{")
    (tmp_path / "relay" / "stray").write_text("")
    assert files.recover(tmp_path) == 0
