"""Where recordings lie: ``HOME/relay/<call>/<leg>/<n>.mkv``, and beside each its facts.

The facts (``<n>.json``) are written when a file is opened, and again when it is
closed; only closed ones are taken in as evidence. ``end.json`` says that a leg has no
more. What a killed relay left open is closed by the next one: every file is readable up
to its last second, because each packet is flushed.
"""

import contextlib
import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from dispatch.media.interface import Who

ROOT = "relay"  # in the data folder
END = "end.json"


def wire_time(moment: datetime) -> str:
    """Return a moment as all our JSON has it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


class LegFolder:
    """The recordings of one leg."""

    def __init__(self, home: Path, call: UUID, who: Who, leg: UUID) -> None:
        self.path = home / ROOT / str(call) / str(leg)
        self._about = {"call": str(call), "who": who, "leg": str(leg)}

    def media(self, segment: int) -> Path:
        """Return where a segment's picture and sound are written."""
        return self.path / f"{segment}.mkv"

    def free(self, segment: int) -> int:
        """Return the first number from ``segment`` on that no file has.

        A leg's id is its browser's choice, and may come again before what it recorded
        was taken in.
        """
        while any(self.path.glob(f"{segment}.*")):
            segment += 1
        return segment

    def opened(self, segment: int, started_at: datetime, codecs: list[str]) -> None:
        """Note a segment's beginning; the folder is made with the first."""
        self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
        facts = {
            **self._about,
            "segment": segment,
            "started_at": wire_time(started_at),
            "codecs": codecs,
            "state": "open",
        }
        write_json(self.path / f"{segment}.json", facts)
        (self.path / END).unlink(missing_ok=True)  # of the leg that had this id before

    def closed(self, segment: int, frames: dict[str, int]) -> None:
        """Note that a segment is complete, and safe on disk."""
        _close(self.path / f"{segment}.json", "closed", frames=frames)

    def ended(self) -> None:
        """Note that the leg has no more segments; without any, leave nothing."""
        if self.path.exists():
            write_json(self.path / END, {**self._about, "state": "ended"})


def recover(home: Path) -> int:
    """Close what a relay that died left open; return how many files that were."""
    recovered = 0
    for folder in (home / ROOT).glob("*/*"):
        about: dict[str, Any] = {}
        for facts in sorted(folder.glob("[0-9]*.json")):
            about = read_json(facts) or about
            if about.get("state") == "open":
                _close(facts, "recovered")
                recovered += 1
        if about and not (folder / END).exists():
            kept = {name: about[name] for name in ("call", "who", "leg")}
            write_json(folder / END, {**kept, "state": "ended"})
    return recovered


def read_json(path: Path) -> dict[str, Any] | None:
    """Return a file's facts; None if there are none that can be read."""
    try:
        facts = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None
    return facts if isinstance(facts, dict) else None


def write_json(path: Path, facts: dict[str, Any]) -> None:
    """Write all or nothing, and be sure of it."""
    new = path.with_suffix(".new")
    with new.open("w", encoding="ascii") as file:
        json.dump(facts, file, sort_keys=True)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)


def _close(path: Path, state: str, **more: Any) -> None:
    facts = read_json(path)
    media = path.with_suffix(".mkv")
    if facts is None or not media.exists():
        with contextlib.suppress(FileNotFoundError):
            path.unlink()
        return
    with media.open("rb") as file:
        os.fsync(file.fileno())
    status = media.stat()
    ended_at = datetime.fromtimestamp(status.st_mtime, UTC)
    write_json(
        path,
        {
            **facts,
            **more,
            "state": state,
            "bytes": status.st_size,
            "ended_at": wire_time(ended_at),
        },
    )
