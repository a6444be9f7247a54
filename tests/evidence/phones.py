"""A phone's recorder as a test speaks it: PROTOCOL.md, chapter 24, and nothing else."""

import base64
import hashlib
import json
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import uuid4

from tests.wire import Answer, Frame

FIRST, SECOND = b"\x1a\x45\xdf\xa3" * 20_000, b"\xa3\x42" * 40_000
BODY = {
    "kind": "video",
    "mime": "video/webm",
    "name": "",
    "claimed_at": "",
    "call": None,
}


class Door(Protocol):
    """Where requests go: a house in this process, or a connection to a real server."""

    async def request(
        self, method: str, path: str, body: bytes = b"", headers: Any = None
    ) -> Answer:
        """Send one request."""


def content_digest(data: bytes) -> str:
    """Return the header that goes with these bytes."""
    digest = base64.b64encode(hashlib.sha256(data).digest()).decode()
    return f"sha-256=:{digest}:"


@dataclass
class Recorder:
    """One clip of one phone."""

    door: Door
    incident: str
    capability: str
    clip: str = field(default_factory=lambda: str(uuid4()))

    @classmethod
    def of(cls, door: Door, call: Frame) -> "Recorder":
        """Return a recorder for the alarm that a tap was answered with."""
        return cls(door, call["incident"], call["evidence"])

    @property
    def path(self) -> str:
        """Return the clip's address."""
        return f"/api/v1/incidents/{self.incident}/clips/{self.clip}"

    @property
    def headers(self) -> dict[str, str]:
        """Return what each request shows."""
        return {"Alarm110-Evidence": self.capability}

    async def open(self, **facts: Any) -> Answer:
        """Open the clip."""
        body = json.dumps({**BODY, **facts}).encode()
        return await self.door.request("PUT", self.path, body, self.headers)

    async def put(
        self,
        index: int,
        data: bytes,
        *,
        segment: int | str = 0,
        digest: str | None = None,
        **headers: str,
    ) -> Answer:
        """Bring a chunk."""
        path = f"{self.path}/segments/{segment}/chunks/{index}"
        shown = {
            **self.headers,
            "Content-Digest": content_digest(data) if digest is None else digest,
            **headers,
        }
        shown = {name: value for name, value in shown.items() if value}
        return await self.door.request("PUT", path, data, shown)

    async def close(
        self, segments: dict[int, int] | None = None, reason: str = "finished"
    ) -> Answer:
        """Close the clip."""
        told = [{"segment": n, "chunks": c} for n, c in (segments or {}).items()]
        body = json.dumps({"segments": told, "reason": reason}).encode()
        return await self.door.request("POST", f"{self.path}/close", body, self.headers)

    async def look(self) -> Answer:
        """Ask what is stored."""
        return await self.door.request("GET", self.path, b"", self.headers)


def code(answer: Answer) -> tuple[int, str]:
    """Return the status and the code of an answer, or "" if it is no error."""
    return answer.status, answer.json().get("code", "")
