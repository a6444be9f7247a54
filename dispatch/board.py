"""What the supervisors' boards of this process share: one state an agency.

Fifty boards that are open cost one snapshot: the first reads it, entries (which carry
whole states) keep it current, and each further board is served from it, as text that
is made once. It lives while a board is open, and is read anew once it is old: what an
administrator configures comes in no entry.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, Protocol
from uuid import UUID

import msgspec

from reports import broadcast
from reports.broadcast import Published
from reports.clock import monotonic, now, wire_time

FRESH_SECONDS = 60.0  # a snapshot older than this is read again at the next hello
MOST_RECENT = 1000  # entries kept for boards that were away for a moment

Snapshot = dict[str, Any]
Read = Callable[[UUID], Awaitable[tuple[int, Snapshot]]]

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.decode


class Board(Protocol):
    """A supervisor's socket."""

    def write(self, text: str) -> None:
        """Take a frame as text; must neither block nor raise."""


def apply(snapshot: Snapshot, kind: str, data: dict[str, Any]) -> None:
    """Bring an agency's snapshot up to an entry, in place; twice is harmless."""
    if kind == "seat.updated":
        seat = data["seat"]
        snapshot["seats"][seat["seat"]] = seat
    elif kind == "line.updated":
        _apply_call(snapshot, data["call"])
    elif kind == "notice.updated":
        notice = data["notice"]
        if notice["is_withdrawn"]:
            snapshot["notices"].pop(notice["notice"], None)
        else:
            snapshot["notices"][notice["notice"]] = notice


def _apply_call(snapshot: Snapshot, call: dict[str, Any]) -> None:
    key, is_ours = call["call"], call["agency"] == snapshot["agency"]["agency"]
    if call["state"] == "ended" or not is_ours:
        snapshot["line"].pop(key, None)
    else:
        snapshot["line"][key] = call
    if call["state"] == "ended" and call["needs_callback"] and is_ours:
        snapshot["callbacks"][key] = call
    else:
        snapshot["callbacks"].pop(key, None)


class AgencyState:
    """One agency, as its stream's entries keep it in this process.

    A follower of the stream. Until the first snapshot was read it holds what comes.
    """

    def __init__(self, stream: UUID) -> None:
        self.stream = stream
        self.head = 0
        self.read_at = float("-inf")  # monotonic; when the snapshot was read
        self._snapshot: Snapshot | None = None
        self._recent: deque[Published] = deque(maxlen=MOST_RECENT)
        self._floor = 0  # every entry above this number is among the recent
        self._text: str | None = None
        self._reading: asyncio.Task[None] | None = None

    # --- Keeping ---------------------------------------------------------------------

    def deliver(self, entry: Published) -> None:
        """Take the next entry of the stream."""
        if len(self._recent) == MOST_RECENT:
            self._floor = self._recent[0].seq
        self._recent.append(entry)
        if self._snapshot is None or entry.seq <= self.head:
            return
        self._apply(self._snapshot, entry)
        self.head, self._text = entry.seq, None

    async def ready(self, read: Read) -> None:
        """Be current; whoever asks while it is read waits for the same reading."""
        if self._snapshot is not None and monotonic() - self.read_at < FRESH_SECONDS:
            return
        if self._reading is None or self._reading.done():
            self._reading = asyncio.get_running_loop().create_task(self._read(read))
        # One board that leaves must not end the others' reading.
        await asyncio.shield(self._reading)

    async def _read(self, read: Read) -> None:
        head, snapshot = await read(self.stream)
        is_first = self._snapshot is None
        for entry in self._recent:  # of what came meanwhile, some is in it: harmless
            if entry.seq > head:
                self._apply(snapshot, entry)
                head = entry.seq
        self._snapshot, self._text = snapshot, None
        self.head, self.read_at = head, monotonic()
        if is_first:
            self._floor = head
            broadcast.registry().saw(self.stream, head)

    @staticmethod
    def _apply(snapshot: Snapshot, entry: Published) -> None:
        apply(snapshot, entry.kind, _decode(entry.text))

    # --- Serving ---------------------------------------------------------------------

    def missed(self, cursor: int | None) -> list[Published] | None:
        """Return the entries above ``cursor``; None where a snapshot is due."""
        if cursor is None or not self._floor <= cursor <= self.head:
            return None
        return [entry for entry in self._recent if entry.seq > cursor]

    def snapshot(self) -> Snapshot:
        """Return the state as it now is; notices that are over are left out."""
        assert self._snapshot is not None
        moment = wire_time(now())
        notices = self._snapshot.get("notices", {})
        for key in [k for k, notice in notices.items() if notice["until"] <= moment]:
            del notices[key]
            self._text = None
        return self._snapshot

    def text(self) -> str:
        """Return the state as JSON, made once between two entries."""
        snapshot = self.snapshot()
        if self._text is None:
            self._text = _encode(snapshot).decode()
        return self._text


class BoardRoom:
    """All boards of this process, what they follow, and what they are told."""

    def __init__(self) -> None:
        self.boards: dict[Board, dict[UUID, int]] = {}  # stream → the agency's id
        self.states: dict[UUID, AgencyState] = {}
        self._figures: dict[UUID, str] = {}  # as last told, by stream
        self._health: dict[frozenset[UUID], str] = {}
        self.wake: Callable[[], None] = lambda: None  # the loop: somebody came

    def enter(self, board: Board, agencies: dict[UUID, int]) -> None:
        """Let a board in that follows these streams; again, with others."""
        self.boards[board] = agencies
        for stream in agencies:
            if stream not in self.states:
                state = self.states[stream] = AgencyState(stream)
                broadcast.registry().follow(stream, state)
        self._forget_unseen()

    def leave(self, board: Board) -> None:
        """Take a board out; what nobody looks at is kept no longer."""
        if self.boards.pop(board, None) is not None:
            self._forget_unseen()

    def _forget_unseen(self) -> None:
        seen = self.agencies()
        for stream in [stream for stream in self.states if stream not in seen]:
            broadcast.registry().unfollow(stream, self.states.pop(stream))
            self._figures.pop(stream, None)
        if not self.boards:
            self._health.clear()

    def agencies(self) -> dict[UUID, int]:
        """Return every agency that a board looks at: stream → id."""
        return {
            stream: agency
            for agencies in self.boards.values()
            for stream, agency in agencies.items()
        }

    # --- Telling ---------------------------------------------------------------------

    def tell_figures(self, stream: UUID, text: str) -> None:
        """Give an agency's figures to whoever looks at it, if they changed."""
        if self._figures.get(stream) == text:
            return
        self._figures[stream] = text
        for board, agencies in self.boards.items():
            if stream in agencies:
                board.write(text)

    def tell_health(self, text_for: Callable[[frozenset[UUID]], str]) -> None:
        """Tell each board how the service is; one text for all that see the same."""
        self._health.clear()
        for board, agencies in self.boards.items():
            seen = frozenset(agencies)
            if seen not in self._health:
                self._health[seen] = text_for(seen)
            board.write(self._health[seen])

    def last_told(self, board: Board) -> Iterable[str]:
        """Return what a board that came just now has missed of figures and health."""
        agencies = self.boards.get(board, {})
        texts = [self._figures[s] for s in agencies if s in self._figures]
        if health := self._health.get(frozenset(agencies)):
            texts.append(health)
        return texts


room = BoardRoom()
