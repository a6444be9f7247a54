"""The socket itself: frames in, frames out, budgets, heartbeats. Decides nothing.

A plain ASGI application. Channels' stock consumer hops to Django's shared database
thread for every event and handles one event at a time; here the receive loop never
waits for a commit.
"""

import asyncio
import contextvars
import logging
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, ClassVar
from uuid import UUID

import msgspec
from django.utils import translation

from accounts import logs
from accounts.api.addresses import may_come_back, may_open
from accounts.api.origin import origin_allowed
from accounts.metrics import dropped, failed, refused
from dispatch import broadcast as rooms
from dispatch import metrics
from dispatch.actions.budget import Budget
from dispatch.commands import Command, Frame, Hello, Pong, Still
from dispatch.consumers.following import Following
from dispatch.consumers.incoming import id_at_an_end, id_in, is_too_large, language_of
from dispatch.consumers.steps import Step, until_done
from dispatch.errors import OverBudget
from dispatch.events import rendering
from dispatch.events.frames import Ack, Error, ServerFrame
from reports import broadcast
from reports.broadcast import Published
from reports.clock import monotonic
from reports.errors import Malformed, ReportError, TooLarge
from reports.journal import Recorded

log = logging.getLogger(__name__)

SUBPROTOCOL = "alarm110.v1"
HELLO_SECONDS = 5.0
# Nothing heard: a half-open line, an unfinished fragment. Looked at every 2 s, and a
# second is for the other end's goodbye: it is closed within 15 s.
SILENCE_SECONDS = 12.0
# Sent and not known to be read: beyond the first for 10 s, or the second at once, the
# reader has stopped; it is cut off, comes back, and asks for what it missed.
MAX_UNSEEN_BYTES = 1024 * 1024
MAX_HELD_BYTES = 4 * MAX_UNSEEN_BYTES
READ_SECONDS = 10.0
MAX_BEATS = 8  # heartbeats whose answer is still believed
HELLO_COST = 5  # in commands: a snapshot is dear

# What a server may offer in the scope: frames by plain calls (alarm110/lines.py).
LINE = "alarm110.line"

CLOSE_NO_HELLO = 4400
CLOSE_NOT_ALLOWED = 4401
CLOSE_TOO_SLOW = 4408
CLOSE_ELSEWHERE = 4409
CLOSE_GOING = 1012


class Socket(ABC):
    """One connection. Subclasses give it a side."""

    door: ClassVar[str]  # caller, seat, board
    frames: ClassVar[Any]  # the msgspec decoder of what this side may send

    def __init__(self) -> None:
        self.scope: dict[str, Any] = {}
        self.follows: dict[UUID, Following] = {}
        self.is_open = False
        self._send: Callable[[Any], Awaitable[None]]
        self._say: Callable[[str], None] | None = None
        self._context = contextvars.copy_context()
        self._out: list[str] = []
        self._closing: int | None = None
        self._wake = asyncio.Event()
        # One reading at a time: of two, the one begun first would show a window what
        # stood before entries that it has already been sent.
        self._reading = asyncio.Lock()
        self._budget = Budget()
        self._tasks: set[asyncio.Task[Any]] = set()
        self._sent_bytes = 0
        self._seen_bytes = 0  # of those sent, proven to have been read
        self._seen_at = monotonic()
        self._beats: dict[str, int] = {}  # heartbeats not answered yet: bytes before it
        self._heard_at = monotonic()
        self._greeted = False

    # --- Life ------------------------------------------------------------------------

    async def __call__(
        self,
        scope: dict[str, Any],
        receive: Callable[[], Awaitable[Mapping[str, Any]]],
        send: Callable[[Any], Awaitable[None]],
    ) -> None:
        """Serve the connection from handshake to close."""
        self.scope, self._send = scope, send
        await receive()  # websocket.connect
        headers = dict(scope["headers"])
        origin = headers.get(b"origin", b"").decode("latin-1") or None
        if not origin_allowed(origin) or SUBPROTOCOL not in scope.get(
            "subprotocols", ()
        ):
            refused(self.door, "handshake")
            await send({"type": "websocket.close"})  # before the accept: HTTP 403
            return
        translation.activate(language_of(headers))
        await send({"type": "websocket.accept", "subprotocol": SUBPROTOCOL})
        self.is_open = True
        metrics.sockets.labels(self.door).inc()
        self._context = contextvars.copy_context()  # its language
        if line := scope.get("extensions", {}).get(LINE):
            self._say = line.say
            line.hear(self._overhear)
        sender = asyncio.create_task(self._run_sender())
        deadline = asyncio.get_running_loop().call_later(HELLO_SECONDS, self._no_hello)
        rooms.live.add(self)
        try:
            while True:
                message = await receive()
                if message["type"] == "websocket.disconnect":
                    break
                self._hear(message.get("text"))
        finally:
            self.is_open = False
            metrics.sockets.labels(self.door).dec()
            deadline.cancel()
            rooms.live.discard(self)
            for stream in list(self.follows):
                self.unfollow(stream)
            self.left()
            sender.cancel()
            for task in self._tasks:
                task.cancel()

    def _no_hello(self) -> None:
        if not self._greeted:
            self.close(CLOSE_NO_HELLO)

    @abstractmethod
    def left(self) -> None:
        """The connection is gone; leave rooms. Leases decide the rest."""

    # --- In --------------------------------------------------------------------------

    def _overhear(self, payload: bytes, is_binary: bool) -> None:
        """Take one frame from a server that knows the short way."""
        self._context.run(self._hear, None if is_binary else payload)

    def _hear(self, text: str | bytes | None) -> None:
        """Take one frame; never waits."""
        if not self.is_open:
            return
        self._heard_at = monotonic()
        if text is None:
            self.refuse(Malformed())
            return
        if is_too_large(text):
            self.refuse(TooLarge(), id_at_an_end(text))
            return
        try:
            frame = self.frames.decode(text)
        except (msgspec.MsgspecError, RecursionError, UnicodeError):
            self.refuse(Malformed(), id_in(text))
            return
        metrics.heard(self.door, type(frame).__name__).inc()
        if isinstance(frame, Pong):
            self._see(frame.at)
            self.sign_of_life()
            return
        if not self._greeted and not isinstance(frame, Hello):
            self.refuse(Malformed(), getattr(frame, "id", None))
            self.close(CLOSE_NO_HELLO)
            return
        cost = HELLO_COST if self._greeted and isinstance(frame, Hello) else 1
        if not self._budget.spend(cost):
            if isinstance(frame, Still):
                dropped("still", "over budget")
            else:
                self.refuse(OverBudget(), getattr(frame, "id", None))
            return
        if not self._greeted and isinstance(frame, Hello):
            call = frame.call if self.is_vouched_for(frame) else None
            is_let_in = (
                may_open(self.scope, "hello")
                if call is None
                else may_come_back(call, "hello")
            )
            if not is_let_in:
                self.refuse(OverBudget())  # it may say hello again, within its 5 s
                return
        self._greeted = True
        if not isinstance(frame, Hello):
            self.sign_of_life()
        if isinstance(frame, Hello | Command):
            self.spawn(self._answer(frame))
        else:
            self.pass_on(frame)

    async def _answer(self, frame: Hello | Command) -> None:
        """Do what a frame asks and say what came of it."""
        frame_id = frame.id if isinstance(frame, Command) else None
        logs.about(**self.subjects(frame))
        try:
            if isinstance(frame, Hello):
                await self.greet(frame)
                return
            recorded = await self.perform(frame)
        except ReportError as error:
            self.refuse(error, frame_id)
            return
        except Exception:  # told by code; the socket and its call go on
            failed(f"command {type(frame).__name__}")
            log.exception("a %s could not be done", type(frame).__name__)
            self.refuse(ReportError(), frame_id)
            return
        assert frame_id is not None
        self.show(
            Ack(id=frame_id, stream=recorded.stream, seq=recorded.seq)
            if recorded
            else Ack(id=frame_id)
        )
        await self.performed(frame)

    def subjects(self, frame: Hello | Command) -> dict[str, object]:
        """Return which call and incident a frame is about, for the log."""
        return {
            "call": getattr(frame, "call", None),
            "incident": getattr(frame, "incident", None),
        }

    def is_vouched_for(self, hello: Hello) -> bool:
        """Return whether this first frame is somebody's who raised an alarm."""
        return False

    @abstractmethod
    async def greet(self, hello: Hello) -> None:
        """Answer ``hello`` with ``welcome``."""

    @abstractmethod
    async def perform(self, command: Any) -> Recorded | None:
        """Do a command."""

    @abstractmethod
    async def performed(self, command: Any) -> None:
        """The command was acknowledged; what follows from it for this window?"""

    @abstractmethod
    def pass_on(self, frame: Frame) -> None:
        """Pass an unnumbered frame to the other side."""

    @abstractmethod
    def sign_of_life(self) -> None:
        """The other end lives."""

    # --- Out -------------------------------------------------------------------------

    def show(self, frame: ServerFrame) -> None:
        """Send an unnumbered frame."""
        self.write(rendering.encode(frame).decode())

    def refuse(self, error: ReportError, frame_id: UUID | None = None) -> None:
        """Say that something was refused, and why."""
        refused(self.door, error.code)
        self.show(
            Error(
                id=frame_id,
                code=error.code,
                detail=error.detail,
                facts=dict(error.facts),
            )
        )

    def write(self, text: str) -> None:
        """Queue a frame; a reader that has stopped is cut off and comes back."""
        if not self.is_open:
            return
        unseen = self._sent_bytes - self._seen_bytes
        is_stuck = monotonic() - self._seen_at > READ_SECONDS
        if unseen > MAX_HELD_BYTES or (unseen > MAX_UNSEEN_BYTES and is_stuck):
            self.close(CLOSE_TOO_SLOW)
            return
        self._queue(text)

    def _queue(self, text: str) -> None:
        self._sent_bytes += len(text)
        metrics.said(self.door, len(text))
        if self._say is not None:
            self._say(text)
            return
        self._out.append(text)
        self._wake.set()

    def close(self, code: int) -> None:
        """Close once what is queued was sent."""
        self._closing = code
        self._wake.set()

    async def _run_sender(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            batch, self._out = self._out, []
            for text in batch:
                await self._send({"type": "websocket.send", "text": text})
            if self._closing is not None and self.is_open:
                self.is_open = False
                metrics.closes.labels(self.door, str(self._closing)).inc()
                if self._closing == CLOSE_TOO_SLOW and self._greeted:
                    log.info("a %s's socket stood still and was cut off", self.door)
                await self._send({"type": "websocket.close", "code": self._closing})

    def _see(self, at: str) -> None:
        """The other end has read everything sent before the heartbeat ``at``."""
        if at in self._beats:
            self._seen_bytes = max(self._seen_bytes, self._beats.pop(at))
            self._seen_at = monotonic()

    def beat(self, at: str) -> None:
        """Send a heartbeat, or close if nothing was heard for 15 s."""
        if monotonic() - self._heard_at > SILENCE_SECONDS:
            self.close(CLOSE_TOO_SLOW)
            return
        if self._greeted:
            if len(self._beats) >= MAX_BEATS:
                self._beats.pop(next(iter(self._beats)))
            self._beats[at] = self._sent_bytes
            heads = {stream: f.cursor for stream, f in self.follows.items()}
            # However much waits to be read: its answer alone tells that it was, and a
            # seat cut off for one large frame would be sent the same again.
            if self.is_open:
                self._queue(rendering.heartbeat(heads, at))

    def spawn(self, work: Any) -> None:
        """Run a coroutine beside the receive loop."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def step(self, step: Step) -> None:
        """Run what nobody asks for again beside the receive loop; see ``steps``."""
        self.spawn(until_done(step, is_wanted=lambda: self.is_open))

    def _ended(self, task: asyncio.Task[Any]) -> None:
        """What failed may have left the page without something: it comes back whole."""
        self._tasks.discard(task)
        if task.cancelled() or (error := task.exception()) is None:
            return
        failed(f"{self.door} socket")
        log.error("a %s's socket missed a step", self.door, exc_info=error)
        self.close(CLOSE_GOING)

    # --- Streams ---------------------------------------------------------------------

    def follow(self, stream: UUID) -> Following:
        """Join a stream before it is read; entries wait until ``caught_up``."""
        following = self.follows.get(stream)
        if following is None:
            broadcast.registry().follow(stream, self)
        following = self.follows[stream] = Following()
        return following

    def caught_up(self, stream: UUID, cursor: int) -> None:
        """The stream was read up to ``cursor``: hand on what came meanwhile."""
        following = self.follows.get(stream)
        if following is None:
            return
        broadcast.registry().saw(stream, cursor)
        for entry in following.caught_up(cursor):
            self.hand_on(entry)

    def unfollow(self, stream: UUID) -> None:
        """Leave a stream."""
        if self.follows.pop(stream, None) is not None:
            broadcast.registry().unfollow(stream, self)

    def deliver(self, entry: Published) -> None:
        """Take the next entry of a followed stream."""
        following = self.follows.get(entry.stream)
        if following is None:
            return
        for ready in following.take(entry):
            self.hand_on(ready)

    @abstractmethod
    def hand_on(self, entry: Published) -> None:
        """Send an entry as this side may see it."""
