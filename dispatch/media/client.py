"""The relay as the web process sees it: one connection, always coming back.

Calls are short and never wait for a relay that is away: they fail at once with
``MediaAway``. When the connection breaks, every leg it carried is told as lost, so that
the pages begin anew while the supervisor starts the next relay. A relay that hangs is
killed: it would keep its legs' pages waiting, and nothing else would notice.
"""

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import msgspec

from accounts.metrics import dropped, failed
from dispatch.media.interface import (
    BadDescription,
    Health,
    MediaAway,
    MediaError,
    MediaEvent,
    MediaFull,
    RoomFull,
    RoomPolicy,
    Who,
)
from dispatch.media.relay import wire
from dispatch.media.relay.peer import end_relay
from reports.clock import monotonic

log = logging.getLogger(__name__)

ANSWER_SECONDS = 5.0
HEALTH_SECONDS = 2.0
METRICS_SECONDS = 1.0
MOST_MISSED = 3  # questions in a row after which nothing at all was heard
BACKOFF_SECONDS = (0.05, 0.1, 0.25)  # a socket of this machine: asking is cheap
REFUSALS = (MediaFull, RoomFull, MediaAway, BadDescription)
ERRORS = {error.code: error for error in REFUSALS}


class RelayBackend:
    """``MediaBackend`` over the relay's unix socket."""

    def __init__(
        self, home: Path, on_connect: Callable[[], None] | None = None
    ) -> None:
        self._home = home
        self._on_connect = on_connect
        self._hear: Callable[[MediaEvent], None] = lambda event: None
        self._task: asyncio.Task[None] | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._asked: dict[int, asyncio.Future[wire.Answer]] = {}
        self._numbers = 0
        self._missed = 0
        self.heard_at = 0.0  # monotonic; 0: never
        self._legs: dict[UUID, tuple[UUID, Who]] = {}

    # --- MediaBackend ----------------------------------------------------------------

    async def offer(
        self, call: UUID, who: Who, leg: UUID, sdp: str, policy: RoomPolicy
    ) -> str:
        """Admit a leg; see ``MediaBackend``."""
        answer = await self._ask(
            lambda n: wire.Offer(n, call, who, leg, sdp, policy), ANSWER_SECONDS
        )
        self._legs[leg] = (call, who)
        return answer.sdp

    async def candidate(
        self,
        call: UUID,
        leg: UUID,
        candidate: str,
        sdp_mid: str | None,
        sdp_m_line_index: int | None,
    ) -> None:
        """Add a remote candidate; all lines share one transport."""
        if candidate:
            await self._tell(lambda n: wire.AddCandidate(n, call, leg, candidate))

    async def set_policy(self, call: UUID, policy: RoomPolicy) -> None:
        """Change what may flow in a room."""
        await self._tell(lambda n: wire.SetPolicy(n, call, policy))

    async def kick(self, call: UUID, who: Who, leg: UUID | None = None) -> None:
        """Close a participant's leg."""
        await self._tell(lambda n: wire.Kick(n, call, who, leg))

    async def close_room(self, call: UUID) -> None:
        """Close all legs of a call."""
        await self._tell(lambda n: wire.CloseRoom(n, call))

    async def health(self) -> Health:
        """Return how it is; not alive if it does not answer, and in the end killed."""
        writer = self._writer
        try:
            answer = await self._ask(wire.AskHealth, HEALTH_SECONDS)
        except MediaError:
            if writer is not None and writer is self._writer:
                self._miss(writer)
            return Health(is_alive=False)
        return answer.health or Health(is_alive=False)

    async def metrics(self) -> str:
        """Return what it counted; empty if it does not say so at once."""
        try:
            return (await self._ask(wire.AskMetrics, METRICS_SECONDS)).metrics
        except MediaError:
            return ""

    def listen(self, hear: Callable[[MediaEvent], None]) -> None:
        """Call ``hear`` for what happens by itself."""
        self._hear = hear

    async def start(self) -> None:
        """Connect, and keep connecting; again: nothing more."""
        if self._task is not None:
            return
        self._task = asyncio.get_running_loop().create_task(self._run())

    async def stop(self) -> None:
        """Let go; legs stay up."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None

    @property
    def is_connected(self) -> bool:
        """Return whether the relay is there."""
        return self._writer is not None

    # --- The line --------------------------------------------------------------------

    async def _run(self) -> None:
        failures = 0
        while True:
            try:
                reader, writer = await asyncio.open_unix_connection(
                    str(wire.socket_path(self._home)), limit=wire.MAX_LINE_BYTES
                )
            except OSError:
                await asyncio.sleep(
                    BACKOFF_SECONDS[min(failures, len(BACKOFF_SECONDS) - 1)]
                )
                failures += 1
                continue
            failures = 0
            await self._use(reader, writer)

    async def _use(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._writer = writer
        self._missed = 0
        greeting = asyncio.get_running_loop().create_task(self._greet())
        is_stopping = False
        try:
            while text := await reader.readline():
                self._take(text)
        except (OSError, ValueError) as error:  # ended below; the next line is tried
            log.info("the media relay's line broke: %s", type(error).__name__)
        except asyncio.CancelledError:
            is_stopping = True
            raise
        finally:
            greeting.cancel()
            self._writer = None
            writer.close()
            if not is_stopping:
                dropped("relay line", "it ended")
                log.warning("the media relay is gone; waiting for the next one")
            self._fail_all(are_legs_lost=not is_stopping)

    async def _greet(self) -> None:
        """Learn which legs live: they outlast a web process."""
        health = await self.health()
        for state in health.legs:
            self._legs[state.leg] = (state.call, state.who)
        if self._on_connect is not None:
            self._on_connect()

    def _miss(self, writer: asyncio.StreamWriter) -> None:
        self._missed += 1
        if self._missed >= MOST_MISSED:
            self._missed = 0
            failed("relay hangs")
            log.error(
                "the media relay does not answer: %s",
                "killed" if end_relay(writer) else "its line is dropped",
            )
            writer.transport.abort()  # ``close`` would wait for it to read

    def _fail_all(self, *, are_legs_lost: bool) -> None:
        asked, self._asked = self._asked, {}
        for future in asked.values():
            if not future.done():
                future.set_exception(MediaAway())
        legs, self._legs = self._legs, {}
        if not are_legs_lost:
            return
        for leg, (call, who) in legs.items():
            self._hear(MediaEvent(call, who, leg, "lost", MediaAway.code))

    def _take(self, text: bytes) -> None:
        self._missed = 0  # slow is not dead
        self.heard_at = monotonic()
        try:
            reply = wire.read_reply(text)
        except msgspec.MsgspecError:
            dropped("relay answer", "not understood")
            log.error("the relay said something else")
            return
        if isinstance(reply, wire.Answer):
            future = self._asked.pop(reply.n, None)
            if future is not None and not future.done():
                future.set_result(reply)
            return
        event = reply.event
        if event.state == "closed":
            self._legs.pop(event.leg, None)
        else:
            self._legs[event.leg] = (event.call, event.who)
        self._hear(event)

    async def _ask(
        self, request: Callable[[int], wire.Request], seconds: float
    ) -> wire.Answer:
        writer = self._writer
        if writer is None:
            raise MediaAway
        self._numbers += 1
        number = self._numbers
        future = asyncio.get_running_loop().create_future()
        self._asked[number] = future
        try:
            writer.write(wire.line(request(number)))
            async with asyncio.timeout(seconds):
                answer: wire.Answer = await future
        except (TimeoutError, OSError) as error:
            raise MediaAway from error
        finally:
            self._asked.pop(number, None)
        if answer.error:
            raise ERRORS.get(answer.error, MediaError)
        return answer

    async def _tell(self, request: Callable[[int], wire.Request]) -> None:
        """Ask for what is over if the relay is away: then there is no leg either."""
        try:
            await self._ask(request, ANSWER_SECONDS)
        except MediaAway:
            dropped("relay request", "relay away")
