"""A phone whose sockets fail: commands by POST, everything else by long poll."""

import asyncio
from typing import Any
from uuid import uuid4

from tests.clients import Phone
from tests.sockets.stage import hang_up
from tests.wire import PATIENCE, Answer, Frame


class Poller:
    """Speaks for one call; ``entries`` and ``ephemeral`` keep what was fetched."""

    def __init__(self, phone: Phone, **fields: Any) -> None:
        self.phone, self.fields = phone, fields
        self.after, self.epoch = -1, None
        self.entries: list[Frame] = []
        self.ephemeral: list[Frame] = []

    async def __aenter__(self) -> "Poller":
        await self.phone.tap(open_line=False, **self.fields)
        self.epoch = self.phone.call["epoch"]
        return self

    async def __aexit__(self, *exc: object) -> None:
        await hang_up(self.phone)
        await self.phone.close()

    @property
    def path(self) -> str:
        """Return where this call is reached."""
        return f"/api/v1/calls/{self.phone.call['call']}"

    @property
    def headers(self) -> dict[str, str]:
        """Return what speaks for the phone."""
        return {
            "Alarm110-Capability": self.phone.call["capability"],
            "Alarm110-Epoch": str(self.epoch),
        }

    async def send(self, kind: str, **fields: Any) -> Answer:
        """Send a frame, with an id if it needs one."""
        frame = {"type": kind, **fields}
        return await self.phone.http.post_json(
            f"{self.path}/commands", frame, self.headers
        )

    async def command(self, kind: str, **fields: Any) -> Frame:
        """Do a command; return its ack."""
        answer = await self.send(kind, id=str(uuid4()), **fields)
        assert answer.status == 200, answer.body
        assert answer.json()["type"] == "ack"
        frame: Frame = answer.json()
        return frame

    async def poll(self, wait: float = 4) -> Frame:
        """Fetch what there is; keep the books."""
        answer = await self.phone.http.request(
            "GET", f"{self.path}/inbox?after={self.after}&wait={wait}",
            headers=self.headers,
        )  # fmt: skip
        assert answer.status == 200, answer.body
        body: Frame = answer.json()
        stream = self.phone.call["stream"]
        if "welcome" in body:
            self.after = body["welcome"]["cursors"][stream]
        for entry in body["entries"]:
            assert entry["seq"] == self.after + 1
            self.after = entry["seq"]
        assert body["heartbeat"]["heads"] == {stream: self.after}
        self.entries += body["entries"]
        self.ephemeral += body["ephemeral"]
        return body

    async def poll_for(self, kind: str, seconds: float = PATIENCE) -> Frame:
        """Poll until a frame of a kind came; return it."""
        async with asyncio.timeout(seconds):
            while True:
                for frame in (*self.entries, *self.ephemeral):
                    if frame.get("type") == kind:
                        return frame
                await self.poll()

    async def settle(self) -> None:
        """Fetch until nothing more is there."""
        body = await self.poll(0)
        while body["entries"] or body["ephemeral"]:
            body = await self.poll(0)
