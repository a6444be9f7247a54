"""How the canary speaks to a server: requests with cookies, and a socket's line."""

import asyncio
import http.client
import json
import ssl
import time
import urllib.parse
from collections.abc import Callable
from http.cookies import SimpleCookie
from typing import Any
from uuid import uuid4

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidHandshake
from websockets.typing import Origin, Subprotocol

SUBPROTOCOL = Subprotocol("alarm110.v1")
NOTHING_ANSWERS = "nothing answers at"
REQUEST_SECONDS = 10.0
SHORTEST_SECONDS = 0.1
HTTPS_PORT, HTTP_PORT = 443, 80

Frame = dict[str, Any]


class Trouble(Exception):
    """What went wrong, in words for a person."""


class Refused(Trouble):
    """The server answered a command with an error."""

    def __init__(self, frame: Frame) -> None:
        super().__init__(f"{frame['code']}: {frame.get('detail', '')}".rstrip(": "))
        self.code: str = frame["code"]
        self.facts: Frame = frame.get("facts", {})


class Web:
    """Requests of one visitor, none beyond ``deadline`` (monotonic).

    Blocking: called in threads, which nothing could end early.
    """

    def __init__(self, url: str, context: ssl.SSLContext, deadline: float) -> None:
        parts = urllib.parse.urlsplit(url)
        self.url, self._context, self._deadline = url, context, deadline
        self._is_tls = parts.scheme == "https"
        self._host = parts.hostname or ""
        self._port = parts.port or (HTTPS_PORT if self._is_tls else HTTP_PORT)
        self.cookies: dict[str, str] = {}

    @property
    def cookie_header(self) -> str:
        """Return the cookies as one header."""
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    def cookie(self, part: str) -> str | None:
        """Return the cookie whose name contains ``part``."""
        return next((v for name, v in self.cookies.items() if part in name), None)

    def get(self, path: str) -> int:
        """Fetch a page for its cookies; return its status."""
        return self._request("GET", path, b"", {})[0]

    def post_form(self, path: str, form: dict[str, str]) -> int:
        """Send a form; return the status."""
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        body = urllib.parse.urlencode(form).encode()
        return self._request("POST", path, body, kind)[0]

    def post_json(self, path: str, body: Frame, headers: dict[str, str]) -> Frame:
        """Send JSON, return the JSON that comes back.

        Raises:
            Refused: the answer is an error.
            Trouble: it is no JSON at all.
        """
        return self._send_json("POST", path, body, headers)

    def put_json(self, path: str, body: Frame, headers: dict[str, str]) -> Frame:
        """Do the same with ``PUT``."""
        return self._send_json("PUT", path, body, headers)

    def put_bytes(self, path: str, body: bytes, headers: dict[str, str]) -> Frame:
        """Send bytes as they are, return the JSON that comes back."""
        return self._answer(path, *self._request("PUT", path, body, headers))

    def _send_json(
        self, method: str, path: str, body: Frame, headers: dict[str, str]
    ) -> Frame:
        headers = {"Content-Type": "application/json", **headers}
        text = json.dumps(body).encode()
        return self._answer(path, *self._request(method, path, text, headers))

    def _answer(self, path: str, status: int, content: bytes) -> Frame:
        try:
            answer: Frame = json.loads(content)
        except ValueError as error:
            raise Trouble(f"{path} answered {status} without JSON") from error
        if answer.get("type") == "error":
            raise Refused(answer)
        if status not in (200, 201):
            raise Trouble(f"{path} answered {status}")
        return answer

    def _request(
        self, method: str, path: str, body: bytes, headers: dict[str, str]
    ) -> tuple[int, bytes]:
        left = max(SHORTEST_SECONDS, self._deadline - time.monotonic())
        patience = min(REQUEST_SECONDS, left)
        if self._is_tls:
            connection: http.client.HTTPConnection = http.client.HTTPSConnection(
                self._host, self._port, timeout=patience, context=self._context
            )
        else:
            connection = http.client.HTTPConnection(
                self._host, self._port, timeout=patience
            )
        fixed = {
            "Origin": self.url,
            "Referer": self.url + path,
            "Accept-Language": "en",
            "Cookie": self.cookie_header,
        }
        try:
            connection.request(method, path, body, {**fixed, **headers})
            answer = connection.getresponse()
            for line in answer.headers.get_all("Set-Cookie", []):
                for name, morsel in SimpleCookie(line).items():
                    self.cookies[name] = morsel.value
            return answer.status, answer.read()
        except (OSError, http.client.HTTPException) as error:
            raise Trouble(network_sentence(self.url, error)) from error
        finally:
            connection.close()


class Line:
    """One socket: commands and their answers, entries strictly by number."""

    def __init__(self, socket: ClientConnection, name: str) -> None:
        self._socket, self._name = socket, name
        self._answers: dict[str, asyncio.Future[Frame]] = {}
        self._heard: list[Frame] = []
        self._news = asyncio.Condition()
        self._cursors: dict[str, int] = {}
        self._end: Trouble | None = None
        self.close_code: int | None = None
        self._reader = asyncio.create_task(self._read())

    @classmethod
    async def open(cls, web: Web, door: str, context: ssl.SSLContext) -> "Line":
        """Connect with the visitor's cookies."""
        url = web.url.replace("http", "ws", 1) + door
        try:
            socket = await connect(
                url,
                origin=Origin(web.url),
                subprotocols=[SUBPROTOCOL],
                ssl=context if url.startswith("wss") else None,
                additional_headers={
                    "Accept-Language": "en",
                    "Cookie": web.cookie_header,
                },
                compression=None,
                proxy=None,
            )
        except (OSError, InvalidHandshake) as error:
            raise Trouble(network_sentence(url, error)) from error
        return cls(socket, door)

    async def send(self, kind: str, **fields: Any) -> None:
        """Send a frame that is not answered."""
        await self._socket.send(json.dumps({"type": kind, **fields}))

    async def hello(self, **fields: Any) -> Frame:
        """Say hello and return the welcome."""
        mark = self.mark()
        await self.send("hello", cursors={}, **fields)
        return await self.wait_for(lambda f: f.get("type") == "welcome", mark)

    async def command(self, kind: str, **fields: Any) -> Frame:
        """Do a command and return its ack.

        Raises:
            Refused: the server said no.
        """
        frame = {"id": str(uuid4()), **fields}
        answer = asyncio.get_running_loop().create_future()
        self._answers[frame["id"]] = answer
        if self._end is not None:
            raise self._end
        await self.send(kind, **frame)
        result: Frame = await answer
        if result["type"] == "error":
            raise Refused(result)
        return result

    def mark(self) -> int:
        """Return a place in what was heard, to wait for what comes after it."""
        return len(self._heard)

    async def wait_for(self, fits: Callable[[Frame], bool], since: int = 0) -> Frame:
        """Return the first frame from ``since`` on that fits."""
        async with self._news:
            while True:
                while since < len(self._heard):
                    if fits(self._heard[since]):
                        return self._heard[since]
                    since += 1
                if self._end is not None:
                    raise self._end
                await self._news.wait()

    async def close(self) -> None:
        """Close properly."""
        await self._socket.close()
        await asyncio.gather(self._reader, return_exceptions=True)

    async def _read(self) -> None:
        try:
            async for text in self._socket:
                await self._take(json.loads(text))
            self.close_code = self._socket.close_code
            await self._stop(Trouble(f"{self._name} was closed ({self.close_code})"))
        except Trouble as fault:
            await self._stop(fault)
        except Exception as error:  # the line is gone, whatever the library calls it
            self.close_code = self._socket.close_code
            await self._stop(Trouble(f"{self._name} broke off ({error})"))

    async def _take(self, frame: Frame) -> None:
        kind = frame.get("type")
        if kind == "heartbeat":
            await self.send("pong", at=frame["at"])
        elif kind == "still":
            await self.send("still_seen", n=frame["n"])
        elif kind == "welcome":
            self._cursors = dict(frame["cursors"])
        elif kind == "followed":
            self._cursors[frame["stream"]] = frame["cursor"]
        elif kind in ("ack", "error") and frame.get("id") in self._answers:
            answer = self._answers.pop(frame["id"])
            if not answer.done():
                answer.set_result(frame)
        elif "seq" in frame and kind != "ack":
            expected = self._cursors.get(frame["stream"], 0) + 1
            if frame["seq"] != expected:
                raise Trouble(
                    f"{self._name}: entry {frame['seq']} came, not {expected}"
                )
            self._cursors[frame["stream"]] = expected
        async with self._news:
            self._heard.append(frame)
            self._news.notify_all()

    async def _stop(self, reason: Trouble) -> None:
        self._end = reason
        for answer in self._answers.values():
            if not answer.done():
                answer.set_exception(reason)
        async with self._news:
            self._news.notify_all()


def network_sentence(url: str, error: Exception) -> str:
    """Say why a server could not be reached."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"the certificate of {url} is not trusted ({error.verify_message})"
    if isinstance(error, ConnectionRefusedError):
        return f"{NOTHING_ANSWERS} {url}"
    if isinstance(error, TimeoutError):
        return f"{url} did not answer in time"
    return f"{url} cannot be used ({str(error) or type(error).__name__})"
