"""What a page says and hears on its socket, written down."""

import json
from typing import Any

from playwright.sync_api import Page, WebSocket


class Frames:
    """The frames of a page's sockets from now on; those that were open are not seen."""

    def __init__(self, page: Page) -> None:
        self.sent: list[dict[str, Any]] = []
        self.heard: list[dict[str, Any]] = []
        page.on("websocket", self._watch)

    def last_heard(self, kind: str) -> dict[str, Any]:
        """Return the newest frame of a type that came; empty before the first."""
        return _last(self.heard, kind)

    def last_sent(self, kind: str) -> dict[str, Any]:
        """Return the newest frame of a type that left; empty before the first."""
        return _last(self.sent, kind)

    def count_sent(self, kind: str) -> int:
        """Return how many frames of a type left so far."""
        return sum(frame.get("type") == kind for frame in self.sent)

    def _watch(self, socket: WebSocket) -> None:
        socket.on("framesent", lambda text: self.sent.append(json.loads(text)))
        socket.on("framereceived", lambda text: self.heard.append(json.loads(text)))


def _last(frames: list[dict[str, Any]], kind: str) -> dict[str, Any]:
    for frame in reversed(frames):
        if frame.get("type") == kind:
            return frame
    return {}
