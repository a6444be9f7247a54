"""A full disk: chunks stay in the phone with 507, the call goes on, nothing is half."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import services
from tests.clients import Phone
from tests.crowd import region
from tests.evidence.phones import Recorder, code
from tests.served import Served, prepared

pytestmark = [pytest.mark.faults, pytest.mark.deep]

ROOM = 6  # MiB of the disk that evidence has
CHUNK = bytes(range(256)) * 4096  # 1 MiB
# The mount exists for the server and its children only, and ends with them.
MOUNT = 'mount -t tmpfs -o size={room}m tmpfs "{folder}" && exec "$@"'


def _may_mount() -> None:
    """Skip, and say why, where this user may not mount a disk of their own."""
    unshare = shutil.which("unshare")
    trial = [unshare or "false", "-m", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]
    if subprocess.run(trial, capture_output=True, check=False).returncode:
        services._go_without("no mounts of one's own (unshare -m, as root)")


@pytest.fixture(scope="module")
def cramped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server whose evidence lies on a very small disk."""
    _may_mount()
    home = tmp_path_factory.mktemp("home")
    served = prepared(
        home, extra_env=region(tmp_path_factory.mktemp("region"), seats=2)
    )
    served.prepare()
    folder = home / "evidence"
    folder.mkdir(exist_ok=True)
    mount = MOUNT.format(room=ROOM, folder=folder)
    served.prefix = ("unshare", "-m", "--propagation", "private", "sh", "-c", mount, "")
    try:
        served.start()
        yield served
    finally:
        served.stop()


def disk(served: Served) -> Path:
    """Return the small disk, as the server sees it."""
    return Path(f"/proc/{served.serve_pid()}/root{served.home}/evidence")


def pieces(served: Served) -> list[Path]:
    """Return every file of the clips on it."""
    return [path for path in disk(served).rglob("*") if path.is_file()]


async def test_a_full_disk_costs_the_call_nothing_and_the_phone_keeps_its_chunk(
    cramped,
):
    ballast = disk(cramped) / "ballast"
    ballast.write_bytes(bytes(2 * 1024 * 1024))
    async with Phone(cramped) as lin:
        await lin.tap()
        recorder = Recorder.of(lin.http, lin.call)
        await recorder.open()
        stored, index = [], 0
        while (answer := await recorder.put(index, CHUNK)).status == 200:
            stored.append(index)
            index += 1
            assert index < ROOM
        assert len(stored) >= ROOM - 3
        for _ in range(3):
            answer = await recorder.put(index, CHUNK)
            assert code(answer) == (507, "storage_full")
            assert answer.headers["retry-after"] == "15"

        # Nothing is half there, and what was acknowledged is.
        names = sorted(path.name for path in pieces(cramped))
        assert len(names) == len(stored) + 1  # the ballast
        assert not [name for name in names if name.endswith(".begun")]
        seen = (await recorder.look()).json()
        assert seen["stored"] == [{"segment": 0, "ranges": [[0, stored[-1]]]}]
        assert seen["clip"]["state"] == "open"
        assert (await recorder.put(0, CHUNK)).status == 200  # known, so acknowledged

        # The call goes on, and so do other alarms.
        heard = lin.line.expect("message.posted")
        await lin.command("post_message", text="I am still here.")
        assert (await heard)["data"]["text"] == "I am still here."
        async with Phone(cramped) as mei:
            await mei.tap()
            await mei.command("hang_up")

        ballast.unlink()
        assert (await recorder.put(index, CHUNK)).status == 200
        clip = (await recorder.close({0: index + 1})).json()["clip"]
        assert (clip["is_complete"], clip["chunk_count"]) == (True, index + 1)
        assert all(
            path.read_bytes() == CHUNK
            for path in pieces(cramped)
            if path.name[0].isdigit()
        )
        await lin.command("hang_up")
    assert "Traceback" not in cramped.log()
