"""``onboard --check`` on a system that works: the alarms do not wait for it."""

import os
import shutil
import threading
import time
from pathlib import Path

import pytest
from django.db import connection

from dispatch.actions.regions.seats import settle_seats
from dispatch.models import Call
from tests.accounts.region import SMALL, everything, onboard
from tests.world import World

# Where the check writes its last rows.
SETTLES = "dispatch.actions.regions.load.settle_seats"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A region file without ground of its own; it changes most of the cast's."""
    path = tmp_path / "region.toml"
    path.write_text(
        SMALL.replace(
            '{ file = "own.geojson", code = "900001", name = "自绘" }', '"370613"'
        ),
        encoding="utf-8",
    )
    return path


def in_mid_check(monkeypatch, act) -> list[object]:
    """Let another thread do something while a check has written and undone nothing."""
    found: list[object] = []

    def other() -> None:
        try:
            found.append(act())
        except Exception as error:
            found.append(error)
        finally:
            connection.close()

    def settling(*args):
        settle_seats(*args)
        thread = threading.Thread(target=other)
        thread.start()
        thread.join(30)

    monkeypatch.setattr(SETTLES, settling)
    return found


def test_a_tap_is_committed_while_a_check_runs(world: World, file, monkeypatch):
    if connection.vendor != "sqlite":  # it locks the rows alone that are changed
        return
    found = in_mid_check(monkeypatch, lambda: world.tap("lin").is_new)
    rows = everything()[0]
    said = onboard(file, "--check")
    assert found == [True]
    assert Call.objects.count() == 1
    assert everything()[0] == rows
    assert "agency 370602: " in "\n".join(said)


def test_the_copy_is_the_owners_alone_and_is_gone_afterwards(
    world: World, file, monkeypatch
):
    if connection.vendor != "sqlite":
        return
    home = Path(connection.settings_dict["NAME"]).parent
    modes: list[list[int]] = []

    def settling(*args):
        settle_seats(*args)
        modes.append([path.stat().st_mode & 0o077 for path in home.glob("check-*")])

    monkeypatch.setattr(SETTLES, settling)
    onboard(file, "--check")
    assert modes == [[0]]
    assert list(home.glob("check-*")) == []
    monkeypatch.setattr(SETTLES, lambda *args: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        onboard(file, "--check")
    assert list(home.glob("check-*")) == []
    assert Call.objects.count() == 0  # this thread is back where it was


def test_without_room_for_a_copy_nothing_is_checked(world: World, file, monkeypatch):
    if connection.vendor != "sqlite":
        return
    full = type("Full", (), {"free": 0})
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: full)
    with pytest.raises(Exception, match="too little room beside the database"):
        onboard(file, "--check")


def test_what_a_killed_check_left_does_not_stay(world: World, file):
    if connection.vendor != "sqlite":
        return
    home = Path(connection.settings_dict["NAME"]).parent
    for name, hours in (("check-killed", 2), ("check-running", 0)):
        left = home / name / "copy.sqlite3"
        left.parent.mkdir()
        left.touch()
        os.utime(left, (time.time() - hours * 3600,) * 2)
    onboard(file, "--check")
    assert [path.name for path in home.glob("check-*")] == ["check-running"]
    shutil.rmtree(home / "check-running")
