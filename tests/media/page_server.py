"""Serves the trial page and takes its signals to the relay, as the web process does."""

import asyncio
import json
from http import HTTPStatus
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

from websockets.asyncio.server import ServerConnection, serve
from websockets.datastructures import Headers
from websockets.http11 import Response

from dispatch.media.client import RelayBackend
from dispatch.media.interface import MediaError, MediaEvent
from tests.media.peers import OPEN

ROOT = Path(__file__).resolve().parents[2]
LIB = ROOT / "dispatch/static/dispatch/lib"
PAGE = Path(__file__).with_name("page.html")


class PageServer:
    """A static server and a signalling line; ``policy`` is every room's."""

    def __init__(self, backend: RelayBackend) -> None:
        self.backend = backend
        self.policy = OPEN
        self.candidates: list[str] = []
        self.offers = self.offer_bytes = 0
        self._legs: dict[UUID, ServerConnection] = {}
        self._tasks: set[asyncio.Task] = set()
        backend.listen(self._hear)

    async def __aenter__(self) -> "PageServer":
        self._server = await serve(
            self._line, "127.0.0.1", 0, process_request=self._page, compression=None
        )
        port = self._server.sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{port}/"
        return self

    async def __aexit__(self, *error: object) -> None:
        self._server.close()
        await self._server.wait_closed()

    def _page(self, connection: ServerConnection, request) -> Response | None:
        path = urlsplit(request.path).path
        if path == "/line":
            return None
        file = PAGE if path == "/" else LIB / Path(path).name
        if not file.exists():
            return connection.respond(HTTPStatus.NOT_FOUND, "")
        body = file.read_bytes()
        kind = "text/html" if file is PAGE else "text/javascript"
        headers = Headers(
            {
                "Content-Type": kind,
                "Content-Length": str(len(body)),
                "Connection": "close",
            }
        )
        return Response(200, "OK", headers, body)

    async def _line(self, connection: ServerConnection) -> None:
        facts = parse_qs(urlsplit(connection.request.path).query)
        call, who = UUID(facts["call"][0]), facts["who"][0]
        async for text in connection:
            await self._take(json.loads(text), call, who, connection)

    async def _take(self, frame, call, who, connection) -> None:
        leg = UUID(frame["leg"])
        if "description" in frame:
            self.offers += 1
            self._legs[leg] = connection
            sdp = frame["description"]["sdp"]
            self.offer_bytes = max(self.offer_bytes, len(sdp))
            try:
                answer = await self.backend.offer(call, who, leg, sdp, self.policy)
            except MediaError as error:
                await self._say(connection, leg, state="refused", code=error.code)
            else:
                await connection.send(
                    json.dumps({"type": "signal", "leg": str(leg), "sdp": answer})
                )
        elif "candidate" in frame:
            one = frame["candidate"]
            self.candidates.append(one["candidate"])
            await self.backend.candidate(
                call, leg, one["candidate"], one["sdp_mid"], one["sdp_m_line_index"]
            )
        else:
            await self.backend.kick(call, who, leg)

    async def _say(self, connection, leg, **facts) -> None:
        await connection.send(json.dumps({"type": "media", "leg": str(leg), **facts}))

    def _hear(self, event: MediaEvent) -> None:
        connection = self._legs.get(event.leg)
        if connection is None:
            return
        if event.state == "lines":
            lines = {"type": "media_lines", "leg": str(event.leg), "lines": event.lines}
            saying = connection.send(json.dumps(lines))
        else:
            saying = self._say(
                connection, event.leg, state=event.state, code=event.code
            )
        task = asyncio.ensure_future(saying)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
