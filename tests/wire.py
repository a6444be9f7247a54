"""The wire as a test speaks it: a kept-alive HTTP connection, and a socket's line.

Every numbered frame is checked: a gap or a repetition fails whoever waits next.
"""

import asyncio
import contextlib
import ssl
import time
import urllib.parse
from collections.abc import Callable
from http.cookies import SimpleCookie
from typing import Any
from uuid import uuid4

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

SUBPROTOCOL = Subprotocol("alarm110.v1")
# Until a test gives up; what must come sooner is asked for with its own seconds. Two
# cores, and other tests on them.
PATIENCE = 30.0  # seconds

Frame = dict[str, Any]
Wanted = str | Callable[[Frame], bool]

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder().decode


class Refused(Exception):
    """The server refused a command; ``code`` and ``facts`` say why and who won."""

    def __init__(self, frame: Frame) -> None:
        super().__init__(f"{frame['code']}: {frame.get('detail', '')}")
        self.frame = frame
        self.code: str = frame["code"]
        self.facts: dict[str, Any] = frame.get("facts", {})


class Gap(AssertionError):
    """A numbered frame came out of order, twice, or not at all."""


# --- HTTP ----------------------------------------------------------------------------


class Answer:
    """An HTTP answer."""

    def __init__(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.status, self.headers, self.body = status, headers, body

    def json(self) -> Any:
        """Return the decoded body."""
        return _decode(self.body)


class Http:
    """One kept-alive connection with its cookies, ``Secure`` ones on plain HTTP too."""

    def __init__(self, url: str, context: ssl.SSLContext | None) -> None:
        parts = urllib.parse.urlsplit(url)
        self.url, self.context = url, context
        self.host, self.port = parts.hostname or "", parts.port or 443
        self.authority = parts.netloc
        self.cookies: dict[str, str] = {}
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    @property
    def cookie_header(self) -> str:
        """Return the cookies as one header."""
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    async def open(self) -> None:
        """Connect now, so that the first request need not."""
        if self._streams is None or self._streams[1].is_closing():
            self._streams = await asyncio.open_connection(
                self.host, self.port, ssl=self.context
            )

    async def request(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        headers: dict[str, str] | None = None,
    ) -> Answer:
        """Send one request and read its answer; redirects are not followed."""
        await self.open()
        assert self._streams is not None
        reader, writer = self._streams
        fields = {
            "Host": self.authority,
            "Origin": self.url,
            "Referer": f"{self.url}{path}",
            "Content-Length": str(len(body)),
            **({"Cookie": self.cookie_header} if self.cookies else {}),
            **(headers or {}),
        }
        head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        writer.write(f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode() + body)
        answer = await _read_answer(reader, self.cookies, is_head=method == "HEAD")
        if answer.headers.get("connection", "").lower() == "close":
            await self.close()
        return answer

    async def raw(self, request: bytes) -> Answer:
        """Send bytes as they are, and read the answer to them."""
        await self.open()
        assert self._streams is not None
        reader, writer = self._streams
        writer.write(request)
        return await _read_answer(reader, self.cookies)

    async def post_json(
        self, path: str, body: object, headers: dict[str, str] | None = None
    ) -> Answer:
        """Post JSON."""
        kind = {"Content-Type": "application/json", **(headers or {})}
        return await self.request("POST", path, _encode(body), kind)

    async def close(self) -> None:
        """Hang up."""
        if self._streams is not None:
            writer, self._streams = self._streams[1], None
            writer.close()
            with contextlib.suppress(OSError, ssl.SSLError):  # the other end was faster
                await writer.wait_closed()


async def _read_answer(
    reader: asyncio.StreamReader, cookies: dict[str, str], *, is_head: bool = False
) -> Answer:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    status = int(head[0].split(" ", 2)[1])
    headers: dict[str, str] = {}
    for line in filter(None, head[1:]):
        name, _, value = line.partition(":")
        if name.lower() == "set-cookie":
            for key, morsel in SimpleCookie(value.strip()).items():
                cookies[key] = morsel.value
        headers[name.lower()] = value.strip()
    if is_head:  # its length is told, and it does not follow
        body = b""
    elif headers.get("transfer-encoding", "").lower() == "chunked":
        body = b""
        while size := int(await reader.readuntil(b"\r\n"), 16):
            body += (await reader.readexactly(size + 2))[:-2]
        await reader.readexactly(2)
    else:
        body = await reader.readexactly(int(headers.get("content-length", 0)))
    return Answer(status, headers, body)


async def sign_in(http: Http, user: str, password: str) -> None:
    """Sign a person in through the page; the session stays in ``http.cookies``."""
    await http.request("GET", "/accounts/login/")
    token = next(v for name, v in http.cookies.items() if "csrf" in name)
    form = {"login": user, "password": password, "csrfmiddlewaretoken": token}
    answer = await http.request(
        "POST",
        "/accounts/login/",
        urllib.parse.urlencode(form).encode(),
        {"Content-Type": "application/x-www-form-urlencoded"},
    )
    assert any("session" in name for name in http.cookies), (
        f"{user} cannot sign in ({answer.status})"
    )


# --- The line ------------------------------------------------------------------------


class Line:
    """One socket: commands and their answers, entries by number, waits.

    ``heard`` keeps every frame with the moment it came (``time.perf_counter``), unless
    ``keep`` is False. ``watch``, if set, is called with both and must be quick.
    ``cursors``, ``epoch`` and ``you`` stand where the server last said.
    """

    def __init__(
        self,
        url: str,
        origin: str,
        context: ssl.SSLContext | None,
        *,
        cookies: str = "",
        keep: bool = True,
        watch: Callable[[float, Frame], None] | None = None,
    ) -> None:
        self.url, self.origin, self.context = url, origin, context
        self.cookies, self.keep, self.watch = cookies, keep, watch
        self.heard: list[tuple[float, Frame]] = []
        self.cursors: dict[str, int] = {}
        self.snapshots: dict[str, Frame] = {}
        self.epoch: int | None = None
        self.you: Frame = {}
        self.answers_heartbeats = True  # False: a page that hangs
        self.shows_stills = True
        self.close_code: int | None = None
        self.socket: ClientConnection | None = None
        self._answers: dict[str, asyncio.Future[Frame]] = {}
        self._waiting: list[tuple[Callable[[Frame], bool], asyncio.Future[Frame]]] = []
        self._fault: BaseException | None = None
        self._reader: asyncio.Task[None] | None = None

    async def open(self, **hello: Any) -> Frame:
        """Connect, say hello, return the welcome."""
        self.socket = await connect(
            self.url,
            origin=self.origin,
            subprotocols=[SUBPROTOCOL],
            ssl=self.context,
            additional_headers={"Cookie": self.cookies} if self.cookies else None,
            compression=None,
            ping_interval=None,
            proxy=None,
        )
        self._fault = self.close_code = None
        self._reader = asyncio.create_task(self._read(self.socket))
        return await self.hello(**hello)

    async def hello(self, **fields: Any) -> Frame:
        """Say hello (again) and return the welcome it brings."""
        welcome = self.expect("welcome")
        await self.send("hello", **{"cursors": {}, **fields})
        return await welcome

    async def send(self, kind: str, **fields: Any) -> None:
        """Send a frame that is not answered."""
        assert self.socket is not None
        await self.socket.send(_encode({"type": kind, **fields}).decode())

    async def ask(self, kind: str, seconds: float = PATIENCE, **fields: Any) -> Frame:
        """Send a command and return its answer, ack or error."""
        assert self.socket is not None
        frame = {"type": kind, "id": str(uuid4()), **fields}
        answer = asyncio.get_running_loop().create_future()
        self._answers[frame["id"]] = answer
        await self.socket.send(_encode(frame).decode())
        async with asyncio.timeout(seconds):
            return await answer

    async def command(
        self, kind: str, seconds: float = PATIENCE, **fields: Any
    ) -> Frame:
        """Send a command and return its ack; raise ``Refused`` on an error."""
        answer = await self.ask(kind, seconds, **fields)
        if answer["type"] == "error":
            raise Refused(answer)
        return answer

    def mark(self) -> int:
        """Return a place in what was heard, to wait only for what comes after it."""
        return len(self.heard)

    def expect(
        self, wanted: Wanted, seconds: float = PATIENCE
    ) -> asyncio.Future[Frame]:
        """Start to wait for a frame from now on; await what this returns."""
        return asyncio.ensure_future(self.wait_for(wanted, seconds, since=self.mark()))

    async def wait_for(
        self, wanted: Wanted, seconds: float = PATIENCE, *, since: int = 0
    ) -> Frame:
        """Return the first frame from ``since`` on of a type, or that fits a test."""
        fits = wanted if callable(wanted) else lambda f: f.get("type") == wanted
        for _, frame in self.heard[since:]:
            if fits(frame):
                return frame
        if self._fault is not None:
            raise self._fault
        future = asyncio.get_running_loop().create_future()
        self._waiting.append((fits, future))
        try:
            async with asyncio.timeout(seconds):
                return await future
        except TimeoutError:
            tail = [frame.get("type", "skip") for _, frame in self.heard[-8:]]
            raise TimeoutError(
                f"{wanted!r} did not come within {seconds} s; last heard: {tail}"
            ) from None
        finally:
            self._waiting = [w for w in self._waiting if w[1] is not future]

    def entries(self, kind: str | None = None) -> list[Frame]:
        """Return the entries heard, in order."""
        return [
            frame
            for _, frame in self.heard
            if "seq" in frame
            and frame.get("type") != "ack"
            and (kind is None or frame.get("type") == kind)
        ]

    def check(self) -> None:
        """Raise if the numbers did not hold; a closed socket is no fault by itself."""
        if isinstance(self._fault, Gap):
            raise self._fault

    async def close(self) -> None:
        """Close properly."""
        if self.socket is not None:
            await self.socket.close()
        if self._reader is not None:
            await asyncio.gather(self._reader, return_exceptions=True)

    def cut(self) -> None:
        """Drop the connection without a word, as a dead network does."""
        assert self.socket is not None
        self.socket.transport.abort()

    async def _read(self, socket: ClientConnection) -> None:
        try:
            async for text in socket:
                at = time.perf_counter()
                frame = _decode(text)
                if frame.get("type") == "heartbeat":
                    if self.answers_heartbeats:
                        await self.send("pong", at=frame["at"])
                elif frame.get("type") == "still" and self.shows_stills:
                    await self.send("still_seen", n=frame["n"])
                self._take(frame)
                if self.watch is not None:
                    self.watch(at, frame)
                if self.keep:
                    self.heard.append((at, frame))
                for fits, future in self._waiting:
                    if not future.done() and fits(frame):
                        future.set_result(frame)
            # A clean end too must wake those who wait.
            raise ConnectionError(f"the server closed the socket ({socket.close_code})")
        except (ConnectionClosed, ConnectionError, Gap) as error:
            self._fail(error, socket.close_code)

    def _fail(self, error: Exception, close_code: int | None) -> None:
        self._fault, self.close_code = error, close_code
        for future in [f for _, f in self._waiting] + list(self._answers.values()):
            if not future.done():
                future.set_exception(error)
                future.exception()  # told here; nobody may be waiting
        self._answers.clear()

    def _take(self, frame: Frame) -> None:
        """Keep the books: answers, cursors, where this window stands."""
        kind = frame.get("type")
        if kind in ("ack", "error"):
            answer = self._answers.pop(frame.get("id", ""), None)
            if answer is not None and not answer.done():
                answer.set_result(frame)
        elif kind == "welcome":
            self.cursors = dict(frame["cursors"])
            self.snapshots.update(frame["snapshots"])
            self.epoch, self.you = frame["epoch"], frame["you"]
        elif kind in ("followed", "resync"):
            self.cursors[frame["stream"]] = frame["cursor"]
            self.snapshots[frame["stream"]] = frame["snapshot"]
        elif kind == "unfollowed":
            self.cursors.pop(frame["stream"], None)
        elif "seq" in frame:
            stream, seq = frame["stream"], frame["seq"]
            expected = self.cursors.get(stream, -1) + 1
            if seq != expected:
                raise Gap(f"{kind} is number {seq} of {stream}, not {expected}")
            self.cursors[stream] = seq
